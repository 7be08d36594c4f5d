"""Old cases of another system come over as true ledgers: nothing is made up, nothing comes twice, in time or late is reckoned here."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from chengge.casework import audit
from chengge.casework.models import Case, Clock, LedgerEntry, Report
from chengge.casework.queries.timeline import timeline
from chengge.domain.errors import Refused
from chengge.exchange.history import apply_history, judged_of, plan_history, read_mapping
from tests.factories import City, build_city

pytestmark = pytest.mark.django_db

MAPPING = """
system = "old hotline"
zone = "Asia/Shanghai"
[columns]
number = "no"
opened = "begun"
due = "limit"
closed = "ended"
class = "what"
department = "who"
place = "where"
description = "words"
lon = "x"
lat = "y"
in_time = "judged"
[classes]
"井盖" = "c{manhole}"
[departments]
"市政" = "D01"
[otherwise]
channel = "hotline"
lon = 120.18
lat = 30.32
[in_time]
yes = "按时"
no = "超时"
"""
HEADINGS = "no,begun,limit,ended,what,who,where,words,x,y,judged"
ROWS = (
    "A1,2021-03-01 09:00:00,2021-03-02 09:00:00,2021-03-02 09:00:00,井盖,市政,石桥路,井盖松动,120.1805,30.3205,按时",
    "A2,2021-03-01 10:00:00,2021-03-01 12:00:00,2021-03-01 12:00:01,井盖,市政,石桥路,井盖缺失,120.1805,30.3205,超时",
    "A3,2021-03-03 10:00:00,,2021-03-09 12:00:00,井盖,市政,,没有时限,,,",
    "A4,2021-04-01 10:00:00,2021-04-02 10:00:00,,井盖,市政,东新路,还没办完,120.1815,30.3205,",
)


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.fixture
def files(city: City, tmp_path: Path) -> tuple[Path, Path]:
    listed, mapping = tmp_path / "old.csv", tmp_path / "old.toml"
    listed.write_text("\n".join((HEADINGS, *ROWS)) + "\n", encoding="utf-8")
    mapping.write_text(MAPPING.format(manhole=city.manhole.code), encoding="utf-8")
    return listed, mapping


def brought(files: tuple[Path, Path]) -> int:
    return apply_history(plan_history(files[0], read_mapping(files[1])))


def case_of(number: str) -> Case:
    return Case.objects.get(reports__other_number=number)


def faults() -> list[audit.Fault]:
    return [fault for checked in audit.verify(1) for fault in checked.faults]


def test_old_cases_become_ledgers_that_verify_and_say_they_were_imported(files):
    assert brought(files) == 4
    assert faults() == []
    assert set(LedgerEntry.objects.values_list("origin", flat=True)) == {"imported"}
    assert [case_of(number).stage for number in ("A1", "A2", "A3", "A4")] == ["closed", "closed", "closed", "handling"]
    assert [entry.action for entry in reversed(timeline(case_of("A1")))] == ["report", "carry_over", "carried_to_the_end"]
    assert case_of("A1").number.startswith("20210301990101")


def test_a_list_brought_in_twice_brings_nothing_the_second_time(files):
    assert brought(files) == 4
    assert brought(files) == 0
    assert Report.objects.count() == 4


def test_the_last_second_is_in_time_and_the_next_is_late(files):
    brought(files)
    overdue = dict(Clock.objects.values_list("case__reports__other_number", "overdue"))
    assert overdue == {"A1": False, "A2": True, "A4": None}
    assert judged_of(plan_history(files[0], read_mapping(files[1]))).contradict == 0


def test_a_list_that_judges_otherwise_is_told_so(files):
    files[0].write_text(files[0].read_text(encoding="utf-8").replace("按时", "超时"), encoding="utf-8")
    made = plan_history(files[0], read_mapping(files[1]))
    apply_history(made)
    judged = judged_of(made)
    assert (judged.agree, judged.contradict, judged.numbers) == (1, 1, ("A1",))


def test_without_a_limit_there_is_no_clock_and_without_a_position_the_mapping_says_where(files):
    made = plan_history(files[0], read_mapping(files[1]))
    assert (made.without_limit, made.without_place) == (1, 1)
    apply_history(made)
    case = case_of("A3")
    assert not case.clocks.exists()
    assert (case.lon, case.lat) == (120.18, 30.32)


def test_the_times_of_the_list_are_those_of_its_own_zone(files):
    brought(files)
    assert case_of("A1").reported_at == datetime(2021, 3, 1, 1, 0, tzinfo=UTC)


def test_an_old_case_that_is_still_open_is_worked_on_as_any_other(files, city):
    brought(files)
    case = case_of("A4")
    assert (case.organization_id, case.department_id, case.level) == (city.organization_id("works"), city.organization_id("works"), 2)
    assert case.due_at == datetime(2021, 4, 2, 2, 0, tzinfo=UTC)


def test_parquet_does_as_well(files, tmp_path):
    rows = [dict(zip(HEADINGS.split(","), (value or None for value in row.split(",")), strict=True)) for row in ROWS]
    listed = tmp_path / "old.parquet"
    pq.write_table(pa.Table.from_pylist(rows), listed)
    assert brought((listed, files[1])) == 4


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (",2021-03-01 09:00:00,,,井盖,市政,,,,,", "no", "number"),
        ("B1,sometime,,,井盖,市政,,,,,", "begun", "no time"),
        ("B1,2021-03-01 09:00:00,,2021-02-01 09:00:00,井盖,市政,,,,,", "ended", "before it began"),
        ("B1,2051-03-01 09:00:00,,,井盖,市政,,,,,", "begun", "future"),
        ("B1,2021-03-01 09:00:00,,,路灯,市政,,,,,", "what", "mapping does not say"),
        ("B1,2021-03-01 09:00:00,,,井盖,市政,,,999,30,", "x", "no valid position"),
        ("A1,2021-03-01 09:00:00,,,井盖,市政,,,,,", "no", "twice"),
    ],
)
def test_a_row_at_fault_is_named_with_its_column_and_refused_whole(files, row, column, words, settings):
    settings.LANGUAGE_CODE = "en"
    files[0].write_text(files[0].read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    made = plan_history(files[0], read_mapping(files[1]))
    (fault,) = made.faults
    assert (fault.row, fault.column) == (6, column)
    with pytest.raises(CommandError):
        call_command("import", "history", str(files[0]), "--mapping", str(files[1]), stdout=io.StringIO())
    assert Case.objects.count() == 0


def test_good_rows_come_in_without_the_bad_ones_where_that_is_wanted(files, tmp_path):
    files[0].write_text(files[0].read_text(encoding="utf-8") + "B1,sometime,,,井盖,市政,,,,,\n", encoding="utf-8")
    refused = tmp_path / "refused.csv"
    out = io.StringIO()
    call_command("import", "history", str(files[0]), "--mapping", str(files[1]), "--skip-bad", str(refused), stdout=out)
    assert Case.objects.count() == 4
    assert "sometime" in refused.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (('system = "old hotline"', ""), "mapping"),
        (('zone = "Asia/Shanghai"', 'zone = "Mars/Olympus"'), ""),
        (('"D01"', '"D99"'), "mapping"),
        (('number = "no"', 'number = "nothing"'), "file"),
        (("[in_time]", "[weather]"), "mapping"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_before_anything_is_read(files, change, field):
    files[1].write_text(files[1].read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        plan_history(files[0], read_mapping(files[1]))
    assert refused.value.field == field


def test_a_real_citys_quarter_is_judged_as_that_city_judged_it(city, shared_data, tmp_path):
    """31 828 service requests of 2011 with their own word on whether each was in time."""
    mapping = tmp_path / "boston.toml"
    mapping.write_text(
        f"""
system = "311"
zone = "America/New_York"
[columns]
number = "case_enquiry_id"
opened = "open_dt"
due = "target_dt"
closed = "closed_dt"
class = "type"
department = "department"
place = "location"
description = "case_title"
lon = "longitude"
lat = "latitude"
channel = "source"
in_time = "ontime"
[channels]
"Constituent Call" = "hotline"
"Self Service" = "web"
"Citizens Connect App" = "app"
"Employee Generated" = "inspector"
[otherwise]
class = "c{city.manhole.code}"
department = "D01"
channel = "web"
[in_time]
yes = "ONTIME"
no = "OVERDUE"
""",
        encoding="utf-8",
    )
    made = plan_history(shared_data / "requests" / "boston311_2011-07_09.csv.gz", read_mapping(mapping))
    assert (made.read, len(made.faults)) == (31_828, 0)
    assert apply_history(made) == 31_828
    assert (made.without_limit, sum(old.closed is None for old, _in_time in made.cases)) == (5_013, 1_747)
    judged = judged_of(made)
    closed_with_limit = sum(1 for old, in_time in made.cases if old.due and old.closed and in_time is not None)
    assert (judged.contradict, judged.agree) == (0, closed_with_limit)
    checked = list(audit.verify(1))
    assert [fault for one in checked for fault in one.faults] == []
    assert sum(one.entries for one in checked) == LedgerEntry.objects.count()
