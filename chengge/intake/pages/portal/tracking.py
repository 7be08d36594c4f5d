"""Following a report by number and token."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from chengge.casework.models import Report
from chengge.domain.errors import NotFound, Refused
from chengge.intake.actions.answers import ask_to_reopen, rate
from chengge.intake.actions.following import report_by
from chengge.intake.limits import allow
from chengge.intake.pages.portal.frame import address_of, page, saying_when, unseen
from chengge.intake.queries.portal import followed
from chengge.intake.queries.portal.answers import answer_shown
from chengge.organization.refusals import status_of

A_WHILE = timedelta(minutes=15)
LOOKS, WRONG_CODES, WRONG_CODES_PER_NUMBER = 120, 10, 30


@require_http_methods(["GET", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """The form for number and code. It posts, so that the code comes into no address but the page's own."""
    if request.method != "POST":
        return page(request, "track_form.html", "track", {"words": _words(), "number": ""})
    number, token = request.POST.get("number", "").replace(" ", "")[:40], request.POST.get("token", "").replace(" ", "")[:40]
    try:
        _report(request, number, token)
    except Refused as refusal:
        context = {"words": _words(), "refusal": refusal, "number": number}
        return saying_when(page(request, "track_form.html", "track", context, status_of(refusal)), refusal)
    return HttpResponseRedirect(reverse("public_tracked", args=(number.upper(), token.upper())), status=303)


@unseen
@require_http_methods(["GET", "POST"])
def tracked(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """How far a report is; to judge it, or to ask to go on with it."""
    try:
        report = _report(request, reference, token)
    except Refused as refusal:
        context = {"words": _words(), "refusal": refusal, "number": reference[:40], "here": reverse("public_track")}
        return saying_when(page(request, "track_form.html", "track", context, status_of(refusal)), refusal)
    if request.method != "POST":
        return _shown(request, report, reference, token)
    try:
        done = _do(request, report)
    except Refused as refusal:
        return saying_when(_shown(request, report, reference, token, refusal=refusal, status=status_of(refusal)), refusal)
    return _shown(request, Report.objects.select_related("case", "problem_class").get(pk=report.pk), reference, token, done=done)


def _report(request: HttpRequest, reference: str, token: str) -> Report:
    """The report that the token follows. Raises NotFound, or TooMany for who tries too often."""
    address = address_of(request)
    allow("portal_track", address, LOOKS, A_WHILE)
    try:
        return report_by(reference, token)
    except NotFound:
        allow("portal_wrong_code", address, WRONG_CODES, A_WHILE)
        allow("portal_wrong_code_of", reference[:40], WRONG_CODES_PER_NUMBER, A_WHILE)
        raise


def _do(request: HttpRequest, report: Report) -> str:
    wanted = request.POST.get("do", "")
    if wanted == "rate":
        stars = request.POST.get("stars", "")
        if stars not in {"1", "2", "3", "4", "5"}:
            raise Refused("stars", _("How many stars do you give?"), _("Choose one to five."), "stars")
        rate(report, int(stars), request.POST.get("words", "").strip()[:300])
        return _("Thank you. Your judgement is with us.")
    if wanted == "reopen":
        reason = request.POST.get("reason", "").strip()
        if not reason:
            raise Refused("reason", _("What is still wrong?"), _("Say it in a few words."), "reason")
        ask_to_reopen(report, reason[:300])
        return _("Thank you. We look at it again.")
    raise Refused("action", _("This is nothing that can be done here."), _("Reload the page."))


def _shown(request: HttpRequest, report: Report, reference: str, token: str, status: int = 200, **more: Any) -> HttpResponse:
    shown = followed(report)
    answered = answer_shown(report)
    context: dict[str, Any] = {
        "shown": shown,
        "reference": reference.upper(),
        "token": token.upper(),
        "link": request.build_absolute_uri(reverse("public_tracked", args=(reference.upper(), token.upper()))),
        "is_new": request.GET.get("new") == "1" and request.method == "GET",
        "answers": answered.answers,
        "stars": answered.stars,
        "asked_to_reopen": answered.asked_to_reopen,
        "star_words": [
            (1, pgettext("stars", "not at all")),
            (2, pgettext("stars", "hardly")),
            (3, pgettext("stars", "so-so")),
            (4, pgettext("stars", "content")),
            (5, pgettext("stars", "very content")),
        ],
        "words": _words(),
        **more,
    }
    return page(request, "track.html", "track", context, status)


def _words() -> dict[str, str]:
    return {
        "copied": _("Copied"),
        "kept": _("Kept on this device"),
        "not_copied": _("Mark the link and copy it."),
        "forget": _("Forget"),
    }
