"""Registers of cameras, event types and sensors."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from django import forms
from django.contrib import messages as notes
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from chengge.domain.errors import NotFound, Refused
from chengge.foundation.pages.manage.common import LookForm, page_of, tell
from chengge.foundation.pages.manage.forms import class_choices
from chengge.intake.actions.registers import CameraValues, DeviceValues, EventTypeValues, put_camera, put_device, put_event_type
from chengge.intake.models import Camera, Device, VideoEventType
from chengge.organization.gates import actor_at, for_administrators


class PlacedForm(LookForm):
    """What stands somewhere: the place is chosen on the map, beside the form's fields."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=60, help_text=gettext_lazy("As the machine sends it"))
    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=80)
    place = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("lon") is None or given.get("lat") is None:
            raise forms.ValidationError(_("Where does it stand? Choose the place on the map."))
        return given


class ClassedForm(LookForm):
    """What means a class of the catalogue."""

    problem_class_id = forms.TypedChoiceField(label=gettext_lazy("Class"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["problem_class_id"].choices = class_choices()  # type: ignore[attr-defined]


class CameraForm(PlacedForm):
    pass


class EventTypeForm(ClassedForm):
    code = forms.CharField(label=gettext_lazy("Event type"), max_length=60, help_text=gettext_lazy("As the video platform calls it"))
    least_confidence = forms.FloatField(
        label=gettext_lazy("Least confidence"),
        min_value=0,
        max_value=1,
        initial=0.8,
        help_text=gettext_lazy("0 to 1; what is less sure is set aside"),
    )
    urgent = forms.BooleanField(label=gettext_lazy("Urgent"), required=False)
    active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)


class DeviceForm(PlacedForm, ClassedForm):
    field_order = ("code", "name", "problem_class_id", "quantity", "unit", "low", "high", "calm_minutes", "urgent", "active")

    quantity = forms.CharField(label=gettext_lazy("Measures"), max_length=40, required=False)
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=12, required=False)
    low = forms.FloatField(label=gettext_lazy("Alarm below"), required=False)
    high = forms.FloatField(label=gettext_lazy("Alarm above"), required=False)
    calm_minutes = forms.IntegerField(
        label=gettext_lazy("Quiet after a case (min)"), min_value=0, initial=30, help_text=gettext_lazy("So long, nothing new is opened")
    )
    component_code = forms.IntegerField(required=False, widget=forms.HiddenInput)
    urgent = forms.BooleanField(label=gettext_lazy("Urgent"), required=False)


@dataclass(frozen=True, slots=True)
class Register:
    """One of the registers: how it is called, its rows, its form, and the action that writes it."""

    slug: str
    title: Promise
    new: Promise
    icon: str
    model: type[Model]
    form: type[LookForm]
    values: Callable[..., Any]
    put: Callable[..., Model]

    @property
    def is_placed(self) -> bool:
        return issubclass(self.form, PlacedForm)


REGISTERS = {
    one.slug: one
    for one in (
        Register(
            "sensors", pgettext_lazy("register", "Sensors"), gettext_lazy("New sensor"), "temperature", Device, DeviceForm, DeviceValues,
            put_device,
        ),
        Register(
            "cameras", pgettext_lazy("register", "Cameras"), gettext_lazy("New camera"), "device-cctv", Camera, CameraForm, CameraValues,
            put_camera,
        ),
        Register(
            "event-types", pgettext_lazy("register", "Event types"), gettext_lazy("New event type"), "category", VideoEventType,
            EventTypeForm, EventTypeValues, put_event_type,
        ),
    )
}  # fmt: skip


@require_safe
@for_administrators
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """The rows of a register, by code."""
    chosen = _register(slug)
    text = request.GET.get("q", "").strip()[:60].replace("\0", "")
    rows = chosen.model._default_manager.order_by("code")
    if chosen.model is not Camera:
        rows = rows.select_related("problem_class")
    if text:
        named = Q(code__icontains=text) if chosen.model is VideoEventType else Q(code__icontains=text) | Q(name__icontains=text)
        rows = rows.filter(named)
    keep = request.GET.copy()
    keep.pop("page", None)
    context = _context(chosen) | {"rows": page_of(request, rows), "q": text, "keep": keep.urlencode()}
    return render(request, "intake/registers/list.html", context)


@for_administrators
def edit(request: HttpRequest, slug: str, row_id: int | None = None) -> HttpResponse:
    """A new row, or other facts of one."""
    chosen = _register(slug)
    old = get_object_or_404(chosen.model, pk=row_id) if row_id is not None else None
    form = chosen.form(request.POST or None, initial=_facts(chosen, old) if old else None)
    if request.method == "POST" and form.is_valid():
        try:
            chosen.put(actor_at(request), chosen.values(**form.cleaned_data), row_id)
        except Refused as refusal:
            tell(form, refusal)
        else:
            notes.success(request, _("%(name)s is saved.") % {"name": form.cleaned_data["code"]})
            return redirect("manage_register", slug)
    context = _context(chosen) | {
        "form": form,
        "row": old,
        "place": {name: form[name].value() for name in ("place", "lon", "lat") if name in form.fields},
    }
    if chosen.model is Device:
        context["place"]["component"] = form["component_code"].value() or ""
    return render(request, "intake/registers/form.html", context, status=422 if form.errors else 200)


def _register(slug: str) -> Register:
    if slug not in REGISTERS:
        raise NotFound("register", _("There is no such register."))
    return REGISTERS[slug]


def _context(chosen: Register) -> dict[str, Any]:
    return {"tab": "manage", "part": "registers", "register": chosen, "registers": REGISTERS.values()}


def _facts(chosen: Register, row: Model) -> dict[str, Any]:
    return {one.name: getattr(row, one.name) for one in fields(chosen.values)}  # type: ignore[arg-type]
