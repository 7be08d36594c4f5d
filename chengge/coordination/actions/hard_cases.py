"""The queue of hard cases keeps itself: what the rule finds comes in, what somebody has taken up goes out."""

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Case
from chengge.coordination.models import HardCase
from chengge.coordination.queries.hard_cases import Found, found_now
from chengge.coordination.queries.platform_rules import due_after, platform_calendar, way_limits
from chengge.coordination.queries.staff import clerks_of, on_posts, staff_at
from chengge.domain.hard_cases import ORDER
from chengge.domain.lifecycle import Post
from chengge.notices.actions import Draft, send_many
from chengge.notices.recipients import Recipient
from chengge.organization.queries import city_day

MOST_TOLD = 50  # at one look; a city that has just begun would drown its coordinators


@transaction.atomic
def look_through() -> int:
    """Bring the queue up to date; how many cases came in or went out. Seven queries while nothing moves."""
    at = clock.now().replace(microsecond=0)
    found = {one.case_id: one for one in found_now()}
    known = {row.pk: row for row in HardCase.objects.select_for_update().filter(pk__in=found)}
    if not found:
        return HardCase.objects.filter(settled_at=None).update(settled_at=at)
    calendar, limits = platform_calendar(), way_limits()
    came = []
    for pk, one in found.items():
        row = known.get(pk)
        if row is None or row.settled_at is not None:
            HardCase.objects.update_or_create(
                pk=pk,
                defaults=_values(one)
                | {"found_at": at, "settled_at": None, "due_at": due_after(limits.of(one.way, city_day(at)), at, calendar)},
            )
            came.append(one)
        elif _values(one) != {name: getattr(row, name) for name in _values(one)}:
            limit = limits.of(one.way, city_day(row.found_at))
            due = due_after(limit, row.found_at, calendar) if one.way.value != row.way else row.due_at
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
                    f"/coordination/meanwhile/{case.number}/",
                    f"case:{case.number}",
                )
                for person in clerks_of(staff, row.meanwhile_id)
            ]
    send_many(drafts)
