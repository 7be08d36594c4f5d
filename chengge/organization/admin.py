"""The plain tables of organizations and people, for the administrator.

Members and calendars are kept on pages of their own; here they are only looked at.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.organization.actions import put_organizations
from chengge.organization.gates import actor_at
from chengge.organization.models import CalendarDay, CalendarSeason, Duty, Member, MemberPost, Organization, WorkingCalendar


class HouseAdmin(admin.ModelAdmin):
    """A table that whoever holds the administrator's post may look at. Nothing is deleted; what may be written goes through the actions."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return keeps_the_house(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return keeps_the_house(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What an action refuses is said on the page."""
        return told(request, lambda: super(HouseAdmin, self).changeform_view(request, *args, **kwargs))

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Not kept: rows are dated, imports and entries have records of their own."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Not kept, as above."""


class KeptAdmin(HouseAdmin):
    """A table whose rows may be added and changed here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return keeps_the_house(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return keeps_the_house(request)


def keeps_the_house(request: HttpRequest) -> bool:
    return request.user.is_authenticated and Post.ADMINISTRATOR in actor_at(request).posts


def told(request: HttpRequest, work: Callable[[], HttpResponse]) -> HttpResponse:
    """The page, or the same page again with what was refused."""
    try:
        return work()
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(request.get_full_path())


class Looked(admin.TabularInline):
    """Rows under a row, only to look at."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return keeps_the_house(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class SeasonsLooked(Looked):
    model = CalendarSeason


class DaysLooked(Looked):
    model = CalendarDay


class PostsLooked(Looked):
    model = MemberPost


@admin.register(Organization)
class OrganizationAdmin(KeptAdmin):
    list_display = ("code", "name", "kind", "level", "parent", "division_code", "calendar", "valid_from", "valid_to")
    list_filter = ("kind", "level")
    list_select_related = ("parent", "calendar")
    search_fields = ("code", "name", "short_name")
    autocomplete_fields = ("parent",)
    exclude = ("valid_to",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("code", "valid_from") if obj else ()

    def save_model(self, request: HttpRequest, obj: Organization, form: ModelForm, change: bool) -> None:
        new, changed = ([], [obj]) if change else ([obj], [])
        put_organizations(actor_at(request), new, changed)


@admin.register(Member)
class MemberAdmin(HouseAdmin):
    list_display = ("username", "full_name", "organization", "axis", "division_code", "is_active", "must_choose_password", "last_login")
    list_filter = ("axis", "is_active", "must_choose_password")
    list_select_related = ("organization",)
    search_fields = ("username", "full_name")
    fields = (
        "username",
        "full_name",
        "organization",
        "axis",
        "division_code",
        "phone",
        "language",
        "is_active",
        "must_choose_password",
        "last_login",
        "date_joined",
    )
    inlines = (PostsLooked,)


@admin.register(WorkingCalendar)
class WorkingCalendarAdmin(HouseAdmin):
    list_display = ("code", "name", "work_day_hours", "first_year", "version")
    inlines = (SeasonsLooked, DaysLooked)


@admin.register(Duty)
class DutyAdmin(HouseAdmin):
    list_display = ("member", "starts_at", "ends_at", "seen_at")
    list_select_related = ("member",)
    date_hierarchy = "starts_at"
    search_fields = ("member__username", "member__full_name")
