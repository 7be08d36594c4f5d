"""On the real streets: once everything is imported, one case goes all the way round, on four levels."""

from itertools import count
from pathlib import Path

import pytest

from chengge import clock
from chengge.casework import audit, photos
from chengge.casework.actions import Given, Said, perform, report
from chengge.casework.models import Case, Clock, LedgerEntry, Task
from chengge.foundation.models import Component
from chengge.foundation.queries import candidates, rules_of
from chengge.organization.models import Organization
from tests.casework.lives import picture
from tests.exchange.hangzhou import import_hangzhou

pytestmark = pytest.mark.django_db


def test_a_broken_bus_shelter_in_shiqiao_is_reported_mended_checked_and_closed(
    shared_data: Path, pretended_clock: clock.PretendedClock
) -> None:
    district = import_hangzhou(shared_data)
    shelter = Component.objects.filter(problem_class__name="公交站亭", grid_code__gte=330105019 * 10**6, grid_code__isnull=False).first()
    assert shelter is not None
    here = {"lon": shelter.lon, "lat": shelter.lat}
    day = pretended_clock.at.date()

    reported = report(
        district.actor("operator"),
        Said(
            channel="hotline", problem_class_id=shelter.problem_class_id, component_code=shelter.code, description="候车亭玻璃破碎", **here
        ),
    )
    case_id = reported.case_id
    assert case_id is not None
    assert Case.objects.get(pk=case_id).grid_code == shelter.grid_code

    def do(action: str, who: str, **given: object) -> None:
        perform(case_id, action, district.actor(who), Given(**given))  # type: ignore[arg-type]

    shots = count()

    def photo(who: str) -> tuple[str]:
        return (photos.store(picture(next(shots)), district.actor(who)).sha256,)

    do("ask_to_verify", "operator")
    assert Task.objects.get(case=case_id).member == district.member("inspector"), "the inspector whose responsibility grid it is"
    do("verify_true", "inspector", photos=photo("inspector"), **here)
    rule = rules_of(shelter.problem_class_id, Case.objects.get(pk=case_id).area_class, day)[0]
    do("accept", "operator", rule_id=rule.pk)
    do("file", "shift_leader")

    best = candidates(shelter.problem_class_id, rule.pk, shelter.grid_code, shelter.code, day)[0]
    assert best.organization == Organization.objects.get(code="D03")
    do("dispatch", "dispatcher", organization_id=Organization.objects.get(code="D01").pk)
    do("hand_back", "works", reason="公交设施不属本中心养护")
    do("confirm_return", "shift_leader")
    do("dispatch", "dispatcher", organization_id=best.organization.pk)
    do("take_up", "transport")
    do("finish", "transport", photos=photo("transport"))
    do("ask_to_check", "operator")
    do("pass_check", "inspector", photos=photo("inspector"), **here)
    do("close", "shift_leader")

    case = Case.objects.get(pk=case_id)
    assert (case.stage, case.wrong_dispatch_count, case.department) == ("closed", 1, best.organization)
    assert LedgerEntry.objects.filter(case=case).count() == 14
    handling = Clock.objects.filter(case=case, kind="handling").latest("ordinal")
    assert (handling.limit_amount, handling.limit_unit) == (rule.limit_amount, rule.limit_unit)
    assert [checked.faults for checked in audit.verify(1)] == [()]
