"""Organizations, members, working calendars, responsibility grids, place names and the base map."""

from datetime import date
from pathlib import Path

import pytest
from shapely import LineString, Point, box

from chengge.domain.lifecycle import Post
from chengge.foundation.models import BaseMapFeature, PlaceName, ResponsibilityGrid
from chengge.foundation.queries import find_place
from chengge.organization.calendars import calendar_of
from chengge.organization.models import CalendarDay, Member, Organization, WorkingCalendar
from chengge.organization.queries import actor_of
from tests.exchange.files import LATER, counts, csv_file, imported, planned, refusals, shapes_file
from tests.factories import City, build_city

pytestmark = pytest.mark.django_db

ORGANIZATIONS = ("机构代码", "机构名称", "简称", "性质", "级别", "上级机构代码", "区划代码", "工作日历")
MEMBERS = ("用户名", "姓名", "所属机构", "岗位", "管辖区划")
CALENDARS = ("日历代码", "日历名称", "工作日小时数", "时令", "起始日", "截止日", "工作星期", "作息时间")


@pytest.fixture
def city() -> City:
    return build_city()


# --- Organizations ----------------------------------------------------------------------------------------------------------------------


def test_organizations_may_stand_in_any_order_and_come_in_once(city: City, tmp_path: Path) -> None:
    rows = [
        ORGANIZATIONS,
        ("N1-1", "新单位一科", "", "专业部门", "3", "N1", "", ""),
        ("N1", "新单位", "新", "专业部门", "2", "C1", "", ""),
        ("N2", "东新街道办事处", "", "属地", "2", "C1", "990101001", "office"),
    ]
    path = csv_file(tmp_path / "o.csv", rows)
    imported("organizations", path)
    section = Organization.objects.get(code="N1-1")
    assert section.parent is not None
    assert (section.parent.code, section.parent.parent_id, section.calendar_id) == ("N1", city.organization_id("command"), city.calendar.pk)
    assert counts(planned("organizations", path)) == (0, 0, 3, 0)


def test_an_organization_that_changes_its_name_stays_who_it_was(city: City, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "o.csv", [ORGANIZATIONS, ("D01", "市政养护集团", "", "专业部门", "2", "C1", "", "")])
    imported("organizations", path, day=LATER)
    works = Organization.objects.get(code="D01")
    assert (works.pk, works.name, works.valid_from) == (city.organization_id("works"), "市政养护集团", date(2026, 1, 1))


def test_wrong_levels_kinds_parents_calendars_and_divisions_are_refused(city: City, tmp_path: Path) -> None:
    rows = [
        ORGANIZATIONS,
        ("N1", "甲", "", "专业部门", "5", "C1", "", ""),
        ("N2", "乙", "", "局", "2", "C1", "", ""),
        ("N3", "丙", "", "专业部门", "2", "没有", "", ""),
        ("N4", "丁", "", "专业部门", "2", "D02", "", ""),
        ("N5", "戊", "", "专业部门", "2", "C1", "", "夜班"),
        ("N6", "己", "", "属地", "2", "C1", "", ""),
        ("N7", "庚", "", "属地", "2", "C1", "990199", ""),
        ("N7", "辛", "", "专业部门", "2", "C1", "", ""),
    ]
    made = planned("organizations", csv_file(tmp_path / "o.csv", rows))
    assert sorted((row, column) for row, column, _value in refusals(made)) == [
        (2, "级别"),
        (3, "性质"),
        (4, "上级机构代码"),
        (5, "级别"),
        (6, "工作日历"),
        (7, "区划代码"),
        (8, "区划代码"),
        (9, "机构代码"),
    ]


# --- Members ----------------------------------------------------------------------------------------------------------------------------


def test_new_members_get_a_random_password_of_their_own(city: City, tmp_path: Path) -> None:
    rows = [MEMBERS, ("zhangsan", "张三", "D01", "专业部门", "990101001"), ("lisi", "李四", "监督中心", "受理员、值班长", "")]
    applied = imported("members", csv_file(tmp_path / "m.csv", rows))
    passwords = {one.username: one.password for one in applied.outcome}
    assert passwords["zhangsan"] != passwords["lisi"]
    assert Member.objects.get(username="lisi").check_password(passwords["lisi"])
    lisi = actor_of(Member.objects.get(username="lisi"))
    assert (lisi.posts, lisi.axis.value) == ({Post.OPERATOR, Post.SHIFT_LEADER}, "supervision")
    assert actor_of(Member.objects.get(username="zhangsan")).grid_range == (990101001000000, 990101002000000)
    assert imported("members", csv_file(tmp_path / "m.csv", rows)).outcome is None


def test_a_member_who_changes_the_post_keeps_the_password(city: City, tmp_path: Path) -> None:
    before = Member.objects.get(username="dispatcher").password
    imported("members", csv_file(tmp_path / "m.csv", [MEMBERS, ("dispatcher", "周宁", "S1", "受理员", "")]), day=LATER)
    member = Member.objects.get(username="dispatcher")
    assert (member.password, member.axis) == (before, "supervision")
    held = dict(member.posts.values_list("post", "valid_to"))
    assert held == {"dispatcher": LATER, "operator": None}


def test_nobody_gets_posts_on_both_axes(city: City, tmp_path: Path) -> None:
    made = planned("members", csv_file(tmp_path / "m.csv", [MEMBERS, ("both", "王五", "C1", "值班长、派遣员", "")]))
    assert refusals(made) == [(2, "岗位", "值班长、派遣员")]
    assert "both axes" in made.faults[0].message


def test_unknown_posts_organizations_and_user_names_are_refused(city: City, tmp_path: Path) -> None:
    rows = [
        MEMBERS,
        ("a b", "甲", "D01", "专业部门", ""),
        ("c", "乙", "没有", "专业部门", ""),
        ("d", "丙", "D01", "局长", ""),
        ("e", "", "D01", "专业部门", ""),
        ("f", "丁", "D01", "专业部门", "880101"),
        ("F", "戊", "D01", "专业部门", ""),
    ]
    made = planned("members", csv_file(tmp_path / "m.csv", rows))
    assert sorted((row, column) for row, column, _value in refusals(made)) == [
        (2, "用户名"),
        (3, "所属机构"),
        (4, "岗位"),
        (5, "姓名"),
        (6, "管辖区划"),
        (7, "用户名"),
    ]


# --- Calendars --------------------------------------------------------------------------------------------------------------------------


def test_a_calendar_of_two_seasons_and_its_holidays_make_working_time(tmp_path: Path) -> None:
    rows = [
        CALENDARS,
        ("office", "机关作息", "8", "夏", "05-01", "9月30日", "12345", "8:00-12:00、14:30-18:30"),
        ("office", "机关作息", "8", "冬", "10-01", "04-30", "12345", "08:00-12:00 14:00-18:00"),
    ]
    path = csv_file(tmp_path / "c.csv", rows)
    imported("calendars", path)
    assert counts(planned("calendars", path)) == (0, 0, 2, 0)
    days = [("日期", "截止日期", "类型", "节日"), ("2026-10-01", "2026/10/7", "休息", "国庆节"), ("2026年10月10日", "", "上班", "调休")]
    imported("holidays", csv_file(tmp_path / "h.csv", days))
    assert CalendarDay.objects.count() == 8
    assert counts(planned("holidays", csv_file(tmp_path / "h.csv", days))) == (0, 0, 2, 0)
    calendar = calendar_of(WorkingCalendar.objects.get().pk)
    one_day = 24 * 3600
    first_of_october = 1790784000  # 2026-10-01 00:00 in Shanghai
    assert calendar.between(first_of_october, first_of_october + 7 * one_day) == 0
    assert calendar.between(first_of_october + 9 * one_day, first_of_october + 10 * one_day) == 8 * 3600


def test_a_changed_season_replaces_the_calendars_hours(tmp_path: Path) -> None:
    imported(
        "calendars",
        csv_file(tmp_path / "c.csv", [CALENDARS, ("office", "机关作息", "8", "", "01-01", "12-31", "", "08:00-12:00 14:00-18:00")]),
    )
    before = WorkingCalendar.objects.get().version
    changed = csv_file(
        tmp_path / "d.csv", [CALENDARS, ("office", "机关作息", "8", "", "01-01", "12-31", "123456", "09:00-12:00 14:00-18:00")]
    )
    assert counts(planned("calendars", changed)) == (0, 1, 0, 0)
    imported("calendars", changed)
    calendar = WorkingCalendar.objects.get()
    assert calendar.version > before
    assert calendar.seasons.get().spans == "09:00-12:00 14:00-18:00"


def test_seasons_that_overlap_and_hours_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    rows = [
        CALENDARS,
        ("a", "甲", "8", "夏", "05-01", "10-31", "12345", "08:00-12:00"),
        ("a", "甲", "8", "冬", "10-01", "04-30", "12345", "08:00-12:00"),
        ("b", "乙", "8", "", "01-01", "12-31", "12345", "早上八点"),
        ("c", "丙", "8", "", "13-01", "12-31", "12345", "08:00-12:00"),
        ("d", "丁", "8", "", "01-01", "12-31", "工作日", "08:00-12:00"),
    ]
    made = planned("calendars", csv_file(tmp_path / "c.csv", rows))
    assert sorted((row, column) for row, column, _value in refusals(made)) == [
        (2, "起始日"),
        (3, "起始日"),
        (4, "作息时间"),
        (5, "起始日"),
        (6, "工作星期"),
    ]


def test_a_day_that_two_rows_speak_of_is_refused(city: City, tmp_path: Path) -> None:
    rows = [("日期", "截止日期", "类型"), ("2027-01-01", "2027-01-03", "休息"), ("2027-01-02", "", "上班"), ("2027-02-30", "", "休息")]
    made = planned("holidays", csv_file(tmp_path / "h.csv", rows))
    assert refusals(made) == [(4, "日期", "2027-02-30"), (3, "日期", "2027-01-02")]


# --- Responsibility grids, places, base map ---------------------------------------------------------------------------------------------


def test_responsibility_grids_take_codes_runs_and_whole_communities(city: City, tmp_path: Path) -> None:
    rows = [
        ("责任网格代码", "责任网格名称", "单元网格", "监督员"),
        ("Z1", "一片", "990101001001", "inspector"),
        ("Z2", "二片", "990101001002001-990101001002002", "inspector、inspector2"),
    ]
    path = csv_file(tmp_path / "r.csv", rows)
    imported("responsibility-grids", path)
    assert set(ResponsibilityGrid.objects.get(code="Z1").units.values_list("grid_code", flat=True)) == {990101001001001, 990101001001002}
    assert ResponsibilityGrid.objects.get(code="Z2").inspectors.count() == 2
    assert counts(planned("responsibility-grids", path)) == (0, 0, 2, 0)
    bad = [rows[0], ("Z3", "三片", "990199001001、十五位", "没有的人")]
    assert {column for _row, column, _value in refusals(planned("responsibility-grids", csv_file(tmp_path / "b.csv", bad)))} == {
        "单元网格",
        "监督员",
    }


def test_place_names_come_in_once_and_are_found(city: City, tmp_path: Path) -> None:
    lon, lat = city.places[1]
    path = csv_file(tmp_path / "p.csv", [("名称", "经度", "纬度"), ("华丰菜市场北门", lon, lat), ("没有地方", "", "")])
    assert refusals(planned("places", path)) == [(3, "经度", "")]
    imported("places", path, skip_bad=True)
    assert counts(planned("places", path))[:3] == (0, 0, 1)
    assert find_place("华丰菜")[0].grid_code == 990101001001002
    moved = shapes_file(tmp_path / "p.geojson", [(Point(*city.places[2]), {"名称": "华丰菜市场北门"})])
    imported("places", moved)
    assert PlaceName.objects.get(name="华丰菜市场北门").grid_code == 990101001002001


def test_a_base_map_replaces_the_shapes_of_its_kinds_only(city: City, tmp_path: Path) -> None:
    BaseMapFeature.objects.create(kind="water", name="旧河", shape=b"")
    road = LineString([(120.18, 30.32), (120.19, 30.32)])
    path = shapes_file(
        tmp_path / "b.geojson", [(road, {"名称": "石祥路"}), (box(120.18, 30.32, 120.181, 30.321), {"要素": "建筑", "名称": ""})]
    )
    imported("base-map", path, feature="arterial")
    assert set(BaseMapFeature.objects.values_list("kind", "name")) == {("water", "旧河"), ("arterial", "石祥路"), ("building", "")}
    assert counts(planned("base-map", path, feature="arterial")) == (0, 0, 2, 0)
    assert find_place("石祥")[0].kind == "road"
    assert refusals(planned("base-map", path))[0][0] == 1
