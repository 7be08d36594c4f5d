"""All writes of organizations, members, posts and working calendars."""

from chengge.organization.actions.authority import COMMAND_LINE, require_administrator
from chengge.organization.actions.calendars import (
    DayValues,
    SeasonValues,
    check_seasons,
    forget_day,
    put_days,
    save_calendar,
)
from chengge.organization.actions.people import (
    FirstPassword,
    MemberValues,
    add_members,
    appoint,
    axis_of,
    change_member,
    check_place,
    choose_password,
    dismiss,
    end_organization,
    first_password,
    give_new_password,
    put_organizations,
)
from chengge.organization.actions.terms import Lent, give_back, lend

__all__ = [
    "COMMAND_LINE",
    "DayValues",
    "FirstPassword",
    "Lent",
    "MemberValues",
    "SeasonValues",
    "add_members",
    "appoint",
    "axis_of",
    "change_member",
    "check_place",
    "check_seasons",
    "choose_password",
    "dismiss",
    "end_organization",
    "first_password",
    "forget_day",
    "give_back",
    "give_new_password",
    "lend",
    "put_days",
    "put_organizations",
    "require_administrator",
    "save_calendar",
]
