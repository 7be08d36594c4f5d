"""Everything that a case page shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework import authority
from chengge.casework.actions import contact_of
from chengge.casework.contacts import mask
from chengge.casework.models import Assignment, Case, Channel, ClockChoice, Evidence, Report, Task
from chengge.casework.queries.accounts import STATE_RUNNING, ClockAccount, clock_accounts
from chengge.casework.queries.lists import area_of
from chengge.casework.queries.sight import visible
from chengge.casework.queries.timeline import EntryWords, timeline
from chengge.casework.suggestions import suggest
from chengge.domain.errors import NotFound
from chengge.domain.lifecycle import Post, Transition
from chengge.foundation.models import Component, Division
from chengge.foundation.queries import Candidate, candidates
from chengge.foundation.queries.responsibility import PLATFORM_LEVEL, TERRITORY_LEAST
from chengge.organization.models import Organization
from chengge.organization.queries import Actor, city_day

SHOWN_WITH = ("problem_class", "rule", "department", "organization", "merged_into")
SEES_NAMES = frozenset({Post.OPERATOR, Post.SHIFT_LEADER})
BEFORE = (Evidence.Phase.REPORT.value, Evidence.Phase.VERIFY.value, "")


@dataclass(frozen=True, slots=True)
class ReportView:
    """What one reporter said; the name is masked for whoever does not need it, the contact for everybody.

    Attributes:
        may_show: this member may see the contact in full, saying what for.
    """

    report: Report
    channel: str
    name: str
    contact: str
    may_show: bool


@dataclass(frozen=True, slots=True)
class Photos:
    """The photos of a case, what it was like and what it is like now; what was spoken about it; and how much was forgotten on request."""

    before: tuple[Evidence, ...]
    after: tuple[Evidence, ...]
    voices: tuple[Evidence, ...] = ()
    forgotten: int = 0

    def __bool__(self) -> bool:
        return bool(self.before or self.after)


@dataclass(frozen=True, slots=True)
class PartShown:
    """A part of a case.

    Attributes:
        depth: how often it was passed on to get there; 0: given by whoever holds the case.
        in_hand: whether it is there now, and was not passed on.
        due_at: of its own clock; None once it ended, and while that stands.
    """

    held: Assignment
    depth: int
    in_hand: bool
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """A case with all that hangs on it, as one member may see it.

    Attributes:
        area: street and community in words.
        open_actions: what this member may do now, in the rule book's order.
        candidates: whom to dispatch to, the likeliest first; only where this member may dispatch now.
        by_itself: the entry by which the house dispatched it; None where a person did.
    """

    case: Case
    at: datetime
    area: str
    component: Component | None
    clocks: tuple[ClockAccount, ...]
    entries: tuple[EntryWords, ...]
    reports: tuple[ReportView, ...]
    photos: Photos
    tasks: tuple[Task, ...]
    assignments: tuple[Assignment, ...]
    open_actions: tuple[Transition, ...]
    candidates: tuple[Candidate, ...]

    @property
    def parts(self) -> list[PartShown]:
        """What was given out in parts since it was dispatched last; under each part what it was passed on to."""
        first = max((one.ordinal for one in self.assignments if one.level == PLATFORM_LEVEL and not one.part), default=0)
        given = [one for one in self.assignments if one.part and one.ordinal > first]
        return list(self._with_those_below(given, None, 0))

    def _with_those_below(self, given: Sequence[Assignment], above: int | None, depth: int) -> Iterator[PartShown]:
        due = {one.organization_id: one.due_at for one in self.clocks if one.kind == ClockChoice.LEVEL and one.state == STATE_RUNNING}
        for one in given:
            if one.above == above:
                in_hand = one.organization_id in (self.case.part_holders or ())
                yield PartShown(one, depth, in_hand, due.get(one.organization_id) if one.ended_at is None else None)
                yield from self._with_those_below(given, one.ordinal, depth + 1)

    @property
    def by_itself(self) -> EntryWords | None:
        if self.case.undo_until is None:
            return None
        return next((entry for entry in self.entries if entry.action == "dispatch" and not entry.who), None)

    @property
    def may_be_undone(self) -> bool:
        """Whether this member may undo that now."""
        return any(row.action == "undo_dispatch" for row in self.open_actions)


def case_in_sight(actor: Actor, which: int | str) -> Case:
    """A case by its id (int) or number (str).

    Raises:
        NotFound: there is none, or it lies out of the actor's sight; nobody learns which.
    """
    wanted = Q(pk=which) if isinstance(which, int) else Q(number=which)
    case = visible(actor).filter(wanted).select_related(*SHOWN_WITH).first()
    if case is None:
        raise NotFound("case", _("There is no such case, or it lies out of your sight."), _("Check the number."))
    return case


def detail(actor: Actor, which: int | str) -> CaseDetail:
    """A case by its id (int) or number (str), with everything. A fixed number of queries (tests/query_counts.json). Raises NotFound."""
    case = case_in_sight(actor, which)
    now = clock.now()
    tasks = tuple(Task.objects.filter(case=case).select_related("member").order_by("created_at"))
    assignments = tuple(Assignment.objects.filter(case=case).select_related("organization").order_by("ordinal"))
    allowed = actions_open(actor, case, tasks, [one.organization_id for one in assignments if one.ended_at is None])
    return CaseDetail(
        case=case,
        at=now,
        area=area_of(case.grid_code, _division_names(case)),
        component=_component(case),
        clocks=tuple(clock_accounts(case, now)),
        entries=tuple(timeline(case, tasks)),
        reports=tuple(_report_view(report, actor) for report in Report.objects.filter(case=case).select_related("member").order_by("pk")),
        photos=_photos(case),
        tasks=tasks,
        assignments=assignments,
        open_actions=allowed,
        candidates=tuple(candidates_for(case)) if any(row.action == "dispatch" for row in allowed) else (),
    )


def open_actions(actor: Actor, case: Case) -> tuple[Transition, ...]:
    """What this actor may do with the case now. One query, and one more where it, or a part of it, may have been passed down."""
    below = Post.DEPARTMENT in actor.posts and (case.part_holders or (case.level or 0) > (actor.organization_level or 0))
    holders = Assignment.objects.filter(case=case, ended_at=None).values_list("organization_id", flat=True) if below else ()
    return actions_open(actor, case, tuple(Task.objects.filter(case=case, done_at=None)), list(holders))


def actions_open(actor: Actor, case: Case, tasks: Sequence[Task], holders: Sequence[int]) -> tuple[Transition, ...]:
    """The same where the case's tasks are known, and in whose hands it is. No query."""
    task = next((task for task in tasks if task.done_at is None), None)
    return authority.open_actions(case, actor, task.member_id if task else None, holders)


def candidates_for(case: Case) -> list[Candidate]:
    """Whom the case may be dispatched to, the likeliest first, each with its basis.

    What the words of past cases say is one more basis of a candidate; by itself it ranks below every rule.
    """
    named = candidates(case.problem_class_id, case.rule_id, case.grid_code, case.component_code, city_day(clock.now()), case.lon, case.lat)
    guesses = suggest(f"{case.description} {case.place}").departments
    if not guesses:
        return named
    said = {
        guess.id: _("by its words, like %(percent)d %% of past cases (%(count)d were theirs)")
        % {"percent": guess.percent, "count": guess.seen}
        for guess in guesses
    }
    found = [
        replace(one, basis=_("%(basis)s; %(more)s") % {"basis": one.basis, "more": said[one.organization.pk]})
        if one.organization.pk in said
        else one
        for one in named
    ]
    known = {one.organization.pk for one in named}
    others = Organization.objects.in_bulk([guess.id for guess in guesses if guess.id not in known])
    least = min((one.score for one in named), default=1.0)
    for guess in guesses:
        body = others.get(guess.id)
        if body is not None and body.level >= PLATFORM_LEVEL:
            score = round(min(least, TERRITORY_LEAST) * guess.confidence * 0.9, 3)
            found.append(Candidate(body, score, said[guess.id][:1].upper() + said[guess.id][1:], body.valid_from))
    return found


def _report_view(report: Report, actor: Actor) -> ReportView:
    full = bool(actor.posts & SEES_NAMES)
    name = report.reporter_name if full else mask(report.reporter_name)
    contact = contact_of(report, actor)
    return ReportView(report, str(Channel(report.channel).label), name, contact, full and bool(contact))


def _photos(case: Case) -> Photos:
    rows = list(Evidence.objects.filter(case=case).select_related("member").order_by("created_at", "pk"))
    found = [one for one in rows if one.erased_at is None]
    shown = [one for one in found if one.media == Evidence.Media.PHOTO]
    return Photos(
        tuple(photo for photo in shown if photo.phase in BEFORE),
        tuple(photo for photo in shown if photo.phase not in BEFORE and photo.phase != Evidence.Phase.ASKED),
        tuple(one for one in found if one.media == Evidence.Media.VOICE),
        len(rows) - len(found),
    )


def _component(case: Case) -> Component | None:
    if case.component_code is None:
        return None
    return Component.objects.filter(code=case.component_code).select_related("owning_body", "maintaining_body").first()


def _division_names(case: Case) -> dict[int, str]:
    if case.grid_code is None:
        return {}
    codes = (case.grid_code // 10**6, case.grid_code // 10**3)
    return dict(Division.objects.filter(code__in=codes, valid_to=None).values_list("code", "name"))
