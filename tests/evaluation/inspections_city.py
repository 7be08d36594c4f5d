"""An inspection of the tiny city: a campaign, assessors, looks."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from chengge.casework.photos import store
from chengge.domain.lifecycle import Post
from chengge.evaluation.actions.inspections import CampaignValues, ItemValues, draw_places, make_campaign
from chengge.evaluation.actions.visits import Look, MarkGiven, SentIn, send_in
from chengge.evaluation.models import Campaign, Visit
from chengge.organization.models import Member, MemberPost
from chengge.organization.queries import actor_of
from tests.casework.lives import picture
from tests.factories import GRID_CODES, SIDE, SINCE, SOUTH, WEST, City

ITEMS = (
    ItemValues("street_clean", "路面干净，无暴露垃圾", 10, "lost"),
    ItemValues("street_clean", "果皮箱完好", 5, "no"),
    ItemValues("greenery", "绿化带无缺株", 5, "no"),
)


def hire(city: City, *names: str, post: Post = Post.EVALUATOR) -> None:
    """More members of the supervision centre."""
    for name in names:
        member = Member.objects.create(
            username=name, full_name=f"考评{name[-1]}", organization=city.organizations["supervision"], axis=post.axis.value
        )
        MemberPost.objects.create(member=member, post=post.value, valid_from=SINCE)
        city.members[name] = member


def values(city: City, **changed: Any) -> CampaignValues:
    told: dict[str, Any] = {
        "code": "open-11",
        "name": "十一月明查",
        "kind": "open",
        "begin": date(2026, 11, 1),
        "end": date(2026, 11, 30),
        "places": 4,
        "items": ITEMS,
        "assessor_ids": tuple(city.members[name].pk for name in ("assessor1", "assessor2")),
        "second_percent": 25,
    }
    return CampaignValues(**told | changed)


def campaign(city: City, seed: int = 7, **changed: Any) -> Campaign:
    """A campaign whose places are drawn."""
    if "assessor1" not in city.members:
        hire(city, "assessor1", "assessor2")
    evaluator = city.actor("evaluator")
    made = make_campaign(evaluator, values(city, **changed))
    return draw_places(evaluator, made.code, seed)


def look(visit: Visit, points: Mapping[int, int | None] | None = None, **changed: Any) -> Look:
    """A look from the middle of the grid; `points` by position of the item, else all points. A photo is added where points are lost."""
    given = points or {}
    items = list(visit.place.campaign.items.order_by("position"))
    marks = {item.pk: MarkGiven(given.get(item.position, item.most)) for item in items}
    lost = [
        item for item in items if (item.photo == "lost" and (marks[item.pk].points or item.most) < item.most) or marks[item.pk].points == 0
    ]
    at = GRID_CODES.index(visit.place.grid_code)
    told: dict[str, Any] = {"marks": marks, "lon": WEST + (at + 0.5) * SIDE, "lat": SOUTH + SIDE / 2, "accuracy_m": 5.0}
    if lost:
        digest = store(picture(visit.pk), actor_of(visit.member)).sha256
        told["photos"] = {lost[0].pk: (digest,)}
    return Look(**told | changed)


def take(visit: Visit, points: Mapping[int, int | None] | None = None, **changed: Any) -> SentIn:
    return send_in(actor_of(visit.member), visit.pk, look(visit, points, **changed), key=f"k{visit.pk}")


def visits(of: Campaign) -> list[Visit]:
    rows = Visit.objects.filter(place__campaign=of).select_related("place__campaign", "member")
    return list(rows.order_by("place__number", "turn"))


def take_all(of: Campaign, points: Mapping[tuple[int, int], Mapping[int, int | None]] | None = None) -> None:
    """Every look is taken; `points` by (number of the place, turn)."""
    for visit in visits(of):
        take(visit, (points or {}).get((visit.place.number, visit.turn)))
