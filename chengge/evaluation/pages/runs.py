"""Pages of runs: the list, a new one, who stands where, what changed, peer groups."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chengge import clock
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.evaluation import run_files
from chengge.evaluation.actions.runs import Wanted, keep_peer_groups, make_run
from chengge.evaluation.models import EvaluationRun, Judged, PeerGroup, RunSubject, Scheme, SchemeVersion
from chengge.evaluation.pages.overview import readers
from chengge.evaluation.periods import month_of
from chengge.evaluation.queries.runs import READING_ALL, changes_of, found_runs, group_label, run_at, runs_in_sight, subjects_in_sight
from chengge.evaluation.queries.schemes_words import in_language
from chengge.organization.gates import actor_at, for_members, for_posts
from chengge.organization.models import OrganizationKind
from chengge.organization.queries import city_day

RUNS_A_PAGE = 30
WHOLE_CITY = "city"  # how addresses name the subject whose id is empty
STRIP = 120  # width of the picture of a rank and its interval, in its own units
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A score in the ranked table.

    Attributes:
        address: the id as addresses name it.
        alike: how many others of the group it cannot be told apart from.
        left, width, at: of the interval and the rank in the strip.
    """

    subject: RunSubject
    address: str
    tied: bool
    alike: int
    left: float
    width: float
    at: float


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    lines: Sequence[Line]


@require_safe
@for_members
def runs(request: HttpRequest) -> HttpResponse:
    """The runs that the member may read, filtered by scheme and period."""
    actor = actor_at(request)
    asked = {name: request.GET.get(name, "") for name in ("scheme", "period", "replaced")}
    rows = found_runs(actor, asked["scheme"], asked["period"], bool(asked["replaced"]))
    page = Paginator(rows, RUNS_A_PAGE).get_page(request.GET.get("page"))
    told = {
        "tab": "evaluation",
        "page": page,
        "asked": asked,
        "schemes": [(one.code, in_language(one.name, one.name_en)) for one in Scheme.objects.order_by("code")],
        "reads_all": bool(actor.posts & READING_ALL),
        "makes": Post.EVALUATOR in actor.posts,
    }
    return render(request, "evaluation/runs.html", told)


@require_http_methods(["GET", "POST"])
@for_posts(Post.EVALUATOR)
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a run; making it takes seconds, so the answer is the run itself."""
    last_month = month_of(city_day(clock.now())).before.name
    given = {name: request.POST.get(name, "").strip() for name in ("scheme", "period", "reason")}
    refusal = None
    if request.method == "POST":
        try:
            run = make_run(actor_at(request), Wanted(given["scheme"], given["period"], given["reason"]))
        except Refused as refused:
            refusal = refused
        else:
            messages.success(request, _("Run %(number)d is made.") % {"number": run.pk})
            return redirect("evaluation_run_changes" if run.replaces_id else "evaluation_run", run.pk)
    in_effect = Scheme.objects.filter(versions__state=SchemeVersion.State.IN_EFFECT).distinct().order_by("code")
    told = {
        "tab": "evaluation",
        "given": given if request.method == "POST" else {"scheme": request.GET.get("scheme", ""), "period": last_month},
        "refusal": refusal,
        "schemes": [(one.code, in_language(one.name, one.name_en)) for one in in_effect],
    }
    return render(request, "evaluation/run_new.html", told, status=422 if refusal else 200)


@require_safe
@for_members
def one(request: HttpRequest, run_id: int) -> HttpResponse:
    """Who stands where. Who may read only their own sees only that."""
    actor = actor_at(request)
    run = run_at(actor, run_id)
    following = EvaluationRun.objects.filter(replaces=run).first()
    groups = groups_of(list(subjects_in_sight(actor, run)))
    told = {"tab": "evaluation", "run": run, "groups": groups, "following": following, "title": title_of(run)}
    told |= {
        "settings": run.frozen["settings"],
        "strip": STRIP,
        "unfinished": run.as_of < run.end,
        "reads_all": bool(actor.posts & READING_ALL),
    }
    return render(request, "evaluation/run.html", told | {"makes": Post.EVALUATOR in actor.posts})


@require_safe
@readers
def changes(request: HttpRequest, run_id: int) -> HttpResponse:
    """What a run changed against the one that it replaces."""
    run = run_at(actor_at(request), run_id)
    if run.replaces_id is None:
        raise Http404
    told = {"tab": "evaluation", "run": run, "changes": changes_of(run), "title": title_of(run), "whole_city": WHOLE_CITY}
    return render(request, "evaluation/run_changes.html", told)


@require_safe
@for_members
def as_file(request: HttpRequest, run_id: int, what: str, form: str) -> HttpResponse:
    """A run to take away: the ranked table or the items as CSV, both as a workbook, everything as JSON."""
    actor = actor_at(request)
    run = run_at(actor, run_id)
    subjects = list(subjects_in_sight(actor, run).prefetch_related("parts"))
    match what, form:
        case "scores", "csv":
            content: str | bytes = run_files.as_csv(run_files.ranked_headings(), run_files.ranked_rows(subjects))
        case "items", "csv":
            content = run_files.as_csv(run_files.part_headings(), run_files.part_rows(subjects))
        case "scores", "json":
            content = orjson.dumps(run_files.as_json(run, subjects), option=orjson.OPT_INDENT_2)
        case "scores", "xlsx":
            scores = (_("Scores"), run_files.ranked_headings(), run_files.ranked_rows(subjects))
            content = run_files.as_workbook([scores, (_("Items"), run_files.part_headings(), run_files.part_rows(subjects))])
        case _:
            raise Http404
    name = f"{run.version.scheme.code}-{run.period}-{what}.{form}"
    return HttpResponse(content, content_type=TYPES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_http_methods(["GET", "POST"])
@for_posts(Post.EVALUATOR, Post.ADMINISTRATOR)
def peer_groups(request: HttpRequest) -> HttpResponse:
    """The table of peer groups, kept as a whole; a row without a name is taken away."""
    refusal, rows = None, list(PeerGroup.objects.order_by("judged", "position", "pk"))
    if request.method == "POST":
        rows = []
        try:
            rows = _groups_given(request)
            keep_peer_groups(actor_at(request), rows)
        except Refused as refused:
            refusal = refused
        else:
            messages.success(request, _("Peer groups are kept. Runs from now on go by them."))
            return redirect("evaluation_peer_groups")
    told = {
        "tab": "evaluation",
        "rows": [*rows, *(PeerGroup(judged=Judged.ORGANIZATION) for _more in range(3))],
        "refusal": refusal,
        "judged": Judged.choices,
        "kinds": OrganizationKind.choices,
        "schemes": [(one.pk, in_language(one.name, one.name_en)) for one in Scheme.objects.order_by("code")],
    }
    return render(request, "evaluation/run_peer_groups.html", told, status=422 if refusal else 200)


def groups_of(subjects: Sequence[RunSubject]) -> list[Group]:
    """Scores as a table by peer group, each with its strip."""
    by_group: dict[str, list[RunSubject]] = {}
    for subject in subjects:
        by_group.setdefault(subject.group, []).append(subject)
    return [Group(group_label(name), [_line(one, own) for one in own]) for name, own in by_group.items()]


def title_of(run: EvaluationRun) -> str:
    scheme = run.version.scheme
    return f"{in_language(scheme.name, scheme.name_en)} {run.period}"


def address_of(subject_id: str) -> str:
    return subject_id or WHOLE_CITY


def subject_id_of(address: str) -> str:
    return "" if address == WHOLE_CITY else address


def runs_of_scheme(request: HttpRequest, run: EvaluationRun) -> list[EvaluationRun]:
    """The other runs of the scheme that hold, for moving from period to period."""
    rows = runs_in_sight(actor_at(request)).filter(version__scheme_id=run.version.scheme_id, replaced_by=None)
    return list(rows.order_by("-begin")[:12])


def _line(one: RunSubject, group: Sequence[RunSubject]) -> Line:
    ranked = sum(other.rank is not None for other in group) or 1
    if one.rank is None or one.rank_low is None or one.rank_high is None:
        return Line(one, address_of(one.subject_id), False, 0, 0, 0, 0)
    step = STRIP / max(ranked, one.rank_high)
    others = [other for other in group if other.pk != one.pk and other.rank_low is not None]
    alike = sum(_overlap(one, other) for other in others)
    tied = any(other.rank == one.rank for other in others)
    left = (one.rank_low - 1) * step
    return Line(one, address_of(one.subject_id), tied, alike, left, one.rank_high * step - left, (one.rank - 0.5) * step)


def _overlap(one: RunSubject, other: RunSubject) -> bool:
    """Whether chance alone could turn the order of two round: the interval of each holds the score of the other."""
    if None in (one.total_low, one.total_high, other.total_low, other.total_high, one.total, other.total):
        return False
    return one.total_low <= other.total <= one.total_high or other.total_low <= one.total <= other.total_high  # type: ignore[operator]


def _groups_given(request: HttpRequest) -> list[PeerGroup]:
    columns = [request.POST.getlist(name) for name in ("name", "judged", "kind", "scheme", "least", "most", "ids")]
    if len({len(column) for column in columns}) != 1:
        raise Refused("rows", _("The rows of the table do not match."), _("Open the page anew."))
    rows = []
    for position, (name, judged, kind, scheme, least, most, ids) in enumerate(zip(*columns, strict=True)):
        if not name.strip():
            continue
        if judged not in Judged.values or (kind and kind not in OrganizationKind.values):
            raise Refused("rows", _("Row %(row)d: choose from the lists.") % {"row": position + 1})
        low, high = _number(least, position), _number(most, position)
        if low is not None and high is not None and high < low:
            raise Refused("rows", _("Row %(row)d: a class of size ends below where it begins.") % {"row": position + 1})
        named = [one for one in ids.replace(",", " ").split() if one]
        rows.append(
            PeerGroup(
                position=position,
                name=name.strip()[:60],
                judged=judged,
                organization_kind=kind,
                scheme_id=_number(scheme, position),
                least_workload=low,
                most_workload=high,
                subject_ids=named,
            )
        )
    seen = [(row.judged, row.scheme_id, row.name) for row in rows]
    if len(set(seen)) != len(seen):
        raise Refused("rows", _("Two groups of one kind have the same name."))
    return rows


def _number(text: str, position: int) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or len(text.strip()) > 9:
        raise Refused("rows", _("Row %(row)d: “%(text)s” is no number.") % {"row": position + 1, "text": text})
    return int(text)
