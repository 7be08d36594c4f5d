"""What an inspection found: settled marks, how far two assessors agree, points by street, community and organization."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from hashlib import sha256

from django.utils.translation import gettext as _

from chengge.domain import agreement
from chengge.domain.agreement import Settled
from chengge.domain.errors import Conflict
from chengge.domain.scoring import FULL, NONE, Observed
from chengge.evaluation.models import Campaign, ChecklistItem, InspectionPlace, Judged, Mark, Visit
from chengge.evaluation.queries.sampling import GRIDS_IN_A_COMMUNITY
from chengge.foundation.queries import holding_on
from chengge.organization.models import Organization, OrganizationKind

Key = tuple[str, str, str]  # scheme item, judged, subject
Looks = Mapping[int, Mapping[int, int | None]]  # turn → item → points


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """A place at which every look was taken: the marks of each look, and what they come to, by item."""

    place: InspectionPlace
    looks: Looks
    settled: Mapping[int, Settled]

    @property
    def disputed(self) -> bool:
        return any(one.disputed for one in self.settled.values())


@dataclass(frozen=True, slots=True)
class Found:
    """All that a campaign has found so far: its items, the places that are whole, and how many are not."""

    campaign: Campaign
    items: tuple[ChecklistItem, ...]
    places: tuple[PlaceFound, ...]
    unfinished: int

    @property
    def disputed(self) -> list[PlaceFound]:
        return [one for one in self.places if one.disputed]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two assessors agree who looked at the same places without knowing of each other.

    Attributes:
        places, marks: places scored twice, and pairs of marks.
        same: share of pairs with the very same points.
        within: share of pairs that the bound lets pass.
        kappa: Cohen's, over the pairs as they are.
        icc: ICC(1,1) of the places' points.
    """

    places: int
    marks: int
    same: Fraction | None
    within: Fraction | None
    kappa: Fraction | None
    icc: Fraction | None


@dataclass(frozen=True, slots=True)
class ItemFound:
    """What one item of the checklist came to: how many places it applied in, how many had all points, the mean of a hundred."""

    item: ChecklistItem
    places: int
    faultless: int
    mean: Fraction | None


@dataclass(frozen=True, slots=True)
class Row:
    """Points of one subject, of a hundred, over so many places."""

    judged: str
    subject_id: str
    name: str
    places: int
    points: Fraction
    by_code: Mapping[str, Observed]


def found_in(campaigns: Sequence[Campaign]) -> list[Found]:
    """What each campaign has found. Four queries, however many."""
    ids = [one.pk for one in campaigns]
    items: dict[int, list[ChecklistItem]] = defaultdict(list)
    for item in ChecklistItem.objects.filter(campaign__in=ids).select_related("organization").order_by("position"):
        items[item.campaign_id].append(item)
    places: dict[int, list[InspectionPlace]] = defaultdict(list)
    for place in InspectionPlace.objects.filter(campaign__in=ids, left_out="").order_by("number"):
        places[place.campaign_id].append(place)
    looks: dict[int, dict[int, dict[int, int | None]]] = defaultdict(dict)
    waiting: set[int] = set()
    for place_id, turn, at in Visit.objects.filter(place__campaign__in=ids).values_list("place_id", "turn", "submitted_at"):
        looks[place_id][turn] = {}
        if at is None:
            waiting.add(place_id)
    marks = Mark.objects.filter(visit__place__campaign__in=ids, visit__submitted_at__isnull=False)
    for place_id, turn, item_id, points in marks.order_by().values_list("visit__place_id", "visit__turn", "item_id", "points"):
        looks[place_id][turn][item_id] = points
    return [
        Found(
            campaign=one,
            items=tuple(items[one.pk]),
            places=tuple(_settled(one, place, looks[place.pk], items[one.pk]) for place in places[one.pk] if place.pk not in waiting),
            unfinished=sum(place.pk in waiting for place in places[one.pk]),
        )
        for one in campaigns
    ]


def found(campaign: Campaign) -> Found:
    return found_in([campaign])[0]


def agreement_in(what: Found) -> Agreement:
    """How far the two assessors of the places scored twice agree."""
    bound = _bound(what.campaign)
    twice = [one for one in what.places if 2 in one.looks]
    pairs = [(one.looks[1].get(item.pk), one.looks[2].get(item.pk), item.most) for one in twice for item in what.items]
    plain = [(one, other) for one, other, _most in pairs]
    near = sum(not agreement.differ(one, other, most, bound) for one, other, most in pairs)
    points = [(_points(one.looks[1], what.items), _points(one.looks[2], what.items)) for one in twice]
    both = [(one, other) for one, other in points if one is not None and other is not None]
    return Agreement(
        places=len(twice),
        marks=len(pairs),
        same=agreement.percent_agreement(plain),
        within=Fraction(near, len(pairs)) if pairs else None,
        kappa=agreement.cohens_kappa(plain),
        icc=agreement.intraclass_correlation(both),
    )


def items_in(what: Found) -> list[ItemFound]:
    """What each item came to over all settled places."""
    told = []
    for item in what.items:
        settled = [one.settled[item.pk].points for one in what.places]
        points = [one for one in settled if one is not None]
        mean = FULL * sum(points, NONE) / (item.most * len(points)) if points else None
        told.append(ItemFound(item, len(points), sum(one == item.most for one in points), mean))
    return told


def values_of(what: Found, offices: Mapping[int, str]) -> dict[Key, Observed]:
    """Points of a hundred by scheme item and subject: the mean over the places, each counting once; the denominator is how many.

    Args:
        offices: id of the organization that answers for a street, by the street's code.
    """
    sums: dict[Key, list[Fraction]] = defaultdict(list)
    for one in what.places:
        by_subject: dict[Key, list[tuple[Fraction, int]]] = defaultdict(list)
        for item in what.items:
            points = one.settled[item.pk].points
            if points is None:
                continue
            for judged, subject_id in _subjects(one.place, item, offices):
                by_subject[item.code, judged, subject_id].append((points, item.most))
        for key, told in by_subject.items():
            sums[key].append(FULL * sum((points for points, _most in told), NONE) / sum(most for _points, most in told))
    return {key: Observed(sum(told, NONE), len(told)) for key, told in sums.items()}


def street_offices(day: date) -> dict[int, str]:
    """Id, as text, of the organization that answers for each street, on a day. One query."""
    rows = holding_on(Organization.objects.filter(kind=OrganizationKind.TERRITORY, division_code__isnull=False), day)
    return {code: str(pk) for code, pk in rows.order_by("-level", "-code").values_list("division_code", "pk") if code is not None}


def table(what: Found, judged: str, offices: Mapping[int, str], names: Mapping[str, str]) -> list[Row]:
    """Points by subject of one kind, the best first; a subject's points are the mean over its places, all items together."""
    values = values_of(what, offices)
    places: dict[str, dict[int, list[tuple[Fraction, int]]]] = defaultdict(lambda: defaultdict(list))
    for one in what.places:
        for item in what.items:
            points = one.settled[item.pk].points
            for kind, subject_id in _subjects(one.place, item, offices) if points is not None else ():
                if kind == judged and points is not None:
                    places[subject_id][one.place.pk].append((points, item.most))
    rows = []
    for subject_id, of_places in places.items():
        percents = [FULL * sum((got for got, _most in told), NONE) / sum(most for _got, most in told) for told in of_places.values()]
        by_code = {code: value for (code, kind, subject), value in values.items() if (kind, subject) == (judged, subject_id)}
        name = names.get(subject_id, subject_id)
        rows.append(Row(judged, subject_id, name, len(percents), sum(percents, NONE) / len(percents), by_code))
    return sorted(rows, key=lambda row: (-row.points, row.subject_id))


def result_digest(what: Found) -> str:
    """SHA-256 over the draw and every settled mark, a line each, in order.

    Raises:
        Conflict: something is not settled.
    """
    if what.unfinished or what.disputed:
        raise Conflict("unsettled", _("Not every place is settled."))
    return sha256("".join(_lines(what)).encode()).hexdigest()


def shown(value: Fraction | None, digits: int = 1) -> str:
    """A fraction as it is printed, rounded half up; a dash where there is none."""
    if value is None:
        return "–"
    scaled = (abs(value) * 10**digits * 2 + 1) // 2
    whole, rest = divmod(int(scaled), 10**digits)
    return f"{'-' if value < 0 and scaled else ''}{whole}" + (f".{rest:0{digits}d}" if digits else "")


def _lines(what: Found) -> Iterator[str]:
    campaign = what.campaign
    yield f"{campaign.code},{campaign.seed},{campaign.frame_digest},{campaign.bound_percent}\n"
    for item in what.items:
        yield f"item,{item.position},{item.code},{item.most},{item.organization_id or ''},{item.text}\n"
    for one in what.places:
        for item in what.items:
            points = one.settled[item.pk].points
            yield f"{one.place.number},{one.place.grid_code},{item.position},{'-' if points is None else points}\n"


def _settled(campaign: Campaign, place: InspectionPlace, looks: Looks, items: Iterable[ChecklistItem]) -> PlaceFound:
    bound = _bound(campaign)
    settled = {}
    for item in items:
        told = [looks[turn].get(item.pk) for turn in (1, 2) if turn in looks]
        third = [looks[3][item.pk]] if 3 in looks and item.pk in looks[3] else []
        settled[item.pk] = agreement.settle(told, third, item.most, bound)
    return PlaceFound(place, looks, settled)


def _subjects(place: InspectionPlace, item: ChecklistItem, offices: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    yield Judged.CITY.value, ""
    yield Judged.STREET.value, str(place.street_code)
    yield Judged.COMMUNITY.value, str(place.grid_code // GRIDS_IN_A_COMMUNITY)
    answers = str(item.organization_id) if item.organization_id else offices.get(place.street_code, "")
    if answers:
        yield Judged.ORGANIZATION.value, answers


def _points(look: Mapping[int, int | None], items: Iterable[ChecklistItem]) -> Fraction | None:
    """Points of a hundred of one look at a place; None where nothing applied."""
    told = [(points, item.most) for item in items if (points := look.get(item.pk)) is not None]
    return FULL * sum(points for points, _most in told) / Fraction(sum(most for _points, most in told)) if told else None


def _bound(campaign: Campaign) -> Fraction:
    return Fraction(campaign.bound_percent, 100)
