"""Rules of consequences: an evaluator ends and replaces them; none is ever changed, for statements stand on them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain import consequences as domain
from chengge.domain.consequences import Kind, RuleError
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.evaluation.models import ConsequenceRule, ConsequenceStep, Judged, PeriodChoice, Scheme
from chengge.evaluation.queries.consequence_inputs import as_rule
from chengge.organization.queries import Actor

APPROVERS = frozenset({Post.EVALUATOR, Post.LEADER, Post.ADMINISTRATOR})
MOST_FEN = 10**13  # a hundred thousand million yuan


@dataclass(frozen=True, slots=True)
class StepValues:
    """One row of a rule; the names are those of `ConsequenceStep`."""

    grade: str = ""
    first: int = 0
    last: int = 0
    treatment: str = ""
    percent: Decimal = Decimal(100)
    amount_fen: int = 0
    points: Decimal = Decimal(0)
    measure: str = ""


@dataclass(frozen=True, slots=True)
class RuleValues:
    """A rule; the names are those of `ConsequenceRule`."""

    scheme_id: int
    code: str
    name: str
    kind: str
    by: str
    every: str = "month"
    of_people: bool = False
    level: int | None = None
    organization_kind: str = ""
    post: str = ""
    amount_fen: int = 0
    bar: Decimal = Decimal(0)
    points: Decimal = Decimal(0)
    places: int = 1
    least_group: int = 3
    only_sure: bool = False
    basis: str = ""
    steps: Sequence[StepValues] = field(default_factory=tuple)


@transaction.atomic
def save_rule(actor: Actor, values: RuleValues, day: date) -> ConsequenceRule:
    """Let a rule hold from `day` on, in place of what held under its code before.

    Raises:
        Forbidden: the actor is no evaluator; Refused: the rule cannot be meant so; Conflict: another one holds from a later day, or
            demands a deposit of the same people.
    """
    maker_id = require_evaluator(actor)
    scheme = Scheme.objects.select_for_update().filter(pk=values.scheme_id).first()
    if scheme is None:
        raise NotFound("scheme", _("There is no such scheme."), field="scheme_id")
    _check(values, scheme)
    _end(scheme, values.code, day)
    given = {name: value for name, value in asdict(values).items() if name != "steps"}
    row = ConsequenceRule(valid_from=day, made_by_id=maker_id, made_at=clock.now(), **given)
    row.save()
    ConsequenceStep.objects.bulk_create([ConsequenceStep(rule=row, position=at, **asdict(step)) for at, step in enumerate(values.steps)])
    try:
        as_rule(row)
    except RuleError as fault:
        raise Refused("rule", _("This rule cannot be meant so: %(why)s.") % {"why": _why(fault)}, _("Look at the rows again.")) from fault
    _refuse_two_deposits(row)
    return row


@transaction.atomic
def end_rule(actor: Actor, rule_id: int, day: date) -> None:
    """Let a rule hold no longer from `day` on. Raises Forbidden, NotFound, Refused, Conflict."""
    require_evaluator(actor)
    row = ConsequenceRule.objects.filter(pk=rule_id).first()
    if row is None:
        raise NotFound("rule", _("There is no such rule."))
    if not _end(row.scheme, row.code, day):
        raise Refused("not_holding", _("This row does not hold any more."), _("Look at the present state and try again."))


def _end(scheme: Scheme, code: str, day: date) -> bool:
    old = ConsequenceRule.objects.select_for_update().filter(scheme=scheme, code=code, valid_to=None).first()
    if old is None:
        return False
    if old.valid_from > day:
        raise Conflict(
            "begins_later", _("A rule begins on %(day)s.") % {"day": old.valid_from}, _("Choose that day or a later one."), "day"
        )
    old.valid_to = day
    old.save()
    return True


def _check(values: RuleValues, scheme: Scheme) -> None:
    kind = next((one for one in Kind if one.value == values.kind), None)
    if kind is None or values.by not in {by.value for by in domain.MAY_GO_BY[kind]}:
        raise Refused("by", _("A rule of this kind does not go by that."), _("Choose another way."), field="by")
    if values.every not in PeriodChoice.values:
        raise Refused("every", _("Choose a kind of period."), field="every")
    if not values.name.strip():
        raise Refused("name", _("Give the rule a name."), field="name")
    if values.of_people and scheme.judged != Judged.ORGANIZATION:
        raise Refused("of_people", _("Only organizations have people."), _("A scheme of people meets them itself."), field="of_people")
    amounts = (values.amount_fen, *(step.amount_fen for step in values.steps))
    if not all(0 <= fen <= MOST_FEN for fen in amounts):
        raise Refused(
            "amount_fen", _("An amount is not negative, and not above %(most)s yuan.") % {"most": MOST_FEN // 100}, field="amount_fen"
        )
    if kind in (Kind.DEPOSIT, Kind.FUND) and not values.amount_fen:
        raise Refused("amount_fen", _("How much is it? Give the amount."), field="amount_fen")
    needs_rows = kind in (Kind.DEPOSIT, Kind.REWARD, Kind.WARNING) or (kind, values.by) == (Kind.SHARE, domain.By.GRADE.value)
    if needs_rows and not values.steps:
        raise Refused("steps", _("The rule has no rows: it would bring nobody anything."), _("Add at least one row."), field="steps")
    if kind is Kind.SHARE and values.by == domain.By.SCORE.value and not 0 < values.points <= 100:
        raise Refused("points", _("A full score brings more than 0 and at most 100 percent points."), field="points")


def _refuse_two_deposits(row: ConsequenceRule) -> None:
    """One payee pays one deposit under a scheme, so that what is held can be told."""
    if row.kind != Kind.DEPOSIT.value:
        return
    same_kind = ConsequenceRule.objects.filter(scheme=row.scheme, kind=row.kind, every=row.every, of_people=row.of_people)
    others = same_kind.filter(valid_to=None).exclude(pk=row.pk)
    for other in others:
        same = all(not mine or not theirs or mine == theirs for mine, theirs in zip(_whom(row), _whom(other), strict=True))
        if same:
            raise Conflict(
                "two_deposits",
                _("“%(rule)s” demands a deposit of the same people already.") % {"rule": other},
                _("Narrow one of them by level, kind or post, or end the other."),
            )


def _whom(row: ConsequenceRule) -> tuple[object, ...]:
    return row.level, row.organization_kind, row.post


def _why(fault: RuleError) -> str:
    return {
        "a grade has one row": _("a grade has one row"),
        "a place has one row": _("a place has one row"),
        "places run from the better to the worse, the first is 1": _("places run from the better to the worse, the first is 1"),
        "at least one place counts as last, in a group of two or more": _("at least one place counts as last, in a group of two or more"),
        "a step of warnings names how many times in a row, each number once, and what is proposed": _(
            "a step of warnings names how many times in a row, each number once, and what is proposed"
        ),
        "a share of a deposit lies between 0 and 100 percent": _("a share of a deposit lies between 0 and 100 percent"),
    }.get(str(fault), str(fault))


def require_evaluator(actor: Actor) -> int:
    """The member's id. Raises Forbidden."""
    if Post.EVALUATOR not in actor.posts or actor.member_id is None:
        raise Forbidden("post", _("Only an evaluator writes rules of consequences and proposes statements."), _("Ask your evaluator."))
    return actor.member_id


def require_approver(actor: Actor) -> int:
    """The member's id. Raises Forbidden."""
    if not actor.posts & APPROVERS or actor.member_id is None:
        raise Forbidden("post", _("Statements are decided on by evaluators, leaders and administrators."), _("Ask one of them."))
    return actor.member_id
