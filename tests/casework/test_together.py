"""Several people at once: exactly one wins, the others are told, and nothing is left half done."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from chengge.casework import audit, ledger, photos
from chengge.casework.actions import Given, Said, perform, report
from chengge.casework.models import Case, Clock, Evidence, LedgerEntry
from chengge.domain.errors import Conflict
from tests.casework.lives import Life, picture
from tests.factories import build_city

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(jobs: list) -> list:
    """Run all jobs at the same moment, each on a connection of its own; their results or what they raised."""
    barrier = Barrier(len(jobs))

    def run(job):
        barrier.wait()
        try:
            return job()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.fixture
def life() -> Life:
    from chengge import clock

    return Life(build_city(), clock.PretendedClock(clock.now()))


def test_of_two_people_who_act_on_one_case_one_wins_and_the_other_is_told(life):
    life.to("accepted")
    leader = life.city.actor("shift_leader")
    for _ in range(3):
        case = life.to("accepted")
        done = at_once(
            [
                lambda case=case: perform(case.pk, "file", leader, seen=case.entry_count),
                lambda case=case: perform(case.pk, "decline_filing", leader, Given(reason="不符合立案条件"), seen=case.entry_count),
            ]
        )
        lost = [result for result in done if isinstance(result, Conflict)]
        assert len(lost) == 1
        assert "何敏" in lost[0].hint
        assert LedgerEntry.objects.filter(case=case).count() == case.entry_count + 1


def test_who_waited_for_a_case_sees_all_of_it_as_it_is_now(life):
    case = life.to("filed")
    had_it = Event()

    def dispatch():
        with transaction.atomic():
            ledger.lock(case.pk)
            had_it.set()
            while not waiting_for_locks():
                time.sleep(0.01)
            perform(case.pk, "dispatch", life.city.actor("dispatcher"), Given(organization_id=life.city.organization_id("sanitation")))

    def wait():
        had_it.wait(10)
        with transaction.atomic():
            return ledger.lock(case.pk)

    _done, locked = at_once([dispatch, wait])
    assert locked.case.stage == "dispatched"
    assert locked.running == list(Clock.objects.filter(case=case, stopped_at=None).order_by("ordinal"))
    assert "handling" in {clock.kind for clock in locked.running}
    assert locked.clock_count == Clock.objects.filter(case=case).count()


def waiting_for_locks() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]


def test_one_key_sent_by_an_impatient_phone_many_times_is_one_action(life):
    case = life.to("accepted")
    leader = life.city.actor("shift_leader")
    done = at_once([lambda: perform(case.pk, "file", leader, key="tap") for _ in range(6)])
    assert {getattr(moved, "entry_id", moved) for moved in done} == {done[0].entry_id}
    assert sum(not moved.repeated for moved in done) == 1


def test_one_report_sent_many_times_is_one_case(life):
    actor, said = life.city.actor("operator"), life.said()
    done = at_once([lambda: report(actor, said, key="call-7") for _ in range(6)])
    assert len({reported.case_id for reported in done}) == 1
    assert Case.objects.count() == 1


def test_a_machine_without_a_name_sends_its_report_once_too(life):
    from chengge.organization.queries import MACHINE

    said = life.said(channel="sensor")
    done = at_once([lambda: report(MACHINE, said, key="alarm-9") for _ in range(4)])
    assert len({reported.case_id for reported in done}) == 1
    assert Case.objects.count() == 1


def test_reports_that_come_at_once_get_numbers_without_gap_or_double(life):
    actor = life.city.actor("operator")
    lon, lat = life.city.places[0]
    said = Said(channel="hotline", problem_class_id=life.city.garbage.pk, lon=lon, lat=lat)
    done = at_once([lambda: report(actor, said) for _ in range(8)])
    assert sorted(int(reported.number[-6:]) for reported in done) == list(range(1, 9))
    assert [checked.faults for checked in audit.verify(1)] == [()]


def test_a_picture_uploaded_twice_proves_two_things_at_once_and_is_taken_from_neither(life):
    actor, said = life.city.actor("operator"), life.said()
    for _ in range(6):
        kept = [photos.store(picture(7), actor) for _ in range(4)]
        shown = replace(said, photos=(kept[0].sha256,))
        done = at_once([lambda shown=shown: report(actor, shown) for _ in range(4)])
        assert [reported.questions for reported in done] == [()] * 4
        assert sorted(Evidence.objects.filter(pk__in=[one.pk for one in kept]).values_list("case_id", flat=True)) == sorted(
            reported.case_id for reported in done
        )
