"""What the platform wants of a department: one list of everything that waits for it, on whatever level it is."""

from dataclasses import dataclass

from django.db.models import Q

from chengge import clock
from chengge.coordination.models import (
    DepartmentVisit,
    HardCase,
    JointSurvey,
    Meeting,
    Objection,
    Ruling,
    StandingProblem,
    SurveyUnit,
    VisitPromise,
)
from chengge.coordination.queries.escalations import meanwhile_of
from chengge.coordination.queries.rulings import ruling_sight
from chengge.coordination.queries.standing import OPEN
from chengge.coordination.queries.surveys import units_of
from chengge.coordination.queries.visits import week_of
from chengge.organization.queries import Actor, city_day

MOST = 20


@dataclass(frozen=True, slots=True)
class Mine:
    """What waits for a department, each list the next due first.

    Attributes:
        meanwhile: cases for which it answers until it is decided who does.
        positions: surveys to come; `signing`: minutes it has not signed; `meetings`: meetings to come.
        rulings: in force and concerning it, against which it may still object; `objections`: its own, answered or not.
    """

    meanwhile: list[HardCase]
    positions: list[JointSurvey]
    meetings: list[Meeting]
    signing: list[Meeting]
    rulings: list[Ruling]
    objections: list[Objection]
    problems: list[StandingProblem]
    visits: list[DepartmentVisit]
    promises: list[VisitPromise]

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, name) for name in self.__slots__)


def mine(actor: Actor) -> Mine:
    """Eleven queries, however much waits."""
    units = units_of(actor)
    today = city_day(clock.now())
    invited = SurveyUnit.objects.filter(organization_id__in=units).values("survey_id")
    at_table = Meeting.objects.filter(units__organization_id__in=units)
    unsigned = Q(units__organization_id__in=units, units__signed_at=None)
    rulings = Ruling.objects.filter(ruling_sight(actor), state="signed", objections_until__gte=today)
    heard = Objection.objects.filter(organization_id__in=units)
    problems = StandingProblem.objects.filter(owner_id__in=units, state__in=OPEN)
    visits = DepartmentVisit.objects.filter(organization_id__in=units, state="planned")
    promises = VisitPromise.objects.filter(visit__organization_id__in=units, whose="department", kept_on=None)
    return Mine(
        meanwhile=meanwhile_of(actor)[:MOST],
        positions=list(JointSurvey.objects.filter(pk__in=invited, state="planned").order_by("meets_at")[:MOST]),
        meetings=list(at_table.filter(state="called").distinct().order_by("meets_at")[:MOST]),
        signing=list(Meeting.objects.filter(unsigned, state="closed").distinct().order_by("closed_at")[:MOST]),
        rulings=list(
            rulings.exclude(objections__organization_id__in=units).select_related("organization").order_by("objections_until")[:MOST]
        ),
        objections=list(heard.select_related("ruling", "answered_by").order_by("-at")[:MOST]),
        problems=list(problems.order_by("review_on")[:MOST]),
        visits=list(visits.filter(week__gte=week_of(today)).order_by("week")[:MOST]),
        promises=list(promises.select_related("visit").order_by("due_on")[:MOST]),
    )
