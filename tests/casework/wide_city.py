"""The tiny city, where works has a greening crew besides its section; and what its people do with a case down and up the levels."""

from chengge.casework import audit
from chengge.casework.actions import Given
from chengge.casework.actions.given import Part
from chengge.casework.actions.level_limits import save_level_limit
from chengge.casework.models import Assignment, Clock
from chengge.domain.lifecycle import Post
from chengge.organization.models import Member, MemberPost, Organization
from chengge.organization.queries import city_day
from tests.casework.lives import Life
from tests.factories import SINCE, City, build_city


def build_wide_city() -> City:
    """Write it into the database; the crew is `greening`, who works there `gardener`."""
    built = build_city()
    works = built.organizations["works"]
    greening = Organization.objects.create(
        code="D01-2", name="市政设施养护中心 绿化班组", short_name="绿化班组", kind="crew", level=4, parent=works, calendar=built.calendar,
        valid_from=SINCE,
    )  # fmt: skip
    gardener = Member.objects.create(username="gardener", full_name="孟圃", organization=greening, axis="command")
    MemberPost.objects.create(member=gardener, post=Post.DEPARTMENT.value, valid_from=SINCE)
    built.organizations["greening"], built.members["gardener"] = greening, gardener
    return built


def down(life: Life, by: str, to: str) -> None:
    life.do("pass_down", by, Given(organization_id=life.city.organization_id(to)))


def submit(life: Life, by: str, action: str = "submit") -> None:
    life.do(action, by, Given(photos=(life.photo(by),)))


def parts(life: Life, **tasks: str) -> Given:
    return Given(parts=tuple(Part(life.city.organization_id(name), task) for name, task in tasks.items()))


def two_parts(life: Life) -> None:
    life.to("handling")
    life.do("give_parts", "department", parts(life, works_section="扶正灯杆", greening="补种绿篱"))


def share(life: Life, level: int, percent: int) -> None:
    save_level_limit(life.city.actor("administrator"), level, percent, city_day(life.now))


def whose(life: Life, name: str) -> Given:
    return Given(reason="不符合要求", organization_id=life.city.organization_id(name))


def clocks(life: Life, name: str) -> list[Clock]:
    rows = Clock.objects.filter(case_id=life.case_id, organization_id=life.city.organization_id(name), kind__in=("handling", "level"))
    return list(rows.order_by("ordinal"))


def held(life: Life) -> list[tuple[str, str]]:
    """Every assignment: short name of the body, and how it ended."""
    rows = Assignment.objects.filter(case_id=life.case_id).select_related("organization").order_by("ordinal")
    names = {organization.pk: name for name, organization in life.city.organizations.items()}
    return [(names[row.organization_id], row.outcome) for row in rows]


def faults(life: Life) -> tuple[audit.Fault, ...]:
    return audit.check_range((life.case_id, life.case_id + 1)).faults


def passed_on(life: Life) -> None:
    """The section passes its part on to its crew."""
    two_parts(life)
    on(life, "section", "works_crew")


def on(life: Life, by: str, to: str) -> None:
    life.do("pass_part_on", by, Given(organization_id=life.city.organization_id(to)))
