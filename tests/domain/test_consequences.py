"""Deposits, rewards, the yearly share, last places and a fund, worked out on paper; and what holds whatever the numbers are."""

from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengge.domain.consequences import (
    By,
    Kind,
    Measure,
    Past,
    Payee,
    Rule,
    RuleError,
    Settlement,
    Standing,
    Step,
    Treatment,
    half_up,
    is_last,
    reckon,
    rewards_by_place,
    settle,
    split,
    times_in_a_row,
    written,
)

F = Fraction
DEPOSIT = 1_000_000  # 10 000 yuan
amounts = st.integers(0, 10**12)
weights = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.fractions(0, 100, max_denominator=97), max_size=12)


def standings(*ranks: int | None, group: str = "departments") -> list[Standing]:
    return [Standing(f"u{at}", group=group, rank=rank, rank_low=rank, rank_high=rank) for at, rank in enumerate(ranks, 1)]


def month(number: int, *ranks: int | None, group: str = "departments") -> Past:
    return Past(date(2026, number, 1), {one.key: one for one in standings(*ranks, group=group)})


def last_place(**more) -> Rule:
    steps = (
        Step(1, first=1, measure=Measure.NOTICE),
        Step(2, first=2, measure=Measure.TALK),
        Step(3, first=3, measure=Measure.REMOVAL),
    )
    return Rule(1, Kind.WARNING, more.pop("by", By.GROUP), steps=steps, **more)


# --- Deposits ---------------------------------------------------------------------------------------------------------------------------
def test_a_deposit_is_doubled_returned_kept_or_forfeited():
    assert settle(DEPOSIT, 0, Treatment.DOUBLE) == Settlement(0, DEPOSIT, DEPOSIT, DEPOSIT, 0, 0)
    assert settle(DEPOSIT, 0, Treatment.RETURN) == Settlement(0, DEPOSIT, DEPOSIT)
    assert settle(DEPOSIT, 0, Treatment.KEEP) == Settlement(0, DEPOSIT, closing=DEPOSIT)
    assert settle(DEPOSIT, 0, Treatment.FORFEIT, F(50)) == Settlement(0, DEPOSIT, DEPOSIT // 2, forfeited=DEPOSIT // 2)


def test_who_left_a_deposit_pays_in_only_what_is_missing():
    assert settle(DEPOSIT, DEPOSIT, Treatment.RETURN).paid_in == 0
    assert settle(DEPOSIT, 400_000, Treatment.KEEP).paid_in == 600_000


def test_a_deposit_that_became_smaller_goes_back_in_part():
    assert settle(500_000, DEPOSIT, Treatment.KEEP) == Settlement(DEPOSIT, 0, 500_000, closing=500_000)


@given(amounts, st.integers(-(10**9), 10**12), st.sampled_from(Treatment), st.fractions(0, 100, max_denominator=1000))
def test_no_fen_of_a_deposit_is_lost_or_made(deposit, opening, treatment, percent):
    one = settle(deposit, opening, treatment, percent)
    assert one.opening + one.paid_in == one.returned + one.forfeited + one.closing
    assert min(one.paid_in, one.returned, one.extra, one.forfeited, one.closing) >= 0


@given(amounts, st.fractions(0, 100, max_denominator=1000), st.fractions(0, 100, max_denominator=1000))
def test_the_more_percent_are_forfeited_the_less_comes_back(deposit, one, other):
    low, high = sorted((one, other))
    assert settle(deposit, 0, Treatment.FORFEIT, low).returned >= settle(deposit, 0, Treatment.FORFEIT, high).returned


# --- Splitting --------------------------------------------------------------------------------------------------------------------------
def test_a_hundred_yuan_among_three_leave_no_fen_over():
    assert split(10_000, {"a": F(1), "b": F(1), "c": F(1)}) == {"a": 3334, "b": 3333, "c": 3333}


def test_the_largest_remainder_gets_the_fen_that_is_left():
    assert split(10, {"a": F(1), "b": F(2), "c": F(3)}) == {"a": 2, "b": 3, "c": 5}
    assert split(1, {"a": F(1), "b": F(2)}) == {"a": 0, "b": 1}


@given(amounts, weights)
def test_the_parts_add_up_to_the_sum_exactly_and_lie_within_a_fen_of_their_share(whole, shares):
    parts = split(whole, shares)
    weight = sum(shares.values())
    assert sum(parts.values()) == (whole if weight else 0)
    for key, part in parts.items():
        assert not weight or abs(part - whole * shares[key] / weight) < 1


@given(amounts, weights, st.randoms())
def test_a_split_does_not_ask_in_which_order_the_shares_come(whole, shares, chance):
    keys = list(shares)
    chance.shuffle(keys)
    assert split(whole, {key: shares[key] for key in keys}) == split(whole, shares)


@given(amounts, weights)
def test_who_weighs_more_gets_no_less(whole, shares):
    parts = split(whole, shares)
    ordered = sorted(shares, key=lambda key: shares[key])
    assert all(parts[low] <= parts[high] for low, high in pairwise(ordered) if shares[low] < shares[high])


def test_a_sum_or_a_weight_below_nothing_is_refused():
    with pytest.raises(RuleError):
        split(-1, {"a": F(1)})
    with pytest.raises(RuleError):
        split(1, {"a": F(-1)})


# --- Rewards ----------------------------------------------------------------------------------------------------------------------------
PLACES = (Step(1, first=1, last=1, amount_fen=30_000), Step(2, first=2, last=3, amount_fen=10_000))


def test_places_are_rewarded_within_the_group():
    got = rewards_by_place(PLACES, [*standings(1, 2, 3, 4), *[Standing("v1", group="streets", rank=1)]])
    assert got == {"u1": 30_000, "u2": 10_000, "u3": 10_000, "u4": 0, "v1": 30_000}


def test_who_shares_a_place_shares_the_sums_of_the_places_they_fill():
    assert rewards_by_place(PLACES, standings(1, 1, 3)) == {"u1": 20_000, "u2": 20_000, "u3": 10_000}
    assert rewards_by_place(PLACES, standings(1, 2, 2, 2)) == {"u1": 30_000, "u2": 6667, "u3": 6667, "u4": 6666}


@given(st.lists(st.integers(0, 5), min_size=1, max_size=10))
def test_a_tie_costs_the_city_neither_more_nor_less(scores):
    ranks = [1 + sum(other > one for other in scores) for one in scores]
    paid = sum(rewards_by_place(PLACES, standings(*ranks)).values())
    assert paid == sum(30_000 if place == 1 else 10_000 for place in range(1, min(len(scores), 3) + 1))


# --- Last places ------------------------------------------------------------------------------------------------------------------------
def test_the_last_of_a_group_is_last_and_with_him_who_shares_his_place():
    rule, group = last_place(), standings(1, 2, 3, 3)
    assert [is_last(rule, one, group) for one in group] == [False, False, True, True]


def test_nobody_is_last_where_all_are_equal_or_the_group_is_small():
    equal, two = standings(1, 1, 1), standings(1, 2)
    assert not any(is_last(last_place(), one, equal) for one in equal)
    assert not any(is_last(last_place(), one, two) for one in two)


def test_a_last_place_that_may_be_chance_does_not_count_where_the_rule_says_so():
    group = [*standings(1, 2, 3), Standing("u4", group="departments", rank=4, rank_low=2, rank_high=4)]
    assert is_last(last_place(), group[3], group)
    assert not is_last(last_place(only_sure=True), group[3], group)


def test_last_places_in_a_row_are_counted_back_to_the_first_that_was_none():
    history = [month(10, 1, 2, 3), month(9, 2, 1, 3), month(8, 3, 2, 1), month(7, 1, 2, 3)]
    assert times_in_a_row(last_place(), "u3", history) == 2
    assert times_in_a_row(last_place(), "u1", history) == 0


def test_another_peer_group_begins_anew_unless_the_rule_goes_by_the_post():
    history = [month(10, 1, 2, 3), month(9, 1, 2, 3, group="streets")]
    assert times_in_a_row(last_place(), "u3", history) == 1
    assert times_in_a_row(last_place(by=By.POST), "u3", history) == 2


def test_who_took_the_post_over_does_not_answer_for_the_months_before():
    history = [month(10, 1, 2, 3), month(9, 1, 2, 3), month(8, 1, 2, 3)]
    assert times_in_a_row(last_place(by=By.POST), "u3", history, since=date(2026, 8, 15)) == 2


def test_the_measure_grows_with_the_times_and_stays_at_the_hardest():
    history = [month(number, 1, 2, 3) for number in (10, 9, 8, 7)]

    def proposed(months: int) -> Measure | None:
        payee = Payee("p", history[0].standings["u3"])
        return reckon([last_place()], [payee], {}, history[:months])[0].items[0].measure

    assert [proposed(months) for months in (1, 2, 3, 4)] == [Measure.NOTICE, Measure.TALK, Measure.REMOVAL, Measure.REMOVAL]


# --- All together -----------------------------------------------------------------------------------------------------------------------
def unit(key: str, total: int | None, grade: str = "", rank: int | None = None, workload: int = 0, **more) -> Payee:
    return Payee(key, Standing(key, key, "all", grade, rank, rank, rank, None if total is None else F(total), workload), **more)


def now_of(payees: list[Payee]) -> list[Past]:
    return [Past(date(2026, 10, 1), {payee.standing.key: payee.standing for payee in payees})]


def test_a_fund_goes_to_who_is_above_the_bar_by_points_times_workload():
    payees = [unit("a", 95, workload=100), unit("b", 90, workload=200), unit("c", 85, workload=900), unit("d", None)]
    rule = Rule(1, Kind.FUND, By.WORKLOAD, amount_fen=10_001, bar=F(85))
    lines = reckon([rule], payees, {}, now_of(payees))
    assert {line.payee.key: line.amount_fen for line in lines} == {"a": 5001, "b": 5000}
    assert lines[0].items[0].because["weight"] == "1000"
    equal = reckon([Rule(1, Kind.FUND, By.EQUALLY, amount_fen=10_001, bar=F(85))], payees, {}, now_of(payees))
    assert [line.amount_fen for line in equal] == [5001, 5000]
    by_score = reckon([Rule(1, Kind.FUND, By.SCORE, amount_fen=9_000, bar=F(80))], payees, {}, now_of(payees))
    assert [line.amount_fen for line in by_score] == [4500, 3000, 1500]


def test_the_share_in_the_year_goes_by_score_or_by_grade():
    payees = [unit("a", 90, "A"), unit("b", 120, "B"), unit("c", None)]
    by_score = reckon([Rule(1, Kind.SHARE, By.SCORE, points=F(8))], payees, {}, now_of(payees))
    assert [line.points for line in by_score] == [F(72, 10), F(8)]
    by_grade = Rule(2, Kind.SHARE, By.GRADE, steps=(Step(1, grade="A", points=F(1)), Step(2, grade="B", points=F(-1, 2))))
    assert [line.points for line in reckon([by_grade], payees, {}, now_of(payees))] == [F(1), F(-1, 2)]


def test_a_rule_meets_its_level_kind_and_post_and_people_apart_from_their_unit():
    department = unit("d", 90, "A", level=2, organization_kind="department")
    crew = unit("c", 90, "A", level=4, organization_kind="crew")
    head = unit("m", 90, "A", is_person_of_unit=True, level=2, organization_kind="department", posts={"department": date(2026, 1, 1)})
    clerk = unit("n", 90, "A", is_person_of_unit=True, level=2, organization_kind="department", posts={"leader": date(2026, 1, 1)})
    paid = (Step(1, grade="A", treatment=Treatment.RETURN),)
    rules = [
        Rule(1, Kind.DEPOSIT, By.GRADE, level=2, organization_kind="department", amount_fen=DEPOSIT, steps=paid),
        Rule(2, Kind.DEPOSIT, By.GRADE, of_people=True, post="department", amount_fen=5_000, steps=paid),
    ]
    payees = [department, crew, head, clerk]
    lines = reckon(rules, payees, {}, now_of(payees))
    assert [(line.payee.key, [item.rule_id for item in line.items]) for line in lines] == [("d", [1]), ("m", [2])]


def test_who_was_not_judged_keeps_the_deposit_where_it_is():
    rule = Rule(1, Kind.DEPOSIT, By.GRADE, amount_fen=DEPOSIT, steps=(Step(1, grade="E", treatment=Treatment.FORFEIT),))
    payees = [unit("a", None), unit("b", 50, "C")]
    lines = reckon([rule], payees, {"a": DEPOSIT}, now_of(payees))
    assert [line.amount_fen for line in lines] == [0, -DEPOSIT]
    assert all(line.items[0].settlement.closing == DEPOSIT for line in lines)


def test_every_line_says_from_which_figures_it_came():
    payees = [unit("a", 93, "A", rank=1, workload=70)]
    rule = Rule(7, Kind.DEPOSIT, By.GRADE, amount_fen=DEPOSIT, steps=(Step(3, grade="A", treatment=Treatment.DOUBLE, percent=F(50)),))
    item = reckon([rule], payees, {}, now_of(payees))[0].items[0]
    assert (item.rule_id, item.step_id) == (7, 3)
    assert item.because == {
        "grade": "A", "group": "all", "workload": 70, "rank": 1, "rank_low": 1, "rank_high": 1, "total": "93.00",
        "deposit_fen": DEPOSIT, "treatment": "double", "percent": "50",
    }  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 50)), min_size=1, max_size=8), st.integers(0, 90), amounts)
def test_a_fund_is_given_out_whole_or_not_at_all(scored, bar, whole):
    payees = [unit(f"u{at}", total, workload=workload) for at, (total, workload) in enumerate(scored)]
    given_out = sum(
        line.amount_fen for line in reckon([Rule(1, Kind.FUND, By.WORKLOAD, amount_fen=whole, bar=F(bar))], payees, {}, now_of(payees))
    )
    assert given_out == (whole if any(total > bar and workload for total, workload in scored) else 0)


@given(st.fractions(-(10**6), 10**6))
def test_a_half_goes_up_and_nothing_moves_further_than_a_half(value):
    assert -F(1, 2) < half_up(value) - value <= F(1, 2)


def test_numbers_are_written_without_needless_zeros():
    assert [written(F(one)) for one in ("0", "2.5", "100", "-0.25", "1/3")] == ["0", "2.5", "100", "-0.25", "0.3333"]


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": Kind.DEPOSIT, "by": By.RANK},
        {"kind": Kind.FUND, "by": By.SCORE, "amount_fen": -1},
        {"kind": Kind.REWARD, "by": By.GRADE, "steps": (Step(1, grade="A"), Step(2, grade="A"))},
        {"kind": Kind.REWARD, "by": By.RANK, "steps": (Step(1, first=1, last=3), Step(2, first=3, last=4))},
        {"kind": Kind.REWARD, "by": By.RANK, "steps": (Step(1, first=3, last=1),)},
        {"kind": Kind.WARNING, "by": By.GROUP, "steps": (Step(1, first=0, measure=Measure.TALK),)},
        {"kind": Kind.WARNING, "by": By.GROUP, "steps": (Step(1, first=1),)},
        {"kind": Kind.DEPOSIT, "by": By.GRADE, "steps": (Step(1, grade="A", percent=F(101)),)},
    ],
)
def test_a_rule_that_cannot_be_meant_so_is_refused(rule):
    with pytest.raises(RuleError):
        Rule(1, **rule)
