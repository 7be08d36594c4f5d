"""What is forgotten in the night."""

from datetime import timedelta

import pytest

from chengge import clock
from chengge.organization.jobs import forget_old_answers
from chengge.organization.models import KeptAnswer
from tests.factories import build_city

pytestmark = pytest.mark.django_db


def test_answers_to_programs_are_forgotten_after_two_days(pretended_clock: clock.PretendedClock) -> None:
    member = build_city().members["operator"]
    KeptAnswer.objects.create(member=member, key="k", request_hash="h", kept_at=clock.now())
    pretended_clock.advance(timedelta(days=1))
    assert forget_old_answers(0) == 0
    pretended_clock.advance(timedelta(days=2))
    assert forget_old_answers(0) == 1
