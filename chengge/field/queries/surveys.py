"""Component surveys: who sees which, what is looked for, what differs from the register, and what stands close by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from chengge.domain.codes import code_range
from chengge.domain.coordinates import distance_m
from chengge.domain.errors import NotFound
from chengge.domain.lifecycle import Post
from chengge.field.models import ComponentSurvey, SurveyDecision
from chengge.foundation.models import Component, ComponentVersion
from chengge.foundation.queries.register import Version, components_around, versions_of_component
from chengge.organization.models import Member
from chengge.organization.queries import CITY_ZONE, Actor
from chengge.organization.typed import day, whole

LOOKERS = frozenset({Post.ADMINISTRATOR, Post.SHIFT_LEADER, Post.EVALUATOR})
NEIGHBOURS_WITHIN_M = 15


@dataclass(frozen=True, slots=True)
class SurveyFilter:
    """What is looked for among surveys. Empty values do not narrow it."""

    state: str = ""
    kind: str = ""
    class_id: int | None = None
    member_id: int | None = None
    division_code: int | None = None
    since: date | None = None
    until: date | None = None
    text: str = ""

    @classmethod
    def parse(cls, asked: Mapping[str, Any], state: str = "") -> "SurveyFilter":
        """From the address of a page. Raises Refused with the field that makes no sense."""
        return cls(
            state=_one_of(asked.get("state", state), ComponentSurvey.State.values),
            kind=_one_of(asked.get("kind", ""), ComponentSurvey.Kind.values),
            class_id=whole(asked, "class"),
            member_id=whole(asked, "member"),
            division_code=whole(asked, "division"),
            since=day(asked, "since"),
            until=day(asked, "until"),
            text=asked.get("q", "").strip()[:60],
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that the survey wants otherwise: before, after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A component of the same class close by: perhaps the same thing, registered already."""

    component: Component
    metres: float


@dataclass(frozen=True, slots=True)
class Detail:
    """A survey with all that a decision needs.

    Attributes:
        before: what the register said (for a decided survey: before the decision); None for what is new.
        moved_m: from the registered place to the place found.
        others: other surveys of the same component that wait.
    """

    survey: ComponentSurvey
    before: Component | ComponentVersion | None
    moved_m: float | None
    differences: Sequence[Difference]
    neighbours: Sequence[Neighbour]
    decisions: Sequence[SurveyDecision]
    others: Sequence[ComponentSurvey]


@dataclass(frozen=True, slots=True)
class History:
    """A component's past: its versions, the latest first, each with the survey behind it, and the surveys that wait."""

    versions: Sequence[tuple[Version, ComponentSurvey | None]]
    waiting: Sequence[ComponentSurvey]


def visible_surveys(actor: Actor) -> QuerySet[ComponentSurvey]:
    """The office sees the surveys of its scope, an inspector their own, nobody else any."""
    seen = Q(pk__in=[])
    if actor.posts & LOOKERS:
        seen = Q() if actor.grid_range is None else Q(grid_code__gte=actor.grid_range[0], grid_code__lt=actor.grid_range[1])
    if Post.INSPECTOR in actor.posts and actor.member_id is not None and seen != Q():
        seen |= Q(member_id=actor.member_id)
    return ComponentSurvey.objects.filter(seen)


def surveys_like(actor: Actor, wanted: SurveyFilter) -> QuerySet[ComponentSurvey]:
    """Surveys in sight that fulfil the filter."""
    rows = visible_surveys(actor)
    for column, value in (
        ("state", wanted.state), ("kind", wanted.kind), ("problem_class_id", wanted.class_id), ("member_id", wanted.member_id),
    ):  # fmt: skip
        if value:
            rows = rows.filter(**{column: value})
    if wanted.division_code is not None:
        first, end = code_range(wanted.division_code)
        rows = rows.filter(grid_code__gte=first, grid_code__lt=end)
    if wanted.since is not None:
        rows = rows.filter(made_at__gte=_midnight(wanted.since))
    if wanted.until is not None:
        rows = rows.filter(made_at__lt=_midnight(wanted.until + timedelta(days=1)))
    if wanted.text.isascii() and wanted.text.isdigit() and len(wanted.text) == 16:
        rows = rows.filter(component__code=int(wanted.text))
    elif wanted.text:
        rows = rows.filter(Q(name__icontains=wanted.text) | Q(words__icontains=wanted.text) | Q(member__full_name__icontains=wanted.text))
    return rows


def surveys_page(rows: QuerySet[ComponentSurvey], before_id: int | None, size: int) -> tuple[list[ComponentSurvey], int | None]:
    """The latest first, from `before_id` on, and the id from which the next page goes on. Two queries."""
    listed = rows.select_related("problem_class", "component", "member").prefetch_related("photos__evidence").order_by("-id")
    if before_id is not None:
        listed = listed.filter(pk__lt=before_id)
    found = list(listed[: size + 1])
    return found[:size], found[size - 1].pk if len(found) > size else None


def counts_by_state(rows: QuerySet[ComponentSurvey]) -> dict[str, int]:
    """How many of them stand in which state. One query."""
    counted = dict(rows.order_by().values_list("state").annotate(times=Count("pk")))
    return {state: counted.get(state, 0) for state in ComponentSurvey.State.values}


def survey_in_sight(actor: Actor, survey_id: int) -> ComponentSurvey:
    """One survey. Raises NotFound."""
    found = (
        visible_surveys(actor)
        .select_related("problem_class", "component", "member__organization", "owning_body", "decided_by")
        .prefetch_related("photos__evidence")
        .filter(pk=survey_id)
        .first()
    )
    if found is None:
        raise NotFound("survey", _("There is no such survey, or it lies out of your sight."))
    return found


def survey_detail(survey: ComponentSurvey) -> Detail:
    """What a decision about it needs. At most seven queries."""
    decisions = list(survey.decisions.select_related("member", "version").order_by("id"))
    before = _before(survey, decisions)
    others: list[ComponentSurvey] = []
    if survey.component_id is not None:
        waiting = ComponentSurvey.objects.filter(component_id=survey.component_id, state=ComponentSurvey.State.WAITING)
        others = list(waiting.exclude(pk=survey.pk).select_related("member").order_by("id"))
    around = components_around(survey.lon, survey.lat, NEIGHBOURS_WITHIN_M, problem_class_id=survey.problem_class_id)
    return Detail(
        survey=survey,
        before=before,
        moved_m=None if before is None else float(distance_m(before.lon, before.lat, survey.lon, survey.lat)),
        differences=_differences(survey, before),
        neighbours=[Neighbour(row, metres) for row, metres in around if row.pk != survey.component_id],
        decisions=decisions,
        others=others,
    )


def component_history(component: Component) -> History:
    """The versions of a component with the surveys behind them, and the surveys that wait. Five queries."""
    rows = SurveyDecision.objects.filter(version__component=component).select_related("survey__member").prefetch_related("survey__photos")
    survey_of = {decision.version_id: decision.survey for decision in rows}
    waiting = component.surveys.filter(state=ComponentSurvey.State.WAITING).select_related("member").order_by("-id")
    return History(
        versions=[(version, survey_of.get(version.row.pk)) for version in versions_of_component(component)],
        waiting=list(waiting),
    )


def surveyors(actor: Actor) -> list[Member]:
    """Members who have sent a survey in sight, by name. One query."""
    return list(Member.objects.filter(pk__in=visible_surveys(actor).order_by().values("member_id")).order_by("full_name"))


def own_surveys(member_id: int, before_id: int | None, size: int) -> tuple[list[ComponentSurvey], int | None]:
    """An inspector's own surveys, the latest first, and the id from which the next page goes on. Two queries."""
    return surveys_page(ComponentSurvey.objects.filter(member_id=member_id), before_id, size)


def may_still_undo(survey: ComponentSurvey, day: date) -> bool:
    """A decision can be taken back on its own day."""
    return survey.decided_at is not None and survey.decided_at.astimezone(CITY_ZONE).date() == day


def next_waiting(actor: Actor, wanted: SurveyFilter, after_id: int) -> int | None:
    """The survey that waits next in the list after one that was decided; the latest if there is none. At most two queries."""
    waiting = surveys_like(actor, wanted).filter(state=ComponentSurvey.State.WAITING).order_by("-pk").values_list("pk", flat=True)
    return waiting.filter(pk__lt=after_id).first() or waiting.first()


def _before(survey: ComponentSurvey, decisions: Sequence[SurveyDecision]) -> Component | ComponentVersion | None:
    approved = [one for one in decisions if one.kind == SurveyDecision.Kind.APPROVE]
    if survey.state == ComponentSurvey.State.APPROVED and approved and approved[-1].version is not None:
        version = approved[-1].version
        rows = ComponentVersion.objects.select_related("owning_body")
        return rows.filter(component_id=version.component_id, number=version.number - 1).first()
    return survey.component


def _differences(survey: ComponentSurvey, before: Component | ComponentVersion | None) -> list[Difference]:
    states = dict(Component.State.choices)
    after_owner = survey.owning_body.name if survey.owning_body else ""
    if before is None:
        told = [(_("Class"), "", survey.problem_class.name), (_("Name"), "", survey.name)]
        told += [(_("State"), "", str(states[survey.found_state])), (_("Owning body"), "", after_owner)]
        return [Difference(*row) for row in told if row[2]]
    told = []
    if survey.kind in (ComponentSurvey.Kind.CHANGED, ComponentSurvey.Kind.GONE):
        told.append((_("State"), str(states[before.state]), str(states[survey.found_state])))
    if survey.kind == ComponentSurvey.Kind.CHANGED:
        told.append((_("Name"), before.name, survey.name))
        owner = before.owning_body.name if before.owning_body else ""
        told.append((_("Owning body"), owner, after_owner or owner))
    if survey.kind == ComponentSurvey.Kind.MOVED:
        told.append((_("Place"), f"{before.lon:.6f}, {before.lat:.6f}", f"{survey.lon:.6f}, {survey.lat:.6f}"))
        told.append((_("Unit grid"), _grid(before.grid_code), _grid(survey.grid_code)))
    return [Difference(*row) for row in told if row[1] != row[2]]


def _grid(code: int | None) -> str:
    return "–" if code is None else f"{code:015d}"


def _one_of(value: str, known: Sequence[str]) -> str:
    return value if value in known else ""


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CITY_ZONE)
