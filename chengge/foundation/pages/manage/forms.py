"""Forms of the handbook, responsibilities and stage limits."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from chengge.domain.worktime import Limit, Unit
from chengge.foundation.actions import ResponsibilityValues, RuleValues
from chengge.foundation.models import AreaClass, HandbookRule, LimitUnit, ProblemClass, ProblemKind, Responsibility
from chengge.foundation.pages.manage.common import DayField, LookForm, today, tomorrow
from chengge.foundation.queries import divisions_tree
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.queries.places import DivisionNode
from chengge.organization.models import Organization

NOBODY = ("", "–")
Choices = list[tuple[Any, Any]]


def organization_choices() -> Choices:
    """Organizations that exist today, by code. One query."""
    rows = holding_on(Organization.objects.order_by("code"), today())
    return [NOBODY, *((pk, f"{'　' * (level - 1)}{name}") for pk, level, name in rows.values_list("pk", "level", "name"))]


def division_choices() -> Choices:
    """City, districts, streets and communities, each under the one it lies in. One query."""

    def lines(nodes: tuple[DivisionNode, ...], depth: int) -> Choices:
        return [line for node in nodes for line in ((node.code, f"{'　' * depth}{node.name}"), *lines(node.children, depth + 1))]

    return [("", _("Everywhere")), *lines(divisions_tree(), 0)]


def class_choices() -> Choices:
    """Classes that hold today, grouped by kind and major class. One query."""
    groups: dict[str, list[tuple[int, str]]] = {}
    kinds = dict(ProblemKind.choices)
    for row in holding_on(ProblemClass.objects.all(), today()):
        groups.setdefault(f"{kinds[row.kind]} · {row.major_name}", []).append((row.pk, f"{row.code} {row.name}"))
    return [NOBODY, *groups.items()]


def major_choices() -> Choices:
    """Major classes that hold today as `kind:code`. One query."""
    kinds = dict(ProblemKind.choices)
    rows = holding_on(ProblemClass.objects.all(), today()).order_by("kind", "major_code").values_list("kind", "major_code", "major_name")
    found = {(kind, code): name for kind, code, name in rows}
    return [
        NOBODY,
        *((f"{kind}:", str(label)) for kind, label in kinds.items()),
        *((f"{kind}:{code}", f"{kinds[kind]} · {name}") for (kind, code), name in found.items()),
    ]


class RuleForm(LookForm):
    """A handbook rule, and the day from which it holds."""

    problem_class = forms.TypedChoiceField(label=_("Class"), coerce=int)
    number = forms.IntegerField(
        label=_("Number in its class"), required=False, min_value=1, max_value=999, help_text=_("Empty: the next free one")
    )
    condition = forms.CharField(label=_("Filing condition"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    area_class = forms.ChoiceField(label=_("Area"), required=False, choices=AreaClass.choices)
    limit_amount = forms.IntegerField(label=_("Limit"), min_value=1, max_value=100_000)
    limit_unit = forms.ChoiceField(label=_("Unit"), choices=LimitUnit.choices, initial=LimitUnit.WORK_HOUR)
    closing_condition = forms.CharField(label=_("Closing condition"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    evidence_wanted = forms.CharField(label=_("Evidence wanted"), max_length=300, required=False)
    check_limit_amount = forms.IntegerField(label=_("Check limit"), required=False, min_value=1, max_value=100_000)
    check_limit_unit = forms.ChoiceField(label=_("Unit of the check limit"), required=False, choices=[NOBODY, *LimitUnit.choices])
    urgent = forms.BooleanField(label=_("Urgent"), required=False)
    self_disposable = forms.BooleanField(
        label=_("An inspector may put it right on the spot"), required=False, initial=True, help_text=_("Small things need not go round")
    )
    organization = forms.TypedChoiceField(label=_("Responsible body"), required=False, coerce=int, empty_value=None)
    responsible_body = forms.CharField(label=_("Responsible body as written"), max_length=200, required=False)
    supervising_body = forms.CharField(label=_("Supervising body as written"), max_length=200, required=False)
    basis = forms.CharField(label=_("Basis"), max_length=500, required=False)
    note = forms.CharField(label=_("Note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    day = DayField(label=_("Holds from"), initial=tomorrow)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["problem_class"].choices = class_choices()  # type: ignore[attr-defined]
        self.fields["organization"].choices = organization_choices()  # type: ignore[attr-defined]

    @staticmethod
    def of(rule: HandbookRule) -> dict[str, Any]:
        """What the form shows of a rule that is to be replaced."""
        names = [name for name in RuleForm.base_fields if name not in ("problem_class", "organization", "day")]
        return {name: getattr(rule, name) for name in names} | {
            "problem_class": rule.problem_class_id,
            "organization": rule.organization_id,
            "day": tomorrow(),
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("check_limit_amount")) != bool(given.get("check_limit_unit")):
            self.add_error("check_limit_amount", _("A check limit needs its number and its unit, or neither."))
        return given

    def values(self) -> RuleValues:
        given = self.cleaned_data
        check = Limit(given["check_limit_amount"], Unit(given["check_limit_unit"])) if given["check_limit_amount"] else None
        return RuleValues(
            problem_class_id=given["problem_class"],
            number=given["number"],
            limit=Limit(given["limit_amount"], Unit(given["limit_unit"])),
            check_limit=check,
            organization_id=given["organization"],
            urgent=given["urgent"],
            self_disposable=given["self_disposable"],
            area_class=given["area_class"],
            **{name: given[name].strip() for name in ("condition", "closing_condition", "evidence_wanted", "basis", "note")},
            **{name: given[name].strip() for name in ("responsible_body", "supervising_body")},
        )


class ResponsibilityForm(LookForm):
    """Who answers for what, where, since when."""

    problem_class = forms.TypedChoiceField(label=_("Class"), required=False, coerce=int, empty_value=None)
    major = forms.ChoiceField(label=_("or a whole major class"), required=False, help_text=_("Neither: every class"))
    division = forms.TypedChoiceField(label=_("Area"), required=False, coerce=int, empty_value=None)
    owning_body = forms.TypedChoiceField(
        label=_("Only components owned by"), required=False, coerce=int, empty_value=None, help_text=_("Empty: whoever owns them")
    )
    organization = forms.TypedChoiceField(label=_("Answers for it"), coerce=int)
    basis = forms.CharField(label=_("Basis"), max_length=200, help_text=_("The rule, list or meeting it follows from"))
    day = DayField(label=_("Holds from"), initial=tomorrow)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = organization_choices()
        for name, choices in (
            ("problem_class", class_choices()),
            ("major", major_choices()),
            ("division", division_choices()),
            ("owning_body", bodies),
            ("organization", bodies),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    @staticmethod
    def of(row: Responsibility) -> dict[str, Any]:
        return {
            "problem_class": row.problem_class_id,
            "major": "" if row.problem_class_id or not row.kind else f"{row.kind}:{row.major_code}",
            "division": row.division_code,
            "owning_body": row.owning_body_id,
            "organization": row.organization_id,
            "basis": row.basis,
            "day": tomorrow(),
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("problem_class") and given.get("major"):
            self.add_error("major", _("Choose a class or a major class, not both."))
        return given

    def values(self) -> ResponsibilityValues:
        given = self.cleaned_data
        kind, _colon, major_code = given["major"].partition(":")
        return ResponsibilityValues(
            organization_id=given["organization"],
            basis=given["basis"].strip(),
            kind=kind,
            major_code=major_code,
            problem_class_id=given["problem_class"],
            division_code=given["division"],
            owning_body_id=given["owning_body"],
        )


class StageLimitForm(LookForm):
    """The limit of one stage from a day on."""

    amount = forms.IntegerField(label=_("Limit"), min_value=1, max_value=100_000)
    unit = forms.ChoiceField(label=_("Unit"), choices=LimitUnit.choices, initial=LimitUnit.MINUTE)
    day = DayField(label=_("Holds from"), initial=tomorrow)

    def limit(self) -> Limit:
        return Limit(self.cleaned_data["amount"], Unit(self.cleaned_data["unit"]))


class DayForm(LookForm):
    """A day on which something ends."""

    day = DayField(label=_("Ends on"), initial=tomorrow)
