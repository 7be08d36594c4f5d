"""The administrator's page of the platform's rules: limits of the ways, when a hard case goes up, how often departments are visited."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from chengge.coordination.actions.platform_rules import (
    MOST_AMOUNT,
    MOST_COUNT,
    MOST_PERCENT,
    EscalationValues,
    save_escalation_rule,
    save_hard_limit,
    save_visit_rule,
)
from chengge.coordination.models import EscalationRule, HardCase, HardCaseLimit, VisitRule
from chengge.coordination.models.platform_rules import StepChoice
from chengge.coordination.queries.escalations import stake_words
from chengge.coordination.queries.platform_rules import platform_rules
from chengge.domain.errors import NotFound, Refused
from chengge.domain.escalation import Stake
from chengge.foundation.models import LimitUnit
from chengge.foundation.pages.manage.common import DayField, LookForm, tell, today
from chengge.foundation.words import limit_words
from chengge.organization.gates import actor_at, for_administrators
from chengge.organization.models import Dated

PERCENT = {"min_value": 0, "max_value": MOST_PERCENT}
COUNT = {"min_value": 0, "max_value": MOST_COUNT, "help_text": gettext_lazy("0: never")}


class LimitForm(LookForm):
    """The limit of one way."""

    amount = forms.IntegerField(label=gettext_lazy("Limit"), min_value=1, max_value=MOST_AMOUNT)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=LimitUnit.choices)
    day = DayField(label=gettext_lazy("Holds from"), initial=today)


class EscalationForm(LookForm):
    """When one step is due."""

    after_percent = forms.IntegerField(label=gettext_lazy("After so much of the limit (%)"), **PERCENT)
    staked_percent = forms.IntegerField(label=gettext_lazy("Where much is at stake (%)"), **PERCENT)
    stakes = forms.MultipleChoiceField(
        label=gettext_lazy("Much is at stake if it is"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(Stake.URGENT.value, gettext_lazy("urgent")), (Stake.ORDERED.value, gettext_lazy("under an order"))],
    )
    units_from = forms.IntegerField(label=gettext_lazy("or from so many bodies in doubt on"), **COUNT)
    alike_from = forms.IntegerField(label=gettext_lazy("or from so many like cases on"), **COUNT)
    day = DayField(label=gettext_lazy("Holds from"), initial=today)


class VisitForm(LookForm):
    """How often departments are visited."""

    a_week = forms.IntegerField(label=gettext_lazy("Visits a week"), min_value=1, max_value=100)
    every_weeks = forms.IntegerField(label=gettext_lazy("Each at least every (weeks)"), min_value=1, max_value=104)
    day = DayField(label=gettext_lazy("Holds from"), initial=today)


@require_safe
@for_administrators
def listed(request: HttpRequest) -> HttpResponse:
    """Every rule as it holds today, in words, and the one that follows."""
    rules, ways = platform_rules(), HardCase.WayChoice.choices
    of_ways = [_line("limit", way, label, [row for row in rules.limits if row.way == way], _limit) for way, label in ways]
    of_steps = [
        _line("step", f"{step}", label, [row for row in rules.steps if row.step == step], _escalation) for step, label in StepChoice.choices
    ]
    groups = [
        (_("Limits of hard cases"), of_ways),
        (_("When a hard case goes up"), of_steps),
        (_("Visits to departments"), [_line("visits", "all", _("Every department"), rules.visits, _visits)]),
    ]
    context = {"tab": "manage", "part": "platform_rules", "groups": groups}
    return render(request, "coordination/platform_rules/list.html", context)


def _line(kind: str, key: str, label: object, rows: Sequence[Dated], words: Callable[[Any], str]) -> dict[str, Any]:
    day = today()
    now = next((row for row in reversed(rows) if row.valid_from <= day and (row.valid_to is None or row.valid_to > day)), None)
    later = [row for row in rows if row.valid_from > day]
    return {
        "kind": kind,
        "key": key,
        "label": label,
        "rule": now,
        "words": words(now) if now is not None else "",
        "later": [(row.valid_from, words(row)) for row in later],
    }


def _limit(row: HardCaseLimit) -> str:
    return limit_words(row.amount, row.unit)


def _escalation(row: EscalationRule) -> str:
    staked = [stake_words(Stake(stake)) for stake in row.stakes]
    if row.units_from:
        staked.append(ngettext("from %(count)d body on", "from %(count)d bodies on", row.units_from) % {"count": row.units_from})
    if row.alike_from:
        staked.append(ngettext("from %(count)d like case on", "from %(count)d like cases on", row.alike_from) % {"count": row.alike_from})
    said = _("after %(percent)d %% of the limit") % {"percent": row.after_percent}
    if not staked:
        return said
    more = _("after %(percent)d %% where much is at stake (%(what)s)")
    return said + _("; ") + more % {"percent": row.staked_percent, "what": _(", ").join(staked)}


def _visits(row: VisitRule) -> str:
    return _("at least %(count)d a week, each at least every %(weeks)d weeks") % {"count": row.a_week, "weeks": row.every_weeks}


@for_administrators
def edit(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """A rule in place of the one that holds."""
    name, now, form_of = _rule(kind, key)
    initial = {field: getattr(now, field) for field in form_of.base_fields if field != "day"} if now is not None else {}
    form = form_of(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            _save(request, kind, key, values, values.pop("day"))
        except Refused as refusal:
            tell(form, refusal)
        else:
            messages.success(request, _("%(kind)s: the new rule holds from %(day)s on.") % {"kind": name, "day": form.cleaned_data["day"]})
            return redirect("manage_platform_rules")
    context = {"tab": "manage", "part": "platform_rules", "form": form, "name": name}
    return render(request, "coordination/platform_rules/form.html", context, status=422 if form.errors else 200)


def _rule(kind: str, key: str) -> tuple[object, Dated | None, type[LookForm]]:
    """What a rule is called, the row without end, and its form. Raises NotFound."""
    rules = platform_rules()
    ways, steps = dict(HardCase.WayChoice.choices), {str(value): label for value, label in StepChoice.choices}
    if kind == "limit" and key in ways:
        return ways[key], _without_end(row for row in rules.limits if row.way == key), LimitForm
    if kind == "step" and key in steps:
        return steps[key], _without_end(row for row in rules.steps if f"{row.step}" == key), EscalationForm
    if kind == "visits" and key == "all":
        return _("Visits to departments"), _without_end(rules.visits), VisitForm
    raise NotFound("rule", _("There is no such rule."))


def _without_end(rows: Iterable[Dated]) -> Dated | None:
    return next((row for row in rows if row.valid_to is None), None)


def _save(request: HttpRequest, kind: str, key: str, values: dict[str, Any], day: date) -> None:
    actor = actor_at(request)
    match kind:
        case "limit":
            save_hard_limit(actor, key, values["amount"], values["unit"], day)
        case "step":
            save_escalation_rule(actor, int(key), EscalationValues(**values | {"stakes": tuple(values["stakes"])}), day)
        case _:
            save_visit_rule(actor, values["a_week"], values["every_weeks"], day)
