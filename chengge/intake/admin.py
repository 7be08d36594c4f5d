"""The plain tables of Open311, for the administrator: jurisdictions and the questions asked with a service."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from chengge.intake.actions import open311
from chengge.intake.models import Jurisdiction, ServiceAttribute
from chengge.organization.admin import KeptAdmin
from chengge.organization.gates import actor_at


@admin.register(ServiceAttribute)
class ServiceAttributeAdmin(KeptAdmin):
    """A question is asked of whoever reports by Open311 as soon as it is saved."""

    list_display = ("service_code", "order", "code", "description", "datatype", "variable", "required")
    list_filter = ("datatype", "required")
    search_fields = ("service_code", "code", "description")
    actions = ("remove",)

    def save_model(self, request: HttpRequest, obj: ServiceAttribute, form: ModelForm, change: Any) -> None:
        open311.save_attribute(actor_at(request), obj)

    @admin.action(description=lazy("Ask the chosen questions no more"), permissions=["change"])
    def remove(self, request: HttpRequest, queryset: QuerySet) -> None:
        gone = open311.remove_attributes(actor_at(request), list(queryset.values_list("pk", flat=True)))
        self.message_user(request, _("%(count)d questions are asked no more.") % {"count": gone})


@admin.register(Jurisdiction)
class JurisdictionAdmin(KeptAdmin):
    """With two rows or more, every Open311 request has to name one."""

    list_display = ("jurisdiction_id", "name", "division_code")

    def save_model(self, request: HttpRequest, obj: Jurisdiction, form: ModelForm, change: Any) -> None:
        open311.save_jurisdiction(actor_at(request), obj)
