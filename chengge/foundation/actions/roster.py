"""Writing the roster: shifts, and who walks which responsibility grid in them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.models import ResponsibilityGrid
from chengge.foundation.queries.dated import holds_on
from chengge.organization.models import Member, MemberPost, RosterEntry, Shift
from chengge.organization.queries import Actor, city_day
from chengge.organization.queries.roster import span_of

PLANNERS = frozenset({Post.SHIFT_LEADER, Post.ADMINISTRATOR})
WEEK = timedelta(days=7)
MOST_GRACE_MINUTES = 240

_Span = tuple[date, int, datetime, datetime, str]  # day, shift, start, end, name of the member


@dataclass(frozen=True, slots=True)
class ShiftValues:
    """What a shift says. One that ends no later than it starts runs past midnight."""

    code: str
    name: str
    starts: time
    ends: time
    grace_minutes: int = 10
    everywhere: bool = True  # a grid that nobody walks in it is a gap


@dataclass(frozen=True, slots=True)
class Copied:
    """What copying a week did: entries made, and entries left out because the member or the grid is not there any more."""

    made: int
    left_out: int


@transaction.atomic
def save_shift(actor: Actor, values: ShiftValues, day: date) -> Shift:
    """Begin a shift on a day, in place of the one with the same code. Entries planned from that day on go over to it.

    Raises:
        Forbidden: the actor does not plan duty.
        Refused: name or code is missing, or the grace is longer than four hours.
    """
    require_planner(actor)
    if not values.code.strip() or not values.name.strip():
        raise Refused("empty", _("A shift needs a code and a name."), _("Write both."), "code" if not values.code.strip() else "name")
    if not 0 <= values.grace_minutes <= MOST_GRACE_MINUTES:
        raise Refused("grace", _("Minutes of grace are 0 to %(most)d.") % {"most": MOST_GRACE_MINUTES}, field="grace_minutes")
    old = Shift.objects.select_for_update().filter(code=values.code.strip(), valid_to=None).first()
    if old is not None and old.valid_from > day:
        raise Refused("day", _("The present shift begins later, on %(day)s.") % {"day": old.valid_from}, field="day")
    if old is not None:
        old.valid_to = day
        old.save(update_fields=["valid_to"])
    new = Shift.objects.create(
        code=values.code.strip()[:20],
        name=values.name.strip()[:30],
        starts=values.starts,
        ends=values.ends,
        grace_minutes=values.grace_minutes,
        everywhere=values.everywhere,
        valid_from=day,
    )
    if old is not None:
        RosterEntry.objects.filter(shift=old, day__gte=day).update(shift=new)
    return new


@transaction.atomic
def end_shift(actor: Actor, shift_id: int, day: date) -> None:
    """From a day on nobody is planned for a shift. Raises NotFound, and Conflict while somebody is planned for it later."""
    require_planner(actor)
    shift = Shift.objects.select_for_update().filter(pk=shift_id, valid_to=None).first()
    if shift is None:
        raise NotFound("shift", _("There is no such shift."))
    planned = RosterEntry.objects.filter(shift=shift, day__gte=day).count()
    if planned:
        raise Conflict(
            "planned",
            _("%(count)d duties are planned in this shift from that day on.") % {"count": planned},
            _("Take them out of the roster first."),
        )
    shift.valid_to = max(day, shift.valid_from)
    shift.save(update_fields=["valid_to"])


@transaction.atomic
def plan_cell(actor: Actor, grid: str, day: date, wanted: Collection[tuple[int, int]]) -> None:
    """Say who walks a responsibility grid on a day: exactly these (shift, member) pairs, nobody else.

    Raises:
        Forbidden: the actor does not plan duty.
        NotFound: the grid does not hold on that day.
        Refused: the day is over, a shift does not hold, a member is no inspector, or would be in two places at once.
    """
    require_planner(actor)
    _require_open(day)
    if not ResponsibilityGrid.objects.filter(holds_on(day), code=grid).exists():
        raise NotFound("grid", _("There is no responsibility grid %(code)s.") % {"code": grid})
    pairs = set(wanted)
    shifts = {shift.pk: shift for shift in Shift.objects.filter(holds_on(day), pk__in={shift_id for shift_id, _member in pairs})}
    if any(shift_id not in shifts for shift_id, _member in pairs):
        raise Refused("shift", _("A shift does not hold on that day."), _("Reload the page."), "shift")
    strangers = {member_id for _shift, member_id in pairs} - inspectors_on(day)
    if strangers:
        raise Refused("member", _("Only inspectors are planned for duty."), _("Choose members with the post of inspector."), "member")
    held = RosterEntry.objects.select_for_update().filter(responsibility_grid=grid, day=day)
    known = {(entry.shift_id, entry.member_id): entry.pk for entry in held}
    RosterEntry.objects.filter(pk__in=[pk for pair, pk in known.items() if pair not in pairs]).delete()
    new = sorted(pairs - set(known))
    _require_apart(day, new, shifts)
    now = clock.now()
    RosterEntry.objects.bulk_create(
        [
            RosterEntry(
                member_id=member_id, day=day, shift_id=shift_id, responsibility_grid=grid, planned_by_id=actor.member_id, planned_at=now
            )
            for shift_id, member_id in new
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def copy_week(actor: Actor, monday: date) -> Copied:
    """Plan a week like the week before. What is planned already stays; days that are over are left alone.

    Left out are members who are no inspectors any more or have another shift at the time, and grids and shifts that do not hold.
    """
    require_planner(actor)
    today, now = city_day(clock.now()), clock.now()
    rows, left_out = [], 0
    copied: dict[date, list[RosterEntry]] = {}
    for entry in RosterEntry.objects.filter(day__range=(monday - WEEK, monday - timedelta(days=1))).select_related("shift"):
        if entry.day + WEEK >= today:
            copied.setdefault(entry.day + WEEK, []).append(entry)
    spans = _spans_around({entry.member_id for entries in copied.values() for entry in entries}, monday, monday + WEEK)
    for day, entries in sorted(copied.items()):
        members, grids = inspectors_on(day), set(ResponsibilityGrid.objects.filter(holds_on(day)).values_list("code", flat=True))
        shifts = {shift.code: shift for shift in Shift.objects.filter(holds_on(day))}
        for entry in entries:
            shift = shifts.get(entry.shift.code)
            fits = shift is not None and entry.member_id in members and entry.responsibility_grid in grids
            if shift is None or not fits or _clash(spans.get(entry.member_id, ()), shift, day) is not None:
                left_out += 1
                continue
            rows.append(
                RosterEntry(
                    member_id=entry.member_id,
                    day=day,
                    shift=shift,
                    responsibility_grid=entry.responsibility_grid,
                    planned_by_id=actor.member_id,
                    planned_at=now,
                )
            )
    before = RosterEntry.objects.count()
    RosterEntry.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    return Copied(RosterEntry.objects.count() - before, left_out)


def inspectors_on(day: date) -> set[int]:
    """Ids of the members who are inspectors on a day. One query."""
    posts = MemberPost.objects.filter(holds_on(day), post=Post.INSPECTOR.value, member__is_active=True)
    return set(posts.values_list("member_id", flat=True))


def require_planner(actor: Actor) -> None:
    """Raises Forbidden unless the actor plans duty."""
    if not actor.posts & PLANNERS:
        raise Forbidden("post", _("Only a shift leader or an administrator plans duty."))


def _require_open(day: date) -> None:
    if day < city_day(clock.now()):
        raise Refused("day", _("The roster of a day that is over stays as it was."), _("Choose today or a later day."), "day")


def _require_apart(day: date, new: Collection[tuple[int, int]], shifts: dict[int, Shift]) -> None:
    """Nobody is planned for two shifts that overlap. Raises Refused with the name."""
    spans = _spans_around({member_id for _shift, member_id in new}, day, day) if new else {}
    for shift_id, member_id in new:
        clash = _clash(spans.setdefault(member_id, []), shifts[shift_id], day)
        if clash is not None:
            raise Refused(
                "twice",
                _("%(name)s is planned for another shift at the same time.") % {"name": clash},
                _("Choose somebody else, or take the other duty away first."),
                "member",
            )
        spans[member_id].append((day, shift_id, *span_of(shifts[shift_id], day), str(Member.objects.get(pk=member_id))))


def _spans_around(member_ids: Collection[int], first: date, last: date) -> dict[int, list[_Span]]:
    """What members are planned for from the day before `first` to the day after `last`. One query."""
    found: dict[int, list[_Span]] = {}
    held = RosterEntry.objects.filter(member_id__in=member_ids, day__range=(first - timedelta(days=1), last + timedelta(days=1)))
    for entry in held.select_related("shift", "member"):
        found.setdefault(entry.member_id, []).append((entry.day, entry.shift_id, *span_of(entry.shift, entry.day), str(entry.member)))
    return found


def _clash(spans: Collection[_Span], shift: Shift, day: date) -> str | None:
    """The name of the member who has another shift at that time."""
    begins, ends = span_of(shift, day)
    return next(
        (
            name
            for other_day, other_shift, starts, stops, name in spans
            if (other_day, other_shift) != (day, shift.pk) and starts < ends and begins < stops
        ),
        None,
    )
