"""The plain tables of the foundation, for the administrator. A changed row is ended and begins again; nothing is deleted."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from chengge import clock
from chengge.domain.errors import Refused
from chengge.foundation import actions
from chengge.foundation.models import (
    BaseMapFeature,
    Component,
    Division,
    HandbookRule,
    PlaceName,
    ProblemClass,
    Responsibility,
    ResponsibilityGrid,
    StageLimit,
    UnitGrid,
)
from chengge.foundation.queries import locate
from chengge.organization.admin import HouseAdmin, KeptAdmin, keeps_the_house
from chengge.organization.gates import actor_at
from chengge.organization.models import Dated
from chengge.organization.queries import city_day


class HoldsNow(admin.SimpleListFilter):
    """Rows that hold, unless those that ended are asked for."""

    title = lazy("validity")
    parameter_name = "holds"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("ended", _("ended")), ("all", _("all"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "all":
                return queryset
            case "ended":
                return queryset.exclude(valid_to=None)
            case _holding:
                return queryset.filter(valid_to=None)


class DatedAdmin(KeptAdmin):
    """A table of dated rows. Saving a row ends it on the day that is given and lets the new one begin; an ended row is only looked at."""

    actions = ("end_today",)
    list_filter: tuple[Any, ...] = (HoldsNow,)
    exclude: tuple[str, ...] = ("valid_to",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"valid_from": today()}

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return keeps_the_house(request) and getattr(obj, "valid_to", None) is None

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> type[ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        if change and "valid_from" in form.base_fields:
            form.base_fields["valid_from"].label = _("The change holds from")
        return form

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        """A row that is to be changed proposes today; saved as it is, it changes on the day that it shows."""
        row = super().get_object(request, object_id, from_field)
        if isinstance(row, Dated) and row.valid_to is None and request.method == "GET":
            row.valid_from = max(row.valid_from, today())
        return row

    def save_model(self, request: HttpRequest, obj: Dated, form: ModelForm, change: bool) -> None:
        old_id, day = obj.pk, obj.valid_from
        obj.pk = None
        obj._state.adding = True
        (begun,) = actions.carry_out(actor_at(request), actions.DatedChange(type(obj), day, [old_id] if change else [], [obj]))
        obj.pk = begun.pk

    @admin.action(description=lazy("End the chosen rows today"), permissions=["change"])
    def end_today(self, request: HttpRequest, queryset: QuerySet) -> None:
        ids = list(queryset.filter(valid_to=None).values_list("pk", flat=True))
        try:
            actions.carry_out(actor_at(request), actions.DatedChange(self.model, today(), ended_ids=ids))
        except Refused as refused:
            self.message_user(request, str(refused), "error")
            return
        self.message_user(request, _("%(count)d rows ended.") % {"count": len(ids)})


def today() -> Any:
    return city_day(clock.now())


@admin.register(Division)
class DivisionAdmin(DatedAdmin):
    list_display = ("code", "name", "valid_from", "valid_to")
    search_fields = ("code", "name")
    exclude = ("valid_to", "polygon")


@admin.register(UnitGrid)
class UnitGridAdmin(DatedAdmin):
    """Borders come in by import; here the class of the area and the use of the land are kept."""

    list_display = ("code", "area_m2", "area_class", "land_use", "other_code", "valid_from", "valid_to")
    list_filter = (HoldsNow, "area_class")
    search_fields = ("code", "other_code")
    exclude = ("valid_to", "polygon")
    readonly_fields = ("code", "area_m2")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(ProblemClass)
class ProblemClassAdmin(DatedAdmin):
    list_display = ("kind", "major_code", "major_name", "minor_code", "name", "edition", "city_extension", "valid_from", "valid_to")
    list_filter = (HoldsNow, "kind", "edition", "city_extension")
    search_fields = ("name", "major_name", "minor_code")

    def save_model(self, request: HttpRequest, obj: ProblemClass, form: ModelForm, change: bool) -> None:
        """A class takes its rules, responsibilities and components along."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        old, day = ProblemClass.objects.get(pk=obj.pk), obj.valid_from
        obj.pk = None
        obj._state.adding = True
        obj.pk = actions.replace_class(actor_at(request), old, obj, day).pk


@admin.register(HandbookRule)
class HandbookRuleAdmin(DatedAdmin):
    list_display = (
        "problem_class",
        "number",
        "area_class",
        "condition",
        "limit_amount",
        "limit_unit",
        "organization",
        "valid_from",
        "valid_to",
    )
    list_filter = (HoldsNow, "problem_class__kind", "area_class", "urgent")
    list_select_related = ("problem_class", "organization")
    search_fields = ("condition", "problem_class__name")
    autocomplete_fields = ("problem_class", "organization")


@admin.register(StageLimit)
class StageLimitAdmin(DatedAdmin):
    list_display = ("clock", "amount", "unit", "valid_from", "valid_to")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Responsibility)
class ResponsibilityAdmin(DatedAdmin):
    list_display = (
        "kind",
        "major_code",
        "problem_class",
        "division_code",
        "owning_body",
        "organization",
        "basis",
        "valid_from",
        "valid_to",
    )
    list_select_related = ("problem_class", "owning_body", "organization")
    list_filter = (HoldsNow, "kind")
    search_fields = ("basis", "organization__name", "problem_class__name")
    autocomplete_fields = ("problem_class", "owning_body", "organization")


@admin.register(ResponsibilityGrid)
class ResponsibilityGridAdmin(HouseAdmin):
    list_display = ("code", "name", "valid_from", "valid_to")
    list_filter = (HoldsNow,)
    search_fields = ("code", "name")

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        """Whoever keeps fences in mind must hear that inspectors have changed."""
        super().save_related(request, form, formsets, change)
        actions.bump("grids")


@admin.register(Component)
class ComponentAdmin(KeptAdmin):
    """New components come in by import or survey, which give them their code."""

    list_display = ("code", "name", "problem_class", "grid_code", "state", "maintaining_body", "changed_on")
    list_filter = ("state", "positional_class")
    list_select_related = ("problem_class", "maintaining_body")
    search_fields = ("=code", "name", "other_code")
    autocomplete_fields = ("problem_class", "managing_body", "owning_body", "maintaining_body")
    readonly_fields = ("code", "grid_code", "first_on", "changed_on")
    show_full_result_count = False  # Counting a million rows takes longer than showing a page of them.

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Component, form: ModelForm, change: bool) -> None:
        obj.grid_code = locate(obj.lon, obj.lat).grid_code
        obj.changed_on = today()
        actions.put_components(actor_at(request), [], [obj])


@admin.register(PlaceName)
class PlaceNameAdmin(KeptAdmin):
    list_display = ("name", "lon", "lat", "grid_code")
    search_fields = ("name",)
    readonly_fields = ("grid_code",)
    actions = ("remove",)
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: PlaceName, form: ModelForm, change: bool) -> None:
        obj.grid_code = locate(obj.lon, obj.lat).grid_code
        new, changed = ([], [obj]) if change else ([obj], [])
        actions.put_place_names(actor_at(request), new, changed)

    @admin.action(description=lazy("Remove the chosen names"), permissions=["change"])
    def remove(self, request: HttpRequest, queryset: QuerySet) -> None:
        removed = actions.remove_place_names(actor_at(request), list(queryset.values_list("pk", flat=True)))
        self.message_user(request, _("%(count)d names removed.") % {"count": removed})


@admin.register(BaseMapFeature)
class BaseMapFeatureAdmin(HouseAdmin):
    list_display = ("kind", "name")
    list_filter = ("kind",)
    search_fields = ("name",)
    exclude = ("shape",)
    show_full_result_count = False
