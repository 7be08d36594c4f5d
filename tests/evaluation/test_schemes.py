"""Schemes: drafted, checked, put into effect by two people, never changed afterwards; as workbooks and as differences."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.domain.scoring import Missing, Way
from chengge.evaluation.actions.schemes import (
    FaultyScheme,
    SchemeValues,
    discard_draft,
    edit_draft,
    make_draft,
    make_scheme,
    put_into_effect,
    take_back,
)
from chengge.evaluation.facts import FactStore
from chengge.evaluation.indicators import POPULATIONS, Settings, Subject, with_duckdb
from chengge.evaluation.indicators.shapes import CHOICES
from chengge.evaluation.models import EvaluationRun, Scheme, SchemeAspect, SchemeGrade, SchemeItem, SchemeVersion, Source
from chengge.evaluation.queries.rules import NOT_OF_CASES, indicator_of, known_indicators, rules_of, wanted_of
from chengge.evaluation.queries.schemes import schemes_seen_by, version_in_effect, versions_for, versions_seen_by
from chengge.evaluation.queries.schemes_content import AspectContent, ItemContent, VersionContent, content_of
from chengge.evaluation.queries.schemes_diff import ChangeKind, changes_between
from chengge.evaluation.queries.schemes_faults import doubts_of, faults_of
from chengge.evaluation.queries.schemes_reading import FaultyWorkbook, read_workbook
from chengge.evaluation.queries.schemes_sheets import write_workbook
from chengge.evaluation.queries.schemes_words import curve_of, rule_words, terms_words
from chengge.organization.actions.authority import COMMAND_LINE
from chengge.organization.queries import CITY_ZONE
from tests.factories import City, build_city

D = Decimal
OCTOBER, NOVEMBER, DECEMBER, JANUARY = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
GRADES = ((D(90), "A"), (D(75), "B"), (D(60), "C"), (D(40), "D"), (D(0), "E"))

IN_TIME = ItemContent("D2", D(60), Way.LINEAR, zero_at=D("0.5"), full_at=D("0.98"), least=5)
REWORK = ItemContent("D4", D(40), Way.THRESHOLD, full_at=D("0.05"), each=D(2), floor=D(20))
SOUND = VersionContent((AspectContent("处置", D(100), (IN_TIME, REWORK), "Handling"),), GRADES)


def with_items(*items: ItemContent) -> VersionContent:
    return VersionContent((AspectContent("处置", D(100), items),), GRADES)


@pytest.fixture
def town(db: None, pretended_clock) -> City:
    return build_city()


@pytest.fixture
def scheme(town: City) -> Scheme:
    return make_scheme(
        town.actor("evaluator"), SchemeValues("departments", "部门", "organization", level=2, organization_kind="department")
    )


def draft(town: City, scheme: Scheme, content: VersionContent = SOUND) -> SchemeVersion:
    return make_draft(town.actor("evaluator"), scheme.pk, content)


def in_effect(town: City, scheme: Scheme, day: date, content: VersionContent = SOUND) -> SchemeVersion:
    return put_into_effect(town.actor("administrator"), draft(town, scheme, content).pk, day)


# --- drafts and what comes of them --------------------------------------------------------------------------------------------------------


def test_a_draft_says_what_was_written(town, scheme):
    version = draft(town, scheme)
    assert content_of(version) == SOUND
    assert (version.number, version.state, version.made_by_id) == (1, "draft", town.members["evaluator"].pk)


def test_the_next_version_ends_the_one_before_on_the_day_it_begins(town, scheme):
    first, second = in_effect(town, scheme, OCTOBER), in_effect(town, scheme, DECEMBER)
    first.refresh_from_db()
    assert (first.valid_from, first.valid_to, second.valid_from, second.valid_to) == (OCTOBER, DECEMBER, DECEMBER, None)
    assert version_in_effect(scheme, date(2026, 9, 30)) is None
    assert version_in_effect(scheme, date(2026, 11, 30)) == first
    assert version_in_effect(scheme, DECEMBER) == second


def test_a_period_knows_every_version_that_held_in_it(town, scheme):
    first, second = in_effect(town, scheme, OCTOBER), in_effect(town, scheme, date(2026, 11, 15))
    november = datetime(2026, 11, 1, tzinfo=CITY_ZONE), datetime(2026, 12, 1, tzinfo=CITY_ZONE)
    assert versions_for(*november) == [first, second]
    assert versions_for(datetime(2026, 10, 1, tzinfo=CITY_ZONE), november[0]) == [first]


@pytest.mark.parametrize("day", [OCTOBER, date(2026, 9, 1)])
def test_two_versions_never_hold_on_one_day(town, scheme, day):
    in_effect(town, scheme, OCTOBER)
    with pytest.raises(Refused, match="two versions never hold on one day"):
        in_effect(town, scheme, day)


def test_a_month_that_was_judged_keeps_its_version(town, scheme):
    version = in_effect(town, scheme, OCTOBER)
    begin, end = datetime(2026, 10, 1, tzinfo=CITY_ZONE), datetime(2026, 11, 1, tzinfo=CITY_ZONE)
    EvaluationRun.objects.create(
        version=version,
        period="2026-10",
        begin=begin,
        end=end,
        as_of=end,
        facts_digest="",
        ledger_entry_id=1,
        result_digest="",
        made_at=end,
    )
    with pytest.raises(Refused, match="Scores up to 2026-11-01"):
        in_effect(town, scheme, date(2026, 10, 20))
    assert in_effect(town, scheme, NOVEMBER).valid_from == NOVEMBER


def test_who_wrote_a_version_last_does_not_put_it_into_effect(town, scheme):
    version = draft(town, scheme)
    with pytest.raises(Forbidden, match="somebody else"):
        put_into_effect(town.actor("evaluator"), version.pk, OCTOBER)
    version = edit_draft(town.actor("administrator"), version.pk, SOUND, version.revision)
    with pytest.raises(Forbidden):
        put_into_effect(town.actor("administrator"), version.pk, OCTOBER)
    assert put_into_effect(town.actor("evaluator"), version.pk, OCTOBER).state == "in_effect"


@pytest.mark.parametrize("name", ["leader", "shift_leader", "dispatcher", "department", "coordinator", "inspector"])
def test_others_write_no_scheme(town, scheme, name):
    version = draft(town, scheme)
    actor = town.actor(name)
    with pytest.raises(Forbidden):
        make_scheme(actor, SchemeValues("mine", "我的", "city"))
    with pytest.raises(Forbidden):
        edit_draft(actor, version.pk, SOUND, version.revision)
    with pytest.raises(Forbidden):
        put_into_effect(actor, version.pk, OCTOBER)
    with pytest.raises(Forbidden):
        discard_draft(actor, version.pk)


def test_nobody_writes_over_what_they_have_not_seen(town, scheme):
    version = draft(town, scheme)
    edit_draft(town.actor("administrator"), version.pk, with_items(replace(IN_TIME, weight=D(100))), version.revision)
    with pytest.raises(Conflict, match="管理员"):
        edit_draft(town.actor("evaluator"), version.pk, SOUND, version.revision)


def test_a_version_in_effect_is_never_changed(town, scheme):
    version = in_effect(town, scheme, OCTOBER)
    with pytest.raises(Conflict, match="never changed"):
        edit_draft(town.actor("evaluator"), version.pk, SOUND, version.revision)
    with pytest.raises(Conflict, match="never changed"):
        discard_draft(town.actor("evaluator"), version.pk)


@pytest.mark.parametrize(("table", "column"), [(SchemeItem, "weight"), (SchemeAspect, "weight"), (SchemeGrade, "least")])
def test_the_database_itself_refuses_to_change_a_version_in_effect(town, scheme, table, column):
    version = in_effect(town, scheme, OCTOBER)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        table.objects.update(**{column: 1})
    assert content_of(version) == SOUND


def test_a_version_whose_day_has_not_come_can_be_taken_back(town, scheme):
    first, second = in_effect(town, scheme, OCTOBER), in_effect(town, scheme, JANUARY)
    assert take_back(town.actor("evaluator"), second.pk).state == "draft"
    first.refresh_from_db()
    assert first.valid_to is None
    with pytest.raises(Conflict):
        take_back(town.actor("evaluator"), first.pk)


def test_a_discarded_draft_is_gone_with_all_its_rows(town, scheme):
    version = draft(town, scheme)
    discard_draft(town.actor("administrator"), version.pk)
    assert not SchemeVersion.objects.exists()
    assert not SchemeItem.objects.exists()


def test_the_command_line_is_neither_of_the_two(town, scheme):
    version = make_draft(COMMAND_LINE, scheme.pk, SOUND)
    assert put_into_effect(COMMAND_LINE, version.pk, OCTOBER).released_by is None


# --- what is wrong with a version ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (VersionContent(), "There is no aspect yet."),
        (with_items(IN_TIME), "come to 60; they must come to 100"),
        (replace(SOUND, aspects=(replace(SOUND.aspects[0], weight=D(90)),)), "weights of the aspects come to 90, not to 100"),
        (with_items(IN_TIME, replace(REWORK, code="D99")), "item 2 (D99): there is no indicator “D99”"),
        (with_items(IN_TIME, replace(REWORK, code="C9")), "C9 cannot be reckoned for whom this scheme judges"),
        (with_items(IN_TIME, replace(REWORK, code="D4@x01")), "there is no indicator “D4@x01”"),
        (with_items(IN_TIME, replace(REWORK, code="D4@c01")), "needs a name of its own"),
        (with_items(IN_TIME, replace(REWORK, source=Source.IMPORTED, code="votes")), "needs a name"),
        (with_items(IN_TIME, replace(REWORK, each=D(0))), "takes points off: say how many"),
        (with_items(IN_TIME, replace(REWORK, way=Way.BANDS)), "needs at least one"),
        (with_items(replace(IN_TIME, zero_at=D("0.98")), REWORK), "two different values"),
        (with_items(IN_TIME, replace(REWORK, weight=D(40), bonus=D(2))), "not both"),
        (with_items(IN_TIME, replace(IN_TIME, weight=D(40))), "the same code is scored by the same kind of rule twice"),
        (with_items(IN_TIME, REWORK, replace(REWORK, code="D7", weight=D(0))), "gives no bonus and vetoes nothing"),
        (replace(SOUND, grades=GRADES[:4]), "whoever has fewer than 40 has none"),
        (replace(SOUND, grades=(*GRADES[:4], (D(0), "A"))), "“A” stands there twice"),
    ],
)
def test_a_faulty_version_does_not_take_effect_and_says_where(town, scheme, content, said):
    version = draft(town, scheme, content)
    with pytest.raises(FaultyScheme) as refusal:
        put_into_effect(town.actor("administrator"), version.pk, OCTOBER)
    assert said in refusal.value.message
    version.refresh_from_db()
    assert version.state == "draft"


def test_a_draft_keeps_what_does_not_add_up_yet_but_no_number_it_has_no_room_for(town, scheme):
    assert draft(town, scheme, with_items(IN_TIME)).number == 1
    with pytest.raises(FaultyScheme, match="too many digits"):
        draft(town, scheme, with_items(replace(IN_TIME, weight=D("0.123456789"))))
    with pytest.raises(FaultyScheme, match="the best grade first"):
        draft(town, scheme, replace(SOUND, grades=((D(60), "A"), (D(60), "B"))))


def test_weights_of_items_may_come_to_the_weight_of_their_aspect():
    halves = tuple(AspectContent(name, D(50), (replace(IN_TIME, weight=D(50), code=code),)) for name, code in (("一", "D2"), ("二", "D6")))
    assert faults_of("organization", VersionContent(halves, GRADES)) == []


def test_fewer_is_better_and_more_points_for_more_is_doubted():
    assert [doubt.field for doubt in doubts_of(with_items(replace(IN_TIME, code="D4")))] == ["way"]
    assert doubts_of(SOUND) == []


# --- what is reckoned ---------------------------------------------------------------------------------------------------------------------


def test_an_item_may_ask_for_an_indicator_over_some_classes_alone(town, scheme):
    narrow = replace(REWORK, code="D2@c01+e0104", name="设施按时处置率")
    version = draft(town, scheme, with_items(IN_TIME, narrow))
    assert [one.code for one in wanted_of(version)] == ["D2", "D2@c01+e0104"]
    assert [one.indicator for one in rules_of(version).aspects[0].indicators] == ["D2", "D2@c01+e0104"]
    assert all(Subject.ORGANIZATION in one.subjects for one in wanted_of(version))


def test_what_has_no_class_of_problems_is_not_narrowed(tmp_path):
    nothing = with_duckdb(FactStore(tmp_path), Settings())
    assert {name for name, one in POPULATIONS.items() if "class_code" not in one.rows(nothing).columns} == NOT_OF_CASES
    known = known_indicators(Settings())
    assert indicator_of("C9@c01", known) is None
    assert indicator_of("D2@c1", known) is None
    assert indicator_of("D2@c01", known) is not None


# --- in words -----------------------------------------------------------------------------------------------------------------------------


def test_every_rule_is_told_in_words():
    known = known_indicators(Settings())
    assert rule_words(IN_TIME, known) == "No points at 50 %, all 100 at 98 %, in a straight line between."
    assert rule_words(REWORK, known) == "All 100 up to 5 %; for every 1 % above it 2 less. Never fewer than 20."
    bands = replace(IN_TIME, way=Way.BANDS, bands=((D("0.6"), D(50)), (D("0.9"), D(100))))
    assert rule_words(bands, known) == "Points by bands: from 90 % 100, from 60 % 50; below that none."
    hours = replace(IN_TIME, code="D10", zero_at=D(28800), full_at=D(7200))
    assert rule_words(hours, known) == "No points at 8 h, all 100 at 2 h, in a straight line between."
    assert terms_words(replace(IN_TIME, veto_below=D("0.4")), known) == [
        "Veto: below 40 % the whole score is 0.",
        "Judged from 5 on; with fewer, its weight is shared by the others.",
    ]


def test_the_curve_goes_from_no_points_to_all():
    curve = curve_of(IN_TIME, known_indicators(Settings()))
    heights = [float(point.split(",")[1]) for point in curve.line.split()]
    assert (heights[0], heights[-1]) == (40, 0)
    assert heights == sorted(heights, reverse=True)
    assert curve_of(replace(IN_TIME, way=Way.BANDS), known_indicators(Settings())) is None


# --- who reads --------------------------------------------------------------------------------------------------------------------------


def test_everybody_reads_the_schemes_by_which_they_are_judged_and_no_others(town, scheme):
    def make(code: str, judged: str, **rest) -> None:
        make_scheme(town.actor("evaluator"), SchemeValues(code, code, judged, **rest))

    make("sections", "organization", level=3, under_id=town.organization_id("works"))
    make("others-sections", "organization", level=3, under_id=town.organization_id("sanitation"))
    make("inspectors", "member", post="inspector")
    make("streets", "street")

    def seen(name: str) -> list[str]:
        return [one.code for one in schemes_seen_by(town.actor(name))]

    everything = ["departments", "inspectors", "others-sections", "sections", "streets"]
    assert all(seen(name) == everything for name in ("evaluator", "leader", "administrator"))
    assert seen("department") == ["departments", "sections"]  # judged by the one, judging by the other
    assert seen("section") == ["sections"]
    assert seen("inspector") == ["inspectors"]
    assert seen("street_office") == ["streets"]
    assert seen("dispatcher") == []


def test_drafts_are_nobody_elses_business(town, scheme):
    held, coming = in_effect(town, scheme, OCTOBER), draft(town, scheme)
    assert list(versions_seen_by(town.actor("department"))) == [held]
    assert list(versions_seen_by(town.actor("leader"))) == [coming, held]


# --- differences ------------------------------------------------------------------------------------------------------------------------


def test_a_difference_tells_what_was_added_removed_and_changed():
    extra = ItemContent("D7", D(20), Way.PER_COUNT, each=D(1))
    new = replace(
        SOUND,
        aspects=(AspectContent("处置", D(100), (replace(IN_TIME, weight=D(80)), extra), "Handling"),),
        grades=((D(85), "A"), *GRADES[1:]),
        settings=Settings(recurs_within_days=60),
    )
    told = [(one.kind, one.where, one.what, one.old, one.new) for one in changes_between(SOUND, new)]
    assert told == [
        (ChangeKind.CHANGED, "Settings", "A case recurs within (days)", "30", "60"),
        (ChangeKind.CHANGED, "Grades A", "from score", "90", "85"),
        (ChangeKind.CHANGED, "D2 On-time handling rate", "Weight", "60", "80"),
        (ChangeKind.ADDED, "D7 Return rate", "", "", "Handling, weight 20: 100 points, 1 less for each."),
        (
            ChangeKind.REMOVED,
            "D4 Rework rate",
            "",
            "Handling, weight 40: All 100 up to 5 %; for every 1 % above it 2 less. Never fewer than 20.",
            "",
        ),
    ]
    assert changes_between(SOUND, SOUND) == []


# --- Excel ------------------------------------------------------------------------------------------------------------------------------


def workbook(content: VersionContent) -> BytesIO:
    out = BytesIO()
    write_workbook(content, out)
    out.seek(0)
    return out


def changed(content: VersionContent, sheet: int, cell: str, value: object) -> BytesIO:
    book = load_workbook(workbook(content))
    book.worksheets[sheet][cell] = value
    out = BytesIO()
    book.save(out)
    return out


letters = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Nd"), exclude_characters="#"), min_size=1, max_size=20)
words = st.lists(letters, min_size=1, max_size=3).map(" ".join) | st.sampled_from(["=1+1", "+7", "@x", "-3%", "007", "1e5", "是/否"])
weights = st.decimals(0, 99999, places=4, allow_nan=False)
values = st.decimals(-(10**11), 10**11, places=6, allow_nan=False) | st.decimals(0, 1, places=4, allow_nan=False)
points = st.decimals(0, 100, places=4, allow_nan=False)


@st.composite
def items(draw: st.DrawFn) -> ItemContent:
    way = draw(st.sampled_from(list(Way)))
    source = draw(st.sampled_from(list(Source)))
    code = (
        draw(st.sampled_from(["D2", "D4", "D10", "D2@c01"])) if source is Source.INDICATOR else draw(st.sampled_from(["x.1", "votes", "7"]))
    )
    bands = draw(st.dictionaries(values, points, min_size=1, max_size=4)) if way is Way.BANDS else {}
    zero_at, full_at = draw(values), draw(values)
    has_weight = draw(st.booleans())
    return ItemContent(
        code=code,
        weight=draw(weights.filter(bool)) if has_weight else D(0),
        way=way,
        source=source,
        name=draw(words),
        name_en=draw(st.just("") | words),
        zero_at=zero_at,
        full_at=full_at if full_at != zero_at else full_at + 1,
        bands=tuple(sorted(bands.items())),
        each=draw(st.decimals("0.000001", 99999, places=6, allow_nan=False)),
        step=draw(st.decimals("0.000001", 10**11, places=6, allow_nan=False)),
        floor=draw(points),
        least=draw(st.integers(1, 10**9)),
        missing=draw(st.sampled_from(list(Missing))),
        veto_below=draw(st.none() | values),
        bonus=D(0) if has_weight else draw(weights.filter(bool)),
        basis=draw(st.just("") | words),
    )


aspects = st.builds(AspectContent, words, weights, st.lists(items(), max_size=3).map(tuple), st.just("") | words)
grades = st.dictionaries(points, letters, max_size=5).map(lambda found: tuple(sorted(found.items(), reverse=True)))
open_denominators = st.builds(
    Settings, recurs_within_days=st.integers(1, 3660), **{name: st.sampled_from(all_) for name, all_ in CHOICES.items()}
)
versions = st.builds(VersionContent, st.lists(aspects, max_size=3).map(tuple), grades, open_denominators, st.just("") | words)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(versions)
def test_a_version_written_as_a_workbook_and_read_again_is_the_same(content):
    assert read_workbook("organization", workbook(content)) == content


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "said"),
    [
        (0, "F2", "D99", "Sheet “Aspects and items”, row 2, column “Code”: there is no indicator “D99”"),
        (0, "I3", "viel", "row 3, column “Weight”: “viel” is no number"),
        (0, "J2", "Zauber", "row 2, column “Rule”: “Zauber” is none of: Straight line, Bands"),
        (0, "P2", 2.5, "row 2, column “Minimum sample”: “2.5” is no whole number"),
        (0, "D2", None, "row 2, column “Weight of the aspect”: a new aspect begins here and has no weight"),
        (0, "F1", "Kennung", "Sheet “Aspects and items”, row 1: these headings are missing: Code"),
        (1, "A2", "D7", "Sheet “Bands”, row 2, column “Code”: no item has the code “D7”"),
        (2, "C2", "viel", "Sheet “Grades and settings”, row 2, column “Value”: “viel” is no number"),
        (2, "B7", "Mond", "row 7, column “Name”: there is no setting “Mond”"),
    ],
)
def test_a_faulty_workbook_is_refused_by_sheet_row_and_column(sheet, cell, value, said):
    with pytest.raises(FaultyWorkbook) as refusal:
        read_workbook("organization", changed(SOUND, sheet, cell, value))
    assert said in refusal.value.message


def test_a_workbook_filled_by_hand_may_leave_out_what_stands_above_and_what_is_usual():
    book = load_workbook(workbook(SOUND))
    sheet = book.worksheets[0]
    for cell in ("A3", "B3", "C3", "D3", "E2", "P3", "Q3"):
        sheet[cell] = None
    sheet["K2"] = "50 %"
    out = BytesIO()
    book.save(out)
    assert read_workbook("organization", out) == SOUND


def test_what_is_no_workbook_is_said_to_be_none():
    with pytest.raises(Refused, match="no Excel workbook"):
        read_workbook("organization", BytesIO(b"aspect,weight"))
