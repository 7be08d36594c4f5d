"""Reports on the telephone: taking one down, asking back, completing it."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chengge.casework.actions import Question, Reported, Said, add_report, complete_report, contact_of, report
from chengge.casework.models import Channel, Report
from chengge.casework.pages.photos import keep_files
from chengge.casework.queries import case_in_sight, incomplete_report, incomplete_reports, questions_of
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.models import ProblemClass
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.refusals import status_of
from chengge.organization.typed import id_in, latitude, longitude, whole

# Channels that an operator takes reports down from; the others come in by themselves.
TAKEN_DOWN = (Channel.HOTLINE, Channel.LEADER, Channel.MEDIA, Channel.INSPECTION, Channel.SMS, Channel.EMAIL)
TYPED = (
    "reporter_name",
    "contact",
    "description",
    "place",
    "lon",
    "lat",
    "component_code",
    "other_number",
    "problem_class_id",
    "channel",
    "urgent",
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report that waits for an answer, and what has to be asked."""

    report: Report
    questions: tuple[Question, ...]
    contact: str


@require_http_methods(["GET", "POST"])
@for_posts(Post.OPERATOR, Post.SHIFT_LEADER)
def new(request: HttpRequest) -> HttpResponse:
    """Take a report down; it becomes a case at once, or waits with questions back."""
    actor = actor_at(request)
    sent = request.POST.copy()
    if request.method == "GET":
        return _form(request, sent, None, 200)
    try:
        for digest in keep_files(request, actor):
            sent.appendlist("photos", digest)
        if number := sent.get("add_to", ""):
            case = case_in_sight(actor, number[:20])
            add_report(actor, _said(sent), case.pk, key=sent.get("key") or None)
            messages.success(request, _("The report hangs on case %(number)s now.") % {"number": case.number})
            return redirect("case", case.number)
        reported = report(actor, _said(sent), key=sent.get("key") or None)
    except Refused as refusal:
        return _form(request, sent, refusal, status_of(refusal))
    return _onward(request, reported)


@require_safe
@for_posts(Post.OPERATOR, Post.SHIFT_LEADER)
def waiting(request: HttpRequest) -> HttpResponse:
    """The reports that wait for an answer."""
    actor = actor_at(request)
    found = [Waiting(kept, questions_of(kept), contact_of(kept, actor)) for kept in incomplete_reports(actor)]
    return render(request, "casework/waiting_reports.html", {"tab": "report", "waiting": found})


@require_http_methods(["GET", "POST"])
@for_posts(Post.OPERATOR, Post.SHIFT_LEADER)
def complete(request: HttpRequest, report_id: int) -> HttpResponse:
    """Answer what was asked back."""
    actor = actor_at(request)
    kept = incomplete_report(actor, report_id)
    if request.method == "GET":
        return _form(request, _as_typed(kept), None, 200, kept)
    sent = request.POST.copy()
    try:
        for digest in keep_files(request, actor):
            sent.appendlist("photos", digest)
        said = _said(sent)
        changes: dict[str, Any] = {name: getattr(said, name) for name in Said.__dataclass_fields__}
        if not said.contact:
            del changes["contact"]  # The form shows what was told before with a mask only: empty, it stays.
        reported = complete_report(report_id, actor, changes)
    except Refused as refusal:
        return _form(request, sent, refusal, status_of(refusal), kept)
    return _onward(request, reported)


def _onward(request: HttpRequest, reported: Reported) -> HttpResponse:
    if reported.number is not None:
        messages.success(request, _("Case %(number)s is opened.") % {"number": reported.number})
        return redirect(f"/desk/operator/?case={reported.number}")
    questions = " ".join(question.message for question in reported.questions)
    messages.warning(request, _("The report is kept, but is no case yet. To be asked: %(questions)s") % {"questions": questions})
    return redirect(f"/reports/{reported.report_id}/")


def _form(request: HttpRequest, typed: QueryDict, refusal: Refused | None, status: int, kept: Report | None = None) -> HttpResponse:
    chosen = ProblemClass.objects.filter(pk=id_in(typed.get("problem_class_id"))).first()
    context = {
        "tab": "report",
        "typed": {name: typed.get(name, "") for name in TYPED},
        "photos": typed.getlist("photos"),
        "chosen_class": chosen,
        "channels": TAKEN_DOWN if kept is None else tuple(dict.fromkeys((*TAKEN_DOWN, Channel(kept.channel)))),
        "key": typed.get("key") or uuid4().hex,
        "refusal": refusal,
        "kept": kept,
        "kept_contact": contact_of(kept, actor_at(request)) if kept else "",
        "questions": questions_of(kept) if kept else (),
    }
    return render(request, "casework/report_form.html", context, status=status)


def _said(sent: QueryDict) -> Said:
    """What was typed. A place or class that is not there becomes a question back; a value that is none is refused."""
    return Said(
        channel=sent.get("channel") or Channel.HOTLINE.value,
        problem_class_id=whole(sent, "problem_class_id"),
        description=sent.get("description", "").strip(),
        place=sent.get("place", "").strip(),
        lon=longitude(sent),
        lat=latitude(sent),
        component_code=whole(sent, "component_code"),
        reporter_name=sent.get("reporter_name", "").strip(),
        contact=sent.get("contact", "").strip(),
        other_number=sent.get("other_number", "").strip(),
        photos=tuple(dict.fromkeys(sent.getlist("photos"))),
        urgent=sent.get("urgent") == "1",
    )


def _as_typed(kept: Report) -> QueryDict:
    """What the reporter has said so far, as the form's fields."""
    typed = QueryDict(mutable=True)
    for name in TYPED:
        value = getattr(kept, name, None)
        typed[name] = "" if value is None else str(value)
    typed["contact"] = ""
    typed["urgent"] = ""
    return typed
