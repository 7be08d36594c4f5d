"""Forgetting somebody on request: look for them, see what will go, confirm."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from chengge.casework.models import ErasureRecord
from chengge.casework.privacy import Found, erase, find_person, what_is_kept
from chengge.domain.errors import Refused
from chengge.foundation.pages.manage.common import page_of, whole
from chengge.organization.gates import actor_at, for_administrators
from chengge.personal import Counts, Whose, words_of

SALT = "erase"
GOOD_FOR_SECONDS = 15 * 60


@require_http_methods(["GET", "POST"])
@for_administrators
def forget(request: HttpRequest) -> HttpResponse:
    """Nothing goes before it was shown and confirmed. The contact itself is never written into a page or an address."""
    if request.method == "GET":
        return _show(request, {})
    try:
        if request.POST.get("confirm") == "1":
            return _forgotten(request)
        report_id = whole(request.POST.get("report", "").strip().upper().removeprefix("R"), "report")
        found = find_person(actor_at(request), request.POST.get("contact", ""), report_id)
    except Refused as refusal:
        return _show(request, {"refusal": refusal, "report": request.POST.get("report", "")[:20]}, 422)
    return _show(request, _found(found, request.POST.get("reference", "")[:60]))


def _forgotten(request: HttpRequest) -> HttpResponse:
    """Raises Refused."""
    whose = _signed_by_us(request.POST.get("whose", ""))
    record = erase(actor_at(request), whose, request.POST.get("reference", ""))
    count = len(record.report_ids)
    messages.success(request, ngettext("Forgotten: %(count)d report.", "Forgotten: %(count)d reports.", count) % {"count": count})
    return redirect("manage_erase")


def _found(found: Found, reference: str) -> dict[str, Any]:
    whose = signing.dumps([list(found.whose.report_ids), found.whose.mark], salt=SALT)
    return {"found": found, "counts": in_words(found.counts), "whose": whose, "reference": reference}


def _signed_by_us(text: str) -> Whose:
    """Whom the page has shown. What came since then goes too. Raises Refused."""
    try:
        report_ids, mark = signing.loads(text, salt=SALT, max_age=GOOD_FOR_SECONDS)
    except signing.BadSignature as error:
        raise Refused("whose", _("This page is too old."), _("Look for the person again.")) from error
    return what_is_kept(Whose(tuple(report_ids), mark)).whose


def _show(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    records = page_of(request, ErasureRecord.objects.select_related("member").order_by("-erased_at", "-pk"), 20)
    lines = [(record, in_words(record.counts)) for record in records]
    told = {"tab": "manage", "part": "erase", "rows": records, "lines": lines}
    return render(request, "casework/manage/erase.html", told | context, status=status)


def in_words(counts: Counts) -> list[tuple[str, int]]:
    """What is counted, in words, with how many there are of it."""
    return [(_("reports") if code == "reports" else words_of(code), number) for code, number in counts.items()]
