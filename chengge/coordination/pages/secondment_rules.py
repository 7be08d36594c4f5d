"""The administrator's page of the rules by which seconded staff are checked."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chengge.coordination.actions.seconded_rules import end_rule, save_rule
from chengge.coordination.models import SecondmentRule
from chengge.coordination.queries.seconded import threshold_words
from chengge.domain.errors import Refused
from chengge.domain.secondment import LENT_POSTS
from chengge.foundation.pages.manage.common import DayField, LookForm, tell, today
from chengge.organization.gates import actor_at, for_administrators
from chengge.organization.models import PostChoice


class SecondmentRuleForm(LookForm):
    """A rule, and the day from which it holds."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=SecondmentRule.Kind.choices)
    post = forms.ChoiceField(label=gettext_lazy("Post"), required=False)
    threshold = forms.DecimalField(
        label=gettext_lazy("At least (years, marks), or weeks"),
        required=False,
        min_value=0,
        max_value=999,
        decimal_places=1,
        help_text=gettext_lazy("Empty for what is yes or no"),
    )
    day = DayField(label=gettext_lazy("Holds from"), initial=today)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posts = [(post.value, PostChoice(post.value).label) for post in LENT_POSTS]
        self.fields["post"].choices = [("", _("Every post")), *posts]  # type: ignore[attr-defined]


@for_administrators
def listed(request: HttpRequest) -> HttpResponse:
    """The rules that hold or will hold; a POST puts another in place."""
    form = SecondmentRuleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            save_rule(actor_at(request), given["kind"], given["post"], given["threshold"], given["day"])
        except Refused as refusal:
            tell(form, refusal)
        else:
            messages.success(request, _("The rule holds from %(day)s on.") % {"day": given["day"]})
            return redirect("manage_secondment_rules")
    rules = SecondmentRule.objects.filter(valid_to=None).order_by("kind", "post")
    order = SecondmentRule.Kind.values
    rows = [(rule, threshold_words(rule)) for rule in sorted(rules, key=lambda rule: (order.index(rule.kind), rule.post))]
    context = {"tab": "manage", "part": "secondment_rules", "form": form, "rows": rows, "today": today()}
    return render(request, "coordination/seconded/rules.html", context, status=422 if form.errors else 200)


@require_POST
@for_administrators
def end(request: HttpRequest, rule_id: int) -> HttpResponse:
    """A rule holds no longer from today on."""
    end_rule(actor_at(request), rule_id, today())
    messages.success(request, _("The rule has ended."))
    return redirect("manage_secondment_rules")
