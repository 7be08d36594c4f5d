"""Contacts of reporters: shown to whoever says what for; and who looked at them."""

import csv
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge.casework.models import ContactView
from chengge.casework.privacy import show_contact
from chengge.casework.queries.filters import midnight
from chengge.casework.queries.views import Looks, contact_views, members_who_looked
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.pages.manage.common import FIRST_DAY, day_of, page_of, today, whole
from chengge.organization.gates import actor_at, for_members, for_posts
from chengge.organization.queries import CITY_ZONE

DAYS_SHOWN = 30


@require_POST
@for_members
def show(request: HttpRequest, report_id: int) -> HttpResponse:
    """A contact in full, as a part of a page. Never kept by a browser."""
    contact = show_contact(report_id, actor_at(request), request.POST.get("purpose", ""))
    response = render(request, "casework/parts/contact_shown.html", {"contact": contact, "report_id": report_id})
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
@for_posts(Post.ADMINISTRATOR, Post.EVALUATOR)
def views(request: HttpRequest) -> HttpResponse:
    """Who looked at which contact, when, and what for."""
    looks = _looks(request)
    context = {
        "tab": "manage",
        "part": "contact_views",
        "looks": looks,
        "rows": page_of(request, contact_views(looks)),
        "purposes": ContactView.Purpose.choices,
        "members": members_who_looked(),
    }
    return render(request, "casework/manage/contact_views.html", context)


@require_safe
@for_posts(Post.ADMINISTRATOR, Post.EVALUATOR)
def views_csv(request: HttpRequest) -> HttpResponse:
    """The same as a table, in UTF-8 with its mark so that Excel reads it."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="contact-views-{today():%Y%m%d}.csv"'
    writer = csv.writer(response)
    writer.writerow([_("seen"), _("member"), _("organization"), _("purpose"), _("report"), _("case"), _("channel")])
    for row in contact_views(_looks(request)).iterator(chunk_size=2000):
        writer.writerow(_cells(row))
    return response


def _cells(row: ContactView) -> list[Any]:
    case = row.report.case
    organization = row.member.organization
    seen = f"{row.seen_at.astimezone(CITY_ZONE):%Y-%m-%d %H:%M:%S}"
    facts = [seen, str(row.member), organization.name if organization else "", row.get_purpose_display(), row.report_id]
    return [*facts, case.number if case else "", row.report.get_channel_display()]


def _looks(request: HttpRequest) -> Looks:
    """What the list is narrowed to. Raises Refused."""
    asked = request.GET
    purpose = asked.get("purpose", "")
    if purpose and purpose not in ContactView.Purpose.values:
        raise Refused("purpose", _("There is no such purpose."), field="purpose")
    first: date = day_of(asked.get("from"), max(FIRST_DAY, today() - timedelta(days=DAYS_SHOWN)))
    last: date = day_of(asked.get("to"), today())
    return Looks(first, last, midnight(first), midnight(last + timedelta(days=1)), whole(asked.get("member"), "member"), purpose)
