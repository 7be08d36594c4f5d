"""Three real streets of Hangzhou, brought in by the importers alone: a district where a case can go round.

    district = import_hangzhou(shared_data)
    district.actor("dispatcher")

Streets, communities, grids, facilities and the handbook are real; organizations and members are made up, one on every post.
"""

import csv
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from chengge.exchange.importers import Options, Plan, apply, plan
from chengge.exchange.importers.class_tables import read_class_table
from chengge.organization.actions import COMMAND_LINE
from chengge.organization.models import Duty, Member
from chengge.organization.queries import Actor, actor_of

COUNTY = 330105
STREETS = {330105015: "潮鸣街道", 330105018: "东新街道", 330105019: "石桥街道"}
SINCE = date(2026, 1, 1)
CLASS_MAP = [("类别", "小类"), ("公共厕所", "0301"), ("公交站点", "公交站亭"), ("公共自行车租赁点", "非机动车停放点")]

CALENDARS = [
    ("日历代码", "日历名称", "工作日小时数", "时令", "起始日", "截止日", "工作星期", "作息时间"),
    ("office", "机关作息", "8", "全年", "01-01", "12-31", "12345", "08:00-12:00 14:00-18:00"),
]
HOLIDAYS = [("日期", "截止日期", "类型", "节日"), ("2026-10-01", "2026-10-07", "休息", "国庆节"), ("2026-10-10", "", "上班", "国庆节调休")]
STAGE_LIMITS = [
    ("环节", "时限"),
    *((stage, limit) for stage, limit in zip(["受理", "立案", "派遣", "发核查", "结案"], ["15分钟"] * 5, strict=True)),
    ("核实", "30分钟"),
    ("核查", "30分钟"),
]
ORGANIZATIONS = [
    ("机构代码", "机构名称", "简称", "性质", "级别", "上级机构代码", "区划代码"),
    ("S01", "拱墅区城市管理监督中心", "监督中心", "监督中心", "1", "", ""),
    ("C01", "拱墅区城市管理指挥中心", "指挥中心", "指挥中心", "1", "", ""),
    ("D01", "市政设施养护中心", "市政中心", "专业部门", "2", "C01", ""),
    ("D01-1", "市政设施养护中心道路科", "道路科", "专业部门", "3", "D01", ""),
    ("D01-1-1", "道路科石桥班组", "石桥班组", "班组", "4", "D01-1", ""),
    ("D02", "环境卫生管理中心", "环卫中心", "专业部门", "2", "C01", ""),
    ("D03", "公共交通设施中心", "公交中心", "专业部门", "2", "C01", ""),
    *((f"T{code}", f"{name}办事处", name, "属地", "2", "C01", str(code)) for code, name in STREETS.items()),
]
MEMBERS = [
    ("用户名", "姓名", "所属机构", "岗位", "管辖区划"),
    ("inspector", "陈蓉", "S01", "监督员", "330105019"),
    ("inspector2", "林涛", "S01", "监督员", "330105018"),
    ("inspector3", "高远", "S01", "监督员", "330105015"),
    ("operator", "吴倩", "S01", "受理员", ""),
    ("shift_leader", "何敏", "S01", "值班长", ""),
    ("evaluator", "孙洁", "S01", "考评员", ""),
    ("dispatcher", "周宁", "C01", "派遣员", ""),
    ("coordinator", "郑凯", "C01", "协同员", ""),
    ("works", "王磊", "D01", "专业部门", ""),
    ("works_section", "李强", "D01-1", "专业部门", ""),
    ("works_crew", "赵刚", "D01-1-1", "专业部门", ""),
    ("sanitation", "钱芳", "D02", "专业部门", ""),
    ("transport", "冯雪", "D03", "专业部门", ""),
    *((f"street{code % 1000}", f"{name}内勤", f"T{code}", "专业部门", str(code)) for code, name in STREETS.items()),
    ("leader", "徐区长", "S01", "领导", ""),
    ("administrator", "管理员", "S01", "系统管理员", ""),
]
RESPONSIBILITY_GRIDS = [
    ("责任网格代码", "责任网格名称", "单元网格", "监督员"),
    ("Z019", "石桥片", "330105019", "inspector"),
    ("Z018", "东新片", "330105018", "inspector2"),
    ("Z015", "潮鸣片", "330105015", "inspector3"),
]
RESPONSIBILITIES = [
    ("类别", "大类代码", "小类", "区域", "责任单位", "依据"),
    ("部件", "", "公共厕所", "", "D02", "公共厕所管养名录"),
    ("部件", "", "公交站亭", "", "D03", "公交设施权属清单"),
    ("部件", "", "0225", "", "D03", "公共自行车服务点清单"),
    ("部件", "01", "", "", "D01", "公用设施权属清单"),
    ("事件", "01", "暴露垃圾", "", "D02", "环卫作业标准"),
]


@dataclass
class Hangzhou:
    """The imported district: what each import did, and who works there."""

    plans: dict[str, Plan] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)

    def member(self, username: str) -> Member:
        return Member.objects.get(username=username)

    def actor(self, username: str) -> Actor:
        """The member as the door knows them."""
        return actor_of(self.member(username))


def import_hangzhou(shared_data: Path) -> Hangzhou:
    """Import everything, in the order in which a new city does. Every row holds since 1 January 2026; inspectors are on duty all year."""
    district = Hangzhou()
    with tempfile.TemporaryDirectory() as folder:
        given = {name: written(Path(folder) / f"{name}.csv", rows) for name, rows in _tables().items()}
        for name, kind, file, options in _imports(shared_data, given):
            district.plans[name] = plan(kind, file, Options.parse({"day": SINCE, **options}))
            applied = apply(district.plans[name], COMMAND_LINE)
            if kind == "members":
                district.passwords = {one.username: one.password for one in applied.outcome}
    _put_on_duty()
    return district


def _tables() -> dict[str, Sequence[Sequence[str]]]:
    return {
        "calendars": CALENDARS,
        "holidays": HOLIDAYS,
        "stage_limits": STAGE_LIMITS,
        "organizations": ORGANIZATIONS,
        "members": MEMBERS,
        "responsibility_grids": RESPONSIBILITY_GRIDS,
        "responsibilities": RESPONSIBILITIES,
        "class_map": CLASS_MAP,
    }


def _imports(shared_data: Path, given: dict[str, Path]) -> list[tuple[str, str, Path, dict[str, Any]]]:
    divisions, hangzhou, standards = shared_data / "divisions", shared_data / "hangzhou", shared_data / "standards"
    within = {"within": (COUNTY,)}
    by_class = {"class_field": "类别", "class_map": read_class_table(given["class_map"]), "county": str(COUNTY)}
    return [
        ("calendars", "calendars", given["calendars"], {}),
        ("holidays", "holidays", given["holidays"], {}),
        ("districts", "divisions", divisions / "areas.csv", within),
        ("streets", "divisions", divisions / "streets.csv", within),
        ("communities", "divisions", divisions / "villages_3301_3302_3212.csv", within),
        ("street_borders", "boundaries", hangzhou / "streets.geojson", within),
        ("community_borders", "boundaries", hangzhou / "communities.geojson", within),
        ("grids", "grids", hangzhou / "grids.geojson", {}),
        ("organizations", "organizations", given["organizations"], {}),
        ("members", "members", given["members"], {}),
        ("responsibility_grids", "responsibility-grids", given["responsibility_grids"], {}),
        ("component_classes", "catalogue", standards / "components_gbt30428.csv", {}),
        ("event_classes", "catalogue", standards / "events_gbt30428.csv", {}),
        ("handbook", "handbook", standards / "handbook_city.xlsx", {}),
        ("stage_limits", "stage-limits", given["stage_limits"], {}),
        ("responsibilities", "responsibilities", given["responsibilities"], {}),
        ("components", "components", hangzhou / "public_facilities.geojson", by_class),
        ("roads", "base-map", hangzhou / "roads_main.geojson", {"feature": "arterial"}),
        ("rivers", "base-map", hangzhou / "rivers.geojson", {"feature": "water"}),
    ]


def written(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """A CSV file with these rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def _put_on_duty() -> None:
    year = {"starts_at": datetime(2025, 12, 31, 16, tzinfo=UTC), "ends_at": datetime(2026, 12, 31, 16, tzinfo=UTC)}
    inspectors = Member.objects.filter(posts__post="inspector", posts__valid_to=None).order_by("username")
    Duty.objects.bulk_create(Duty(member=member, lon=120.18, lat=30.32, **year) for member in inspectors)
