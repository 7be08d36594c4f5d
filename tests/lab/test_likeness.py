"""Some people of the demo city say what others said before."""

import pytest

from chengge.casework.audit import check_range, ranges
from chengge.casework.models import Case, Report
from chengge.casework.queries.likeness import alike_to
from chengge.clock import PretendedClock
from chengge.lab import likeness
from tests.casework.lives import Life
from tests.factories import build_city


@pytest.mark.django_db
def test_one_problem_said_by_several_is_merged_added_or_waits_to_be_seen(pretended_clock: PretendedClock) -> None:
    life = Life(build_city(), pretended_clock)
    for _ in range(16):
        life.report()
        life.later(minutes=1)
    likeness.live(1)
    assert Case.objects.filter(stage="merged").count() == likeness.MERGED
    assert Report.objects.filter(state="incomplete").count() == likeness.UNCLEAR
    latest = Case.objects.exclude(stage="merged").select_related("problem_class").latest("pk")
    assert alike_to(latest)
    assert all(check_range(span).faults == () for span in ranges())
