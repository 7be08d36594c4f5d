"""What the management pages share: the frame, pages of a list, days, and refusals as faults of a form."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.errors import Refused
from chengge.organization.queries import city_day

PAGE_SIZE = 50
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)


def today() -> date:
    """Today, for the city."""
    return city_day(clock.now())


def tomorrow() -> date:
    """The day from which a change usually holds: what was judged today stays judged by today's rows."""
    return today() + timedelta(days=1)


def page(request: HttpRequest, template: str, part: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """A management page; `part` marks its place in the menu."""
    return render(request, f"foundation/manage/{template}", {"tab": "manage", "part": part, **context}, status=status)


def page_of(request: HttpRequest, rows: Any, size: int = PAGE_SIZE) -> Page:
    """The page of a list that the address asks for. Two queries, one for the count."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def tell(form: forms.Form, refusal: Refused, fields: Mapping[str, str] | None = None) -> None:
    """Show a refusal at the field it belongs to.

    Args:
        fields: names of the action's values that the form calls otherwise.
    """
    name = (fields or {}).get(refusal.field, refusal.field)
    form.add_error(name if name in form.fields else None, f"{refusal.message} {refusal.hint}".strip())


def whole(text: str | None, name: str) -> int | None:
    """A number of the address; None where it is missing. Raises Refused."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) < 2**63):
        raise Refused("invalid", _("“%(value)s” is not a whole number.") % {"value": text[:40]}, field=name)
    return int(text)


def day_of(text: str | None, otherwise: date) -> date:
    """A day of the address, such as 2026-11-23. Raises Refused (field `on`)."""
    if not text:
        return otherwise
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Refused("day", _("“%(value)s” is not a day.") % {"value": text[:40]}, _("A day is written as 2026-11-23."), field="on")
    return day


class LookForm(forms.Form):
    """A form in the look of the house."""

    required_css_class = "required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        for field in self.fields.values():
            widget = field.widget
            if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.RadioSelect):
                widget.attrs.setdefault("class", "form-check-input")
            elif isinstance(widget, forms.Select):
                widget.attrs.setdefault("class", "form-select")
            else:
                widget.attrs.setdefault("class", "form-control")

    def add_error(self, field: str | None, error: Any) -> None:
        """A faulty field says so to the eye and to a screen reader."""
        super().add_error(field, error)
        for name in [field] if field else getattr(error, "error_dict", ()):
            if name in self.fields:
                attributes = self.fields[name].widget.attrs
                attributes |= {"class": f"{attributes['class']} is-invalid", "aria-invalid": "true", "aria-describedby": f"fault-{name}"}


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), input_formats=["%Y-%m-%d"], **kwargs)

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(_("This day lies too far away."))
        return day
