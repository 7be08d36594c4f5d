"""Killed in the middle of the work: nothing acknowledged is lost, nothing is half done, and what is sent again is not done twice."""

import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psutil
import pytest

from tests.crash.people import AT_WORK
from tests.crash.programs import Program
from tests.crash.town import DATABASE, Diary, Running, Town, free_port, lives, start_web, wait_until

pytestmark = pytest.mark.slow

PROGRAMS = 3
DEATHS = 16
ACKNOWLEDGED = 300


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    # Not in pytest's own folder: every session of pytest closes that to the user PostgreSQL runs as.
    with tempfile.TemporaryDirectory(prefix="chengge-test-", ignore_cleanup_errors=True) as folder:
        town = Town(Path(folder))
        with town.private.in_use(DATABASE, lambda text: None):
            town.finish("tests.crash.people", "found", str(town.facts_path))
            town.facts = json.loads(town.facts_path.read_text(encoding="utf-8"))
            yield town
            town.leave()


@dataclass(frozen=True, slots=True)
class Work:
    """People who act through the door, each in a process of their own."""

    running: Running
    prefix: Path

    @property
    def diaries(self) -> list[Diary]:
        return [Diary(path) for path in sorted(self.prefix.parent.glob(f"{self.prefix.name}*.diary"))]

    @property
    def acknowledged(self) -> int:
        return sum(len(diary.lines("done")) for diary in self.diaries)

    def kill_one(self, chance: Random) -> None:
        deadline = time.monotonic() + 30
        while not (people := self.people()):
            assert time.monotonic() < deadline, self.running.said
        chance.choice(people).kill()

    def people(self) -> list[psutil.Process]:
        return [person for person in psutil.Process(self.running.process.pid).children() if lives(person)]


@pytest.fixture
def work(town: Town, request: pytest.FixtureRequest) -> Work:
    prefix = town.var / f"{request.node.name[:24]}-"
    work = Work(town.run("tests.crash.people", "door", str(town.facts_path), str(prefix)), prefix)
    wait_until(lambda: work.acknowledged >= AT_WORK * 10 or work.running.process.poll() is not None, "the first work", 60)
    assert work.running.process.poll() is None, work.running.said
    return work


def check_what_was_acknowledged(town: Town, diaries: list[Diary]) -> int:
    """Every acknowledgement in the diaries stands in the ledger. Returns how many there are."""
    done = [line for diary in diaries for line in diary.lines("done")]
    entries = {
        (member, key): (entry_id, case_id, seq, action)
        for member, key, entry_id, case_id, seq, action in town.ask(
            "SELECT member_id, key, id, case_id, seq, action FROM casework_ledgerentry WHERE key IS NOT NULL"
        )
    }
    reports = {
        (member, key): (row, case_id) for member, key, row, case_id in town.ask("SELECT member_id, key, id, case_id FROM casework_report")
    }
    for line in done:
        who = (town.facts["members"][line["member"]], line["key"])
        if line["action"] == "report":
            assert reports.get(who) == (line["report_id"], line["case_id"]), line
        else:
            assert entries.get(who) == (line["entry_id"], line["case_id"], line["seq"], line["action"]), line
        for photo in line.get("given", {}).get("photos", ()):
            assert (town.var / "media" / "photos" / photo[:2] / f"{photo}.jpg").stat().st_size, line
    return len(done)


def check_the_books_and_sending_again(town: Town, diaries: list[Diary]) -> None:
    """Nothing is half done. What was acknowledged is told again and not done; what was under way is done now, or was, or comes too late."""
    assert town.halves() == {}
    before = entry_count(town)
    outcome = json.loads(town.finish("tests.crash.people", "again", str(town.facts_path), *(str(diary.path) for diary in diaries)))
    assert outcome["faults_before"] == []
    results = {line["key"]: line for line in outcome["results"]}
    for first in (line for diary in diaries for line in diary.lines("done")):
        assert results[first["key"]] == first | {"word": "tried", "repeated": True}
    new = [line for line in results.values() if line.get("repeated") is False]
    assert len(new) <= len(diaries)
    assert entry_count(town) - before == len(new)
    assert outcome["faults_after"] == []
    assert town.halves() == {}


def entry_count(town: Town) -> int:
    return int(town.ask("SELECT count(*) FROM casework_ledgerentry")[0][0])


def test_people_killed_at_work_leave_everything_acknowledged_and_nothing_half(town, work):
    chance = Random(1)
    for _ in range(DEATHS):
        time.sleep(chance.uniform(0.05, 0.35))
        work.kill_one(chance)
    work.running.kill()
    assert check_what_was_acknowledged(town, work.diaries) >= AT_WORK * 10
    check_the_books_and_sending_again(town, work.diaries)


def test_a_database_killed_under_load_comes_back_with_everything_acknowledged(town, work):
    wait_until(lambda: work.acknowledged >= ACKNOWLEDGED, "enough work", 60)
    town.kill_database()
    work.running.process.wait(30)  # Their connections are gone, so they end by themselves.
    town.bring_back_database()
    assert check_what_was_acknowledged(town, work.diaries) >= ACKNOWLEDGED
    check_the_books_and_sending_again(town, work.diaries)


def test_programs_that_speak_to_a_killed_database_and_a_killed_web_server_lose_nothing(town):
    port = free_port()
    web = start_web(town, port)
    programs = [Program(port, town.facts, f"http{number}") for number in range(PROGRAMS)]
    for program in programs:
        program.start()

    def go_on(seconds: float = 30) -> None:
        before = [len(program.done) for program in programs]
        more = "more answers for every program"
        wait_until(lambda: all(len(p.done) >= was + 20 or p.failed for p, was in zip(programs, before, strict=True)), more, seconds)

    try:
        go_on()
        town.kill_database()
        town.bring_back_database()
        go_on()  # The web server was not started again: it finds the database by itself.
        web.kill()
        web = start_web(town, port)
        go_on()
    finally:
        for program in programs:
            program.stop()
    assert [program.failed for program in programs] == [""] * PROGRAMS

    done = [line for program in programs for line in program.done]
    kept = dict(town.ask("SELECT (member_id, key)::text, id FROM casework_ledgerentry WHERE key LIKE 'http%%'"))
    kept |= dict(town.ask("SELECT (member_id, key)::text, id FROM casework_report WHERE key LIKE 'http%%'"))
    assert {f"({town.facts['members'][line.member]},{line.key})": line.row for line in done} == kept
    assert town.halves() == {}

    before = entry_count(town)
    for program in programs:
        program.check_sending_again()
    assert entry_count(town) == before
    web.kill()
    check_the_books_and_sending_again(town, [])
