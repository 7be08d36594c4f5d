"""Stage limits: how long a stage that no handbook rule times may take."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengge.domain.errors import NotFound, Refused
from chengge.domain.lifecycle import ClockKind
from chengge.foundation.actions import save_stage_limit
from chengge.foundation.models import StageLimit
from chengge.foundation.pages.manage.common import page, tell, today
from chengge.foundation.pages.manage.forms import StageLimitForm
from chengge.foundation.queries.keeping import stage_limits
from chengge.foundation.words import clock_words, limit_words
from chengge.organization.gates import actor_at, for_administrators


@require_safe
@for_administrators
def limits(request: HttpRequest) -> HttpResponse:
    """Each stage with its limit today, what is to come, and what was before."""
    return _show(request)


@for_administrators
def edit(request: HttpRequest, clock: str) -> HttpResponse:
    """Set the limit of one stage from a day on."""
    try:
        kind = ClockKind(clock)
    except ValueError as error:
        raise NotFound("clock", _("There is no clock “%(clock)s”.") % {"clock": clock}) from error
    form = StageLimitForm(request.POST or None, prefix=kind.value)
    if request.method == "POST" and form.is_valid():
        try:
            row = save_stage_limit(actor_at(request), kind, form.limit(), form.cleaned_data["day"])
        except Refused as refusal:
            tell(form, refusal)
        else:
            said = {"stage": clock_words(kind), "limit": limit_words(row.amount, row.unit), "day": row.valid_from}
            messages.success(request, _("%(stage)s: %(limit)s from %(day)s on.") % said)
            return redirect("manage_limits")
    return _show(request, {kind: form}, 422 if form.errors else 200)


def _show(request: HttpRequest, forms: dict[ClockKind, StageLimitForm] | None = None, status: int = 200) -> HttpResponse:
    history: dict[str, list[StageLimit]] = {}
    for row in StageLimit.objects.order_by("-valid_from", "-pk"):
        history.setdefault(row.clock, []).append(row)
    lines = []
    for kind, row in stage_limits(today()):
        form = (forms or {}).get(kind) or StageLimitForm(
            prefix=kind.value, initial={"amount": row.amount, "unit": row.unit} if row else None
        )
        lines.append(
            {
                "clock": kind.value,
                "name": clock_words(kind),
                "row": row,
                "limit": limit_words(row.amount, row.unit) if row else "",
                "form": form,
                "history": [(one, limit_words(one.amount, one.unit)) for one in history.get(kind.value, ()) if one != row],
            }
        )
    return page(request, "limits.html", "limits", {"lines": lines, "today": today()}, status)
