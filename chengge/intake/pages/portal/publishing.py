"""For operators and administrators: what the public sees."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengge import clock
from chengge.casework.models import Channel
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.models import ProblemClass, ProblemKind
from chengge.foundation.queries import holding_on
from chengge.intake.actions.portal import Spot, approve_photo, refuse_photo, say_publicly, set_rules
from chengge.intake.models import PortalRules
from chengge.intake.queries.portal import portal_rules
from chengge.intake.queries.portal.publishing import PILES, to_decide
from chengge.intake.queries.portal.rules import code_of
from chengge.organization.gates import actor_at, for_administrators, for_posts
from chengge.organization.queries import city_day

for_publishers = for_posts(Post.OPERATOR, Post.SHIFT_LEADER)


@require_safe
@for_publishers
def photos(request: HttpRequest) -> HttpResponse:
    """Photos nobody has decided on, by case; and what has been decided."""
    pile = request.GET.get("pile", PILES[0])
    pile = pile if pile in PILES else PILES[0]
    found, after = to_decide(actor_at(request), pile, request.GET.get("after", ""))
    labels = {
        "solved": _("Solved, to look through"),
        "open": _("Under way, to look through"),
        "shown": _("Shown to the public"),
        "refused": _("Not shown"),
    }
    context = {
        "tab": "public_photos",
        "pile": pile,
        "piles": labels.items(),
        "found": found,
        "after": after,
        "words": {
            "spot": _("Covered spot: arrow keys move it, with Shift they change its size, Delete takes it away"),
            "remove": _("Take away"),
        },
    }
    return render(request, "portal/manage_photos.html", context)


@require_POST
@for_publishers
def decide(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Show a photo, with spots covered, or keep it from the public."""
    actor = actor_at(request)
    try:
        if request.POST.get("do") == "show":
            approve_photo(evidence_id, actor, Spot.parse(request.POST.get("covered", "")))
            messages.success(request, _("The public sees this photo now."))
        else:
            refuse_photo(evidence_id, actor)
            messages.success(request, _("The public does not see this photo."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _back(request)


@require_POST
@for_publishers
def say(request: HttpRequest, case_id: int) -> HttpResponse:
    """Public words of a case, or that it is not public."""
    try:
        say_publicly(case_id, actor_at(request), request.POST.get("words", ""), is_hidden=request.POST.get("is_hidden") == "1")
        messages.success(request, _("Kept. The public list shows it so from now on."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _back(request)


class RulesForm(forms.ModelForm):
    """What the city wants of its portal."""

    hidden_channels = forms.MultipleChoiceField(
        label=gettext_lazy("Channels whose cases are not public"),
        choices=Channel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    hidden_classes = forms.MultipleChoiceField(
        label=gettext_lazy("Classes whose cases are not public"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 10, "class": "form-select"}),
    )

    class Meta:
        model = PortalRules
        fields = ("hidden_channels", "hidden_classes", "shown_days", "reopen_days", "work_bits", "reports_per_hour", "asks_code")

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for name in ("shown_days", "reopen_days", "work_bits", "reports_per_hour"):
            self.fields[name].widget.attrs["class"] = "form-control"
        self.fields["asks_code"].widget.attrs["class"] = "form-check-input"
        kinds = dict(ProblemKind.choices)
        groups: dict[str, list[tuple[str, str]]] = {}
        for row in holding_on(ProblemClass.objects.all(), city_day(clock.now())):
            groups.setdefault(f"{kinds[row.kind]} · {row.major_name}", []).append((code_of(row), row.name))
        self.fields["hidden_classes"].choices = list(groups.items())  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@for_administrators
def rules(request: HttpRequest) -> HttpResponse:
    """The rules of the portal."""
    form = RulesForm(request.POST or None, instance=portal_rules())
    if request.method == "POST" and form.is_valid():
        try:
            set_rules(actor_at(request), form.cleaned_data)
        except ValidationError as fault:
            form.add_error(None, fault)
        else:
            messages.success(request, _("The rules of the portal hold from now on."))
            return redirect("manage_portal")
    return render(
        request, "portal/manage_rules.html", {"tab": "manage", "part": "portal", "form": form}, status=400 if form.errors else 200
    )


def _back(request: HttpRequest) -> HttpResponse:
    to = request.POST.get("next", "")
    return redirect(to if url_has_allowed_host_and_scheme(to, None) else "public_photos")
