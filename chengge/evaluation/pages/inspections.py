"""Campaigns of inspections: the list, and the form by which one is set up."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.evaluation.actions import inspections as actions
from chengge.evaluation.actions.inspections import CampaignValues, ItemValues
from chengge.evaluation.models import Campaign, ChecklistItem, Source
from chengge.evaluation.models.schemes import SchemeItem
from chengge.evaluation.pages import inspections_common as common
from chengge.evaluation.queries.inspections import NEVER_ASSESSES, campaign_in_sight, campaigns_in_sight, progress_of
from chengge.foundation.pages.manage.common import page_of, today
from chengge.foundation.pages.manage.forms import division_choices, organization_choices
from chengge.foundation.queries import holding_on
from chengge.organization.gates import actor_at, for_members, for_posts
from chengge.organization.models import MemberPost, PostChoice
from chengge.organization.refusals import status_of
from chengge.organization.typed import day_needed, text, whole, whole_in, wholes

PAGE_SIZE = 30
EMPTY_ITEMS = 3
MOST_ITEMS = 60
for_evaluators = for_posts(Post.EVALUATOR)


@require_safe
@for_members
def campaigns(request: HttpRequest) -> HttpResponse:
    """The campaigns that this member may know of, the newest first."""
    shown = page_of(request, campaigns_in_sight(actor_at(request)), PAGE_SIZE)
    progress = progress_of(list(shown))
    rows = [{"campaign": one, "progress": progress[one.pk]} for one in shown]
    return common.page(request, "inspections.html", "campaigns", {"rows": rows, "page": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@for_evaluators
def new(request: HttpRequest) -> HttpResponse:
    """Set a campaign up."""
    if request.method != "POST":
        empty = QueryDict(mutable=True)
        empty.update({"kind": "open", "places": "30", "minimum": "1", "second_percent": "20", "bound_percent": "20"})
        return _form(request, empty, None)
    try:
        campaign = actions.make_campaign(actor_at(request), _values(request.POST))
    except Refused as refusal:
        return _form(request, request.POST, None, refusal)
    messages.success(request, _("The campaign is written down. Its places are not drawn yet."))
    return redirect("evaluation_inspection", campaign.code)


@require_http_methods(["GET", "HEAD", "POST"])
@for_evaluators
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a campaign that is still a draft."""
    campaign = campaign_in_sight(actor_at(request), code)
    if request.method != "POST":
        return _form(request, _written(campaign), campaign)
    try:
        actions.change_campaign(actor_at(request), code, _values(request.POST))
    except Refused as refusal:
        return _form(request, request.POST, campaign, refusal)
    messages.success(request, _("Changed."))
    return redirect("evaluation_inspection", code)


@require_POST
@for_evaluators
def drop(request: HttpRequest, code: str) -> HttpResponse:
    """Throw a draft away."""
    actions.drop_campaign(actor_at(request), code)
    messages.success(request, _("The draft is gone."))
    return redirect("evaluation_inspections")


def _values(given: QueryDict) -> CampaignValues:
    columns = [given.getlist(name)[:MOST_ITEMS] for name in ("item_code", "item_text", "item_most", "item_photo", "item_organization")]
    items = []
    for code, what, most, photo, organization in zip(*columns, strict=False):
        if code.strip() or what.strip():
            items.append(
                ItemValues(
                    code=code.strip(),
                    text=what.replace("\x00", "").strip(),
                    most=whole_in(most.strip(), "items") or 0,
                    photo=photo,
                    organization_id=whole_in(organization.strip(), "items"),
                )
            )
    return CampaignValues(
        code=text(given, "code"),
        name=text(given, "name"),
        kind=text(given, "kind"),
        begin=day_needed(given, "begin"),
        end=day_needed(given, "end"),
        places=whole(given, "places") or 0,
        items=tuple(items),
        assessor_ids=tuple(wholes(given, "assessors")),
        division_code=whole(given, "division_code"),
        minimum=whole(given, "minimum") or 0,
        second_percent=whole(given, "second_percent") or 0,
        bound_percent=whole(given, "bound_percent") or 0,
        about=text(given, "about"),
    )


def _written(campaign: Campaign) -> QueryDict:
    """The campaign as its form would have sent it."""
    given = QueryDict(mutable=True)
    for name in ("code", "name", "kind", "places", "minimum", "second_percent", "bound_percent", "about"):
        given[name] = str(getattr(campaign, name))
    given["begin"], given["end"] = campaign.begin.isoformat(), campaign.end.isoformat()
    given["division_code"] = str(campaign.division_code or "")
    given.setlist("assessors", [str(pk) for pk in campaign.assessors.values_list("pk", flat=True)])
    for item in campaign.items.order_by("position"):
        for name, value in (("code", item.code), ("text", item.text), ("most", item.most), ("photo", item.photo)):
            given.appendlist(f"item_{name}", str(value))
        given.appendlist("item_organization", str(item.organization_id or ""))
    return given


def _form(request: HttpRequest, given: QueryDict, campaign: Campaign | None, refusal: Refused | None = None) -> HttpResponse:
    columns = zip(*(given.getlist(f"item_{name}") for name in ("code", "text", "most", "photo", "organization")), strict=False)
    items = [dict(zip(("code", "text", "most", "photo", "organization"), row, strict=True)) for row in columns]
    blank = {"code": "", "text": "", "most": "10", "photo": "lost", "organization": ""}
    context = {
        "given": given.dict(),
        "campaign": campaign,
        "refusal": refusal,
        "items": [*items, *([blank] * (EMPTY_ITEMS if not items else 1))],
        "blank": blank,
        "chosen": set(given.getlist("assessors")),
        "posts": _candidates(),
        "kinds": Campaign.Kind.choices,
        "photos": ChecklistItem.Photo.choices,
        "divisions": division_choices(),
        "organizations": [(str(pk), name) for pk, name in organization_choices()],
        "scheme_items": _scheme_items(),
    }
    return common.page(request, "inspection_form.html", "campaigns", context, status_of(refusal) if refusal else 200)


def _candidates() -> list[dict[str, Any]]:
    """Who may be named as an assessor, by post; evaluators first. One query."""
    barred = [post.value for post in NEVER_ASSESSES]
    rows = holding_on(MemberPost.objects.exclude(post__in=barred), today()).filter(member__is_active=True)
    found: dict[str, list[tuple[str, str]]] = {}
    for post, pk, full_name, username in rows.order_by("member__username").values_list(
        "post", "member_id", "member__full_name", "member__username"
    ):
        found.setdefault(post, []).append((str(pk), full_name or username))
    first = [Post.EVALUATOR.value, *(value for value in PostChoice.values if value != Post.EVALUATOR.value)]
    return [{"label": PostChoice(post).label, "members": found[post], "post": post} for post in first if post in found]


def _scheme_items() -> list[tuple[str, str]]:
    """Codes of scheme items that an inspection feeds, with their names. One query."""
    rows = SchemeItem.objects.filter(source=Source.INSPECTION).order_by("code").values_list("code", "name")
    return sorted(dict(rows).items())
