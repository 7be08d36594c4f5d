"""Facts are what the ledger adds up to, month by month: read on or made anew, they are the same to the byte."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.utils import translation

from chengge.casework.actions import Given, add_report
from chengge.casework.models import Case, Clock, LedgerEntry, Report
from chengge.domain.facts import Kind
from chengge.evaluation.facts import FactStore, fact_tables, rebuild, refresh
from chengge.evaluation.facts.dictionary import renewed
from chengge.evaluation.facts.tables import TYPES, schema_of
from chengge.organization.queries import MACHINE

# Reading on goes by what other transactions have committed, so each test commits.
pytestmark = pytest.mark.django_db(transaction=True)


def rows(store: FactStore, table: str) -> list[dict]:
    return pa.concat_tables(pq.read_table(path) for path in store.paths(table)).to_pylist() if store.paths(table) else []


def files(store: FactStore) -> dict[str, bytes]:
    """What the manifest names, byte by byte."""
    return {path.name: path.read_bytes() for table in fact_tables() for path in store.paths(table.name)}


def test_a_city_without_cases_has_no_facts(city, store):
    assert refresh(store).changed == {}
    assert files(store) == {}


def test_every_case_entry_clock_assignment_task_and_report_is_a_row(life, store):
    life.to("closed")
    life.later(hours=1)
    life.to("returned")
    refresh(store)
    assert {row["case_id"] for row in rows(store, "cases")} == set(Case.objects.values_list("pk", flat=True))
    assert len(rows(store, "moves")) == LedgerEntry.objects.count()
    assert len(rows(store, "stages")) == Clock.objects.count()
    assert len(rows(store, "reports")) == Report.objects.count()
    case = next(row for row in rows(store, "cases") if row["stage"] == "closed")
    closed = Case.objects.get(pk=case["case_id"])
    assert (case["number"], case["reported_at"], case["ended_at"]) == (closed.number, closed.reported_at, closed.ended_at)
    assert (case["self_disposed"], case["origin"], case["component_code"]) == (False, "live", None)


def test_read_on_or_made_anew_the_facts_are_the_same_to_the_byte(life, store, tmp_path):
    life.to("dispatched")
    refresh(store)
    life.later(days=20)
    first = life.case_id
    other = life.to("accepted").pk
    life.case_id = first
    life.do("take_up", "department")
    refresh(store)
    life.report(channel="web")
    life.do("merge", "operator", Given(reason="重复", into_case_id=other))
    add_report(MACHINE, life.said(channel="web"), first)
    refresh(store)
    anew = FactStore(tmp_path / "anew")
    rebuild(anew)
    assert files(store) == files(anew)
    assert store.manifest().digest() == anew.manifest().digest()


def test_a_late_entry_refreshes_its_own_month_only(life, store):
    first = life.to("handling").pk
    life.later(days=45)
    life.to("accepted")
    refresh(store)
    assert len(store.months("cases")) == 2
    old, new = store.months("cases")
    life.case_id = first
    life.do("finish", "department", Given(photos=(life.photo("department"),)))
    done = refresh(store)
    assert done.changed["moves"] == [old]
    assert new not in {month for months in done.changed.values() for month in months}


def test_nothing_moved_nothing_changes(life, store):
    life.to("filed")
    refresh(store)
    before = store.manifest().digest()
    assert refresh(store).changed == {}
    assert store.manifest().digest() == before


def test_facts_with_other_columns_are_made_anew(life, store):
    life.to("filed")
    refresh(store)
    manifest = store.manifest()
    manifest.layout = "of another time"
    store.finish(manifest)
    assert refresh(store).anew


def test_a_month_belongs_to_the_city_not_to_greenwich(life, store, pretended_clock):
    pretended_clock.at = pretended_clock.at.replace(month=12, day=31, hour=17, minute=30)  # already the new year in the city
    life.report()
    refresh(store)
    assert store.months("cases") == [f"{pretended_clock.at.year + 1}-01"]


def test_files_that_nothing_names_any_more_are_dropped_but_not_those_that_a_reader_may_still_hold(life, store):
    life.to("accepted")
    refresh(store)
    (held,) = store.paths("cases")
    life.do("file", "shift_leader")
    refresh(store)
    assert held.exists()
    life.do("dispatch", "dispatcher", Given(organization_id=life.city.organization_id("works")))
    refresh(store)
    assert not held.exists()


def test_every_column_has_a_meaning_in_both_languages_and_a_type():
    for table in fact_tables():
        assert schema_of(table).names == [column.name for column in table.columns]
        for column in table.columns:
            with translation.override("en"):
                english = str(column.meaning)
            with translation.override("zh-hans"):
                chinese = str(column.meaning)
            assert english.isascii() or "–" in english
            assert chinese != english, f"{table.name}.{column.name} has no Chinese meaning"


def test_every_kind_of_column_has_a_type():
    assert set(TYPES) == set(Kind)


def test_the_dictionary_in_the_documentation_is_that_of_the_tables():
    page = (settings.BASE_DIR / "docs" / "facts.md").read_text(encoding="utf-8")
    assert renewed(page) == page, "Write it anew: .venv/bin/chengge facts dictionary"
