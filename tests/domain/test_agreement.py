"""How far two assessors agree, against the examples of those who invented the figures."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengge.domain.agreement import cohens_kappa, intraclass_correlation, percent_agreement, settle

# Shrout and Fleiss 1979, table 2: six targets, four judges; they give ICC(1,1) = .17.
SHROUT_AND_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
BOUND = Fraction(20, 100)


def test_kappa_of_a_table_worked_out_by_hand():
    """Both yes 20, both no 15, apart 5 and 10: observed 0.7, by chance 0.5 · 0.6 + 0.5 · 0.4 = 0.5, so 0.2 / 0.5."""
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert percent_agreement(pairs) == Fraction(7, 10)
    assert cohens_kappa(pairs) == Fraction(2, 5)


def test_kappa_below_chance_is_negative_and_without_choice_is_none():
    assert cohens_kappa([(0, 1), (1, 0)]) == -1
    assert cohens_kappa([(5, 5), (5, 5)]) is None
    assert cohens_kappa([]) is None
    assert percent_agreement([]) is None


def test_intraclass_correlation_of_the_example_of_its_inventors():
    found = intraclass_correlation(SHROUT_AND_FLEISS)
    assert found is not None
    assert round(float(found), 3) == 0.166


def test_intraclass_correlation_is_one_when_all_agree_and_none_when_nothing_varies():
    assert intraclass_correlation([[90, 90], [70, 70], [80, 80]]) == 1
    assert intraclass_correlation([[90, 90], [90, 90]]) is None
    assert intraclass_correlation([[90, 80]]) is None
    assert intraclass_correlation([]) is None
    with pytest.raises(ValueError, match="equally many"):
        intraclass_correlation([[1, 2], [1]])


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1))
def test_agreement_does_not_ask_who_came_first(pairs):
    turned = [(other, one) for one, other in pairs]
    assert cohens_kappa(pairs) == cohens_kappa(turned)
    kappa = cohens_kappa(pairs)
    assert kappa is None or -1 <= kappa <= 1
    assert kappa is None or (kappa == 1) == all(one == other for one, other in pairs)


def test_two_marks_that_lie_close_make_their_mean():
    assert settle([8, 10], [], 10, BOUND).points == 9
    assert settle([7], [], 10, BOUND).points == 7
    assert settle([None, None], [], 10, BOUND).points is None
    assert not settle([None, None], [], 10, BOUND).disputed


def test_two_marks_too_far_apart_wait_for_a_third_that_decides():
    assert settle([7, 10], [], 10, BOUND).disputed
    assert settle([7, 10], [4], 10, BOUND).points == 4
    assert settle([None, 0], [], 10, BOUND).disputed, "whether an item applies at all is the widest gap"
    settled = settle([None, 0], [None], 10, BOUND)
    assert (settled.points, settled.disputed) == (None, False)
