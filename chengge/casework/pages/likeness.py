"""What may be the same problem, and what the words point to: small parts of other pages, loaded after them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengge import clock
from chengge.casework.actions import release_report
from chengge.casework.actions.likeness import hang_on, say_not_alike, unsay_not_alike
from chengge.casework.models import Case
from chengge.casework.queries import case_in_sight, incomplete_report, open_actions, report_in_sight
from chengge.casework.queries.likeness import alike, alike_to, alike_to_report, in_sight_of, later_ones, like_counts_of, said_not_alike
from chengge.casework.suggestions import suggest
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import BY_ACTION, Post
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.queries import Actor
from chengge.organization.refusals import status_of
from chengge.organization.typed import id_in

SORTERS = (Post.OPERATOR, Post.SHIFT_LEADER)
LONGEST_TEXT = 1000
MOST_MARKED = 200


@require_safe
@for_posts(*SORTERS)
def of_case(request: HttpRequest, number: str) -> HttpResponse:
    """Cases that may be the same as this one, with what can be done about each."""
    actor = actor_at(request)
    return _of_case(request, actor, case_in_sight(actor, number))


@require_POST
@for_posts(*SORTERS)
def not_the_same(request: HttpRequest, number: str, other: str) -> HttpResponse:
    """Remember that two cases are two problems."""
    actor = actor_at(request)
    case = case_in_sight(actor, number)
    say_not_alike(case.pk, case_in_sight(actor, other).pk, actor)
    return _of_case(request, actor, case)


@require_POST
@for_posts(*SORTERS)
def perhaps_after_all(request: HttpRequest, number: str, other: str) -> HttpResponse:
    """Take that back."""
    actor = actor_at(request)
    case = case_in_sight(actor, number)
    unsay_not_alike(case.pk, case_in_sight(actor, other).pk, actor)
    return _of_case(request, actor, case)


@require_safe
@for_posts(*SORTERS)
def marks(request: HttpRequest) -> JsonResponse:
    """For the rows of a list, by case id: how many cases may be the same."""
    ids = [pk for value in request.GET.getlist("id")[:MOST_MARKED] if (pk := id_in(value)) is not None]
    counts = like_counts_of(actor_at(request), ids)
    return JsonResponse({str(pk): _("like: %(count)d") % {"count": count} for pk, count in counts.items()})


@require_safe
@for_posts(*SORTERS)
def of_report(request: HttpRequest, report_id: int) -> HttpResponse:
    """Cases that a report which waits for an answer may speak of."""
    actor = actor_at(request)
    kept = incomplete_report(actor, report_id)
    found = [one for one in in_sight_of(actor, alike_to_report(kept)) if one.case.ended_at is None]
    return render(request, "casework/parts/alike_of_report.html", {"kept": kept, "found": found})


@require_POST
@for_posts(*SORTERS)
def hang(request: HttpRequest, report_id: int) -> HttpResponse:
    """Hang a waiting report on a case."""
    actor = actor_at(request)
    case = case_in_sight(actor, request.POST.get("case", "")[:20])
    hang_on(report_id, case.pk, actor)
    messages.success(request, _("The report hangs on case %(number)s now.") % {"number": case.number})
    return redirect("waiting_reports")


@require_http_methods(["GET", "POST"])
@for_posts(*SORTERS)
def release(request: HttpRequest, report_id: int) -> HttpResponse:
    """Take a report off its case: it becomes a case of its own."""
    actor = actor_at(request)
    kept = report_in_sight(actor, report_id)
    refusal = None
    if request.method == "POST":
        try:
            reported = release_report(report_id, actor, request.POST.get("reason", ""))
        except Refused as why:
            refusal = why
        else:
            if reported.number is not None:
                messages.success(request, _("Case %(number)s is opened.") % {"number": reported.number})
                return redirect("case", reported.number)
            messages.warning(request, _("The report is kept and waits for an answer."))
            return redirect("complete_report", report_id)
    context = {"kept": kept, "refusal": refusal, "reason": request.POST.get("reason", "")}
    whole_page = request.headers.get("HX-Request") != "true"
    template = "casework/release.html" if whole_page else "casework/parts/release_sheet.html"
    return render(request, template, context, status=200 if refusal is None else status_of(refusal))


@require_safe
@for_posts(*SORTERS)
def find_alike(request: HttpRequest) -> HttpResponse:
    """For a report that is being taken down: cases that it may speak of, as soon as its place is known."""
    actor = actor_at(request)
    lon, lat = _degrees(request, "lon"), _degrees(request, "lat")
    found = []
    if lon is not None and lat is not None:
        class_id, component = id_in(request.GET.get("problem_class_id")), id_in(request.GET.get("component_code"))
        text, place = _text(request, "description"), _text(request, "place")
        found = in_sight_of(actor, alike(lon, lat, class_id, text, clock.now(), component_code=component, place=place))
    return render(request, "casework/parts/alike_found.html", {"found": found})


@require_safe
@for_posts(*SORTERS)
def find_suggestions(request: HttpRequest) -> HttpResponse:
    """Classes that the words of a report point to, to be chosen by one tap."""
    return render(request, "casework/parts/suggested_classes.html", {"suggestion": suggest(_text(request, "description"))})


def _of_case(request: HttpRequest, actor: Actor, case: Case) -> HttpResponse:
    found = in_sight_of(actor, alike_to(case))
    context = {
        "case": case,
        "found": found,
        "said": said_not_alike(case),
        "may_merge": BY_ACTION["merge"] in open_actions(actor, case),
        "later": later_ones(case, found),
    }
    return render(request, "casework/parts/alike_of_case.html", context)


def _text(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:LONGEST_TEXT]


def _degrees(request: HttpRequest, name: str) -> float | None:
    try:
        value = float(request.GET.get(name, ""))
    except ValueError:
        return None
    return value if -180 <= value <= 180 else None
