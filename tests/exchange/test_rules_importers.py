"""The catalogue, the handbook and responsibilities."""

from pathlib import Path

import pytest

from chengge.foundation.models import HandbookRule, ProblemClass, Responsibility, StageLimit
from chengge.foundation.queries import rules_of, stage_limit
from chengge.organization.models import Organization
from tests.exchange.files import DAY, LATER, counts, csv_file, excel_file, imported, planned, refusals
from tests.factories import City, build_city

pytestmark = pytest.mark.django_db

CLASSES = [
    ("类别", "大类代码", "大类名称", "小类代码", "小类名称", "版本"),
    ("部件", "01", "公用设施", "01", "上水井盖", "GB/T 30428.2-2013"),
    ("部件", "1", "公用设施", "2", "污水井盖", "GB/T 30428.2-2013"),
    ("事件", "01", "市容环境", "10", "暴露垃圾", "GB/T 30428.2-2013"),
]
CITY_HEADINGS = ("大类代码", "大类名称", "小类代码", "小类名称", "处置单位", "立案条件", "结案条件", "处置时限")


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = csv_file(tmp_path / "classes.csv", CLASSES)
    imported("catalogue", path)
    return path


# --- Catalogue --------------------------------------------------------------------------------------------------------------------------


def test_classes_come_in_with_two_digit_codes_and_their_edition(catalogue: Path) -> None:
    assert set(ProblemClass.objects.values_list("kind", "major_code", "minor_code", "edition")) == {
        ("component", "01", "01", "GB/T 30428.2-2013"),
        ("component", "01", "02", "GB/T 30428.2-2013"),
        ("event", "01", "10", "GB/T 30428.2-2013"),
    }
    assert counts(planned("catalogue", catalogue)) == (0, 0, 3, 0)


def test_the_kind_is_known_from_the_files_name_or_the_option_or_asked_for(tmp_path: Path) -> None:
    rows = [("major_code", "major_name", "minor_code", "minor_name", "source"), ("01", "公用设施", "01", "上水井盖", "GB/T 30428.2-2013")]
    assert planned("catalogue", csv_file(tmp_path / "components_x.csv", rows)).may_be_applied
    other = csv_file(tmp_path / "x.csv", rows)
    assert not planned("catalogue", other).may_be_applied
    assert planned("catalogue", other, kind="component").may_be_applied


def test_a_class_with_another_name_replaces_the_old_one_and_takes_its_rules_along(catalogue: Path, tmp_path: Path) -> None:
    old = ProblemClass.objects.get(name="上水井盖")
    imported(
        "handbook",
        csv_file(tmp_path / "h.csv", [CITY_HEADINGS, ("01", "公用设施", "01", "上水井盖", "", "缺失", "补齐", "2紧急工作时")]),
        kind="component",
    )
    case_rule = HandbookRule.objects.get()
    renamed = [tuple("给水井盖" if cell == "上水井盖" else cell for cell in row) for row in CLASSES]
    imported("catalogue", csv_file(tmp_path / "r.csv", renamed), day=LATER)
    new = ProblemClass.objects.get(name="给水井盖")
    old.refresh_from_db()
    case_rule.refresh_from_db()
    assert (old.valid_to, new.valid_from) == (LATER, LATER)
    assert (case_rule.problem_class, case_rule.valid_to) == (old, LATER)
    assert [rule.condition for rule in rules_of(new.pk, "B", LATER)] == ["缺失"]
    assert [rule.condition for rule in rules_of(old.pk, "B", DAY)] == ["缺失"]


def test_bad_class_codes_and_two_names_of_one_major_class_are_refused(tmp_path: Path) -> None:
    rows = [*CLASSES, ("部件", "A1", "公用设施", "03", "x", ""), ("部件", "01", "公共设施", "04", "y", ""), CLASSES[1]]
    made = planned("catalogue", csv_file(tmp_path / "c.csv", rows))
    assert refusals(made) == [(5, "大类代码", "A1"), (7, "小类代码", "01"), (6, "大类名称", "公共设施")]


# --- Handbook ---------------------------------------------------------------------------------------------------------------------------


def city_sheet(tmp_path: Path) -> Path:
    """A sheet as cities keep it: a title, merged classes, empty cells below, a condition over two rows, codes as numbers."""
    rows = [
        ("某市立案结案标准",),
        CITY_HEADINGS,
        (1, "公用设施", 1, "上水井盖", "市政中心、各产权单位", "缺失、移位", "恢复", "2紧急工作时"),
        (None, None, None, None, None, "破损", "更换或修复", "4小时"),
        (None, None, None, None, None, "弹跳异响，\n影响休息", "修复", "2天"),
        (None, None, "02", "污水井盖", "排水中心", "缺失", "恢复", "1紧急工作时\n"),
        (None, None, None, None, None, None, None, None),
        (),
        (None, None, None, None, None, "周边破损", "修复", "5天"),
    ]
    merged = ["A1:H1", "A3:A7", "B3:B7", "C3:C5", "D3:D5", "E3:E5", "C6:C7", "D6:D7", "E6:E7", "F6:F7", "G6:G7", "H6:H7"]
    return excel_file(tmp_path / "city.xlsx", {"部件": rows}, merged)


def test_a_citys_own_sheet_comes_in_whole(catalogue: Path, tmp_path: Path) -> None:
    path = city_sheet(tmp_path)
    imported("handbook", path)
    rules = HandbookRule.objects.order_by("problem_class__minor_code", "number")
    assert list(
        rules.values_list("problem_class__name", "number", "condition", "limit_amount", "limit_unit", "urgent", "responsible_body")
    ) == [
        ("上水井盖", 1, "缺失、移位", 2, "urgent_hour", True, "市政中心、各产权单位"),
        ("上水井盖", 2, "破损", 4, "work_hour", False, "市政中心、各产权单位"),
        ("上水井盖", 3, "弹跳异响， 影响休息", 2, "work_day", False, "市政中心、各产权单位"),
        ("污水井盖", 1, "缺失", 1, "urgent_hour", True, "排水中心"),
        ("污水井盖", 2, "周边破损", 5, "work_day", False, "排水中心"),
    ]
    assert counts(planned("handbook", path)) == (0, 0, 5, 0)


def test_plain_hours_and_days_mean_what_the_city_says(catalogue: Path, tmp_path: Path) -> None:
    path = city_sheet(tmp_path)
    made = planned("handbook", path)
    assert any("小时" in note and "工作时" in note for note in made.notes)
    imported("handbook", path, plain_hour="urgent_hour", plain_day="natural_day")
    assert HandbookRule.objects.get(condition="破损").limit_unit == "urgent_hour"
    assert HandbookRule.objects.get(condition="周边破损").limit_unit == "natural_day"


def test_a_condition_with_another_limit_is_replaced_and_keeps_its_number(catalogue: Path, tmp_path: Path) -> None:
    imported("handbook", city_sheet(tmp_path))
    row = ("01", "公用设施", "01", "上水井盖", "市政中心、各产权单位", "破损", "更换或修复", "3工作时")
    path = csv_file(tmp_path / "h.csv", [CITY_HEADINGS, row])
    (shown,) = planned("handbook", path, kind="component", day=LATER).samples
    assert (shown.state, shown.was) == ("changed", {"limit": "4"})
    imported("handbook", path, kind="component", day=LATER)
    old, new = HandbookRule.objects.filter(condition="破损").order_by("valid_from")
    assert (old.number, old.limit_amount, old.valid_to) == (2, 4, LATER)
    assert (new.number, new.limit_amount, new.valid_to) == (2, 3, None)
    assert HandbookRule.objects.filter(valid_to=None).count() == 5


def test_conditions_that_a_newer_sheet_lacks_end_only_where_that_is_asked_for(catalogue: Path, tmp_path: Path) -> None:
    imported("handbook", city_sheet(tmp_path))
    path = csv_file(
        tmp_path / "h.csv", [CITY_HEADINGS, ("01", "公用设施", "01", "上水井盖", "市政中心、各产权单位", "破损", "更换或修复", "4小时")]
    )
    assert len(planned("handbook", path, kind="component").missing) == 2
    imported("handbook", path, kind="component", end_missing=True, day=LATER)
    assert set(HandbookRule.objects.filter(valid_to=None).values_list("condition", flat=True)) == {"破损", "缺失", "周边破损"}


def test_a_limit_by_area_class_shares_the_number_of_its_condition(catalogue: Path, tmp_path: Path) -> None:
    headings = (*CITY_HEADINGS, "区域类别")
    rows = [
        ("01", "公用设施", "01", "上水井盖", "", "破损", "修复", limit, area)
        for area, limit in (("A", "4工作时"), ("B", "1工作日"), ("C类", "2工作日"))
    ]
    path = csv_file(tmp_path / "h.csv", [headings, *rows])
    imported("handbook", path, kind="component")
    of_class = ProblemClass.objects.get(name="上水井盖")
    assert {area: rules_of(of_class.pk, area, DAY)[0].limit_amount for area in "ABC"} == {"A": 4, "B": 1, "C": 2}
    assert set(HandbookRule.objects.values_list("number", flat=True)) == {1}
    assert counts(planned("handbook", path, kind="component")) == (0, 0, 3, 0)


def test_missing_classes_are_refused_with_a_hint_or_created_as_extensions_of_the_city(catalogue: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "h.csv", [CITY_HEADINGS, ("01", "公用设施", "99", "爱心驿站", "", "破损", "修复", "3天")])
    made = planned("handbook", path, kind="component")
    assert refusals(made) == [(2, "小类代码", "0199 爱心驿站")]
    assert "new-classes" in made.faults[0].hint
    imported("handbook", path, kind="component", new_classes=True)
    added = ProblemClass.objects.get(name="爱心驿站")
    assert (added.city_extension, added.code, added.edition) == (True, "0199", "GB/T 30428.2-2013")
    assert added.rules.count() == 1


def test_a_name_that_stands_under_another_code_is_not_taken_for_this_class(catalogue: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "h.csv", [CITY_HEADINGS, ("01", "公用设施", "02", "上水井盖", "", "破损", "修复", "3天")])
    made = planned("handbook", path, kind="component")
    assert refusals(made) == [(2, "小类名称", "0102 上水井盖 / 污水井盖")]


def test_limits_that_cannot_be_read_missing_conditions_and_long_texts_are_refused(catalogue: Path, tmp_path: Path) -> None:
    rows = [
        ("01", "公用设施", "01", "上水井盖", "", "破损", "修复", "尽快"),
        ("01", "公用设施", "01", "上水井盖", "", "", "修复", "1天"),
        ("01", "公用设施", "01", "上水井盖", "", "破损" * 200, "修复", "1天"),
        ("01", "公用设施", "01", "上水井盖", "", "移位", "", "1-3天"),
    ]
    made = planned("handbook", csv_file(tmp_path / "h.csv", [CITY_HEADINGS, *rows]), kind="component")
    assert [(row, column) for row, column, _value in refusals(made)] == [(2, "处置时限"), (3, "立案条件"), (4, "立案条件"), (5, "结案条件")]
    assert not HandbookRule.objects.exists()


def test_the_first_of_several_bodies_is_the_responsible_organization_where_it_is_known(tmp_path: Path) -> None:
    city = build_city()
    code = city.manhole
    works = Organization.objects.get(code="D01")
    path = csv_file(
        tmp_path / "h.csv",
        [
            CITY_HEADINGS,
            (code.major_code, code.major_name, code.minor_code, code.name, f"{works.name}、各产权单位", "井圈下沉", "抬升", "3工作日"),
        ],
    )
    imported("handbook", path, kind="component")
    assert HandbookRule.objects.get(condition="井圈下沉").organization == works


# --- Responsibilities -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def city() -> City:
    city = build_city()
    Responsibility.objects.all().delete()
    return city


RESPONSIBILITY_HEADINGS = ("类别", "大类代码", "小类", "区域", "责任单位", "依据")


def test_responsibilities_come_in_by_code_or_name_and_only_once(city: City, tmp_path: Path) -> None:
    rows = [
        RESPONSIBILITY_HEADINGS,
        ("部件", "", city.manhole.name, "", "D01", "权属清单"),
        ("", "", "", "990101001", "石桥街道办事处", "属地管理"),
        ("部件", city.manhole.major_code, "", "", "D02", "权属清单"),
    ]
    path = csv_file(tmp_path / "r.csv", rows)
    made = planned("responsibilities", path)
    assert counts(made)[0] == 3, made.faults
    imported("responsibilities", path)
    assert counts(planned("responsibilities", path)) == (0, 0, 3, 0)


def test_another_basis_replaces_and_a_missing_row_ends(city: City, tmp_path: Path) -> None:
    imported(
        "responsibilities",
        csv_file(
            tmp_path / "r.csv",
            [RESPONSIBILITY_HEADINGS, ("部件", "", city.manhole.name, "", "D01", "旧清单"), ("", "", "", "", "D02", "会议")],
        ),
    )
    newer = csv_file(tmp_path / "n.csv", [RESPONSIBILITY_HEADINGS, ("部件", "", city.manhole.name, "", "D01", "新清单")])
    imported("responsibilities", newer, end_missing=True, day=LATER)
    assert list(Responsibility.objects.filter(valid_to=None).values_list("basis", flat=True)) == ["新清单"]
    assert Responsibility.objects.filter(valid_to=LATER).count() == 2


def test_whatever_does_not_exist_is_refused_by_row_and_column(city: City, tmp_path: Path) -> None:
    rows = [
        RESPONSIBILITY_HEADINGS,
        ("部件", "", "没有的小类", "", "D01", "清单"),
        ("部件", "", "", "没有的街道", "D01", "清单"),
        ("部件", "", "", "", "没有的单位", "清单"),
        ("", "01", "", "", "D01", "清单"),
        ("部件", "", "", "", "D01", ""),
    ]
    made = planned("responsibilities", csv_file(tmp_path / "r.csv", rows))
    assert sorted(refusals(made)) == [
        (2, "小类", "没有的小类"),
        (3, "区域", "没有的街道"),
        (4, "责任单位", "没有的单位"),
        (5, "类别", ""),
        (6, "依据", ""),
    ]


def test_stage_limits_come_in_and_a_changed_one_begins_on_its_day(city: City, tmp_path: Path) -> None:
    StageLimit.objects.all().delete()
    imported("stage-limits", csv_file(tmp_path / "s.csv", [("环节", "时限"), ("受理", "15分钟"), ("核查", "2工作时")]))
    imported("stage-limits", csv_file(tmp_path / "t.csv", [("环节", "时限"), ("受理", "20分钟"), ("核查", "2工作时")]), day=LATER)
    assert (stage_limit("acceptance", DAY).amount, stage_limit("acceptance", LATER).amount) == (15, 20)
    assert StageLimit.objects.filter(clock="check").count() == 1
    made = planned("stage-limits", csv_file(tmp_path / "u.csv", [("环节", "时限"), ("发呆", "1天"), ("受理", "马上")]))
    assert refusals(made) == [(2, "环节", "发呆"), (3, "时限", "马上")]
