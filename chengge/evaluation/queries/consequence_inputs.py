"""What a statement is reckoned from: the rules of the day, everybody's standing in the run and the runs before, people, deposits held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from hashlib import sha256

from django.db.models import F, Q, Sum

from chengge.domain import consequences as domain
from chengge.domain.consequences import Line, Past, Payee, Standing
from chengge.domain.hashing import canonical
from chengge.evaluation.models import ConsequenceRule, EvaluationRun, Judged, RunSubject, Statement, StatementItem
from chengge.evaluation.periods import period_of
from chengge.foundation.queries.dated import holding_on
from chengge.organization.models import Member, MemberPost, Organization
from chengge.organization.queries import city_day


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What the rules propose after a run.

    Attributes:
        subject_ids: rows of the run, by the key of the standing.
        digest: SHA-256 over the run's digest and every line; two that say the same have the same.
    """

    lines: tuple[Line, ...]
    subject_ids: Mapping[str, int]
    digest: str


def judging_day(run: EvaluationRun) -> date:
    """The last day of the period: by its rules the period is judged."""
    return city_day(run.end - timedelta(seconds=1))


def kind_of(period: str) -> str:
    """Of a period's name: year, half, quarter, month, week or day."""
    match period[5:6], len(period):
        case "", _:
            return "year"
        case "H", _:
            return "half"
        case "Q", _:
            return "quarter"
        case "W", _:
            return "week"
        case _, 7:
            return "month"
    return "day"


def rules_for(run: EvaluationRun) -> list[ConsequenceRule]:
    """The rules that follow from runs of this kind of period and hold on its last day, in order. Two queries."""
    rows = ConsequenceRule.objects.filter(scheme=run.version.scheme, every=kind_of(run.period))
    rows = holding_on(rows, judging_day(run))
    return list(rows.order_by("kind", "code").prefetch_related("steps"))


def as_rule(row: ConsequenceRule) -> domain.Rule:
    """A row as the domain reckons with it. Raises RuleError where the row makes no rule."""
    steps = tuple(
        domain.Step(
            id=step.pk,
            grade=step.grade,
            first=step.first,
            last=step.last,
            treatment=domain.Treatment(step.treatment or domain.Treatment.KEEP),
            percent=Fraction(step.percent),
            amount_fen=step.amount_fen,
            points=Fraction(step.points),
            measure=domain.Measure(step.measure) if step.measure else None,
        )
        for step in row.steps.all()
    )
    return domain.Rule(
        id=row.pk,
        kind=domain.Kind(row.kind),
        by=domain.By(row.by),
        of_people=row.of_people,
        level=row.level,
        organization_kind=row.organization_kind,
        post=row.post,
        amount_fen=row.amount_fen,
        bar=Fraction(row.bar),
        points=Fraction(row.points),
        places=row.places,
        least_group=row.least_group,
        only_sure=row.only_sure,
        steps=steps,
    )


def reckoned(run: EvaluationRun) -> Reckoned:
    """Reckon what the rules propose after a run. At most ten queries, however many subjects."""
    scheme = run.version.scheme
    rules = [as_rule(row) for row in rules_for(run)]
    periods = max((step.first for rule in rules if rule.kind is domain.Kind.WARNING for step in rule.steps), default=1)
    history = history_of(run, periods)
    subject_ids = RunSubject.objects.filter(run=run).values_list("subject_id", "pk")
    payees = _payees(run, history[0].standings, with_people=any(rule.of_people for rule in rules))
    lines = domain.reckon(rules, payees, deposits_held(run), history)
    by_key = {f"{scheme.judged}:{subject_id}": pk for subject_id, pk in subject_ids}
    return Reckoned(lines, by_key, digest_of(run, lines))


def history_of(run: EvaluationRun, periods: int) -> list[Past]:
    """The run, and the ones that hold for the periods of the same kind before it, as far as they join. Two queries.

    Of several runs of a period the last one that was not replaced counts.
    """
    period, names = period_of(run.period), []
    for _step in range(periods - 1):
        period = period.before
        names.append(period.name)
    earlier = EvaluationRun.objects.filter(version__scheme_id=run.version.scheme_id, period__in=names, replaced_by=None)
    chosen = {one.period: one for one in earlier.order_by("made_at", "pk")}
    runs = [run]
    for name in names:
        if name not in chosen:
            break
        runs.append(chosen[name])
    found: dict[int, dict[str, Standing]] = {one.pk: {} for one in runs}
    for row in RunSubject.objects.filter(run__in=runs).order_by("pk"):
        standing = _standing(row)
        found[row.run_id][standing.key] = standing
    return [Past(city_day(one.begin), found[one.pk]) for one in runs]


def deposits_held(run: EvaluationRun) -> dict[str, int]:
    """Fen of deposits held before the period of a run, by payee: every approved movement of earlier periods of its kind. One query."""
    items = StatementItem.objects.filter(
        line__statement__state=Statement.State.APPROVED,
        line__statement__run__version__scheme=run.version.scheme_id,
        line__statement__run__begin__lt=run.begin,
        rule__every=kind_of(run.period),
        kind=domain.Kind.DEPOSIT.value,
    )
    held = items.values("line__payee").annotate(fen=Sum(F("paid_in_fen") - F("returned_fen") - F("forfeited_fen"))).order_by("line__payee")
    return {row["line__payee"]: int(row["fen"]) for row in held}


def digest_of(run: EvaluationRun, lines: Sequence[Line]) -> str:
    said = {
        "period": run.period,
        "scheme": run.version.scheme.code,
        "result": run.result_digest,
        "lines": [
            {"payee": line.payee.key, "name": line.payee.name, "subject": line.payee.standing.key, "items": list(map(_said, line.items))}
            for line in lines
        ],
    }
    return sha256(canonical(said).encode()).hexdigest()


def _said(item: domain.Item) -> dict[str, object]:
    settled = item.settlement
    return {
        "rule": item.rule_id,
        "step": item.step_id,
        "fen": item.amount_fen,
        "points": domain.written(item.points),
        "measure": item.measure.value if item.measure else "",
        "deposit": None
        if settled is None
        else [settled.opening, settled.paid_in, settled.returned, settled.extra, settled.forfeited, settled.closing],
        "because": dict(item.because),
    }


def _standing(row: RunSubject) -> Standing:
    exact = row.total_exact or ("" if row.total is None else str(row.total))
    return Standing(
        key=f"{row.judged}:{row.subject_id}",
        name=row.name,
        group=row.group,
        grade=row.grade,
        rank=row.rank,
        rank_low=row.rank_low,
        rank_high=row.rank_high,
        total=Fraction(exact) if exact else None,
        workload=row.workload,
    )


def _payees(run: EvaluationRun, standings: Mapping[str, Standing], *, with_people: bool) -> list[Payee]:
    """The judged, by group, rank and name, each followed by the people of the unit where rules ask for them. At most four queries."""
    scheme, day = run.version.scheme, judging_day(run)
    ordered = sorted(standings.values(), key=lambda one: (one.group, one.rank is None, one.rank or 0, one.name, one.key))
    ids = {one.key: int(one.key.partition(":")[2]) for one in ordered} if scheme.judged in (Judged.ORGANIZATION, Judged.MEMBER) else {}
    if scheme.judged == Judged.MEMBER:
        members = Member.objects.select_related("organization").in_bulk(list(ids.values()))
        posts = _posts(Q(member__in=members), day)
        return [
            Payee(
                one.key,
                one,
                one.name,
                level=getattr(members[ids[one.key]].organization, "level", None),
                organization_kind=getattr(members[ids[one.key]].organization, "kind", ""),
                posts=posts.get(ids[one.key], {}),
            )
            for one in ordered
            if ids[one.key] in members
        ]
    units = Organization.objects.in_bulk(list(ids.values()))
    people: dict[int, list[Member]] = {}
    posts = {}
    if with_people and units:
        posts = _posts(Q(member__organization__in=units), day)
        for member in Member.objects.filter(pk__in=posts).order_by("full_name", "pk"):
            people.setdefault(member.organization_id or 0, []).append(member)
    found: list[Payee] = []
    for one in ordered:
        unit = units.get(ids.get(one.key, 0))
        level, kind = (None, "") if unit is None else (unit.level, unit.kind)
        found.append(Payee(one.key, one, one.name, level=level, organization_kind=kind))
        for member in people.get(ids.get(one.key, 0), ()):
            found.append(Payee(f"{Judged.MEMBER.value}:{member.pk}", one, str(member), True, level, kind, posts[member.pk]))
    return found


def _posts(whose: Q, day: date) -> dict[int, dict[str, date]]:
    """Posts held on a day, each with the day since which, by member. One query."""
    found: dict[int, dict[str, date]] = {}
    for member_id, post, since in (
        holding_on(MemberPost.objects.filter(whose), day).order_by("pk").values_list("member", "post", "valid_from")
    ):
        found.setdefault(member_id, {})[post] = since
    return found
