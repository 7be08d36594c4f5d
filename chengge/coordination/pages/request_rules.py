"""The administrator's page of the rules of requests: who grants, how often, how long, and by when it is answered."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from chengge.casework.actions.request_rules import MOST, RequestRuleValues, posts_that_may_grant, save_request_rule
from chengge.casework.models import RequestRule
from chengge.casework.words import post_names
from chengge.domain.errors import NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.models import LimitUnit
from chengge.foundation.pages.manage.common import DayField, LookForm, tell, today
from chengge.foundation.queries.dated import holds_on
from chengge.foundation.words import limit_words
from chengge.organization.gates import actor_at, for_administrators
from chengge.organization.models import PostChoice

# Which values each kind goes by.
VALUES = {
    "return": ("answer_amount", "answer_unit"),
    "extension": ("granted_by", "most", "adds_limits", "evidence_from", "answer_amount", "answer_unit"),
    "suspension": ("granted_by", "most", "most_days", "evidence_from", "answer_amount", "answer_unit"),
    "appeal": ("granted_by", "most_days", "evidence_from", "answer_amount", "answer_unit"),
    "order": ("answer_amount", "answer_unit"),
    "urge": ("most", "apart_minutes"),
}


class RequestRuleForm(LookForm):
    """One rule, and the day from which it holds; only the values its kind goes by."""

    granted_by = forms.MultipleChoiceField(
        label=gettext_lazy("Granted by"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: every post that the rule book names"),
    )
    most = forms.IntegerField(
        label=gettext_lazy("How often at most"), min_value=0, max_value=MOST["most"], help_text=gettext_lazy("0: any number")
    )
    adds_limits = forms.IntegerField(label=gettext_lazy("Original limits added"), min_value=1, max_value=MOST["adds_limits"])
    most_days = forms.IntegerField(
        label=gettext_lazy("Days at most"), min_value=0, max_value=MOST["most_days"], help_text=gettext_lazy("0: any number")
    )
    evidence_from = forms.IntegerField(
        label=gettext_lazy("Photo needed from which time on"),
        min_value=0,
        max_value=MOST["evidence_from"],
        help_text=gettext_lazy("1: always; 0: never"),
    )
    answer_amount = forms.IntegerField(label=gettext_lazy("Answer within"), min_value=1, max_value=MOST["answer_amount"])
    answer_unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=LimitUnit.choices)
    apart_minutes = forms.IntegerField(label=gettext_lazy("Minutes between two"), min_value=0, max_value=MOST["apart_minutes"])
    day = DayField(label=gettext_lazy("Holds from"), initial=today)

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - {*VALUES[kind], "day"}:
            del self.fields[name]
        if "granted_by" in self.fields:
            posts = posts_that_may_grant(kind)
            self.fields["granted_by"].choices = [(post.value, PostChoice(post.value).label) for post in posts]  # type: ignore[attr-defined]

    def values(self) -> RequestRuleValues:
        given = {name: value for name, value in self.cleaned_data.items() if name != "day"}
        if "granted_by" in given:
            given["granted_by"] = tuple(given["granted_by"])
        return RequestRuleValues(**given)


@require_safe
@for_administrators
def listed(request: HttpRequest) -> HttpResponse:
    """Every kind with the rule that holds today, in words, and the one that follows."""
    lines = []
    rules = list(RequestRule.objects.order_by("valid_from"))
    for kind in RequestRule.Kind:
        own = [rule for rule in rules if rule.kind == kind.value]
        now = next(
            (rule for rule in reversed(own) if rule.valid_from <= today() and (rule.valid_to is None or rule.valid_to > today())), None
        )
        lines.append({"kind": kind.value, "name": kind.label, "rule": now, "words": words_of(now) if now else [], "history": own})
    return render(request, "coordination/requests/rules.html", {"tab": "manage", "part": "request_rules", "lines": lines, "today": today()})


@for_administrators
def edit(request: HttpRequest, kind: str) -> HttpResponse:
    """A rule in place of the one that holds."""
    if kind not in VALUES:
        raise NotFound("kind", _("There is no such kind of request."))
    now = RequestRule.objects.filter(holds_on(today()), kind=kind).first() or RequestRule(kind=kind)
    initial = {name: getattr(now, name) for name in VALUES[kind]}
    form = RequestRuleForm(kind, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_request_rule(actor_at(request), kind, form.values(), form.cleaned_data["day"])
        except Refused as refusal:
            tell(form, refusal)
        else:
            messages.success(
                request, _("%(kind)s: the new rule holds from %(day)s on.") % {"kind": saved.get_kind_display(), "day": saved.valid_from}
            )
            return redirect("manage_request_rules")
    context = {"tab": "manage", "part": "request_rules", "form": form, "name": RequestRule.Kind(kind).label}
    return render(request, "coordination/requests/rule_form.html", context, status=422 if form.errors else 200)


def words_of(rule: RequestRule) -> list[str]:
    """A rule in short sentences."""
    names = VALUES[rule.kind]
    said = []
    if "granted_by" in names:
        posts = tuple(map(Post, rule.granted_by)) or posts_that_may_grant(rule.kind)
        said.append(_("granted by %(posts)s") % {"posts": post_names(posts)})
    if "most" in names and rule.most:
        said.append(ngettext("at most %(count)d time", "at most %(count)d times", rule.most) % {"count": rule.most})
    if "adds_limits" in names:
        times = ngettext("adds the original limit %(count)d time", "adds the original limit %(count)d times", rule.adds_limits)
        said.append(times % {"count": rule.adds_limits})
    if "most_days" in names and rule.most_days:
        said.append(ngettext("at most %(count)d day", "at most %(count)d days", rule.most_days) % {"count": rule.most_days})
    if "evidence_from" in names and rule.evidence_from:
        said.append(_("a photo from the time number %(count)d on") % {"count": rule.evidence_from})
    if "answer_amount" in names:
        said.append(_("answered within %(limit)s") % {"limit": limit_words(rule.answer_amount, rule.answer_unit)})
    if "apart_minutes" in names and rule.apart_minutes:
        said.append(_("at least %(count)d minutes apart") % {"count": rule.apart_minutes})
    return said
