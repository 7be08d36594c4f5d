"""Last places in a row, and what all rules together propose for everybody."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from chengge.domain.consequences.money import half_up, rewards_by_place, settle, split, two_places, written
from chengge.domain.consequences.rules import (
    FULL,
    NONE,
    By,
    Item,
    Kind,
    Line,
    Past,
    Payee,
    Rule,
    Standing,
    Step,
    Treatment,
)


def is_last(rule: Rule, standing: Standing, group: Sequence[Standing]) -> bool:
    """Whether somebody came last in the sense of a rule of warnings: fewer than `places` came out worse, and somebody better."""
    ranks = [one.rank for one in group if one.rank is not None]
    if standing.rank is None or len(ranks) < rule.least_group or standing.rank <= 1:
        return False
    if rule.only_sure:
        return standing.rank_low is not None and standing.rank_low > len(ranks) - rule.places
    return sum(rank > standing.rank for rank in ranks) < rule.places


def times_in_a_row(rule: Rule, key: str, history: Sequence[Past], since: date | None = None) -> int:
    """How many periods in a row, back from the newest, a subject came last.

    Args:
        history: the newest period first, each joining the one after it without a gap.
        since: periods that began before this day do not count, where the rule goes by the post: the post was somebody else's.
    """
    times = 0
    newest = history[0].standings.get(key) if history else None
    for past in history:
        standing = past.standings.get(key)
        if standing is None or newest is None:
            break
        if rule.by is By.GROUP and standing.group != newest.group:
            break
        if rule.by is By.POST and since is not None and past.day < since:
            break
        if not is_last(rule, standing, [one for one in past.standings.values() if one.group == standing.group]):
            break
        times += 1
    return times


def meets(rule: Rule, payee: Payee) -> bool:
    """Whether a rule is meant for a payee."""
    return (
        rule.of_people == payee.is_person_of_unit
        and rule.level in (None, payee.level)
        and rule.organization_kind in ("", payee.organization_kind)
        and (not rule.post or rule.post in payee.posts)
    )


def reckon(rules: Sequence[Rule], payees: Sequence[Payee], openings: Mapping[str, int], history: Sequence[Past]) -> tuple[Line, ...]:
    """What the rules propose for everybody, in the order of `payees`; who is met by no rule has no line.

    Args:
        openings: fen of deposits held, by the payee's key.
        history: standings of this run first, then of the periods before it, without a gap.
    """
    found: dict[str, list[Item]] = {payee.key: [] for payee in payees}
    standings = list(history[0].standings.values()) if history else []
    for rule in rules:
        met = [payee for payee in payees if meets(rule, payee)]
        for key, item in _items(rule, met, openings, history, standings).items():
            found[key].append(item)
    return tuple(Line(payee, tuple(found[payee.key])) for payee in payees if found[payee.key])


def _items(
    rule: Rule, met: Sequence[Payee], openings: Mapping[str, int], history: Sequence[Past], standings: Sequence[Standing]
) -> dict[str, Item]:
    match rule.kind:
        case Kind.DEPOSIT:
            return {payee.key: _deposit(rule, payee, openings.get(payee.key, 0)) for payee in met}
        case Kind.REWARD if rule.by is By.RANK:
            return _rewards(rule, met, standings)
        case Kind.REWARD:
            graded = ((payee, _for_grade(rule, payee.standing)) for payee in met)
            return {
                payee.key: Item(rule.id, rule.kind, step.id, step.amount_fen, because=_known(payee.standing))
                for payee, step in graded
                if step is not None and step.amount_fen
            }
        case Kind.SHARE:
            return {payee.key: item for payee in met if (item := _share(rule, payee)) is not None}
        case Kind.WARNING:
            return {payee.key: item for payee in met if (item := _warning(rule, payee, history)) is not None}
        case Kind.FUND:
            return _fund(rule, met)


def _deposit(rule: Rule, payee: Payee, opening_fen: int) -> Item:
    """Without a grade, or with one that no row names, a deposit stays where it is: nobody loses or wins by not being judged."""
    step = _for_grade(rule, payee.standing)
    settled = settle(rule.amount_fen, opening_fen, step.treatment if step else Treatment.KEEP, step.percent if step else FULL)
    because = {
        **_known(payee.standing),
        "deposit_fen": rule.amount_fen,
        "treatment": step.treatment.value if step else "",
        "percent": written(step.percent) if step else "",
    }
    return Item(rule.id, rule.kind, step.id if step else None, settled.net, settlement=settled, because=because)


def _rewards(rule: Rule, met: Sequence[Payee], standings: Sequence[Standing]) -> dict[str, Item]:
    got = rewards_by_place(rule.steps, standings)
    sharing = Counter((standing.group, standing.rank) for standing in standings)
    items: dict[str, Item] = {}
    for payee in met:
        standing = payee.standing
        amount = got.get(standing.key, 0)
        if amount and standing.rank is not None:
            step = next((step for step in rule.steps if step.first <= standing.rank <= step.last), None)
            because = {**_known(standing), "tied": sharing[standing.group, standing.rank]}
            items[payee.key] = Item(rule.id, rule.kind, step.id if step else None, amount, because=because)
    return items


def _share(rule: Rule, payee: Payee) -> Item | None:
    standing = payee.standing
    if rule.by is By.GRADE:
        step = _for_grade(rule, standing)
        return None if step is None else Item(rule.id, rule.kind, step.id, points=step.points, because=_known(standing))
    if standing.total is None:
        return None
    points = Fraction(half_up(min(max(standing.total, NONE), FULL) / FULL * rule.points * 10_000), 10_000)
    return Item(rule.id, rule.kind, points=points, because={**_known(standing), "full_points": written(rule.points)})


def _warning(rule: Rule, payee: Payee, history: Sequence[Past]) -> Item | None:
    since = payee.posts.get(rule.post) if rule.post else min(payee.posts.values(), default=None)
    times = times_in_a_row(rule, payee.standing.key, history, since)
    step = max((step for step in rule.steps if step.first <= times), key=lambda step: step.first, default=None)
    if step is None:
        return None
    group = sum(one.group == payee.standing.group and one.rank is not None for one in history[0].standings.values())
    because = {**_known(payee.standing), "times": times, "group_size": group, "since": history[times - 1].day.isoformat()}
    return Item(rule.id, rule.kind, step.id, measure=step.measure, because=because)


def _fund(rule: Rule, met: Sequence[Payee]) -> dict[str, Item]:
    above = {payee.key: payee.standing.total - rule.bar for payee in met if payee.standing.total is not None}
    weights = {payee.key: _weight(rule, above[payee.key], payee.standing.workload) for payee in met if above.get(payee.key, NONE) > 0}
    parts = split(rule.amount_fen, weights)
    whole = sum(weights.values(), NONE)
    return {
        payee.key: Item(
            rule.id,
            rule.kind,
            amount_fen=parts[payee.key],
            because={
                **_known(payee.standing),
                "fund_fen": rule.amount_fen,
                "bar": written(rule.bar),
                "above": written(above[payee.key]),
                "weight": written(weights[payee.key]),
                "weights": written(whole),
                "sharers": len(weights),
            },
        )
        for payee in met
        if parts.get(payee.key)
    }


def _weight(rule: Rule, above: Fraction, workload: int) -> Fraction:
    match rule.by:
        case By.WORKLOAD:
            return above * workload
        case By.EQUALLY:
            return Fraction(1)
        case _:
            return above


def _known(standing: Standing) -> dict[str, str | int]:
    known: dict[str, str | int] = {"grade": standing.grade, "group": standing.group, "workload": standing.workload}
    for name in ("rank", "rank_low", "rank_high"):
        value = getattr(standing, name)
        if value is not None:
            known[name] = value
    if standing.total is not None:
        known["total"] = two_places(standing.total)
    return known


def _for_grade(rule: Rule, standing: Standing) -> Step | None:
    return next((step for step in rule.steps if step.grade == standing.grade), None) if standing.grade else None
