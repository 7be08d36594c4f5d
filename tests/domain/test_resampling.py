"""Scores drawn anew say how sure a rank is; and the fewest cases that would have lifted a grade are found."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengge.domain.mending import mending
from chengge.domain.resampling import Column, Drawn, Kinds, drawn_sums, intervals, points_of_many, ranks_of, totals_of
from chengge.domain.scoring import Aspect, Missing, Observed, Rule, Scheme, Way, Weighted, points_of, score

ONE, HUNDRED = Fraction(1), Fraction(100)
IN_TIME = Weighted("in_time", Fraction(3), Rule(Way.LINEAR, Fraction(1, 2), ONE), least=2)
LATE = Weighted("late", ONE, Rule(Way.THRESHOLD, full_at=Fraction(1, 10), each=Fraction(2)), higher_is_better=False)
REWORK = Weighted("rework", ONE, Rule(Way.PER_COUNT, each=Fraction(7), floor=Fraction(10)), higher_is_better=False)
BANDED = Weighted("banded", Fraction(2), Rule(Way.BANDS, bands=((Fraction(0), Fraction(20)), (Fraction(4, 5), HUNDRED))))
EXTRA = Weighted("extra", Fraction(0), Rule(Way.LINEAR), missing=Missing.ZERO, bonus=Fraction(5))
VETO = Weighted("asked", ONE, Rule(Way.RELATIVE, each=Fraction(3)), veto_below=Fraction(1, 5))
SCHEME = Scheme(
    (Aspect("handling", Fraction(60), (IN_TIME, LATE, BANDED)), Aspect("quality", Fraction(40), (REWORK, EXTRA, VETO))),
    ((Fraction(90), "A"), (Fraction(75), "B"), (Fraction(0), "C")),
)
# in_time and banded look at the same sums: numerator 0 of 1; late 2 of 1; rework counts 3; extra 4 of 5. "asked" comes from outside.
COLUMNS = {"in_time": Column(0, 1), "late": Column(2, 1), "banded": Column(0, 1), "rework": Column(3, None), "extra": Column(4, 5)}
BETTER = {"in_time": True, "late": False, "banded": True, "rework": False, "extra": True}

# a case: in time or late or neither (still runs), reworks, a second thing done of one due
CASE = st.tuples(
    st.sampled_from([(1, 1, 0), (0, 1, 1), (0, 1, 0), (0, 0, 0)]), st.integers(0, 2), st.sampled_from([(0, 0), (0, 1), (1, 1)])
)
CASES = st.lists(CASE, max_size=25).map(lambda rows: np.array([[*a, b, *c] for a, b, c in rows], np.int64).reshape(-1, 6))
ASKED = st.one_of(st.none(), st.tuples(st.integers(0, 10), st.one_of(st.none(), st.just(Fraction(3, 4)))))


def observed_of(sums: np.ndarray, asked: tuple[int, Fraction | None] | None) -> dict[str, Observed]:
    whole = sums.sum(axis=0)
    told = {
        code: Observed(Fraction(int(whole[column.numerator])), None if column.denominator is None else int(whole[column.denominator]))
        for code, column in COLUMNS.items()
    }
    return told | ({} if asked is None else {"asked": Observed(Fraction(asked[0]), 10, asked[1])})


def drawn(subject_id: str, sums: np.ndarray, asked: tuple[int, Fraction | None] | None = None, group: str = "") -> Drawn:
    observed = observed_of(sums, asked)
    fixed = {code: one for code, one in observed.items() if code not in COLUMNS}
    return Drawn(subject_id, group, sums, fixed, {code: one.before for code, one in observed.items()})


@given(CASES, ASKED)
def test_many_scores_at_once_are_what_one_score_is(sums, asked):
    exact = score(SCHEME, observed_of(sums, asked)).total
    (many,) = totals_of(SCHEME, COLUMNS, drawn("x", sums, asked), sums.sum(axis=0)[None])
    assert np.isnan(many) if exact is None else many == pytest.approx(float(exact), abs=1e-8)


@given(st.sampled_from([one.rule for aspect in SCHEME.aspects for one in aspect.indicators]), st.fractions(-1, 3), st.booleans())
def test_points_of_many_values_are_the_points_of_each(rule, value, higher):
    before = Fraction(3, 4)
    (many,) = points_of_many(rule, np.array([float(value)]), before, higher)
    assert many == pytest.approx(float(points_of(rule, value, before, higher)), abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.lists(CASES, min_size=1, max_size=5), st.randoms())
def test_an_interval_holds_the_rank_and_does_not_ask_in_which_order_rows_come(cities, random):
    subjects = [drawn(str(number), sums, (8, None)) for number, sums in enumerate(cities)]
    totals = {one.subject_id: score(SCHEME, observed_of(one.sums, (8, None))).total for one in subjects}
    ranks = {name: 1 + sum(other > total for other in totals.values()) for name, total in totals.items()}
    found = intervals(SCHEME, COLUMNS, subjects, ranks, 40, seed=3)
    for name, rank in ranks.items():
        assert found[name].rank_low <= rank <= found[name].rank_high <= len(cities)
        assert found[name].total_low <= found[name].total_high
    shuffled = [
        drawn(one.subject_id, np.array(random.sample(one.sums.tolist(), len(one.sums))).reshape(-1, 6), (8, None)) for one in subjects
    ]
    random.shuffle(shuffled)
    assert intervals(SCHEME, COLUMNS, shuffled, ranks, 40, seed=3) == found


def test_as_many_cases_are_drawn_as_there_are():
    sums = np.array([[1, 1, 0, 0, 0, 0]] * 30 + [[0, 1, 1, 0, 0, 0]] * 10, np.int64)
    many = drawn_sums("x", Kinds.of(sums), Kinds.of(sums), 200, seed=1)
    assert set(many[:, 1]) == {40}
    assert 0.70 < many[:, 0].mean() / 40 < 0.80


def test_few_good_cases_are_not_surely_good_among_peers_who_are_not():
    few = np.array([[1, 1, 0, 0, 0, 0]] * 3, np.int64)
    many = np.array([[1, 1, 0, 0, 0, 0]] * 700 + [[0, 1, 1, 0, 0, 0]] * 300, np.int64)
    ranks = {"few": 1, "many": 2, "other": 3}
    found = intervals(SCHEME, COLUMNS, [drawn("few", few), drawn("many", many), drawn("other", many[5:])], ranks, 400, seed=1)
    assert found["few"].rank_high > 1
    assert found["few"].total_low < found["many"].total_high


def test_equal_scores_share_the_better_rank_and_those_without_come_last():
    totals = np.array([[90.0], [95.0], [90.0], [np.nan]])
    assert ranks_of(totals)[:, 0].tolist() == [2, 1, 2, 4]


def late_cases(good: int, late: int, reworked: int = 0) -> np.ndarray:
    rows = [[1, 1, 0, 0, 0, 0]] * good + [[0, 1, 1, 0, 0, 0]] * late + [[1, 1, 0, 1, 0, 0]] * reworked
    return np.array(rows, np.int64)


def mended(sums: np.ndarray, asked: tuple[int, Fraction | None] | None = (8, None), scheme: Scheme = SCHEME):
    return mending(scheme, COLUMNS, BETTER, np.arange(1, len(sums) + 1), sums, observed_of(sums, asked))


def test_the_cheapest_cases_for_the_next_grade_are_named_and_reach_it():
    found = mended(late_cases(16, 4))
    assert found is not None
    assert found.possible
    assert 1 <= len(found.cases) < 4
    assert found.after.total is not None
    assert found.after.total >= found.least
    assert found.after.grade == found.grade
    assert {"in_time", "late"} <= set(found.cases[0].codes)


def test_it_says_when_no_mending_would_do():
    strict = Scheme((Aspect("asked", ONE, (VETO,)),), ((Fraction(90), "A"), (Fraction(0), "C")))
    found = mended(late_cases(5, 5), (1, None), strict)
    assert found is not None
    assert not found.possible
    assert found.cases == ()


def test_the_best_grade_needs_no_mending():
    assert mended(late_cases(20, 0)) is None


def test_days_that_belong_to_no_case_cannot_be_mended():
    sums = late_cases(10, 10)
    found = mending(SCHEME, COLUMNS, BETTER, np.zeros(len(sums), np.int64), sums, observed_of(sums, (8, None)))
    assert found is not None
    assert found.faulty == 0
    assert not found.possible


@settings(deadline=None, max_examples=60)
@given(CASES.filter(lambda rows: 0 < len(rows) <= 9), ASKED)
def test_what_is_named_reaches_the_grade_nothing_of_it_is_spare_and_impossible_is_so(sums, asked):
    found = mended(sums, asked)
    if found is None:
        return
    changed = [row for row in range(len(sums)) if (ideal(sums)[row] != sums[row]).any()]
    assert found.faulty == len(changed)

    def reaches(rows) -> bool:
        now = sums.copy()
        now[list(rows)] = ideal(sums)[list(rows)]
        total = score(SCHEME, observed_of(now, asked)).total
        return total is not None and total >= found.least

    if not found.possible:
        assert not reaches(changed)
        return
    named = [one.row for one in found.cases]
    assert reaches(named)
    assert not any(reaches(rest) for rest in combinations(named, len(named) - 1))


def ideal(sums: np.ndarray) -> np.ndarray:
    """Worked out by hand: everything in time, nothing late, nothing done twice, the second thing done."""
    told = sums.copy()
    told[:, 0], told[:, 2], told[:, 3], told[:, 4] = sums[:, 1], 0, 0, sums[:, 5]
    return told
