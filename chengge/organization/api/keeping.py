"""Keeping organizations, members and calendars (administrators). Everything is ended, nothing deleted.

An address belongs to one router, whatever its methods: so these operations join those that read the same things.
"""

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Status
from pydantic import Field

from chengge import clock
from chengge.domain.errors import Conflict, Refused
from chengge.domain.lifecycle import Post
from chengge.organization import actions
from chengge.organization.api.calendars import CalendarDayOut, CalendarDetail, calendar_detail
from chengge.organization.api.calendars import router as on_calendars
from chengge.organization.api.people import MemberOut, OrganizationOut, member_out, members_of_today, organization_out
from chengge.organization.api.people import router as on_people
from chengge.organization.kept_answers import once
from chengge.organization.models import Member, Organization, OrganizationKind, WorkingCalendar
from chengge.organization.queries import city_day
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import Day, DivisionCode, Id, Incoming, Key, Outgoing, StrictBool, StrictId, text
from chengge.rest.references import addressed, check_named

# User names as Django's own rule has them.
Username = Annotated[str, Field(strict=True, min_length=1, max_length=150, pattern=r"^[A-Za-z0-9_.@+\-]+$")]


# --- Organizations ----------------------------------------------------------------------------------------------------------------------
class OrganizationFacts(Incoming):
    name: text(80, 1)
    short_name: text(30, 1)
    kind: OrganizationKind
    level: Annotated[int, Field(strict=True, ge=1, le=4)]
    parent_id: StrictId | None = None
    division_code: DivisionCode | None = None
    calendar_id: StrictId
    phone: text(30) = ""

    def onto(self, row: Organization) -> Organization:
        check_named(Organization, self.parent_id, "parent_id")
        check_named(WorkingCalendar, self.calendar_id, "calendar_id")
        for name in ("name", "short_name", "level", "phone", "parent_id", "calendar_id"):
            setattr(row, name, getattr(self, name))
        row.kind = self.kind.value
        row.division_code = int(self.division_code) if self.division_code else None
        return row


class OrganizationIn(OrganizationFacts):
    code: text(20, 1)


class EndOfDay(Incoming):
    day: Day = Field(description="The first day on which it no longer exists")


@on_people.post("/organizations", response=answers({201: OrganizationOut}, 403, 409))
def add_organization(request: HttpRequest, given: OrganizationIn, key: Key = None) -> Status | HttpResponse:
    """Add an organization that exists from today on."""

    def add() -> OrganizationOut:
        actions.require_administrator(request.actor)
        if Organization.objects.filter(code=given.code).exists():
            raise Conflict("code_taken", _("There is an organization of this code already."), field="code")
        row = given.onto(Organization(code=given.code, valid_from=_today()))
        actions.put_organizations(request.actor, [row], [])
        return organization_out(row)

    return once(request, key, 201, add)


@on_people.put("/organizations/{organization_id}", response=answers({200: OrganizationOut}, 403, 404))
def change_organization(request: HttpRequest, organization_id: Id, given: OrganizationFacts) -> OrganizationOut:
    """Give an organization other facts: it stays who it was, and its cases with it."""
    actions.require_administrator(request.actor)
    row = given.onto(addressed(Organization, organization_id, "organization_id"))
    actions.put_organizations(request.actor, [], [row])
    return organization_out(row)


@on_people.post("/organizations/{organization_id}/end", response=answers({200: OrganizationOut}, 403, 404))
def end_organization(request: HttpRequest, organization_id: Id, given: EndOfDay) -> OrganizationOut:
    """Let an organization end; its cases and its past stay."""
    actions.end_organization(request.actor, organization_id, given.day)
    return organization_out(addressed(Organization, organization_id, "organization_id"))


# --- Members ----------------------------------------------------------------------------------------------------------------------------
class MemberFacts(Incoming):
    full_name: text(40, 1)
    organization_id: StrictId | None = None
    posts: list[Post] = Field(max_length=len(Post), description="All on one axis")
    division_code: DivisionCode | None = Field(None, description="Scope; null: the whole city")
    phone: text(30) = ""
    language: Literal["zh-hans", "en"] = "zh-hans"

    def values(self, username: str) -> actions.MemberValues:
        check_named(Organization, self.organization_id, "organization_id")
        return actions.MemberValues(
            username=username,
            full_name=self.full_name,
            organization_id=self.organization_id,
            posts=frozenset(self.posts),
            division_code=int(self.division_code) if self.division_code else None,
            phone=self.phone,
            language=self.language,
        )


class MemberIn(MemberFacts):
    username: Username


class MemberRecord(MemberOut):
    username: str
    phone: str
    scope: str | None
    language: str
    is_active: bool


class NewPassword(Outgoing):
    username: str
    password: str = Field(description="Shown this once, to hand over")


@on_people.get("/members/{member_id}/record", response=answers({200: MemberRecord}, 403, 404))
@single_thing
def member_record(request: HttpRequest, member_id: Id) -> MemberRecord:
    """All that is written down about a member."""
    actions.require_administrator(request.actor)
    return _record(member_id)


@on_people.post("/members", response=answers({201: NewPassword}, 403, 409))
def add_member(request: HttpRequest, given: MemberIn) -> Status:
    """Add a member with a first password. It is kept nowhere, so this takes no Idempotency-Key: a second try finds the name taken."""
    actions.require_administrator(request.actor)
    if Member.objects.filter(username=given.username).exists():
        raise Conflict("username_taken", _("Somebody signs in by this name already."), field="username")
    (made,) = actions.add_members(request.actor, [given.values(given.username)], _today())
    return Status(201, NewPassword(username=made.username, password=made.password))


@on_people.put("/members/{member_id}", response=answers({200: MemberRecord}, 403, 404))
def change_member(request: HttpRequest, member_id: Id, given: MemberFacts) -> MemberRecord:
    """Other facts and posts of a member; posts no longer named end today."""
    actions.require_administrator(request.actor)
    member = addressed(Member, member_id, "member_id")
    actions.change_member(request.actor, given.values(member.username), _today())
    return _record(member_id)


@on_people.post("/members/{member_id}/password", response=answers({200: NewPassword}, 403, 404))
def give_new_password(request: HttpRequest, member_id: Id) -> NewPassword:
    """A new password for somebody who lost theirs; the old one, and every token and session made with it, is void at once."""
    actions.require_administrator(request.actor)
    made = actions.give_new_password(request.actor, addressed(Member, member_id, "member_id"))
    return NewPassword(username=made.username, password=made.password)


@on_people.post("/members/{member_id}/leave", response=answers({204: None}, 403, 404))
def let_member_leave(request: HttpRequest, member_id: Id) -> Status:
    """End all posts of a member, who cannot sign in any more. What they did stays in their name."""
    actions.require_administrator(request.actor)
    member = addressed(Member, member_id, "member_id")
    if member.pk == request.actor.member_id:
        raise Refused("self", _("You cannot dismiss yourself."), _("Another administrator can."), field="member_id")
    actions.dismiss(request.actor, member, _today())
    return Status(204, None)


def _record(member_id: int) -> MemberRecord:
    row = addressed(Member, member_id, "member_id")
    held = members_of_today(Member.objects.filter(pk=member_id)).get()
    return MemberRecord(
        **member_out(held).model_dump(),
        username=row.username,
        phone=row.phone,
        scope=None if row.division_code is None else str(row.division_code),
        language=row.language,
        is_active=row.is_active,
    )


# --- Calendars --------------------------------------------------------------------------------------------------------------------------
class SeasonIn(Incoming):
    name: text(30, 1)
    first_day: Annotated[str, Field(strict=True, pattern=r"^[0-9]{2}-[0-9]{2}$", examples=["05-01"])]
    last_day: Annotated[str, Field(strict=True, pattern=r"^[0-9]{2}-[0-9]{2}$", examples=["09-30"])]
    spans: text(80) = Field(examples=["08:00-12:00 14:00-18:00"])
    weekdays: Annotated[str, Field(strict=True, pattern=r"^[1-7]{0,7}$", examples=["12345"])] = "12345"


class CalendarIn(Incoming):
    code: text(20, 1)
    name: text(60, 1)
    work_day_hours: Annotated[int, Field(strict=True, ge=1, le=24)] = 8
    first_year: Annotated[int, Field(strict=True, ge=2000, le=2100)] = 2020
    seasons: list[SeasonIn] = Field(min_length=1, max_length=50)


class CalendarDayIn(Incoming):
    works: StrictBool = Field(description="true: a make-up working day; false: a holiday")
    name: text(30) = ""


@on_calendars.post("/calendars", response=answers({201: CalendarDetail}, 403))
def save_calendar(request: HttpRequest, given: CalendarIn, key: Key = None) -> Status | HttpResponse:
    """Make a calendar, or give the one with this code other hours. Its special days stay."""

    def save() -> CalendarDetail:
        seasons = [actions.SeasonValues(**season.model_dump()) for season in given.seasons]
        row = actions.save_calendar(request.actor, given.code, given.name, given.work_day_hours, seasons, given.first_year)
        return calendar_detail(row)

    return once(request, key, 201, save)


@on_calendars.put("/calendars/{calendar_id}/days/{day}", response=answers({200: CalendarDayOut}, 403, 404))
def set_calendar_day(request: HttpRequest, calendar_id: Id, day: Day, given: CalendarDayIn) -> CalendarDayOut:
    """Make a day a holiday or a make-up working day."""
    actions.put_days(request.actor, calendar_id, [actions.DayValues(day, given.works, given.name)])
    return CalendarDayOut(day=day, works=given.works, name=given.name)


@on_calendars.delete("/calendars/{calendar_id}/days/{day}", response=answers({204: None}, 403, 404))
def forget_calendar_day(request: HttpRequest, calendar_id: Id, day: Day) -> Status:
    """Let a day be again what its weekday says."""
    actions.forget_day(request.actor, calendar_id, day)
    return Status(204, None)


def _today() -> date:
    return city_day(clock.now())
