"""Reading of consequences: rules by scheme, statements, what changed against the one before, own lines, deposits over the months."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext as _

from chengge.casework.queries.sight import with_all_below
from chengge.domain.errors import Forbidden, NotFound
from chengge.domain.lifecycle import Post
from chengge.evaluation.actions.consequence_rules import APPROVERS
from chengge.evaluation.models import (
    ConsequenceRule,
    EvaluationRun,
    MeasureChoice,
    Scheme,
    Statement,
    StatementEvent,
    StatementItem,
    StatementLine,
)
from chengge.evaluation.queries.consequence_words import explained
from chengge.organization.queries import Actor

State = Statement.State
MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Sums:
    """What a statement comes to, in fen.

    Attributes:
        gets, pays: of the lines, apart.
        forfeited: of deposits.
        warnings: proposed measures, by their name.
    """

    units: int
    people: int
    gets: int
    pays: int
    forfeited: int
    warnings: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """A payee of whom two statements say different things; None: that one has no line of it."""

    name: str
    before: StatementLine | None
    after: StatementLine | None

    @property
    def amount_fen(self) -> int:
        return (self.after.amount_fen if self.after else 0) - (self.before.amount_fen if self.before else 0)


@dataclass(frozen=True, slots=True)
class Opened:
    """A statement with all that its page shows.

    Attributes:
        refusal: why this actor does not approve; "" where they may.
    """

    statement: Statement
    lines: Sequence[StatementLine]
    events: Sequence[StatementEvent]
    differences: Sequence[Difference]
    sums: Sums
    run_replaced_by: int | None
    refusal: str
    may_refuse: bool

    @property
    def approvals(self) -> list[StatementEvent]:
        return [event for event in self.events if event.did == StatementEvent.Did.APPROVED]


@dataclass(frozen=True, slots=True)
class Balance:
    """A payee's deposit over the months, the newest first."""

    name: str
    is_person: bool
    held_fen: int
    items: Sequence[StatementItem]


def require_statement_reader(actor: Actor) -> None:
    """Raises Forbidden unless the actor may read everybody's lines."""
    if not actor.posts & APPROVERS:
        raise Forbidden(
            "post",
            _("Statements of everybody are for evaluators, leaders and administrators."),
            _("You see your own lines once they are approved."),
        )


def rules_listed(actor: Actor, day: date) -> list[Scheme]:
    """Schemes with their rules that hold on a day or will; `rules` of each. Three queries. Raises Forbidden."""
    require_statement_reader(actor)
    rules = (
        ConsequenceRule.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day))
        .prefetch_related("steps")
        .order_by("kind", "code", "valid_from")
    )
    return list(Scheme.objects.prefetch_related(Prefetch("consequence_rules", rules, to_attr="rules")).order_by("code"))


def statements(actor: Actor) -> QuerySet[Statement]:
    """All statements, the newest first. Raises Forbidden."""
    require_statement_reader(actor)
    personal, units = (Count("lines", filter=Q(lines__member__isnull=no_member)) for no_member in (False, True))
    rows = Statement.objects.select_related("run__version__scheme", "proposed_by", "replaces")
    replaced = Exists(EvaluationRun.objects.filter(replaces=OuterRef("run_id")))
    return rows.annotate(unit_count=units, personal_count=personal, run_replaced=replaced).order_by("-proposed_at", "-pk")


def runs_without_statement(actor: Actor) -> QuerySet[EvaluationRun]:
    """Runs that hold, whose scheme has rules, and that have neither a proposed nor an approved statement. Raises Forbidden."""
    require_statement_reader(actor)
    current = Statement.objects.filter(run=OuterRef("pk"), state__in=(State.PROPOSED, State.APPROVED))
    ruled = ConsequenceRule.objects.filter(holds_on_run_end(), scheme=OuterRef("version__scheme"), every=OuterRef("kind"))
    whole = EvaluationRun.objects.filter(replaced_by=None, as_of__gte=F("end")).annotate(kind=_kind_of_period())
    rows = whole.filter(~Exists(current), Exists(ruled))
    return rows.select_related("version__scheme").order_by("-end", "version__scheme__code", "-pk")


def holds_on_run_end() -> Q:
    """Rules that hold on the last day of the outer run's period.

    A period ends at the city's midnight, which lies on its last day in UTC, as the database reckons: a rule that begins the day after
    does not hold.
    """
    last = OuterRef("end")
    return Q(valid_from__lt=last) & (Q(valid_to=None) | Q(valid_to__gte=last))


def opened(actor: Actor, statement_id: int) -> Opened:
    """A statement as its page shows it. Raises Forbidden, NotFound."""
    require_statement_reader(actor)
    rows = Statement.objects.select_related("run__version__scheme", "proposed_by", "replaces__run")
    statement = rows.filter(pk=statement_id).first()
    if statement is None:
        raise NotFound("statement", _("There is no such statement."))
    lines = lines_with_items(StatementLine.objects.filter(statement=statement))
    events = list(statement.events.select_related("member").order_by("seq"))
    before = list(_with_items(StatementLine.objects.filter(statement=statement.replaces))) if statement.replaces else []
    later = EvaluationRun.objects.filter(replaces=statement.run).values_list("pk", flat=True).first()
    return Opened(
        statement=statement,
        lines=lines,
        events=events,
        differences=differences(before, lines) if before else (),
        sums=sums(lines),
        run_replaced_by=later,
        refusal=_why_not(statement, actor, events, lines, later),
        may_refuse=statement.state == State.PROPOSED,
    )


def lines_with_items(rows: QuerySet[StatementLine]) -> list[StatementLine]:
    """Lines in order with their items; each item carries its explanation as `words`. Three queries."""
    found = list(_with_items(rows))
    for line in found:
        for item in line.items.all():
            item.words = explained(item)  # type: ignore[attr-defined]
    return found


def differences(before: Iterable[StatementLine], after: Iterable[StatementLine]) -> list[Difference]:
    """Whom two statements say different things of: amount, points, or a measure."""
    old, new = ({line.payee: line for line in lines} for lines in (before, after))
    keys = [*new, *(key for key in old if key not in new)]
    return [
        Difference((new.get(key) or old[key]).name, old.get(key), new.get(key))
        for key in keys
        if _sayings(old.get(key)) != _sayings(new.get(key))
    ]


def sums(lines: Sequence[StatementLine]) -> Sums:
    items = [item for line in lines for item in line.items.all()]
    warnings: dict[str, int] = {}
    for item in items:
        if item.measure:
            label = str(MeasureChoice(item.measure).label)
            warnings[label] = warnings.get(label, 0) + 1
    people = sum(line.member_id is not None for line in lines)
    return Sums(
        units=len(lines) - people,
        people=people,
        gets=sum(max(line.amount_fen, 0) for line in lines),
        pays=-sum(min(line.amount_fen, 0) for line in lines),
        forfeited=sum(item.forfeited_fen for item in items),
        warnings=warnings,
    )


def own_lines(actor: Actor) -> QuerySet[StatementLine]:
    """Lines of approved statements about the actor, and, for a department's clerk, about the organization and those below it.

    Lines about colleagues are not among them.
    """
    about = Q(member_id=actor.member_id)
    if Post.DEPARTMENT in actor.posts and actor.organization_id is not None:
        about |= Q(organization_id__in=with_all_below(actor.organization_id), member=None)
    rows = StatementLine.objects.filter(about, statement__state=State.APPROVED)
    return rows.order_by("-statement__run__end", "statement__run__version__scheme__code", "position")


def own_listed(actor: Actor) -> list[StatementLine]:
    """The same with their items and explanations, the newest first."""
    rows = own_lines(actor).select_related("statement__run__version__scheme")
    return lines_with_items(rows)[:MOST_LISTED]


def balances(actor: Actor, scheme: Scheme) -> list[Balance]:
    """Deposits by payee as approved statements left them, with each month's movement. Two queries. Raises Forbidden."""
    require_statement_reader(actor)
    return _balances(StatementLine.objects.filter(statement__run__version__scheme=scheme))


def own_balance_fen(actor: Actor) -> int:
    """What is held of all deposits that the actor may see as own. One query, two for a department."""
    items = StatementItem.objects.filter(line__in=own_lines(actor).order_by())
    return int(items.aggregate(fen=Sum(F("paid_in_fen") - F("returned_fen") - F("forfeited_fen")))["fen"] or 0)


def schemes_with_deposits() -> QuerySet[Scheme]:
    return Scheme.objects.filter(consequence_rules__kind="deposit").distinct().order_by("code")


def _kind_of_period() -> Case:
    """As `consequence_inputs.kind_of`, for the database."""
    named = {"^....$": "year", "^....-H": "half", "^....-Q": "quarter", "^....-W": "week", "^....-..$": "month"}
    return Case(*(When(period__regex=pattern, then=Value(kind)) for pattern, kind in named.items()), default=Value("day"))


def _balances(lines: QuerySet[StatementLine]) -> list[Balance]:
    items = StatementItem.objects.filter(line__in=lines, line__statement__state=State.APPROVED, kind="deposit")
    found: dict[str, list[StatementItem]] = {}
    for item in items.select_related("line__statement__run").order_by("-line__statement__run__begin", "-pk"):
        found.setdefault(item.line.payee, []).append(item)
    told = [
        Balance(
            rows[0].line.name,
            rows[0].line.member_id is not None,
            sum(row.paid_in_fen - row.returned_fen - row.forfeited_fen for row in rows),
            rows,
        )
        for rows in found.values()
    ]
    return sorted(told, key=lambda one: (one.is_person, one.name))


def _with_items(rows: QuerySet[StatementLine]) -> QuerySet[StatementLine]:
    items = StatementItem.objects.select_related("rule", "step").order_by("position")
    return rows.select_related("subject").prefetch_related(Prefetch("items", items))


def _sayings(line: StatementLine | None) -> object:
    if line is None:
        return None
    return line.amount_fen, line.points, sorted(item.measure for item in line.items.all() if item.measure)


def _why_not(
    statement: Statement, actor: Actor, events: Iterable[StatementEvent], lines: Iterable[StatementLine], later: int | None
) -> str:
    if statement.state != State.PROPOSED:
        return statement.get_state_display()
    if later is not None:
        return _("This run was replaced by a later one.")
    if statement.proposed_by_id == actor.member_id:
        return _("You have proposed this statement yourself.")
    if any(event.did == StatementEvent.Did.APPROVED and event.member_id == actor.member_id for event in events):
        return _("You have approved this statement already.")
    if any(line.member_id == actor.member_id for line in lines):
        return _("A line of this statement is about you.")
    return ""
