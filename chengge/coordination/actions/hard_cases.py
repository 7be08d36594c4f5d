"""The queue of hard cases keeps itself: what the rule finds comes in, what somebody has taken up goes out."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.clocks import epoch, moment
from chengge.casework.models import Case
from chengge.coordination.models import HardCase
from chengge.coordination.queries.hard_cases import Found, found_now
from chengge.coordination.queries.staff import clerks_of, on_posts, staff_at
from chengge.domain.hard_cases import LIMITS, ORDER
from chengge.domain.lifecycle import Post
from chengge.domain.worktime import CalendarEnds, ContinuousTime, Limit, WorkCalendar
from chengge.notices.actions import Draft, send_many
from chengge.notices.recipients import Recipient
from chengge.organization.calendars import calendar_of
from chengge.organization.models import Organization, OrganizationKind

MOST_TOLD = 50  # at one look; a city that has just begun would drown its coordinators


@transaction.atomic
def look_through() -> int:
    """Bring the queue up to date; how many cases came in or went out. Six queries while nothing moves."""
    at = clock.now().replace(microsecond=0)
    found = {one.case_id: one for one in found_now()}
    known = {row.pk: row for row in HardCase.objects.select_for_update().filter(pk__in=found)}
    calendar = _calendar() if found else None
    came = []
    for pk, one in found.items():
        row = known.get(pk)
        if row is None or row.settled_at is not None:
            HardCase.objects.update_or_create(
                pk=pk, defaults=_values(one) | {"found_at": at, "settled_at": None, "due_at": _due(one, at, calendar)}
            )
            came.append(one)
        elif _values(one) != {name: getattr(row, name) for name in _values(one)}:
            due = _due(one, row.found_at, calendar) if one.way.value != row.way else row.due_at
            HardCase.objects.filter(pk=pk).update(**_values(one), due_at=due)
    went = HardCase.objects.filter(settled_at=None).exclude(pk__in=found).update(settled_at=at)
    if came:
        _tell(came[:MOST_TOLD])
    return len(came) + went


def _values(one: Found) -> dict[str, object]:
    return {
        "whys": [why.value for why in one.whys],
        "way": one.way.value,
        "rank": ORDER[one.way],
        "bodies": list(one.bodies),
        "meanwhile_id": one.meanwhile_id,
    }


def _due(one: Found, at: datetime, calendar: WorkCalendar | None) -> datetime | None:
    limit: Limit = LIMITS[one.way]
    if limit.continuous:
        return moment(ContinuousTime().after(epoch(at), limit.seconds()))
    if calendar is None:
        return None
    try:
        return moment(calendar.after(epoch(at), limit.seconds(calendar.work_day_hours)))
    except CalendarEnds:
        return None


def _calendar() -> WorkCalendar | None:
    """The working time of the command centre, by which the platform works."""
    centre = Organization.objects.filter(kind=OrganizationKind.COMMAND_CENTRE, calendar__isnull=False).order_by("level", "pk").first()
    return calendar_of(centre.calendar_id) if centre is not None and centre.calendar_id is not None else None


def _tell(came: list[Found]) -> None:
    """The coordinators hear of what came in; the territory, which answers meanwhile, of what presses."""
    staff = staff_at(clock.now())
    cases = Case.objects.select_related("problem_class").in_bulk([one.case_id for one in came])
    hard = HardCase.objects.in_bulk(list(cases))
    drafts = []
    for case in cases.values():
        row = hard[case.pk]
        for person in on_posts(staff, (Post.COORDINATOR,), case.grid_code):
            drafts.append(
                Draft(
                    Recipient.member(person.member_id),
                    _("Hard case: %(class)s") % {"class": case.problem_class.name},
                    _("%(place)s, case %(number)s. %(way)s")
                    % {"place": case.place or "–", "number": case.number, "way": row.get_way_display()},
                    f"hard:{case.pk}:{row.found_at.timestamp():.0f}:member:{person.member_id}",
                    "hard_case",
                    f"/coordination/hard/{case.number}/",
                    f"case:{case.number}",
                )
            )
        if row.way == HardCase.WayChoice.KEY:
            drafts += [
                Draft(
                    Recipient.member(person.member_id),
                    _("Act meanwhile: %(class)s") % {"class": case.problem_class.name},
                    _("%(place)s, case %(number)s. Nobody else answers yet; make it safe until it is decided who does.")
                    % {"place": case.place or "–", "number": case.number},
                    f"meanwhile:{case.pk}:{row.found_at.timestamp():.0f}:member:{person.member_id}",
                    "hard_case",
                    "",
                    f"case:{case.number}",
                )
                for person in clerks_of(staff, row.meanwhile_id)
            ]
    send_many(drafts)
