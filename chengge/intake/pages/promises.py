"""The administrator's page of what the city promises its reporters."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from chengge.casework.models import Channel
from chengge.domain.errors import Refused
from chengge.foundation.pages.manage.common import DayField, LookForm, tell, today
from chengge.intake.actions.promises import MOST_HOURS, MOST_TRIES, PLACEHOLDERS, TEXTS, Promise, end_promise, save_promise
from chengge.intake.models import AnswerRule
from chengge.intake.queries.answers import rule_for
from chengge.organization.gates import actor_at, for_administrators

NUMBERS = ("acknowledge_hours", "feedback_hours", "visit_hours", "visit_after_hours", "visit_percent", "decide_hours", "most_tries")


class PromiseForm(LookForm):
    """What is promised, to whom, from which day on."""

    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"), required=False, choices=[("", gettext_lazy("every channel")), *Channel.choices]
    )
    day = DayField(label=gettext_lazy("Holds from"), initial=today)
    acknowledge_hours = forms.IntegerField(label=gettext_lazy("Hours to tell of acceptance"), min_value=1, max_value=MOST_HOURS)
    feedback_hours = forms.IntegerField(label=gettext_lazy("Hours to tell of the end"), min_value=1, max_value=MOST_HOURS)
    visit_hours = forms.IntegerField(label=gettext_lazy("Hours for the return visit"), min_value=1, max_value=MOST_HOURS)
    visit_after_hours = forms.IntegerField(
        label=gettext_lazy("Hours to wait for the link before a call"), min_value=0, max_value=MOST_HOURS
    )
    visit_percent = forms.IntegerField(label=gettext_lazy("Share of reporters visited (%)"), min_value=0, max_value=100)
    decide_hours = forms.IntegerField(label=gettext_lazy("Hours to decide on a complaint"), min_value=1, max_value=MOST_HOURS)
    most_tries = forms.IntegerField(label=gettext_lazy("Calls before “not reached”"), min_value=1, max_value=MOST_TRIES)
    by_message = forms.BooleanField(label=gettext_lazy("Tell by message where there is a mobile number or e-mail"), required=False)
    accepted_text = forms.CharField(label=gettext_lazy("Message: accepted"), max_length=300, required=False)
    refused_text = forms.CharField(label=gettext_lazy("Message: not accepted"), max_length=300, required=False)
    feedback_text = forms.CharField(label=gettext_lazy("Message: ended"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        for name in TEXTS:
            self.fields[name].help_text = _("Empty: the usual words of the topic. May name %(names)s.") % {"names": names}

    def promise(self) -> Promise:
        given = self.cleaned_data
        texts = {name: given[name].strip() for name in TEXTS}
        return Promise(channel=given["channel"], by_message=given["by_message"], **texts, **{name: given[name] for name in NUMBERS})


@require_safe
@for_administrators
def promises(request: HttpRequest) -> HttpResponse:
    """What is promised today, and to which channels something of their own."""
    rows = list(AnswerRule.objects.exclude(valid_to__lte=today()).order_by("channel", "valid_from"))
    context = {"tab": "manage", "part": "promises", "rows": rows, "usual": rule_for("", today()), "today": today()}
    return render(request, "intake/answers/promises.html", context)


@for_administrators
def edit(request: HttpRequest) -> HttpResponse:
    """Promise something else from a day on."""
    shown = rule_for(request.GET.get("channel", ""), today())
    initial = {name: getattr(shown, name) for name in (*NUMBERS, *TEXTS, "by_message")} | {"channel": request.GET.get("channel", "")}
    form = PromiseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_promise(actor_at(request), form.promise(), form.cleaned_data["day"])
        except Refused as refusal:
            tell(form, refusal)
        else:
            messages.success(request, _("Promised from %(day)s on: %(rule)s.") % {"day": saved.valid_from, "rule": saved})
            return redirect("manage_promises")
    context = {"tab": "manage", "part": "promises", "form": form}
    return render(request, "intake/answers/promise_form.html", context, status=422 if form.errors else 200)


@require_POST
@for_administrators
def end(request: HttpRequest) -> HttpResponse:
    """Promise a channel nothing of its own any more."""
    try:
        end_promise(actor_at(request), request.POST.get("channel", ""), today())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("This rule has ended."))
    return redirect("manage_promises")
