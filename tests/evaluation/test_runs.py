"""A run is frozen with all that it was made from: again it comes out the same, and another says what changed and why."""

import csv
import json
import os
import pickle
import subprocess
import sys
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from chengge.casework.actions import Given
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.evaluation.actions.runs import Wanted, keep_peer_groups, make_run, run_of_the_house
from chengge.evaluation.facts import city_facts, refresh
from chengge.evaluation.models import EvaluationRun, PeerGroup, RunSubject
from chengge.evaluation.periods import period_of, span_before
from chengge.evaluation.queries.runs import changes_of, inputs_again, reckoned_again, runs_in_sight, subjects_in_sight
from chengge.organization.models import Organization
from tests.evaluation.judged_city import PERIOD, Scored, past_due, scheme_for, steps

WANTED = Wanted("departments", PERIOD, samples=100)


@pytest.fixture
def run(scored: Scored) -> EvaluationRun:
    return scored.run


def score_of(run: EvaluationRun, subject_id: str) -> RunSubject:
    return RunSubject.objects.get(run=run, subject_id=subject_id)


# Periods


@pytest.mark.parametrize(
    ("name", "first", "last", "before"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2025"),
        ("2026-H2", date(2026, 7, 1), date(2026, 12, 31), "2026-H1"),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "2025-Q4"),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), "2026-01"),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4), "2025-W52"),
        ("2026-10-01", date(2026, 10, 1), date(2026, 10, 1), "2026-09-30"),
    ],
)
def test_a_period_is_whole_days_of_the_city_and_knows_the_one_before(name, first, last, before):
    period = period_of(name)
    assert (period.first, period.last, period.before.name) == (first, last, before)
    assert period.begin.utcoffset() is not None
    assert (period.before.begin, period.begin) == span_before(period.begin, period.end)


@pytest.mark.parametrize("name", ["", "26-10", "2026-13", "2026-Q5", "2026-W54", "2026-02-30", "last month", "2026-H3", "0001-01"])
def test_what_is_no_period_is_refused_with_the_ways_to_write_one(name):
    with pytest.raises(Refused, match="2026-Q4"):
        period_of(name)


# Making runs


@pytest.mark.django_db  # the one marked test: it has the database set up before the module's city is lived
def test_where_there_is_no_scheme_one_is_told_to_make_one():
    with pytest.raises(NotFound, match="first"):
        run_of_the_house(Wanted("departments", PERIOD))


def test_a_run_ranks_departments_by_the_scheme_with_work_and_interval(scored, run):
    works, sanitation = score_of(run, scored.id_of("works")), score_of(run, scored.id_of("sanitation"))
    assert (works.workload, sanitation.workload) == (6, 2)
    assert sanitation.total == 100
    assert (sanitation.rank, works.rank) == (1, 2)
    d2 = works.parts.get(code="D2")
    assert (d2.numerator, d2.denominator) == (4, 6)
    assert works.rank_low <= works.rank <= works.rank_high
    assert works.total_low < works.total_high
    assert RunSubject.objects.get(run=run, subject_id=scored.id_of("street_office")).total is None


def test_a_run_comes_out_the_same_again_whatever_the_city_did_since(scored, run):
    scored.life.case_id = scored.cases["plain"]
    Organization.objects.filter(pk=scored.city.organization_id("works")).update(name="另一个名字")
    scored.life.report()
    steps(scored.life, "accepted", "filed", "dispatched")
    store = city_facts()
    refresh(store)
    refresh(store)
    assert store.manifest().digest() != run.facts_digest
    again = reckoned_again(EvaluationRun.objects.get(pk=run.pk))
    assert again.digest() == run.result_digest
    told = StringIO()
    call_command("evaluate", again=run.pk, stdout=told)
    assert run.result_digest in told.getvalue()


def test_the_digest_does_not_hang_on_how_python_shuffles_its_sets(scored, run, tmp_path):
    kept = tmp_path / "inputs.pickle"
    kept.write_bytes(
        pickle.dumps((inputs_again(run), city_facts().folder, run.facts_digest, int(run.as_of.timestamp()), run.begin, run.end))
    )
    code = (
        "import django, pickle, sys; django.setup()\n"
        "from chengge.evaluation.facts import FactStore; from chengge.evaluation.indicators import with_duckdb\n"
        "from chengge.evaluation.results import result_of\n"
        "inputs, folder, digest, at, begin, end = pickle.load(open(sys.argv[1], 'rb'))\n"
        "facts = with_duckdb(FactStore(folder).pinned(digest, at), inputs.settings)\n"
        "print(result_of(inputs, facts, begin, end, 100, 1).digest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": "4711", "DJANGO_SETTINGS_MODULE": "chengge.config.settings"}
    done = subprocess.run([sys.executable, "-c", code, str(kept)], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == run.result_digest, done.stderr


def test_only_an_evaluator_makes_runs(scored):
    for name in ("leader", "administrator", "dispatcher", "department"):
        with pytest.raises(Forbidden):
            make_run(scored.actor(name), WANTED)


def test_a_second_run_needs_a_reason_and_something_new(scored, run):
    evaluator = scored.actor("evaluator")
    with pytest.raises(Refused, match=str(run.pk)) as refused:
        make_run(evaluator, WANTED)
    assert refused.value.field == "reason"
    with pytest.raises(Conflict) as conflict:
        make_run(evaluator, Wanted("departments", PERIOD, "更正", samples=100))
    assert conflict.value.code == "nothing_changed"


def test_a_run_that_replaces_another_says_what_changed_and_which_cases_did_it(scored, run):
    scored.life.report()
    late = scored.life.case_id
    steps(scored.life, "accepted", "filed", "dispatched", "handling")
    past_due(scored.life)
    scored.life.do("finish", "department", Given(photos=(scored.life.photo("department"),)))
    second = make_run(scored.actor("evaluator"), Wanted("departments", PERIOD, "漏统计一件", samples=100))
    changes = changes_of(EvaluationRun.objects.select_related("replaces").get(pk=second.pk))
    assert [one.subject.subject_id for one in changes.subjects] == [scored.id_of("works")]
    (changed,) = changes.subjects
    assert changed.subject.total < changed.old.total
    moved = {part.new.code: part for part in changed.parts}
    assert (moved["D2"].old.denominator, moved["D2"].new.denominator) == (6, 7)
    assert moved["D2"].case_ids == (late,)
    (case,) = changes.cases
    assert (case.pk, case.entries_between[-1].action) == (late, "finish")
    assert list(runs_in_sight(scored.actor("leader")).filter(replaced_by=None)) == [second]


def test_an_unknown_scheme_period_or_engine_is_refused_by_name(scored):
    evaluator = scored.actor("evaluator")
    with pytest.raises(NotFound, match="departments"):
        make_run(evaluator, Wanted("nobody", PERIOD))
    with pytest.raises(Refused, match="2026-13"):
        make_run(evaluator, Wanted("departments", "2026-13"))
    with pytest.raises(Refused, match="abacus"):
        make_run(evaluator, Wanted("departments", PERIOD, engine="abacus"))
    with pytest.raises(Refused, match="2025-12-31"):
        make_run(evaluator, Wanted("departments", "2025-12"))


def test_ranks_are_given_within_peer_groups_that_a_run_keeps(scored):
    evaluator = scored.actor("evaluator")
    keep_peer_groups(evaluator, [PeerGroup(position=0, name="小单位", judged="organization", most_workload=2)])
    run = make_run(evaluator, Wanted("departments", "2026-Q4", samples=100))
    works, sanitation = score_of(run, scored.id_of("works")), score_of(run, scored.id_of("sanitation"))
    assert (sanitation.group, works.group) == ("小单位", "department")
    assert (sanitation.rank, works.rank) == (1, 1)
    keep_peer_groups(evaluator, [])
    assert reckoned_again(run).digest() == run.result_digest
    with pytest.raises(Forbidden):
        keep_peer_groups(scored.actor("department"), [])


def test_people_are_judged_by_the_post_they_held(scored):
    scheme_for("operators", "member", [("P7", 1, {"full_at": 10}), ("P11", 1, {})], post="operator")
    run = make_run(scored.actor("evaluator"), Wanted("operators", PERIOD, samples=50))
    assert list(RunSubject.objects.filter(run=run).values_list("name", "workload")) == [("吴倩", 15)]
    assert list(subjects_in_sight(scored.actor("operator"), run))
    assert not list(subjects_in_sight(scored.actor("inspector"), run))


def test_who_did_not_exist_in_the_period_is_not_judged_and_who_ended_in_it_is(scored):
    works = Organization.objects.get(pk=scored.city.organization_id("works"))
    works.valid_to = date(2026, 11, 10)
    works.save()
    judged = lambda period: set(  # noqa: E731
        RunSubject.objects.filter(run=make_run(scored.actor("evaluator"), Wanted("departments", period))).values_list(
            "subject_id", flat=True
        )
    )
    assert scored.id_of("works") in judged("2026-Q4")
    assert scored.id_of("works") not in judged("2026-12")


# Files and the command


def test_the_command_makes_a_run_and_writes_it_down_with_its_digests(scored, tmp_path, capsys):
    told = StringIO()
    call_command("evaluate", period="2026", scheme="departments", out=tmp_path, samples=50, stdout=told)
    run = EvaluationRun.objects.get(period="2026")
    (whole,) = tmp_path.glob("*.json")
    kept = json.loads(whole.read_text())
    assert (kept["result_digest"], kept["facts_digest"]) == (run.result_digest, run.facts_digest)
    works = next(one for one in kept["subjects"] if one["id"] == scored.id_of("works"))
    assert {part["code"] for part in works["parts"]} == {"D2", "D4", "D7"}
    rows = list(csv.reader(StringIO((tmp_path / f"departments-2026-run{run.pk}.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) == 1 + RunSubject.objects.filter(run=run).count()
    with pytest.raises(CommandError, match="--again"):
        call_command("evaluate", period=PERIOD)
    with pytest.raises(CommandError, match="999"):
        call_command("evaluate", again=999)


def test_pinned_facts_outlive_every_refresh(scored, run):
    pinned = city_facts().pinned(run.facts_digest, int(run.as_of.timestamp()))
    for _more in range(3):
        scored.life.report()
        refresh(city_facts())
    assert all(path.exists() for path in pinned.paths("cases"))
    assert pinned.manifest().digest() == run.facts_digest


# Pages and API


def client_of(scored: Scored, name: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(scored.city.members[name], backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_who_may_open_which_page_of_scores(scored, run):
    works, sanitation = scored.id_of("works"), scored.id_of("sanitation")
    pages = {
        f"/evaluation/runs/{run.pk}/": {"evaluator", "leader", "administrator", "department", "other_department"},
        f"/evaluation/runs/{run.pk}/{works}/": {"evaluator", "leader", "administrator", "department"},
        f"/evaluation/runs/{run.pk}/{sanitation}/": {"evaluator", "leader", "administrator", "other_department"},
        f"/evaluation/runs/{run.pk}/{works}/0/": {"evaluator", "leader", "administrator", "department"},
        f"/evaluation/runs/{run.pk}/{works}/grade/": {"evaluator", "leader", "administrator", "department"},
        "/evaluation/runs/new": {"evaluator"},
        "/evaluation/peer-groups/": {"evaluator", "administrator"},
    }
    for name in ("evaluator", "leader", "administrator", "department", "other_department", "operator", "inspector"):
        client = client_of(scored, name)
        opened = {page for page in pages if client.get(page).status_code == 200}
        assert opened == {page for page, posts in pages.items() if name in posts}, name
    department = client_of(scored, "department").get(f"/evaluation/runs/{run.pk}/").content.decode()
    assert scored.city.organizations["works"].name in department
    assert scored.city.organizations["sanitation"].name not in department


def test_a_run_is_made_on_its_page_and_a_refusal_is_told_there(scored):
    client = client_of(scored, "evaluator")
    made = client.post("/evaluation/runs/new", {"scheme": "departments", "period": "2026-11-24"})
    assert made.status_code == 302
    again = client.post("/evaluation/runs/new", {"scheme": "departments", "period": PERIOD})
    assert again.status_code == 422
    assert "reason" in again.content.decode()


def test_lists_of_scores_ask_the_database_no_more_than_they_did(scored, run, counted_queries):
    client = client_of(scored, "leader")
    for name, page in (
        ("scores: runs", "/evaluation/runs/?period=2026"),
        ("scores: a run", f"/evaluation/runs/{run.pk}/"),
        ("scores: a score", f"/evaluation/runs/{run.pk}/{scored.id_of('works')}/"),
        ("scores: an item's cases", f"/evaluation/runs/{run.pk}/{scored.id_of('works')}/0/"),
        ("scores: the next grade", f"/evaluation/runs/{run.pk}/{scored.id_of('works')}/grade/"),
    ):
        client.get(page)
        with counted_queries(name):
            assert client.get(page).status_code == 200
    assert PERIOD not in client.get("/evaluation/runs/?period=2025").content.decode().split("<tbody>")[-1]


@pytest.mark.parametrize("form", ["scores.csv", "scores.xlsx", "items.csv", "scores.json"])
def test_a_run_can_be_taken_away(scored, run, form):
    answer = client_of(scored, "leader").get(f"/evaluation/runs/{run.pk}/{form}")
    assert answer.status_code == 200
    assert len(answer.content) > 200


def test_peer_groups_are_kept_as_a_table(scored):
    client = client_of(scored, "evaluator")
    row = {"name": ["大单位", ""], "judged": ["organization"] * 2, "kind": ["", ""], "scheme": ["", ""], "least": ["50", ""]}
    row |= {"most": ["", ""], "ids": ["", ""]}
    assert client.post("/evaluation/peer-groups/", row).status_code == 302
    assert list(PeerGroup.objects.values_list("name", "least_workload")) == [("大单位", 50)]
    assert client.post("/evaluation/peer-groups/", row | {"least": ["many", ""]}).status_code == 422


def test_the_api_tells_of_runs_scores_cases_and_the_next_grade(scored, run):
    client = client_of(scored, "evaluator")
    base, works = f"/api/v1/evaluation/runs/{run.pk}", scored.id_of("works")
    listed = client.get("/api/v1/evaluation/runs", {"scheme": "departments"}).json()
    assert [one["id"] for one in listed["runs"]] == [run.pk]
    assert {one["id"] for one in client.get(base).json()["scores"]} >= {works}
    score = client.get(f"{base}/scores/{works}").json()
    assert [part["code"] for part in score["parts"]] == ["D2", "D4", "D7"]
    cases = client.get(f"{base}/scores/{works}/items/0/cases", {"which": "rest"}).json()
    assert cases["count"] == 2
    assert client.get(f"{base}/scores/{works}/next-grade").json()["possible"]
    assert client.get(f"{base}/all").json()["result_digest"] == run.result_digest
    assert client_of(scored, "other_department").get(f"{base}/scores/{works}").status_code == 404
    posted = {"scheme": "departments", "period": "2026-W48"}
    made = client.post("/api/v1/evaluation/runs", posted, content_type="application/json", headers={"idempotency-key": "once"})
    assert made.status_code == 201, made.content
    twice = client.post("/api/v1/evaluation/runs", posted, content_type="application/json", headers={"idempotency-key": "once"})
    assert twice.json()["id"] == made.json()["id"]
    assert client_of(scored, "leader").post("/api/v1/evaluation/runs", posted, content_type="application/json").status_code == 403


def test_a_run_before_its_period_is_over_says_so(scored, run):
    assert run.as_of < datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert "was not over" in client_of(scored, "leader").get(f"/evaluation/runs/{run.pk}/").content.decode()
