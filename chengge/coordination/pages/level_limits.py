"""The administrator's page of what a lower level gets of the time above it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from chengge.casework.actions.level_limits import LEVELS, save_level_limit
from chengge.casework.models import LevelLimit
from chengge.domain.errors import NotFound, Refused
from chengge.foundation.pages.manage.common import DayField, LookForm, tell, today
from chengge.foundation.queries.dated import holds_on
from chengge.organization.gates import actor_at, for_administrators


class LevelLimitForm(LookForm):
    """A share, and the day from which it holds."""

    share_percent = forms.IntegerField(
        label=gettext_lazy("Share in percent"),
        min_value=1,
        max_value=100,
        help_text=gettext_lazy("100: all that is left above, and due when the level above is"),
    )
    day = DayField(label=gettext_lazy("Holds from"), initial=today)


@require_safe
@for_administrators
def listed(request: HttpRequest) -> HttpResponse:
    """Both levels with what holds today and what follows."""
    rules = list(LevelLimit.objects.order_by("valid_from"))
    lines = []
    for level in LEVELS:
        own = [rule for rule in rules if rule.level == level]
        now = [rule for rule in own if rule.valid_from <= today() and (rule.valid_to is None or rule.valid_to > today())]
        lines.append({"level": level, "rule": now[-1] if now else None, "later": [rule for rule in own if rule.valid_from > today()]})
    return render(request, "coordination/levels/limits.html", {"tab": "manage", "part": "level_limits", "lines": lines})


@for_administrators
def edit(request: HttpRequest, level: int) -> HttpResponse:
    """A share in place of the one that holds."""
    if level not in LEVELS:
        raise NotFound("level", _("Only the third and the fourth level have a share."))
    now = LevelLimit.objects.filter(holds_on(today()), level=level).first()
    form = LevelLimitForm(request.POST or None, initial={"share_percent": now.share_percent if now else 100})
    if request.method == "POST" and form.is_valid():
        try:
            save_level_limit(actor_at(request), level, form.cleaned_data["share_percent"], form.cleaned_data["day"])
        except Refused as refusal:
            tell(form, refusal)
        else:
            messages.success(request, _("Level %(level)d: the new share holds from then on.") % {"level": level})
            return redirect("manage_level_limits")
    context = {"tab": "manage", "part": "level_limits", "form": form, "level": level}
    return render(request, "coordination/levels/limit_form.html", context, status=422 if form.errors else 200)
