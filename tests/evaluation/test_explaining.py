"""A score opens into its items, an item into its cases, and what would have changed the grade is named."""

from fractions import Fraction

import pytest

from chengge.casework.models import Case
from chengge.domain.errors import NotFound, Refused
from chengge.evaluation.actions.runs import Wanted, make_run
from chengge.evaluation.models import EvaluationRun
from chengge.evaluation.queries.explaining import aspects_of, mending_of, opened
from chengge.evaluation.queries.runs import evidence_path, subject_at
from chengge.organization.queries import MACHINE
from tests.evaluation.judged_city import PERIOD, Scored, scheme_for


@pytest.fixture
def run(scored: Scored) -> EvaluationRun:
    return scored.run


@pytest.mark.django_db  # the one marked test: it has the database set up before the module's city is lived
def test_a_run_that_there_is_not_has_no_score():
    with pytest.raises(NotFound):
        subject_at(MACHINE, 1, "1")


def numbers(scored: Scored, *names: str) -> set[str]:
    return set(Case.objects.filter(pk__in=[scored.cases[name] for name in names]).values_list("number", flat=True))


def test_what_the_items_brought_is_the_score(scored, run):
    works = subject_at(scored.actor("evaluator"), run.pk, scored.id_of("works"))
    parts = [part for aspect in aspects_of(works) for part in aspect.parts]
    assert sum(Fraction(part.part.points_exact) * Fraction(part.part.share_exact) for part in parts) == Fraction(works.total_exact)
    assert sum(part.share_percent for part in parts) == pytest.approx(100)
    assert [(part.part.code, part.value) for part in parts] == [("D2", "66.67 %"), ("D4", "16.67 %"), ("D7", "0 %")]


def test_an_item_opens_into_the_cases_that_counted_and_those_that_were_lost(scored, run):
    evaluator = scored.actor("evaluator")
    works = subject_at(evaluator, run.pk, scored.id_of("works"))
    lost = opened(evaluator, works, 0, "rest")
    assert {case.number for case in lost.cases} == numbers(scored, "late", "worse")
    counted = opened(evaluator, works, 0, "numerator")
    assert {case.number for case in counted.cases} == numbers(scored, "plain", "good", "rework")
    twice = next(case for case in counted.cases if case.pk == scored.cases["rework"])
    assert (twice.in_numerator, twice.in_denominator) == (2, 2)
    against = opened(evaluator, works, 1, "numerator")
    assert against.fewer_is_better
    assert {case.number for case in against.cases} == numbers(scored, "rework")
    with pytest.raises(NotFound):
        opened(evaluator, works, 99)
    with pytest.raises(Refused):
        opened(evaluator, works, 0, "some")


def test_a_department_opens_its_own_cases_and_no_others(scored, run):
    clerk = scored.actor("department")
    assert opened(clerk, subject_at(clerk, run.pk, scored.id_of("works")), 0).case_count == 5
    with pytest.raises(NotFound):
        subject_at(clerk, run.pk, scored.id_of("sanitation"))
    Case.objects.filter(pk=scored.cases["late"]).update(department_id=scored.city.organization_id("sanitation"))
    after = opened(clerk, subject_at(clerk, run.pk, scored.id_of("works")), 0)
    assert (after.case_count, after.hidden) == (4, 1)


def test_a_lower_level_sees_its_own_score_and_its_department_sees_it_too(scored):
    scheme_for("sections", "organization", [("C2", 1, {})], level=3)
    run = make_run(scored.actor("evaluator"), Wanted("sections", PERIOD, samples=50))
    section = scored.id_of("works_section")
    for name in ("section", "department"):
        assert subject_at(scored.actor(name), run.pk, section).name
    with pytest.raises(NotFound):
        subject_at(scored.actor("other_department"), run.pk, section)


def test_the_cheapest_cases_for_the_next_grade_are_the_late_ones(scored, run):
    evaluator = scored.actor("evaluator")
    works = subject_at(evaluator, run.pk, scored.id_of("works"))
    found = mending_of(evaluator, works)
    assert works.grade == "良好"
    assert found.mending is not None
    assert found.mending.grade == "优秀"
    assert {case.number for case, _gained, _names in found.cases} <= numbers(scored, "late", "worse", "rework")
    assert found.mending.after.total >= 90
    best = subject_at(evaluator, run.pk, scored.id_of("sanitation"))
    assert mending_of(evaluator, best).mending is None


def test_a_click_costs_the_same_queries_however_many_cases_there_are(scored, run, django_assert_max_num_queries):
    evaluator = scored.actor("evaluator")
    with django_assert_max_num_queries(2):
        works = subject_at(evaluator, run.pk, scored.id_of("works"))
    with django_assert_max_num_queries(4):
        aspects_of(works)
    with django_assert_max_num_queries(6):
        opened(evaluator, works, 0)
    with django_assert_max_num_queries(7):
        mending_of(evaluator, works)


def test_evidence_that_was_lost_is_made_anew_from_the_pinned_facts(scored, run):
    evaluator = scored.actor("evaluator")
    works = subject_at(evaluator, run.pk, scored.id_of("works"))
    before = [case.number for case in opened(evaluator, works, 0).cases]
    evidence_path(run).unlink()
    assert [case.number for case in opened(evaluator, works, 0).cases] == before
