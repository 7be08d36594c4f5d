"""A hard case goes up by itself, by time and stake, or is sent up by hand; and the territory makes safe what cannot wait."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Evidence
from chengge.casework.reminders import Person, Staff
from chengge.coordination.actions.inviting import require_words, this_second
from chengge.coordination.models import Escalation, HardCase, MadeSafe, MadeSafePhoto
from chengge.coordination.models.platform_rules import StepChoice
from chengge.coordination.queries.escalations import meanwhile_in_sight, people_on, stake_words, standings
from chengge.coordination.queries.hard_cases import WORKERS, hard_in_sight
from chengge.coordination.queries.platform_rules import escalation_rules, platform_calendar, way_limits
from chengge.coordination.queries.staff import on_posts, staff_at
from chengge.coordination.queries.surveys import units_of
from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.domain.escalation import Rule, Stake, Standing, Step, reached
from chengge.domain.lifecycle import Post
from chengge.notices.actions import Draft, send_many
from chengge.notices.recipients import Recipient
from chengge.organization.queries import Actor, city_day

MOST_AT_ONCE = 200  # steps in one run; the next run goes on
MOST_PHOTOS = 9


@dataclass(frozen=True, slots=True)
class _Up:
    """A step that is taken now, and who hears of it."""

    row: Escalation
    people: Sequence[Person]


@transaction.atomic
def go_up() -> int:
    """Take every step up that is due; how many. A step with nobody on it is written down and passed on to the next.

    Five queries while nothing moves, one while nothing is hard.
    """
    at = this_second()
    open_ones = HardCase.objects.filter(settled_at=None).select_related("case", "case__problem_class").order_by("rank", "found_at", "pk")
    rows = list(open_ones.select_for_update(of=("self",)))
    if not rows:
        return 0
    rules = escalation_rules(city_day(at))
    taken = set(Escalation.objects.filter(hard__in=rows, found_at=F("hard__found_at")).values_list("hard_id", "step"))
    due = [
        (row, stand)
        for row, stand in standings(rows, at, way_limits(), platform_calendar())
        if any((row.pk, one.step.value) not in taken for one in reached(rules, stand))
    ]
    if not due:
        return 0
    staff = staff_at(at)
    ups = [up for row, stand in due for up in _ups(row, stand, rules, taken, staff, at)][:MOST_AT_ONCE]
    Escalation.objects.bulk_create([up.row for up in ups])
    send_many(draft for up in ups for draft in _drafts(up))
    return len(ups)


def _ups(hard: HardCase, stand: Standing, rules: Sequence[Rule], taken: set[tuple[int, int]], staff: Staff, at: datetime) -> Iterator[_Up]:
    due = {one.step: one.stakes for one in reached(rules, stand)}
    passed_on: tuple[Stake, ...] | None = None  # why the step below was taken, where nobody is on it
    for step in Step:
        why = due.get(step, passed_on)
        if (hard.pk, step.value) in taken or why is None:
            continue
        people = people_on(step, staff, hard.case.grid_code)
        passed_on = None if people else why
        row = Escalation(
            hard=hard,
            found_at=hard.found_at,
            step=step.value,
            at=at,
            stakes=[stake.value for stake in why],
            used_percent=None if stand.used_percent is None else int(stand.used_percent),
            told=len({person.member_id for person in people}),
        )
        yield _Up(row, people)


@transaction.atomic
def send_up(actor: Actor, number: str, step: int, reason: str) -> Escalation:
    """Send a hard case up to a step by hand.

    Raises:
        NotFound: none in sight. Forbidden: no post of the platform. Refused: no reason, no such step, nobody on it.
        Conflict: settled, or it has gone so far up before.
    """
    if not actor.posts & WORKERS or actor.member_id is None:
        raise Forbidden("post", _("Hard cases are sent up by coordinators and dispatchers."))
    hard = (
        HardCase.objects.select_for_update(of=("self",))
        .select_related("case", "case__problem_class")
        .get(pk=hard_in_sight(actor, number).pk)
    )
    if step not in StepChoice.values:
        raise Refused("step", _("There is no such step."), _("Choose one of those offered."), "step")
    require_words({"reason": (reason, 300)}, _("A reason is needed."))
    if hard.settled_at is not None:
        raise Conflict("state", _("This case is settled."), _("Look at it again."))
    if Escalation.objects.filter(hard=hard, found_at=hard.found_at, step__gte=step).exists():
        raise Conflict("step", _("It has gone so far up before."), _("Choose a higher step."), "step")
    people = people_on(Step(step), staff_at(clock.now()), hard.case.grid_code)
    if not people:
        raise Refused("step", _("Nobody is on this step."), _("Choose a higher step."), "step")
    row = Escalation(
        hard=hard,
        found_at=hard.found_at,
        step=step,
        at=this_second(),
        told=len({person.member_id for person in people}),
        member_id=actor.member_id,
        reason=reason.strip(),
    )
    row.save()
    send_many(_drafts(_Up(row, [one for one in people if one.member_id != actor.member_id])))
    return row


def _drafts(up: _Up) -> Iterator[Draft]:
    row, case = up.row, up.row.hard.case
    why = [row.reason] if row.reason else [stake_words(Stake(stake)) for stake in row.stakes]
    if row.used_percent is not None and not row.reason:
        why.insert(0, _("%(percent)d %% of the limit used up") % {"percent": row.used_percent})
    said = {"place": case.place or "–", "number": case.number, "why": _("; ").join(why)}
    for pk in dict.fromkeys(person.member_id for person in up.people):
        yield Draft(
            Recipient.member(pk),
            _("Hard case goes up: %(class)s") % {"class": case.problem_class.name},
            _("%(place)s, case %(number)s. %(why)s") % said,
            f"hard-up:{row.hard_id}:{row.found_at.timestamp():.0f}:{row.step}:member:{pk}",
            "escalation",
            f"/coordination/hard/{case.number}/",
            f"case:{case.number}",
        )


@transaction.atomic
def make_safe(actor: Actor, number: str, did: str, digests: Sequence[str]) -> MadeSafe:
    """Write down how the territory made a place safe that nobody answers for yet.

    Args:
        digests: SHA-256 of photos that this member uploaded and has not used; at least one.

    Raises:
        NotFound: the actor's unit does not answer meanwhile. Forbidden: a reader of the platform. Refused: no words, no photo.
        Conflict: settled.
    """
    hard = meanwhile_in_sight(actor, number)
    if hard.settled_at is not None:
        raise Conflict("state", _("This case is settled."), _("Whoever has it in hand acts now."))
    own = hard.meanwhile_id in units_of(actor)
    if actor.member_id is None or hard.meanwhile_id is None or not (own or actor.posts & WORKERS):
        raise Forbidden("unit", _("The territory that answers meanwhile writes this down."))
    require_words({"did": (did, 500)}, _("Say in a few words what was done."))
    free = Evidence.objects.filter(
        sha256__in=digests, member_id=actor.member_id, case=None, report=None, entry=None, media="photo", joint_survey_photo=None
    ).filter(made_safe_photo=None)
    photos = {one.sha256: one for one in free.order_by("pk")}
    if not digests or set(digests) - photos.keys():
        raise Refused("photo", _("A photo of how it is now is needed."), _("Take one, or upload it again."), "photos")
    if len(photos) > MOST_PHOTOS:
        raise Refused("photo", _("At most %(most)d photos are kept.") % {"most": MOST_PHOTOS}, _("Leave some out."), "photos")
    made = MadeSafe.objects.create(
        hard=hard, organization_id=hard.meanwhile_id, member_id=actor.member_id, at=this_second(), did=did.strip()
    )
    MadeSafePhoto.objects.bulk_create([MadeSafePhoto(made_safe=made, evidence=one) for one in photos.values()])
    case = hard.case
    send_many(
        Draft(
            Recipient.member(person.member_id),
            _("Made safe: %(class)s") % {"class": case.problem_class.name},
            _("%(place)s, case %(number)s. %(why)s") % {"place": case.place or "–", "number": case.number, "why": made.did},
            f"made-safe:{made.pk}:member:{person.member_id}",
            "hard_case",
            f"/coordination/hard/{case.number}/",
            f"case:{case.number}",
        )
        for person in on_posts(staff_at(clock.now()), (Post.COORDINATOR,), case.grid_code)
    )
    return made
