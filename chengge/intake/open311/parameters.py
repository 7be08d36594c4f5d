"""What a request brings, read strictly: every value that is none is a 400 with a sentence that names it."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.errors import Refused
from chengge.intake.actions.open311 import Asked
from chengge.intake.queries.open311 import Around, Span, WantedRequests
from chengge.organization.queries import CITY_ZONE

LONGEST_SPAN = timedelta(days=90)
MOST_REQUESTS = 1000
MOST_PAGE = 10_000
WIDEST_RADIUS_M = 100_000
MOST_MEDIA = 5
STATUSES = frozenset({"open", "closed"})
ATTRIBUTE = re.compile(r"attribute\[([^\]]+)\](?:\[[0-9]*\])?")
# Names under which clients send files; the specification names none.
MEDIA_FIELDS = ("media", "media[]", "photo", "image", "file")


def wanted_requests(sent: QueryDict) -> WantedRequests:
    """The parameters of GET requests. Raises Refused (400)."""
    return WantedRequests(
        numbers=listed(sent, "service_request_id"),
        service_codes=listed(sent, "service_code"),
        statuses=_statuses(sent),
        requested=_requested(sent),
        updated=_updated(sent),
        around=_around(sent),
        page=_whole(sent, "page", 1, MOST_PAGE, 1),
        page_size=_whole(sent, "page_size", 1, MOST_REQUESTS, MOST_REQUESTS),
    )


def asked_of(request: HttpRequest) -> Asked:
    """The values of POST requests. Raises Refused (400)."""
    sent = request.POST
    names = ("service_code", "address_string", "address_id", "email", "device_id", "account_id")
    texts = {name: _text(sent, name) for name in (*names, "first_name", "last_name", "phone", "media_url")}
    lat, lon = _number(sent, "lat", -90, 90), _number(sent, "long", -180, 180)
    if (lat is None) != (lon is None):
        raise Refused("location", _("lat and long are sent both or neither."), field="lat" if lat is None else "long")
    files = [file for name in MEDIA_FIELDS for file in request.FILES.getlist(name)]
    if len(files) > MOST_MEDIA:
        raise Refused("media", _("At most %(most)d photos come with a request.") % {"most": MOST_MEDIA}, field="media")
    return Asked(
        **texts,
        lat=lat,
        lon=lon,
        description=_words(sent),
        attributes=_attributes(sent),
        media=tuple(file.read() for file in files),
    )


def listed(sent: Mapping[str, str] | QueryDict, name: str) -> tuple[str, ...]:
    """A list parted by commas, also when the parameter is sent several times; empty is as good as not sent."""
    values = sent.getlist(name) if isinstance(sent, QueryDict) else [sent.get(name, "")]
    return tuple(dict.fromkeys(word.strip() for value in values for word in value.split(",") if word.strip()))


def moment(text: str, name: str) -> datetime:
    """A time in the W3C's form; a day alone is the city's midnight. Raises Refused."""
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))  # A + that nobody encoded arrives as a blank.
    except ValueError:
        at = None
    if at is not None and at.tzinfo is None and len(text) == len("2026-01-01"):
        at = at.replace(tzinfo=CITY_ZONE)
    if at is None or at.tzinfo is None or not 1990 <= at.year <= 2200:
        raise Refused("date", _("%(name)s is not a time with its zone, such as 2026-11-24T08:00:00Z.") % {"name": name}, field=name)
    return at


def _requested(sent: QueryDict) -> Span | None:
    """When the requests were made: 90 days at most, the last 90 where nothing is said; not limited where only `updated_…` is asked."""
    if not (sent.get("start_date") or sent.get("end_date")) and (sent.get("updated_after") or sent.get("updated_before")):
        return None
    return _span(sent, "start_date", "end_date")


def _updated(sent: QueryDict) -> Span | None:
    if not (sent.get("updated_after") or sent.get("updated_before")):
        return None
    return _span(sent, "updated_after", "updated_before")


def _span(sent: QueryDict, first: str, last: str) -> Span:
    start, end = _moment(sent, first), _moment(sent, last)
    if start is None:
        end = end or clock.now()
        start = end - LONGEST_SPAN
    end = end or start + LONGEST_SPAN
    if end < start:
        raise Refused("date", _("%(first)s lies after %(last)s.") % {"first": first, "last": last}, field=first)
    if end - start > LONGEST_SPAN:
        raise Refused("date", _("%(first)s and %(last)s lie more than 90 days apart.") % {"first": first, "last": last}, field=first)
    return Span(start, end)


def _moment(sent: QueryDict, name: str) -> datetime | None:
    text = str(sent.get(name, "")).strip()
    return moment(text, name) if text else None


def _statuses(sent: QueryDict) -> frozenset[str]:
    asked = listed(sent, "status")
    for status in asked:
        if status.lower() not in STATUSES:
            raise Refused("status", _("status is open or closed, not “%(status)s”.") % {"status": status[:40]}, field="status")
    return frozenset(status.lower() for status in asked)


def _around(sent: QueryDict) -> Around | None:
    lat, lon = _number(sent, "lat", -90, 90), _number(sent, "long", -180, 180)
    radius = _number(sent, "radius", 0, WIDEST_RADIUS_M)
    if lat is None and lon is None and radius is None:
        return None
    if lat is None or lon is None or radius is None:
        raise Refused("around", _("lat, long and radius (in metres) are sent together."), field="radius")
    return Around(lon, lat, radius)


def _attributes(sent: QueryDict) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, values in sent.lists():
        if match := ATTRIBUTE.fullmatch(name):
            answers = tuple(value.strip() for value in values if value.strip())
            found[match[1]] = found.get(match[1], ()) + answers
    return found


def _words(sent: QueryDict) -> str:
    words = sent.get("description", "").replace("\x00", "").replace("\r\n", "\n").strip()
    if len(words) > 4000:
        raise Refused("description", _("description is longer than %(most)d characters.") % {"most": 4000}, field="description")
    return words


def _text(sent: QueryDict, name: str) -> str:
    value = sent.get(name, "").replace("\x00", "").strip()
    most = 500 if name == "media_url" else 200
    if len(value) > most:
        raise Refused("length", _("%(name)s is longer than %(most)d characters.") % {"name": name, "most": most}, field=name)
    return value


def _number(sent: QueryDict, name: str, least: float, most: float) -> float | None:
    text = sent.get(name, "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise Refused(
            "number",
            _("%(name)s is a number from %(least)g to %(most)g, not “%(value)s”.")
            % {"name": name, "least": least, "most": most, "value": text[:40]},
            field=name,
        )
    return value


def _whole(sent: QueryDict, name: str, least: int, most: int, otherwise: int) -> int:
    text = sent.get(name, "").strip()
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise Refused(
            "number",
            _("%(name)s is a whole number from %(least)d to %(most)d, not “%(value)s”.")
            % {"name": name, "least": least, "most": most, "value": text[:40]},
            field=name,
        )
    return int(text)
