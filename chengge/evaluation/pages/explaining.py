"""Pages that open a score: its items, an item with its cases, and what would change the grade."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengge.evaluation.pages.runs import STRIP, address_of, groups_of, runs_of_scheme, subject_id_of, title_of
from chengge.evaluation.queries.explaining import CASES_A_PAGE, WHICH, aspects_of, mending_of, opened
from chengge.evaluation.queries.runs import READING_ALL, subject_at, subjects_in_sight
from chengge.organization.gates import actor_at, for_members


@require_safe
@for_members
def score(request: HttpRequest, run_id: int, subject: str) -> HttpResponse:
    """A score: aspect by aspect, item by item."""
    actor = actor_at(request)
    found = subject_at(actor, run_id, subject_id_of(subject))
    peers = list(subjects_in_sight(actor, found.run).filter(group=found.group))
    told = _around(request, found) | {"aspects": aspects_of(found), "runs": runs_of_scheme(request, found.run)}
    told["line"] = next(line for group in groups_of(peers) for line in group.lines if line.subject.pk == found.pk)
    return render(request, "evaluation/explain.html", told | {"strip": STRIP, "peer_count": len(peers)})


@require_safe
@for_members
def part(request: HttpRequest, run_id: int, subject: str, position: int) -> HttpResponse:
    """One item with the cases behind its numerator and denominator."""
    actor = actor_at(request)
    found = subject_at(actor, run_id, subject_id_of(subject))
    which = request.GET.get("which", "all")
    asked = request.GET.get("page", "1")
    page = int(asked) if asked.isdecimal() and 0 < int(asked) < 10**6 else 1
    shown = opened(actor, found, position, which, page)
    pages = max(1, -(-shown.case_count // CASES_A_PAGE))
    told = _around(request, found) | {"opened": shown, "which": which, "all_which": WHICH, "number": page, "pages": pages}
    return render(request, "evaluation/explain_part.html", told)


@require_safe
@for_members
def mend(request: HttpRequest, run_id: int, subject: str) -> HttpResponse:
    """The fewest cases that, had they gone as they should, would have changed the grade."""
    found = subject_at(actor_at(request), run_id, subject_id_of(subject))
    return render(request, "evaluation/explain_mend.html", _around(request, found) | {"found": mending_of(actor_at(request), found)})


def _around(request: HttpRequest, found) -> dict:  # type: ignore[no-untyped-def]
    """What every page of a score shows above its own."""
    return {
        "tab": "evaluation",
        "subject": found,
        "run": found.run,
        "address": address_of(found.subject_id),
        "title": title_of(found.run),
        "reads_all": bool(actor_at(request).posts & READING_ALL),
    }
