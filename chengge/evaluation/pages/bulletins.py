"""Bulletins in the house: list, reading page, editor with preview, signing, publishing; and on the portal, for everybody."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengge.documents.document import Document, as_plain
from chengge.documents.files import TYPES, sent
from chengge.domain.errors import NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.evaluation.actions import bulletins as actions
from chengge.evaluation.bulletin.compose import CHINESE, ENGLISH, LANGUAGES, Audience, rule_names, section_names
from chengge.evaluation.models import Bulletin
from chengge.evaluation.periods import period_of
from chengge.evaluation.queries import bulletins as queries
from chengge.organization.gates import actor_at, for_members, for_posts
from chengge.organization.refusals import status_of
from chengge.organization.typed import id_in

writers = for_posts(Post.EVALUATOR)
FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
@for_members
def listed(request: HttpRequest) -> HttpResponse:
    """All bulletins that the member may read, and the months that have none yet."""
    actor = actor_at(request)
    writes = bool(actor.posts & queries.WRITING)
    context = {
        "tab": "evaluation",
        "bulletins": queries.bulletins_in_sight(actor),
        "writes": writes,
        "periods": queries.next_periods() if writes else [],
        "reads_drafts": queries.reads_drafts(actor),
    }
    return render(request, "evaluation/bulletins.html", context)


@require_POST
@writers
def start(request: HttpRequest) -> HttpResponse:
    """Draft the bulletin of a period."""
    try:
        bulletin = actions.start(actor_at(request), request.POST.get("period", "").strip())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("evaluation_bulletins")
    messages.success(request, _("The draft has been written from the figures. Go over its words."))
    return redirect("evaluation_bulletin_edit", bulletin.pk)


@require_safe
@for_members
def shown(request: HttpRequest, number: int) -> HttpResponse:
    """One bulletin as it will be, or was, published, with what may be done with it."""
    actor = actor_at(request)
    bulletin = queries.bulletin_at(actor, number)
    language, audience = _asked(request, actor)
    context = {
        "tab": "evaluation",
        "bulletin": bulletin,
        "document": _told(queries.document_of(bulletin, language, audience)),
        "language": language,
        "audience": audience.value,
        "languages": [(CHINESE, "中文"), (ENGLISH, "English")],
        "reads_drafts": queries.reads_drafts(actor),
        "writes": bool(actor.posts & queries.WRITING),
        "signs": queries.may_sign(actor, bulletin),
        "signs_at_all": bool(actor.posts & queries.SIGNING),
        "publishes": bool(actor.posts & queries.PUBLISHING),
        "files": list(bulletin.files.filter(language=language, audience=audience.value).order_by("-kind")),
        "runs": queries.runs_of(period_of(bulletin.period)) if bulletin.state == Bulletin.State.DRAFT else [],
        "told_runs": set(bulletin.runs.values_list("pk", flat=True)),
        "replaced_by": getattr(bulletin, "replaced_by", None),
    }
    return render(request, "evaluation/bulletin.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """The editor: title, words of each section, cases; the page as it will be beside it."""
    actor = actor_at(request)
    bulletin = queries.bulletin_at(actor, number)
    refusal: Refused | None = None
    edited = None
    if request.method == "POST":
        edited = _edited(request)
        try:
            actions.edit(actor, number, edited, _number(request.POST.get("seen", "")))
        except Refused as refused:
            refusal = refused
        else:
            messages.success(request, _("Kept."))
            return redirect("evaluation_bulletin" if "done" in request.POST else "evaluation_bulletin_edit", number)
    elif bulletin.state != Bulletin.State.DRAFT:
        return redirect("evaluation_bulletin", number)
    context = {
        "tab": "evaluation",
        "bulletin": bulletin,
        "sections": _sections(bulletin, edited),
        "cases": _cases(bulletin, edited),
        "title": edited.title if edited else bulletin.title,
        "document": _told(queries.previewed(bulletin, edited, CHINESE)),
        "refusal": refusal,
        "most_text": actions.LONGEST_TEXT,
        "most_words": actions.LONGEST_WORDS,
    }
    return render(request, "evaluation/bulletin_edit.html", context, status=status_of(refusal) if refusal else 200)


@require_POST
@writers
def preview(request: HttpRequest, number: int) -> HttpResponse:
    """The document as it would be with what stands in the form; nothing is kept."""
    bulletin = queries.bulletin_at(actor_at(request), number)
    language = ENGLISH if request.POST.get("preview_language") == ENGLISH else CHINESE
    return render(
        request, "evaluation/bulletin_document.html", {"document": _told(queries.previewed(bulletin, _edited(request), language))}
    )


@require_POST
@for_members
def act(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Sign, send back, publish, withdraw, correct, read anew, or throw a draft away."""
    actor = actor_at(request)
    reason, seen = request.POST.get("reason", ""), _number(request.POST.get("seen", ""))
    try:
        match action:
            case "sign":
                actions.sign(actor, number, seen)
                messages.success(request, _("Signed. From here on the bulletin is locked."))
            case "send_back":
                actions.send_back(actor, number, reason)
                messages.success(request, _("It is a draft again."))
            case "publish":
                actions.publish(actor, number)
                messages.success(request, _("Published. It stands on the portal."))
            case "withdraw":
                actions.withdraw(actor, number, reason)
                messages.success(request, _("Withdrawn. The portal says when and why."))
            case "correct":
                new = actions.correct(actor, number, reason)
                messages.success(request, _("A new edition has been drafted. The old one stands until the new one is published."))
                return redirect("evaluation_bulletin_edit", new.pk)
            case "read_anew":
                actions.read_anew(actor, number, [_number(one) for one in request.POST.getlist("runs")])
                messages.success(request, _("The figures have been read anew. Your own words have stayed."))
                return redirect("evaluation_bulletin_edit", number)
            case "throw_away":
                actions.throw_away(actor, number)
                messages.success(request, _("The draft has been thrown away."))
                return redirect("evaluation_bulletins")
            case _unknown:
                raise NotFound("action", _("There is no such action."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("evaluation_bulletin", number)


@require_safe
@for_members
def download(request: HttpRequest, number: int, language: str, audience: str, kind: str) -> HttpResponse:
    """A file: of a published bulletin the archived one, of any other as it would be."""
    actor = actor_at(request)
    bulletin = queries.bulletin_at(actor, number)
    wanted = _audience(audience, actor)
    if language not in LANGUAGES or kind not in TYPES:
        raise NotFound("file", _("This bulletin has no such file."))
    return sent(
        queries.content_of(bulletin, language, wanted, kind),
        kind,
        f"bulletin-{bulletin.period}-{bulletin.edition}-{language}",
        "private, no-store",
    )


# --- For everybody ----------------------------------------------------------------------------------------------------------------------
@require_safe
def public_list(request: HttpRequest) -> HttpResponse:
    """Every bulletin that stands on the portal."""
    return _public(request, "evaluation/bulletin_public_list.html", {})


@require_safe
def public_bulletin(request: HttpRequest, period: str, edition: int) -> HttpResponse:
    """One bulletin, or the word that it was withdrawn."""
    try:
        bulletin = queries.published_at(period, edition)
    except NotFound as refusal:
        return _public(request, "evaluation/bulletin_public_refused.html", {"refusal": refusal}, 404)
    language = CHINESE if (get_language() or CHINESE).startswith("zh") else ENGLISH
    withdrawn = bulletin.state == Bulletin.State.WITHDRAWN
    context: dict[str, Any] = {"bulletin": bulletin, "withdrawn": withdrawn, "language": language}
    if not withdrawn:
        context["document"] = _told(queries.document_of(bulletin, language, Audience.PUBLIC))
        context["files"] = list(bulletin.files.filter(language=language, audience=Audience.PUBLIC.value).order_by("-kind"))
        replaced_by = getattr(bulletin, "replaced_by", None)
        context["replaced_by"] = replaced_by if replaced_by and replaced_by.state == Bulletin.State.PUBLISHED else None
    return _public(request, "evaluation/bulletin_public.html", context)


@require_safe
def public_file(request: HttpRequest, period: str, edition: int, language: str, kind: str) -> HttpResponse:
    """A file of a published bulletin."""
    try:
        bulletin = queries.published_at(period, edition)
        if bulletin.state == Bulletin.State.WITHDRAWN:
            raise NotFound("file", _("This bulletin has been withdrawn."))
        row, content = queries.file_of(bulletin, language, Audience.PUBLIC, kind)
    except NotFound as refusal:
        return _public(request, "evaluation/bulletin_public_refused.html", {"refusal": refusal}, 404)
    response = sent(content, kind, f"bulletin-{period}-{edition}-{language}", FOR_EVER)
    response.headers["ETag"] = f'"{row.sha256}"'
    return response


def _told(document: Document) -> dict[str, Any]:
    """The document as its template reads it: the cells of a table know whether they are numbers."""
    plain = as_plain(document)
    for section in plain["sections"]:
        for block in section["blocks"]:
            if block["is"] == "table":
                numbers = [column["is_number"] for column in block["columns"]]
                block["told_rows"] = [list(zip(row, numbers, strict=True)) for row in block["rows"]]
    return plain


def _public(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page in the frame of the portal, of which the evaluation knows the template alone."""
    response = render(request, template, {"tab": "bulletin", "here": request.get_full_path(), **context}, status=status)
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def _asked(request: HttpRequest, actor: Any) -> tuple[str, Audience]:
    """Which language and edition is to be shown; the page's language and the public edition unless asked otherwise."""
    language = request.GET.get("language", "")
    if language not in LANGUAGES:
        language = CHINESE if (get_language() or CHINESE).startswith("zh") else ENGLISH
    return language, _audience(request.GET.get("audience", Audience.PUBLIC.value), actor)


def _audience(name: str, actor: Any) -> Audience:
    """An edition that the actor may read. Raises NotFound."""
    if name not in tuple(Audience):
        raise NotFound("audience", _("There is no such edition, or none that you may read."))
    queries.require_edition(actor, Audience(name))
    return Audience(name)


def _edited(request: HttpRequest) -> queries.Edited:
    texts = {
        (language, section): request.POST[f"text-{language}-{section}"]
        for language in LANGUAGES
        for section in section_names()
        if f"text-{language}-{section}" in request.POST
    }
    shown = {_number(value) for value in request.POST.getlist("cases")}
    listed = [_number(name.removeprefix("words-")) for name in request.POST if name.startswith("words-")]
    cases = {case_id: queries.CaseChoice(case_id in shown, request.POST.get(f"words-{case_id}", "")) for case_id in listed}
    return queries.Edited(request.POST.get("title", ""), texts, cases)


def _sections(bulletin: Bulletin, edited: queries.Edited | None) -> list[dict[str, Any]]:
    """The texts of each section, in both languages, as they stand or as they were just sent."""
    kept = {(row.language, row.section): row for row in bulletin.texts.all()}
    given = edited.texts if edited else {}
    rows = []
    for key, name in section_names().items():
        texts = [
            {
                "language": language,
                "name": f"text-{language}-{key}",
                "text": given.get((language, key), kept[language, key].text),
                "drafted": kept[language, key].drafted,
            }
            for language in LANGUAGES
            if (language, key) in kept
        ]
        rows.append({"key": key, "name": name, "texts": texts})
    return rows


def _cases(bulletin: Bulletin, edited: queries.Edited | None) -> list[dict[str, Any]]:
    names = rule_names()
    rows = []
    for row in bulletin.cases.all():
        choice = edited.cases.get(row.pk) if edited else None
        found = queries.told_of_case(row)
        rows.append(
            {
                "id": row.pk,
                "rule": names[row.rule],
                "told": found,
                "shown": choice.shown if choice else row.shown,
                "words": choice.words if choice else row.words,
            }
        )
    return rows


def _number(text: str) -> int:
    return id_in(text) or 0
