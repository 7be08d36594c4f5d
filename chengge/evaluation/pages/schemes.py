"""Schemes: the list, a scheme with its versions, a version with its rules, differences, a look at last month, Excel, taking effect."""

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.domain.scoring import SchemeError
from chengge.evaluation.actions.schemes import discard_draft, edit_draft, make_draft, make_scheme, put_into_effect, take_back
from chengge.evaluation.indicators import Indicator
from chengge.evaluation.indicators.shapes import CHOICES
from chengge.evaluation.models import Scheme, SchemeVersion
from chengge.evaluation.pages.schemes_forms import EffectForm, SchemeForm, WorkbookForm
from chengge.evaluation.periods import period_of
from chengge.evaluation.queries.rules import known_indicators
from chengge.evaluation.queries.schemes import (
    MAY_WRITE,
    scheme_seen_by,
    schemes_with_versions,
    state_of,
    version_in_effect,
    version_seen_by,
    versions_seen_by,
)
from chengge.evaluation.queries.schemes_content import AspectContent, ItemContent, VersionContent, content_of
from chengge.evaluation.queries.schemes_diff import changes_between
from chengge.evaluation.queries.schemes_faults import doubts_of, faults_of
from chengge.evaluation.queries.schemes_preview import last_month, preview
from chengge.evaluation.queries.schemes_reading import read_workbook
from chengge.evaluation.queries.schemes_sheets import source_words, write_workbook
from chengge.evaluation.queries.schemes_words import (
    HEIGHT,
    WIDTH,
    Curve,
    choice_words,
    curve_of,
    in_language,
    item_name,
    number_words,
    rule_words,
    setting_words,
    settings_words,
    terms_words,
    way_words,
)
from chengge.foundation.pages.manage.common import tell, today
from chengge.organization.gates import actor_at, for_members, for_posts
from chengge.organization.models import OrganizationKind, PostChoice
from chengge.organization.queries import city_day
from chengge.organization.typed import whole

for_writers = for_posts(Post.EVALUATOR, Post.ADMINISTRATOR)
MOST_GRADES, FREE_GRADES = 12, 2
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class ItemShown:
    """An item as a page shows it, with its place in the version (from 0)."""

    place: int
    item: ItemContent
    name: str
    rule: str
    way: str
    terms: list[str]
    source: str
    curve: Curve | None


@dataclass(frozen=True, slots=True)
class AspectShown:
    place: int
    aspect: AspectContent
    name: str
    items: list[ItemShown]


@dataclass(frozen=True, slots=True)
class SettingLine:
    """An open denominator with what it may be."""

    name: str
    words: str
    value: str
    choices: list[tuple[str, str]]


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of schemes; what a curve is drawn in goes with it."""
    actor = actor_at(request)
    common = {"tab": "evaluation", "section": "schemes", "may_write": bool(actor.posts & MAY_WRITE), "width": WIDTH, "height": HEIGHT}
    return render(request, f"evaluation/{template}", {**common, **context}, status=status)


@require_safe
@for_members
def schemes(request: HttpRequest) -> HttpResponse:
    """The schemes that the member may read, with the version that judges now and the drafts."""
    day = today()
    rows = [
        {
            "scheme": scheme,
            "name": in_language(scheme.name, scheme.name_en),
            "whom": whom(scheme),
            "now": next((one for one in scheme.shown_versions if holds(one, day)), None),  # type: ignore[attr-defined]
            "coming": [one for one in scheme.shown_versions if is_coming(one, day)],  # type: ignore[attr-defined]
            "drafts": [one for one in scheme.shown_versions if one.state == SchemeVersion.State.DRAFT],  # type: ignore[attr-defined]
        }
        for scheme in schemes_with_versions(actor_at(request))
    ]
    return page(request, "schemes.html", {"rows": rows})


@for_writers
def new_scheme(request: HttpRequest) -> HttpResponse:
    """A scheme, with an empty draft to begin with."""
    form = SchemeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            scheme = make_scheme(actor_at(request), form.values())
        except Refused as refusal:
            tell(form, refusal)
        else:
            draft = make_draft(actor_at(request), scheme.pk, VersionContent())
            messages.success(request, _("The scheme is made. Now say by what it judges."))
            return redirect("evaluation_scheme_version", draft.pk)
    return page(request, "scheme_form.html", {"form": form}, 422 if form.errors else 200)


@require_safe
@for_members
def scheme(request: HttpRequest, scheme_id: int) -> HttpResponse:
    """A scheme and all its versions."""
    actor = actor_at(request)
    found = scheme_seen_by(actor, scheme_id)
    versions = list(versions_seen_by(actor).filter(scheme=found))
    day = today()
    context = {
        "scheme": found,
        "name": in_language(found.name, found.name_en),
        "whom": whom(found),
        "versions": [{"version": one, "state": state_of(one, day)} for one in versions],
        "form": WorkbookForm(),
    }
    return page(request, "scheme.html", context)


@require_POST
@for_writers
def new_draft(request: HttpRequest, scheme_id: int) -> HttpResponse:
    """A draft: empty, from a version, or from a workbook."""
    actor = actor_at(request)
    found = scheme_seen_by(actor, scheme_id)
    start = request.POST.get("start", "")
    if start == "workbook":
        content = _workbook(request, found)
    elif version_id := whole(request.POST, "start"):
        content = content_of(version_seen_by(actor, version_id))
    else:
        content = VersionContent()
    draft = make_draft(actor, scheme_id, content)
    messages.success(request, _("Draft %(number)s is made.") % {"number": draft.number})
    return redirect("evaluation_scheme_version", draft.pk)


@require_safe
@for_members
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """A version with its rules in words; for who may write, a draft is open to be edited."""
    actor = actor_at(request)
    found = version_seen_by(actor, version_id)
    content = content_of(found)
    context = shown(found, content)
    if found.state == SchemeVersion.State.DRAFT and actor.posts & MAY_WRITE:
        return page(request, "scheme_draft.html", context | {"own": found.made_by_id == actor.member_id})
    return page(request, "scheme_version.html", context)


@require_safe
@for_members
def workbook(request: HttpRequest, version_id: int) -> FileResponse:
    """A version as an Excel workbook."""
    found = version_seen_by(actor_at(request), version_id)
    out = BytesIO()
    write_workbook(content_of(found), out)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=f"{found.scheme.code}-v{found.number}.xlsx", content_type=WORKBOOK)


@require_POST
@for_writers
def take_workbook(request: HttpRequest, version_id: int) -> HttpResponse:
    """Let a draft say what a workbook says."""
    actor = actor_at(request)
    found = version_seen_by(actor, version_id)
    content = _workbook(request, found.scheme)
    edit_draft(actor, version_id, content, whole(request.POST, "seen") or 0)
    messages.success(request, _("The workbook was taken: %(count)s items.") % {"count": content.item_count})
    return redirect("evaluation_scheme_version", version_id)


@require_safe
@for_members
def changes(request: HttpRequest, version_id: int) -> HttpResponse:
    """What differs from another version of the scheme: by default the one that holds now, else the one before."""
    actor = actor_at(request)
    found = version_seen_by(actor, version_id)
    others = list(versions_seen_by(actor).filter(scheme=found.scheme).exclude(pk=found.pk))
    asked = whole(request.GET, "with")
    other = version_seen_by(actor, asked) if asked else _usual_other(found, others)
    context = {
        "version": found,
        "scheme": found.scheme,
        "name": in_language(found.scheme.name, found.scheme.name_en),
        "other": other,
        "others": others,
        "changes": changes_between(content_of(other), content_of(found)) if other else [],
    }
    return page(request, "scheme_changes.html", context)


@require_safe
@for_posts(Post.EVALUATOR, Post.LEADER, Post.ADMINISTRATOR)
def look(request: HttpRequest, version_id: int) -> HttpResponse:
    """What the version would say of a month that is over, beside the one that judges now."""
    found = version_seen_by(actor_at(request), version_id)
    period = period_of(request.GET["month"]) if request.GET.get("month") else last_month()
    faults = faults_of(found.scheme.judged, content_of(found))
    context: dict[str, Any] = {
        "version": found,
        "scheme": found.scheme,
        "name": in_language(found.scheme.name, found.scheme.name_en),
        "period": period,
        "faults": faults,
    }
    if not faults:
        try:
            context["preview"] = preview(found, period)
        except SchemeError as error:
            raise Refused("scheme", _("This version cannot be reckoned with: %(error)s") % {"error": error}) from error
    return page(request, "scheme_preview.html", context)


@require_POST
@for_writers
def effect(request: HttpRequest, version_id: int) -> HttpResponse:
    """Put a draft into effect from a day on."""
    form = EffectForm(request.POST)
    if not form.is_valid():
        raise Refused("day", _("A day is missing."), _("Choose the day from which the version judges."), field="day")
    begun = put_into_effect(actor_at(request), version_id, form.cleaned_data["day"])
    messages.success(request, _("Version %(number)s judges from %(day)s on.") % {"number": begun.number, "day": begun.valid_from})
    return redirect("evaluation_scheme", begun.scheme_id)


@require_POST
@for_writers
def discard(request: HttpRequest, version_id: int) -> HttpResponse:
    actor = actor_at(request)
    scheme_id = version_seen_by(actor, version_id).scheme_id
    discard_draft(actor, version_id)
    messages.success(request, _("The draft is thrown away."))
    return redirect("evaluation_scheme", scheme_id)


@require_POST
@for_writers
def back(request: HttpRequest, version_id: int) -> HttpResponse:
    """Take back a version whose first day is still to come."""
    taken = take_back(actor_at(request), version_id)
    messages.success(request, _("Version %(number)s is a draft again.") % {"number": taken.number})
    return redirect("evaluation_scheme_version", version_id)


def shown(found: SchemeVersion, content: VersionContent) -> dict[str, Any]:
    """What the pages of a version show of it."""
    known = known_indicators(content.settings)
    return {
        "version": found,
        "scheme": found.scheme,
        "name": in_language(found.scheme.name, found.scheme.name_en),
        "whom": whom(found.scheme),
        "state": state_of(found, today()),
        "content": content,
        "aspects": [
            AspectShown(number, aspect, in_language(aspect.name, aspect.name_en), items_shown(aspect, known))
            for number, aspect in enumerate(content.aspects)
        ],
        "grade_lines": [*((number_words(least), grade) for least, grade in content.grades), *[("", "")] * FREE_GRADES][:MOST_GRADES],
        "settings": settings_words(content.settings),
        "setting_lines": [
            SettingLine(name, setting_words(name), getattr(content.settings, name), [(one, choice_words(name, one)) for one in choices])
            for name, choices in CHOICES.items()
        ],
        "faults": faults_of(found.scheme.judged, content),
        "doubts": doubts_of(content),
        "form": WorkbookForm(),
        "effect_form": EffectForm(),
    }


def items_shown(aspect: AspectContent, known: dict[str, Indicator]) -> list[ItemShown]:
    return [
        ItemShown(
            place, item, item_name(item, known), rule_words(item, known), way_words(item.way), terms_words(item, known),
            source_words(item.source), curve_of(item, known),
        )
        for place, item in enumerate(aspect.items)
    ]  # fmt: skip


def whom(scheme: Scheme) -> str:
    """Whom a scheme judges, in words."""
    told = [str(scheme.get_judged_display())]  # type: ignore[attr-defined]
    if scheme.post:
        told = [str(PostChoice(scheme.post).label)]
    if scheme.level:
        told.append(_("level %(level)s") % {"level": scheme.level})
    if scheme.organization_kind in OrganizationKind.values:
        told.append(str(OrganizationKind(scheme.organization_kind).label))
    if scheme.under is not None:
        told.append(_("below %(body)s") % {"body": scheme.under.short_name})
    return " · ".join(told)


def holds(version: SchemeVersion, day: date) -> bool:
    return state_of(version, day) == "now"


def is_coming(version: SchemeVersion, day: date) -> bool:
    return state_of(version, day) == "coming"


def _usual_other(found: SchemeVersion, others: list[SchemeVersion]) -> SchemeVersion | None:
    now = version_in_effect(found.scheme, city_day(clock.now()))
    if now is not None and now.pk != found.pk:
        return now
    return next((one for one in others if one.number < found.number), None) or (others[0] if others else None)


def _workbook(request: HttpRequest, scheme: Scheme) -> VersionContent:
    form = WorkbookForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Refused("file", _("No file was chosen."), _("Choose an Excel workbook."), field="file")
    return read_workbook(scheme.judged, form.cleaned_data["file"])
