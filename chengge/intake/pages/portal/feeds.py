"""Public cases as a feed, by area (division code) and class: RSS and Atom."""

import hashlib
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.http import http_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengge.foundation.models import Division
from chengge.intake.queries.portal import PublicCase, Wanted, public_list

MOST_ENTRIES = 50
KEPT_SECONDS = 120
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@require_safe
def atom(request: HttpRequest) -> HttpResponse:
    return _feed(request, Atom1Feed)


@require_safe
def rss(request: HttpRequest) -> HttpResponse:
    return _feed(request, Rss201rev2Feed)


def _feed(request: HttpRequest, kind: type[SyndicationFeed]) -> HttpResponse:
    """The newest public cases; 304 where the reader has them still."""
    wanted = Wanted.parse(request.GET)
    found = public_list(wanted, size=MOST_ENTRIES).cases
    changed = max((case.changed_at for case in found), default=EPOCH)
    seen = [(case.number, case.state_words, case.words, case.changed_at.isoformat()) for case in found]
    tag = f'"{hashlib.blake2b(repr((kind.__name__, get_language(), wanted, seen)).encode(), digest_size=12).hexdigest()}"'
    known = get_conditional_response(request, etag=tag, last_modified=int(changed.timestamp()))
    response = known or HttpResponse(_written(request, kind, wanted, found), content_type=kind.content_type)
    response.headers["ETag"] = tag
    response.headers["Last-Modified"] = http_date(changed.timestamp())
    patch_cache_control(response, private=True, max_age=KEPT_SECONDS)
    return response


def _written(request: HttpRequest, kind: type[SyndicationFeed], wanted: Wanted, found: list[PublicCase]) -> str:
    area = Division.objects.filter(code=wanted.division_code, valid_to=None).values_list("name", flat=True).first()
    feed = kind(
        title=_("Problems in the city: %(area)s") % {"area": area} if area else _("Problems in the city"),
        link=request.build_absolute_uri(reverse("public_cases")),
        description=_("What was reported, where, and how far it is."),
        language="zh-CN" if get_language() == "zh-hans" else get_language(),
        feed_url=request.build_absolute_uri(),
    )
    for case in found:
        feed.add_item(
            title=f"{case.name} · {case.where}" if case.where else case.name,
            link=request.build_absolute_uri(reverse("public_case", args=(case.number,))),
            description=" ".join(part for part in (f"{case.state_words}.", case.words) if part),
            unique_id=f"urn:chengge:case:{case.number}",
            unique_id_is_permalink=False,
            pubdate=case.reported_at,
            updateddate=case.changed_at,
        )
    return feed.writeString("utf-8")
