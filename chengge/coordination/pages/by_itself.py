"""Dispatch by itself: the classes with their accuracy, one class with who switched it and what went by itself, and its values."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from chengge.casework.actions.by_itself import KEEPERS, MOST, RuleValues, save_rule, switch
from chengge.casework.queries import case_in_sight
from chengge.casework.queries.by_itself import Values, reasons_in_words, values_for, values_on, verdict_of
from chengge.coordination.queries.by_itself import READERS, STATES, class_line, latest, overview, standing, switched
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.pages.manage.common import PAGE_SIZE, DayField, LookForm, tell, today
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.refusals import status_of

readers = for_posts(*(post for post in Post if post in READERS))
keepers = for_posts(*(post for post in Post if post in KEEPERS))
LONGEST_TEXT = 40


class ValuesForm(LookForm):
    """The values by which a class goes, and the day from which they hold."""

    least_percent = forms.IntegerField(label=gettext_lazy("Certain to at least (%)"))
    undo_minutes = forms.IntegerField(label=gettext_lazy("Minutes to undo"))
    bar_percent = forms.IntegerField(label=gettext_lazy("Right at least (%)"), help_text=gettext_lazy("Below it the class stops by itself"))
    minimum_sample = forms.IntegerField(label=gettext_lazy("Judged from so many cases on"))
    window_days = forms.IntegerField(label=gettext_lazy("Days looked back"))
    day = DayField(label=gettext_lazy("Holds from"), initial=today)

    def values(self) -> RuleValues:
        return RuleValues(**{name: self.cleaned_data[name] for name in MOST})


@require_safe
@readers
def listed(request: HttpRequest) -> HttpResponse:
    """Every class, for the platform."""
    return _listed(request, "coordination/by_itself/list.html", "coordination")


@require_safe
@keepers
def managed(request: HttpRequest) -> HttpResponse:
    """The same, for whoever keeps the rules."""
    return _listed(request, "coordination/by_itself/managed.html", "manage")


def _listed(request: HttpRequest, template: str, tab: str) -> HttpResponse:
    text, state = request.GET.get("q", "").strip()[:LONGEST_TEXT], request.GET.get("state", "")
    whole = overview(text)
    lines = [line for line in whole.lines if state not in STATES or line.state == state]
    context = {
        "tab": tab,
        "part": "by_itself",
        "whole": whole,
        "rows": Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page")),
        "states": [(name, words, whole.count(name)) for name, words in _state_words().items()],
        "state": state if state in STATES else "",
        "text": text,
        "keep": f"state={state if state in STATES else ''}&q={text}",
        "keeps": _keeps(request),
        "all_values": values_on(today())[None],
    }
    return render(request, template, context)


@require_safe
@readers
def one(request: HttpRequest, class_id: int) -> HttpResponse:
    """One class."""
    return _one(request, class_id, "", None, 200)


@require_POST
@readers
def flip(request: HttpRequest, class_id: int) -> HttpResponse:
    """Switch it on or off, with the reason."""
    on, why = request.POST.get("on") == "1", request.POST.get("why", "")
    try:
        switch(actor_at(request), class_id, on, why)
    except Refused as refusal:
        return _one(request, class_id, why, refusal, status_of(refusal))
    messages.success(request, _("Cases of this class go by themselves now.") if on else _("Cases of this class wait for a dispatcher now."))
    return redirect("coordination_by_itself_class", class_id)


@keepers
def values_of_class(request: HttpRequest, class_id: int) -> HttpResponse:
    """Other values for a class."""
    line = class_line(class_id)
    return _values(request, class_id, line.problem_class.name, "coordination_by_itself_class", class_id)


@keepers
def values_of_all(request: HttpRequest) -> HttpResponse:
    """Other values for every class without its own."""
    return _values(request, None, _("Every class without its own values"), "coordination_by_itself")


@require_safe
@readers
def strip(request: HttpRequest) -> HttpResponse:
    """The share and the accuracy in one line, for the dispatcher's desk."""
    return render(request, "coordination/by_itself/strip.html", {"whole": standing()})


@require_safe
@readers
def why_not(request: HttpRequest, number: str) -> HttpResponse:
    """Beside a filed case: how certain it is who answers, and why it waits for a dispatcher all the same."""
    case = case_in_sight(actor_at(request), number)
    line = class_line(case.problem_class_id)
    found = verdict_of(case)
    context = {
        "line": line,
        "percent": round(found.certainty * 100),
        "reasons": reasons_in_words(found.reasons),
        "enough": found.certainty >= line.values.least,
        "came_back": bool(case.return_count or case.wrong_dispatch_count),
    }
    return render(request, "coordination/by_itself/why_not.html", context)


def _one(request: HttpRequest, class_id: int, why: str, refusal: Refused | None, status: int) -> HttpResponse:
    line = class_line(class_id)
    context = {
        "tab": "coordination",
        "line": line,
        "state_words": _state_words()[line.state],
        "history": switched(class_id),
        "latest": latest(actor_at(request), class_id),
        "keeps": _keeps(request),
        "why": why,
        "refusal": refusal,
    }
    return render(request, "coordination/by_itself/class.html", context, status=status)


def _values(request: HttpRequest, class_id: int | None, name: str, back: str, *where: Any) -> HttpResponse:
    found = values_on(today())
    now = values_for(class_id, found) if class_id is not None else found[None]
    form = ValuesForm(request.POST or None, initial=_initial(now))
    if request.method == "POST" and form.is_valid():
        try:
            save_rule(actor_at(request), class_id, form.values(), form.cleaned_data["day"])
        except Refused as refusal:
            tell(form, refusal)
        else:
            messages.success(request, _("The new values hold from %(day)s on.") % {"day": form.cleaned_data["day"]})
            return redirect(back, *where)
    context = {"tab": "coordination", "form": form, "name": name, "back": back, "class_id": class_id}
    return render(request, "coordination/by_itself/values.html", context, status=422 if form.errors else 200)


def _initial(values: Values) -> dict[str, int]:
    return {
        "least_percent": round(values.least * 100),
        "undo_minutes": values.undo_minutes,
        "bar_percent": round(values.bar * 100),
        "minimum_sample": values.minimum_sample,
        "window_days": values.window_days,
    }


def _keeps(request: HttpRequest) -> bool:
    return bool(actor_at(request).posts & KEEPERS)


def _state_words() -> dict[str, str]:
    return {"on": _("Goes by itself"), "stopped": _("Stopped: under its bar"), "off": _("Waits for a dispatcher")}
