"""Forms of schemes: a scheme, an item with the rule by which it is scored, and the day from which a version holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from chengge.domain.scoring import Missing, Way
from chengge.evaluation.actions.schemes import SchemeValues
from chengge.evaluation.indicators import Indicator, Subject, Unit
from chengge.evaluation.models import Judged, Source
from chengge.evaluation.queries.schemes_content import ItemContent
from chengge.evaluation.queries.schemes_faults import item_faults
from chengge.evaluation.queries.schemes_words import in_language, missing_words, number_words, scale_of, unit_of, way_words
from chengge.foundation.pages.manage.common import DayField, LookForm, today, tomorrow
from chengge.foundation.pages.manage.forms import organization_choices
from chengge.organization.models import OrganizationKind, PostChoice

BANDS = 8
PLACES = Decimal("0.000001")
# Which fields a way of scoring looks at.
LOOKS_AT = {
    Way.LINEAR: ("zero_at", "full_at", "floor"),
    Way.BANDS: ("bands", "floor"),
    Way.PER_COUNT: ("each", "floor"),
    Way.THRESHOLD: ("full_at", "each", "step", "floor"),
    Way.RELATIVE: ("each", "step", "floor"),
}
VALUES = ("zero_at", "full_at", "step", "veto_below")
JUDGED_POSTS = ("inspector", "operator", "shift_leader", "dispatcher", "department", "coordinator")


class SchemeForm(LookForm):
    """What a scheme is, over all its versions."""

    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Letters, digits and dashes, for programs and files"))
    name = forms.CharField(label=pgettext_lazy("sheet", "Name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    judged = forms.ChoiceField(label=pgettext_lazy("evaluation", "Judges"), choices=Judged.choices)
    level = forms.TypedChoiceField(
        label=_("Level"), required=False, coerce=int, empty_value=None, choices=[("", _("Any")), (2, 2), (3, 3), (4, 4)]
    )
    organization_kind = forms.ChoiceField(label=_("Kind of organization"), required=False)
    under_id = forms.TypedChoiceField(
        label=_("Judged by"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("Only those below this body are judged; empty: the city judges"),
    )
    post = forms.ChoiceField(label=_("Post"), required=False)
    about = forms.CharField(label=_("About"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization_kind"].choices = [("", _("Any")), *OrganizationKind.choices]  # type: ignore[attr-defined]
        self.fields["under_id"].choices = organization_choices()  # type: ignore[attr-defined]
        posts = [(value, label) for value, label in PostChoice.choices if value in JUDGED_POSTS]
        self.fields["post"].choices = [("", "–"), *posts]  # type: ignore[attr-defined]

    def values(self) -> SchemeValues:
        return SchemeValues(**self.cleaned_data)


class EffectForm(LookForm):
    """The day from which a version judges."""

    day = DayField(label=_("In effect from"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = tomorrow().replace(day=1) if tomorrow().day == 1 else _first_of_next_month()


class WorkbookForm(forms.Form):
    file = forms.FileField(label=_("Workbook"), widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".xlsx"}))


@dataclass(frozen=True, slots=True)
class BandLine:
    """One line of the table of bands: two fields of the form."""

    value: Any
    points: Any


def value_field(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, max_digits=24, decimal_places=6)


def points_field(label: Any, most: int = 100_000) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, max_value=most, max_digits=12, decimal_places=6)


class ItemForm(LookForm):
    """One item of a draft. Values are typed as they are shown: shares in percent, times in hours."""

    source = forms.ChoiceField(label=_("Source"), choices=Source.choices)
    indicator = forms.ChoiceField(label=_("Indicator"), required=False)
    classes = forms.CharField(
        label=_("Only these classes"), required=False, max_length=30,
        help_text=_("Empty: all. c01 is component class 01, e0104 event class 0104; several with a plus: c01+e0104"),
    )  # fmt: skip
    own_code = forms.CharField(label=pgettext_lazy("sheet", "Code"), required=False, max_length=40)
    name = forms.CharField(
        label=pgettext_lazy("sheet", "Name"), required=False, max_length=80, help_text=_("Empty: the name of the indicator.")
    )
    name_en = forms.CharField(label=_("English name"), required=False, max_length=120)
    weight = points_field(_("Weight"))
    bonus = points_field(_("Bonus"))
    way = forms.ChoiceField(label=_("Rule"))
    zero_at = value_field(_("No points at"))
    full_at = value_field(_("All points at"))
    each = points_field(_("Points off for each"))
    step = value_field(_("Step"))
    floor = points_field(_("Never fewer than"), 100)
    least = forms.IntegerField(label=_("Minimum sample"), required=False, min_value=1, max_value=1_000_000_000)
    missing = forms.ChoiceField(label=_("With nothing to judge by"), required=False)
    veto_below = value_field(_("Veto below"))
    basis = forms.CharField(label=_("Basis"), required=False, max_length=200)

    def __init__(self, data: Any, judged: str, known: dict[str, Indicator], item: ItemContent) -> None:
        self.judged, self.known = judged, known
        self.read: ItemContent | None = None
        self.band_count = max(BANDS, len(item.bands) + 2)
        super().__init__(data, initial=shown_in_form(item, known), auto_id="item-%s")
        self.fields["way"].choices = [(way.value, way_words(way)) for way in Way]  # type: ignore[attr-defined]
        self.fields["missing"].choices = [(one.value, missing_words(one)) for one in Missing]  # type: ignore[attr-defined]
        offered = [
            (one.code, f"{one.code} {in_language(one.name_zh, one.name_en)}") for one in known.values() if Subject(judged) in one.subjects
        ]
        self.fields["indicator"].choices = [("", "–"), *offered]  # type: ignore[attr-defined]
        for number in range(self.band_count):
            pair = {f"value_{number}": value_field(pgettext("band", "From")), f"points_{number}": points_field(gettext("Points"), 100)}
            for name, field in pair.items():
                field.widget.attrs |= {"class": "form-control", "aria-label": f"{field.label} {number + 1}"}
                self.fields[name] = field
        for name in ("zero_at", "full_at", "each", "step", "floor", "veto_below", "weight", "bonus"):
            self.fields[name].widget.attrs["step"] = "any"

    def asked(self, name: str) -> str:
        """What the form says now, as far as it says anything."""
        return str(self[name].value() or "")

    @property
    def is_outside(self) -> bool:
        return self.asked("source") != Source.INDICATOR

    @property
    def unit(self) -> Unit:
        source = Source.IMPORTED if self.is_outside else Source.INDICATOR
        return unit_of(ItemContent(self.asked("indicator"), Decimal(0), Way.LINEAR, source), self.known)

    @property
    def sign(self) -> str:
        """What stands behind a value: % or h."""
        return scale_of(self.unit)[2]

    @property
    def looks_at(self) -> tuple[str, ...]:
        return LOOKS_AT.get(self.asked("way"), ())  # type: ignore[call-overload, no-any-return]

    @property
    def bands(self) -> list[BandLine]:
        return [BandLine(self[f"value_{number}"], self[f"points_{number}"]) for number in range(self.band_count)]

    @property
    def not_looked_at(self) -> list[Any]:
        """Fields that the present rule does not ask for; they are kept, so that a look at another rule loses nothing."""
        hidden = [self[name] for name in ("zero_at", "full_at", "each", "step") if name not in self.looks_at]
        if "bands" not in self.looks_at:
            hidden += [field for line in self.bands for field in (line.value, line.points)]
        return hidden

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            self.read = self.item()
            for field, message in item_faults(self.judged, self.read, self.known):
                self.add_error(self._field_of(field), message)
        return cleaned

    def item(self) -> ItemContent:
        """The item as it was filled in; what was left empty is as usual."""
        told = self.cleaned_data
        bare = ItemContent("", Decimal(0), Way(told["way"]), Source(told["source"]))
        code = told["own_code"] if self.is_outside else "@".join(filter(None, (told["indicator"], told["classes"])))
        numbers = {
            name: told[name] if told[name] is not None else getattr(bare, name) for name in ("weight", "bonus", "each", "floor", "least")
        }
        kept = {name: self._kept(told[name]) if told[name] is not None else getattr(bare, name) for name in VALUES}
        return ItemContent(
            code=code, way=bare.way, source=bare.source, name=told["name"], name_en=told["name_en"], basis=told["basis"],
            missing=Missing(told["missing"] or bare.missing), **numbers, **kept,
            bands=tuple(sorted(self._bands())) if bare.way is Way.BANDS else (),
        )  # fmt: skip

    def look(self) -> ItemContent | None:
        """The item for a look while it is being filled in, sound or not; None while something cannot be read."""
        self.full_clean()
        return self.read

    def _kept(self, value: Decimal) -> Decimal:
        times, over, _sign = scale_of(self.unit)
        return (value * over / times).quantize(PLACES).normalize()

    def _bands(self) -> Iterator[tuple[Decimal, Decimal]]:
        for number in range(self.band_count):
            value, points = self.cleaned_data[f"value_{number}"], self.cleaned_data[f"points_{number}"]
            if value is not None and points is not None:
                yield self._kept(value), points

    def _field_of(self, field: str) -> str | None:
        if field == "code":
            return "own_code" if self.is_outside else "indicator"
        return field if field in self.fields else None


def shown_in_form(item: ItemContent, known: dict[str, Indicator]) -> dict[str, Any]:
    """The item as the form shows it: shares in percent, times in hours."""
    times, over, _sign = scale_of(unit_of(item, known))

    def told(value: Decimal) -> str:
        return number_words((value * times / over).quantize(PLACES))

    is_outside = item.source is not Source.INDICATOR
    code, _at, classes = item.code.partition("@")
    shown: dict[str, Any] = {
        "source": item.source.value, "indicator": "" if is_outside else code, "classes": "" if is_outside else classes,
        "own_code": item.code if is_outside else "", "name": item.name, "name_en": item.name_en, "way": item.way.value,
        "weight": number_words(item.weight), "bonus": number_words(item.bonus) if item.bonus else "", "each": number_words(item.each),
        "floor": number_words(item.floor), "zero_at": told(item.zero_at), "full_at": told(item.full_at), "step": told(item.step),
        "least": item.least, "missing": item.missing.value, "basis": item.basis,
        "veto_below": "" if item.veto_below is None else told(item.veto_below),
    }  # fmt: skip
    for number, (value, points) in enumerate(item.bands):
        shown |= {f"value_{number}": told(value), f"points_{number}": number_words(points)}
    return shown


def _first_of_next_month() -> Any:
    day = today().replace(day=1)
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)
