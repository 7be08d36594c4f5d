"""The administrator's page of reminders: which clock reminds whom, when, and by which words."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from chengge.casework.actions.reminders import MOST_MINUTES, PLACEHOLDERS, ReminderValues, end_reminder_rule, save_reminder_rule
from chengge.casework.models import ClockChoice, ReminderRule
from chengge.casework.queries.reminders import moment_words, reminder_rules, unheard
from chengge.domain.errors import NotFound, Refused
from chengge.foundation.pages.manage.common import DayField, LookForm, tell, today
from chengge.foundation.words import clock_words
from chengge.organization.gates import actor_at, for_administrators


class ReminderForm(LookForm):
    """One rule, and the day from which it holds."""

    clock = forms.ChoiceField(label=gettext_lazy("Clock"), choices=ClockChoice.choices)
    moment = forms.ChoiceField(label=gettext_lazy("Moment"), choices=ReminderRule.Moment.choices)
    amount = forms.IntegerField(label=gettext_lazy("Minutes or percent"), min_value=0, max_value=MOST_MINUTES, required=False)
    to = forms.ChoiceField(label=gettext_lazy("To"), choices=ReminderRule.To.choices)
    topic = forms.ChoiceField(
        label=gettext_lazy("Topic"), choices=ReminderRule.Topic.choices, help_text=gettext_lazy("Routes of notices go by it")
    )
    text = forms.CharField(label=gettext_lazy("Own words"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    day = DayField(label=gettext_lazy("Holds from"), initial=today)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        self.fields["text"].help_text = _("Empty: the usual words of the topic. May name %(names)s.") % {"names": names}

    def values(self) -> ReminderValues:
        given = self.cleaned_data
        return ReminderValues(given["clock"], given["moment"], given["amount"] or 0, given["to"], given["topic"], given["text"])


@require_safe
@for_administrators
def reminders(request: HttpRequest) -> HttpResponse:
    """Every clock with its rules, and where lately nobody was on the post."""
    lines = [
        {"kind": kind.value, "name": clock_words(kind), "rules": [(rule, moment_words(rule)) for rule in rules]}
        for kind, rules in reminder_rules(today()).items()
    ]
    context = {"tab": "manage", "part": "reminders", "lines": lines, "unheard": _unheard_lines(), "today": today()}
    return render(request, "casework/manage/reminders.html", context)


@for_administrators
def edit(request: HttpRequest, rule_id: int | None = None) -> HttpResponse:
    """A new rule, or one in place of another."""
    rule = _rule(rule_id) if rule_id is not None else None
    names = ("clock", "moment", "amount", "to", "topic", "text")
    initial = {name: getattr(rule, name) for name in names} if rule else {"clock": request.GET.get("clock", "")}
    form = ReminderForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_reminder_rule(actor_at(request), form.values(), form.cleaned_data["day"], rule_id)
        except Refused as refusal:
            tell(form, refusal)
        else:
            said = {"clock": saved.get_clock_display(), "moment": moment_words(saved), "day": saved.valid_from}
            messages.success(request, _("%(clock)s: %(moment)s, from %(day)s on.") % said)
            return redirect("manage_reminders")
    context = {"tab": "manage", "part": "reminders", "form": form, "rule": rule}
    return render(request, "casework/manage/reminder_form.html", context, status=422 if form.errors else 200)


@require_POST
@for_administrators
def end(request: HttpRequest, rule_id: int) -> HttpResponse:
    """End a rule today."""
    try:
        end_reminder_rule(actor_at(request), rule_id, today())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The rule reminds nobody any more."))
    return redirect("manage_reminders")


def _rule(rule_id: int) -> ReminderRule:
    rule = ReminderRule.objects.filter(pk=rule_id, valid_to=None).first()
    if rule is None:
        raise NotFound("rule", _("This row does not hold any more."), _("Look at the present state and try again."))
    return rule


def _unheard_lines() -> list[dict[str, Any]]:
    return [{"one": one, "moment": moment_words(one.reminder.rule), "clock": one.reminder.rule.get_clock_display()} for one in unheard()]
