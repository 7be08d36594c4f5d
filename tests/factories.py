"""A tiny city for tests: one street, two communities, four unit grids, three classes, organizations on four levels, a member on every post.

    city = build_city()
    actor = city.actor("dispatcher")

Everything holds since 1 January 2026. `pretended_clock` (a Tuesday morning) lies in its working time.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from shapely import box, to_wkb

from chengge.domain.lifecycle import Post
from chengge.foundation.models import (
    Component,
    Division,
    HandbookRule,
    PlaceName,
    ProblemClass,
    Responsibility,
    ResponsibilityGrid,
    ResponsibilityGridUnit,
    Revision,
    StageLimit,
    UnitGrid,
)
from chengge.organization.models import CalendarDay, CalendarSeason, Duty, Member, MemberPost, Organization, WorkingCalendar
from chengge.organization.queries import Actor, actor_of

SINCE = date(2026, 1, 1)
CITY, COUNTY, STREET = 9901, 990101, 990101001
COMMUNITIES = {990101001001: "华丰社区", 990101001002: "东新社区"}
WEST, SOUTH, SIDE = 120.180, 30.320, 0.001  # four squares in a row, some 100 m wide
GRID_CODES = (990101001001001, 990101001001002, 990101001002001, 990101001002002)
AREA_CLASSES = ("A", "B", "B", "C")
MANHOLE_CODE = 9901010103000001
PASSWORD = "a long enough word"
STAGE_LIMITS_MINUTES = {
    "acceptance": 15, "verify": 30, "filing": 15, "dispatch": 15, "check_sending": 15, "check": 30, "closing": 15,
}  # fmt: skip

# name of the organization: code, full name, kind, level, parent
ORGANIZATIONS = {
    "supervision": ("S1", "监督中心", "supervision_centre", 1, None),
    "command": ("C1", "指挥中心", "command_centre", 1, None),
    "works": ("D01", "市政设施养护中心", "department", 2, "command"),
    "sanitation": ("D02", "环境卫生管理处", "department", 2, "command"),
    "street_office": ("T01", "石桥街道办事处", "territory", 2, "command"),
    "works_section": ("D01-1", "市政设施养护中心 道路科", "department", 3, "works"),
    "works_crew": ("D01-1-1", "市政设施养护中心 石桥班组", "crew", 4, "works_section"),
}

# user name: name, organization, posts
MEMBERS = {
    "inspector": ("陈蓉", "supervision", (Post.INSPECTOR,)),
    "inspector2": ("林涛", "supervision", (Post.INSPECTOR,)),
    "operator": ("吴倩", "supervision", (Post.OPERATOR,)),
    "shift_leader": ("何敏", "supervision", (Post.SHIFT_LEADER,)),
    "evaluator": ("孙洁", "supervision", (Post.EVALUATOR,)),
    "dispatcher": ("周宁", "command", (Post.DISPATCHER,)),
    "coordinator": ("郑凯", "command", (Post.COORDINATOR,)),
    "department": ("王磊", "works", (Post.DEPARTMENT,)),
    "section": ("李强", "works_section", (Post.DEPARTMENT,)),
    "crew": ("赵刚", "works_crew", (Post.DEPARTMENT,)),
    "other_department": ("钱芳", "sanitation", (Post.DEPARTMENT,)),
    "street_office": ("冯雪", "street_office", (Post.DEPARTMENT,)),
    "leader": ("徐市长", "supervision", (Post.LEADER,)),
    "administrator": ("管理员", "supervision", (Post.ADMINISTRATOR,)),
}


@dataclass(frozen=True)
class City:
    """The tiny city's rows by the names used in tests."""

    calendar: WorkingCalendar
    organizations: dict[str, Organization]
    members: dict[str, Member]
    manhole: ProblemClass
    garbage: ProblemClass
    parking: ProblemClass
    missing: HandbookRule
    rattling: HandbookRule
    heap: HandbookRule
    parked: HandbookRule

    def actor(self, name: str) -> Actor:
        """The member as the door knows them."""
        return actor_of(self.members[name])

    def organization_id(self, name: str) -> int:
        return self.organizations[name].pk

    @cached_property
    def places(self) -> list[tuple[float, float]]:
        """lon, lat in the middle of each of the four grids."""
        return [(WEST + (i + 0.5) * SIDE, SOUTH + 0.5 * SIDE) for i in range(4)]


def build_city() -> City:
    """Write the tiny city into the database."""
    calendar = _calendar()
    organizations = _organizations(calendar)
    members = _members(organizations)
    _ground(members)
    classes = _catalogue()
    rules = _handbook(classes, organizations)
    _responsibilities(classes, organizations)
    StageLimit.objects.bulk_create(
        [StageLimit(clock=clock, amount=amount, unit="minute", valid_from=SINCE) for clock, amount in STAGE_LIMITS_MINUTES.items()]
    )
    Revision.objects.bulk_create([Revision(name=name) for name in ("grids", "rules")], ignore_conflicts=True)
    return City(calendar, organizations, members, **classes, **rules)


def _calendar() -> WorkingCalendar:
    calendar = WorkingCalendar.objects.create(code="office", name="机关工作时间", first_year=2025)
    CalendarSeason.objects.create(calendar=calendar, name="全年", first_day="01-01", last_day="12-31", spans="08:00-12:00 14:00-18:00")
    CalendarDay.objects.create(calendar=calendar, day=date(2026, 10, 1), works=False, name="国庆节")
    return calendar


def _organizations(calendar: WorkingCalendar) -> dict[str, Organization]:
    made: dict[str, Organization] = {}
    for name, (code, full_name, kind, level, parent) in ORGANIZATIONS.items():
        made[name] = Organization.objects.create(
            code=code,
            name=full_name,
            short_name=full_name[-4:],
            kind=kind,
            level=level,
            parent=made[parent] if parent else None,
            division_code=STREET if kind == "territory" else None,
            calendar=calendar,
            valid_from=SINCE,
        )
    return made


def _members(organizations: dict[str, Organization]) -> dict[str, Member]:
    made: dict[str, Member] = {}
    for username, (full_name, organization, posts) in MEMBERS.items():
        member = Member(username=username, full_name=full_name, organization=organizations[organization], axis=posts[0].axis.value)
        member.set_password(PASSWORD)
        member.save()
        for post in posts:
            MemberPost.objects.create(member=member, post=post.value, valid_from=SINCE)
        made[username] = member
    for name in ("inspector", "inspector2"):
        Duty.objects.create(
            member=made[name],
            starts_at=datetime(2026, 1, 1, tzinfo=UTC),
            ends_at=datetime(2036, 1, 1, tzinfo=UTC),
            lon=WEST,
            lat=SOUTH,
            seen_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
    return made


def _ground(members: dict[str, Member]) -> None:
    names = {CITY: "示范市", COUNTY: "示范区", STREET: "石桥街道", **COMMUNITIES}
    whole, half = box(WEST, SOUTH, WEST + 4 * SIDE, SOUTH + SIDE), 2 * SIDE
    borders = {
        990101001001: box(WEST, SOUTH, WEST + half, SOUTH + SIDE),
        990101001002: box(WEST + half, SOUTH, WEST + 2 * half, SOUTH + SIDE),
    }
    for code, name in names.items():
        Division.objects.create(code=code, name=name, polygon=to_wkb(borders.get(code, whole)), valid_from=SINCE)
    for i, (code, area_class) in enumerate(zip(GRID_CODES, AREA_CLASSES, strict=True)):
        square = box(WEST + i * SIDE, SOUTH, WEST + (i + 1) * SIDE, SOUTH + SIDE)
        UnitGrid.objects.create(code=code, polygon=to_wkb(square), area_m2=10_600, area_class=area_class, valid_from=SINCE)
    for number, (name, codes) in enumerate({"inspector": GRID_CODES[:2], "inspector2": GRID_CODES[2:]}.items(), 1):
        grid = ResponsibilityGrid.objects.create(code=f"R{number:02d}", name=f"责任网格 {number:02d}", valid_from=SINCE)
        grid.inspectors.add(members[name])
        ResponsibilityGridUnit.objects.bulk_create([ResponsibilityGridUnit(responsibility_grid=grid, grid_code=code) for code in codes])
    PlaceName.objects.create(name="石桥路菜场", lon=WEST + SIDE / 2, lat=SOUTH + SIDE / 2, grid_code=GRID_CODES[0])


def _catalogue() -> dict[str, ProblemClass]:
    def of(kind: str, major: str, major_name: str, minor: str, name: str) -> ProblemClass:
        return ProblemClass.objects.create(
            edition="GB/T 30428.2-2013", kind=kind, major_code=major, major_name=major_name, minor_code=minor, name=name, valid_from=SINCE
        )

    return {
        "manhole": of("component", "01", "公用设施", "03", "雨水井盖"),
        "garbage": of("event", "01", "市容环境", "01", "暴露垃圾"),
        "parking": of("event", "04", "街面秩序", "07", "机动车乱停放"),
    }


def _handbook(classes: dict[str, ProblemClass], organizations: dict[str, Organization]) -> dict[str, HandbookRule]:
    def of(name: str, number: int, condition: str, amount: int, unit: str, closing: str, body: str, urgent: bool = False) -> HandbookRule:
        return HandbookRule.objects.create(
            problem_class=classes[name],
            number=number,
            condition=condition,
            limit_amount=amount,
            limit_unit=unit,
            closing_condition=closing,
            urgent=urgent,
            organization=organizations[body],
            responsible_body=organizations[body].name,
            valid_from=SINCE,
        )

    return {
        "missing": of("manhole", 1, "缺失、移位，危及行人车辆", 2, "urgent_hour", "恢复，井盖与路面平齐", "works", urgent=True),
        "rattling": of("manhole", 2, "松动、异响", 1, "work_day", "稳固，无异响", "works"),
        "heap": of("garbage", 1, "散落垃圾面积 1 平方米以上", 4, "work_hour", "清除干净", "sanitation"),
        "parked": of("parking", 1, "占压盲道、人行道", 2, "work_hour", "驶离", "street_office"),
    }


def _responsibilities(classes: dict[str, ProblemClass], organizations: dict[str, Organization]) -> None:
    Component.objects.create(
        code=MANHOLE_CODE,
        problem_class=classes["manhole"],
        name="雨水井盖",
        lon=WEST + SIDE / 2,
        lat=SOUTH + SIDE / 2,
        grid_code=GRID_CODES[0],
        managing_body=organizations["works"],
        owning_body=organizations["works"],
        maintaining_body=organizations["works_section"],
        first_on=SINCE,
        changed_on=SINCE,
    )
    Responsibility.objects.create(
        problem_class=classes["garbage"],
        kind="event",
        major_code="01",
        division_code=STREET,
        organization=organizations["sanitation"],
        basis="区政府 2026 年第 3 号责任清单",
        valid_from=SINCE,
    )
