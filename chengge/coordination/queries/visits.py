"""Weekly visits to departments: how each department stands, the plan of a week, visits made, and promises until they are kept."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Case, SidePath
from chengge.coordination.models import DepartmentVisit, HardCase, VisitPromise
from chengge.coordination.queries.hard_cases import READERS, WORKERS
from chengge.coordination.queries.surveys import units_of
from chengge.domain.errors import NotFound
from chengge.domain.visits import Department
from chengge.organization.models import Organization
from chengge.organization.queries import Actor, city_day

LOOKS_BACK = timedelta(weeks=4)
VISITED = ("department", "territory")

NAMED = "SELECT body, count(*) FROM coordination_hardcase, unnest(bodies) AS body WHERE settled_at IS NULL GROUP BY body"


@dataclass(frozen=True, slots=True)
class VisitPart:
    """What a member may do with a visit, and with its promises.

    Attributes:
        runs: writes it down, calls it off, adds promises.
        keeps: whose promises this member may call kept (`VisitPromise.Whose`).
    """

    runs: bool
    keeps: frozenset[str]


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def departments_now(week: date) -> list[Department]:
    """Every department and territory of the second level as the plan of a week looks at it. Five queries."""
    at = clock.now()
    found = Organization.objects.filter(level=2, kind__in=VISITED, valid_to=None).order_by("code").values_list("pk", flat=True)
    returns = dict(
        SidePath.objects.filter(kind="return", asked_at__gte=at - LOOKS_BACK).values_list("organization_id").annotate(count=Count("pk"))
    )
    late = dict(
        Case.objects.filter(stage__in=("dispatched", "handling"), due_at__lt=at).values_list("department_id").annotate(count=Count("pk"))
    )
    with connection.cursor() as cursor:
        cursor.execute(NAMED)
        hard = Counter(dict(cursor.fetchall()))
    last = dict(DepartmentVisit.objects.filter(state="made", week__lt=week).values_list("organization_id").annotate(last=Max("week")))
    first = DepartmentVisit.objects.order_by("week").values_list("week", flat=True).first() or week
    begun = min(first, week) - timedelta(weeks=1)  # whom nobody has visited waits since the week before the first plan
    return [Department(pk, returns.get(pk, 0), hard[pk], late.get(pk, 0), max(1, (week - last.get(pk, begun)).days // 7)) for pk in found]


def visit_sight(actor: Actor) -> Q:
    """The platform and leaders see all visits; a department those to it."""
    return Q() if actor.posts & READERS else Q(organization_id__in=units_of(actor))


def visits_in(actor: Actor, week: date) -> QuerySet[DepartmentVisit]:
    """The visits of a week, the most burdened department first."""
    rows = DepartmentVisit.objects.filter(visit_sight(actor), week=week).select_related("organization", "visitor")
    return rows.annotate(promise_count=Count("promises")).order_by("-hard", "-returns", "-late", "organization__code")


def visits_made(actor: Actor) -> QuerySet[DepartmentVisit]:
    """Visits that were made, the latest first."""
    rows = DepartmentVisit.objects.filter(visit_sight(actor), state="made").select_related("organization", "visitor")
    kept = Count("promises", filter=Q(promises__kept_on__isnull=False))
    return rows.annotate(promise_count=Count("promises"), kept_count=kept).order_by("-day", "-pk")


def visit_in_sight(actor: Actor, visit_id: int) -> DepartmentVisit:
    """A visit with its promises. Raises NotFound."""
    rows = DepartmentVisit.objects.filter(visit_sight(actor), pk=visit_id).select_related("organization", "visitor")
    visit = rows.prefetch_related(Prefetch("promises", VisitPromise.objects.select_related("kept_by"))).first()
    if visit is None:
        raise NotFound("visit", _("There is no such visit, or it lies out of your sight."))
    return visit


def visit_part(actor: Actor, visit: DepartmentVisit) -> VisitPart:
    """What this member may do with a visit now."""
    if actor.member_id is None:
        return VisitPart(False, frozenset())
    if actor.posts & WORKERS:
        return VisitPart(True, frozenset(VisitPromise.Whose.values))
    own = visit.organization_id in units_of(actor)
    return VisitPart(False, frozenset({VisitPromise.Whose.DEPARTMENT.value}) if own else frozenset())


def open_promises(actor: Actor) -> QuerySet[VisitPromise]:
    """Promises that are not kept yet, the next due first."""
    seen = DepartmentVisit.objects.filter(visit_sight(actor)).values("pk")
    return VisitPromise.objects.filter(kept_on=None, visit__in=seen).select_related("visit__organization").order_by("due_on", "pk")


def longest_unvisited(actor: Actor, weeks: int) -> list[tuple[Organization, date | None]]:
    """Departments that nobody has visited for more than `weeks`, with the day of the last visit; readers of the platform only."""
    if not actor.posts & READERS:
        return []
    since = city_day(clock.now()) - timedelta(weeks=weeks)
    rows = Organization.objects.filter(level=2, kind__in=VISITED, valid_to=None)
    rows = rows.annotate(last=Max("platform_visits__day", filter=Q(platform_visits__state="made")))
    return [(one, one.last) for one in rows.filter(Q(last=None) | Q(last__lt=since)).order_by("last", "code")]


def hard_of(organization_id: int) -> list[HardCase]:
    """Open hard cases in which a department is named: what there is to talk about. One query."""
    rows = HardCase.objects.filter(settled_at=None, bodies__contains=[organization_id])
    return list(rows.select_related("case__problem_class").order_by("rank", "due_at")[:20])
