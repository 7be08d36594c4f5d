"""The schemes that come with Chengge: sound, of known indicators, loaded without harm as often as one likes."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import translation

from chengge.domain.lifecycle import Post
from chengge.evaluation.actions.schemes import edit_draft
from chengge.evaluation.actions.schemes_shipped import Outcome, Shipped, load_shipped, read_scheme, shipped_schemes
from chengge.evaluation.indicators import Settings, Subject
from chengge.evaluation.models import Scheme, SchemeVersion, Source
from chengge.evaluation.queries.rules import indicator_of, known_indicators, rules_of
from chengge.evaluation.queries.schemes_content import content_of
from chengge.evaluation.queries.schemes_faults import doubts_of, faults_of
from chengge.organization.actions.authority import COMMAND_LINE
from tests.factories import build_city

SHIPPED = {one.values.code: one for one in shipped_schemes()}
OCTOBER = date(2026, 10, 1)


def items(one: Shipped) -> list:
    return [item for aspect in one.content.aspects for item in aspect.items]


@pytest.mark.parametrize("code", SHIPPED)
def test_a_shipped_scheme_is_sound(code):
    one = SHIPPED[code]
    with translation.override("en"):
        assert [str(fault) for fault in faults_of(one.values.judged, one.content)] == []
        assert [str(doubt) for doubt in doubts_of(one.content)] == []


@pytest.mark.parametrize("code", SHIPPED)
def test_every_indicator_of_a_shipped_scheme_is_in_the_catalogue_for_whom_it_judges(code):
    one, known = SHIPPED[code], known_indicators(Settings())
    for item in items(one):
        if item.source is Source.INDICATOR:
            indicator = indicator_of(item.code, known)
            assert indicator is not None, item.code
            assert Subject(one.values.judged) in indicator.subjects, item.code


@pytest.mark.parametrize("code", SHIPPED)
def test_a_shipped_scheme_has_names_in_both_languages_and_the_five_grades(code):
    one = SHIPPED[code]
    assert one.values.name
    assert one.values.name_en
    assert one.values.about
    assert all(aspect.name and aspect.name_en for aspect in one.content.aspects)
    assert all(item.name_en for item in items(one) if item.name)
    usual = tuple((Decimal(least), grade) for grade, least in (("A", 90), ("B", 75), ("C", 60), ("D", 40), ("E", 0)))
    assert one.content.grades == usual or [grade for _least, grade in one.content.grades] == ["★" * stars for stars in range(5, 0, -1)]


def test_the_three_kinds_of_subjects_of_the_standard_are_there():
    assert {SHIPPED[code].values.judged for code in ("areas", "departments", "inspectors")} == {"street", "organization", "member"}
    posts = {one.values.post for one in SHIPPED.values()} - {""}
    assert posts == {post.value for post in (Post.INSPECTOR, Post.OPERATOR, Post.SHIFT_LEADER, Post.DISPATCHER)}


@pytest.mark.parametrize(
    ("code", "weights"),
    [
        ("inspectors", {"P2": 40, "P3": 20, "P4": 20, "P5": 20}),
        ("operators", {"P7": 25, "P8": 40, "P9": 35}),
        ("shift-leaders", {"P12": 25, "P13": 40, "P14": 35}),
        ("dispatchers", {"P15": 20, "P16": 40, "P17": 40}),
    ],
)
def test_posts_are_judged_by_the_known_weights(code, weights):
    assert {item.code: item.weight for item in items(SHIPPED[code])} == weights


def test_an_operator_with_more_than_two_thousand_acceptances_has_all_points():
    accepted = next(item for item in items(SHIPPED["operators"]) if item.code == "P7")
    assert accepted.bands == ((301, 60), (501, 75), (1201, 90), (2001, 100))


def test_the_yearly_scheme_has_twelve_aspects_and_107_items_of_which_87_are_computed():
    one = SHIPPED["long-term"]
    sources = [item.source for item in items(one)]
    assert (len(one.content.aspects), len(sources)) == (12, 107)
    assert (sources.count(Source.INDICATOR), sources.count(Source.INSPECTION), sources.count(Source.IMPORTED)) == (87, 15, 5)


def test_a_city_judges_departments_and_they_judge_sections_and_those_their_crews():
    levels = {
        code: (one.values.level, one.values.organization_kind) for code, one in SHIPPED.items() if one.values.judged == "organization"
    }
    assert levels == {
        "city-bodies": (2, "department"),
        "crews": (4, "crew"),
        "departments": (2, "department"),
        "sections": (3, ""),
        "territories": (2, "territory"),
    }


def test_the_known_weights_are_those_of_the_handed_over_list(shared_data: Path):
    lines = (shared_data / "standards" / "indicators.csv").read_text(encoding="utf-8").splitlines()
    told = {line.split(",")[0]: line for line in lines}
    for code in ("inspectors", "operators", "shift-leaders", "dispatchers"):
        for item in items(SHIPPED[code]):
            assert f"{item.weight}%" in told[item.code]


def test_loading_again_changes_nothing(db, pretended_clock):
    build_city()
    first = load_shipped(COMMAND_LINE)
    assert {one.outcome for one in first} == {Outcome.DRAFTED}
    assert {one.outcome for one in load_shipped(COMMAND_LINE)} == {Outcome.UNCHANGED}
    assert {one.outcome for one in load_shipped(COMMAND_LINE, OCTOBER)} == {Outcome.IN_EFFECT}
    assert {one.outcome for one in load_shipped(COMMAND_LINE, OCTOBER)} == {Outcome.UNCHANGED}
    assert SchemeVersion.objects.count() == Scheme.objects.count() == len(SHIPPED)


def test_a_loaded_scheme_reads_as_its_file_says_and_can_be_reckoned_with(db, pretended_clock):
    build_city()
    for one in load_shipped(COMMAND_LINE, OCTOBER):
        assert content_of(one.version) == SHIPPED[one.version.scheme.code].content
        assert rules_of(one.version).aspects


def test_what_a_city_has_changed_stays_as_the_city_has_it(db, pretended_clock):
    city = build_city()
    version = next(one.version for one in load_shipped(COMMAND_LINE, OCTOBER) if one.version.scheme.code == "crews")
    load_shipped(COMMAND_LINE)
    assert version.scheme.versions.count() == 1
    draft = SchemeVersion.objects.create(scheme=version.scheme, number=2, made_at=version.made_at)
    edit_draft(city.actor("evaluator"), draft.pk, SHIPPED["sections"].content, draft.revision)
    load_shipped(COMMAND_LINE)
    assert version.scheme.versions.count() == 2


def test_a_faulty_file_is_named(tmp_path):
    path = tmp_path / "mine.toml"
    item = '{code = "D2", wey = "linear"}'
    lines = [
        'code = "mine"',
        'name = "我"',
        'judged = "city"',
        "grades = []",
        "[[aspects]]",
        'name = "x"',
        "weight = 100",
        f"items = [{item}]",
    ]
    path.write_text("\n".join(lines))
    with pytest.raises(ValueError, match=r"mine\.toml: .*unknown wey"):
        read_scheme(path)


def test_the_command_loads_and_lists(db, pretended_clock, capsys):
    build_city()
    call_command("schemes", "load", "--in-effect-from", "2026-10-01")
    assert "long-term: version 1 in effect" in capsys.readouterr().out
    call_command("schemes", "list")
    assert "long-term" in capsys.readouterr().out
