"""What Open311 tells: services, what is asked with them, and requests as far as they are public.

What is public at all is decided where the portal decides it (`queries.portal`). A case that came in by an interface is told of
under its number also when it is not listed: whoever posted it may ask how it ended.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Case, Clock, Report
from chengge.domain.codes import code_range
from chengge.domain.coordinates import distance_m
from chengge.domain.errors import NotFound, Refused
from chengge.domain.lifecycle import ENDS, ClockKind, Stage
from chengge.foundation.models import HandbookRule, ProblemClass, Revision
from chengge.foundation.queries import holding_on
from chengge.intake.actions.following import token_hash_of
from chengge.intake.models import ApiReport, Jurisdiction, ServiceAttribute
from chengge.intake.queries.portal.cases import as_public, public_cases
from chengge.intake.queries.portal.everyday import name_of
from chengge.intake.queries.portal.photos import ShownPhoto, shown_photos
from chengge.intake.queries.portal.roads import at_roads
from chengge.intake.queries.portal.rules import code_of, portal_rules
from chengge.organization.queries import city_day

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CLOSED = sorted(stage.value for stage in ENDS)
MOST_NUMBERS = 1000
LONGEST_DESCRIPTION = 300
# Marks stand on roads up to 150 m away from the place itself.
MARK_AWAY_DEGREES = 0.003
MOST_AROUND = 20_000


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment to another, both included."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Around:
    """A circle: degrees and metres."""

    lon: float
    lat: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class WantedRequests:
    """What GET requests asks for. `numbers`, where there are any, stand for themselves; nothing else counts then."""

    numbers: tuple[str, ...] = ()
    service_codes: tuple[str, ...] = ()
    statuses: frozenset[str] = frozenset()
    requested: Span | None = None
    updated: Span | None = None
    around: Around | None = None
    page: int = 1
    page_size: int = 1000


def jurisdiction(jurisdiction_id: str) -> Jurisdiction | None:
    """The jurisdiction of an id; None where there is but one (or none is kept) and none was named. One query.

    Raises:
        Refused: several are served and none was named.
        NotFound: it is not served here.
    """
    served = {row.jurisdiction_id: row for row in Jurisdiction.objects.all()}
    if not served:
        return None
    if not jurisdiction_id:
        if len(served) > 1:
            known = ", ".join(served)
            raise Refused("jurisdiction", _("jurisdiction_id was not provided; it is one of: %(known)s.") % {"known": known})
        return next(iter(served.values()))
    if jurisdiction_id not in served:
        raise NotFound("jurisdiction", _("jurisdiction_id “%(id)s” was not found.") % {"id": jurisdiction_id[:60]})
    return served[jurisdiction_id]


def discovery(url: str) -> dict[str, Any]:
    """Where the service is. Three queries."""
    changeset = _changeset()
    return {
        "changeset": changeset,
        "contact": settings.OPEN311_CONTACT or _("The hotline of urban management of this city: 12319 or 12345."),
        "key_service": settings.OPEN311_CONTACT or _("The administrator of this platform makes keys, under Sources."),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": url,
                "changeset": changeset,
                "type": "test" if settings.DEMO else "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }


def services() -> list[dict[str, Any]]:
    """The classes of the catalogue as services. Three queries."""
    asked = set(ServiceAttribute.objects.filter(variable=True).values_list("service_code", flat=True))
    conditions = _conditions()
    return [
        {
            "service_code": code,
            "service_name": name_of(row),
            "description": _cut("；".join(conditions[row.pk])) or row.major_name,
            "metadata": code in asked,
            "type": "realtime",
            "keywords": f"{row.major_name}, {row.name}",
            "group": row.major_name,
        }
        for code, row in present_classes().items()
    ]


def present_classes() -> dict[str, ProblemClass]:
    """The classes that hold today by their service code; of two editions the later one. One query."""
    rows = holding_on(ProblemClass.objects.order_by("kind", "major_code", "minor_code", "valid_from", "pk"), city_day(clock.now()))
    return {code_of(row): row for row in rows}


def service_class(code: str) -> ProblemClass:
    """The class of a service code. Raises Refused where none was provided, NotFound for one that there is not. One query."""
    if not code:
        raise Refused("service_code", _("service_code was not provided."))
    found = present_classes().get(code)
    if found is None:
        raise NotFound("service_code", _("service_code “%(code)s” was not found.") % {"code": code[:40]})
    return found


def attributes_of(code: str) -> list[ServiceAttribute]:
    """What is asked with a service, in its order. One query."""
    return list(ServiceAttribute.objects.filter(service_code=code).order_by("order"))


def definition(code: str) -> dict[str, Any]:
    """What is asked with a service; after the questions, for information, when a case is filed for it. Three queries."""
    row = service_class(code)
    told = [_attribute(one) for one in attributes_of(code)]
    free = max((one["order"] for one in told), default=0) + 1
    for position, condition in enumerate(_conditions()[row.pk]):
        told.append(_information(f"filed_when_{position + 1}", free + position, _("Filed when: %(condition)s") % {"condition": condition}))
    return {"service_code": code, "attributes": told}


def requests(wanted: WantedRequests, within: Jurisdiction | None, site: str) -> list[dict[str, Any]]:
    """Public requests, the newest first; those that are asked for by number in the order asked."""
    if wanted.numbers:
        if len(wanted.numbers) > MOST_NUMBERS:
            raise Refused("length", _("At most %(most)d service_request_id at once.") % {"most": MOST_NUMBERS}, field="service_request_id")
        rows = {row.number: row for row in _with_facts(_known_by_number(list(wanted.numbers), within))}
        return _told([rows[number] for number in wanted.numbers if number in rows], site)
    found = _narrowed(_within(public_cases(portal_rules()), within), wanted)
    first = (wanted.page - 1) * wanted.page_size
    last = first + wanted.page_size
    if wanted.around is None:
        return _told(list(_with_facts(found).order_by("-reported_at", "-pk")[first:last]), site)
    ids = _ids_around(found, wanted.around)[first:last]
    rows_by_id = {row.pk: row for row in _with_facts(Case.objects.filter(pk__in=ids))}
    return _told([rows_by_id[pk] for pk in ids], site)


def one_request(number: str, within: Jurisdiction | None, site: str) -> list[dict[str, Any]]:
    """One request by its number. Raises NotFound."""
    found = _told(list(_with_facts(_known_by_number([number], within))), site)
    if not found:
        raise NotFound("service_request_id", _("service_request_id “%(number)s” was not found.") % {"number": number[:40]})
    return found


def by_token(token: str) -> list[dict[str, Any]]:
    """The request that a token stands for; its number is empty while the report waits for an answer. One query. Raises NotFound."""
    kept = ApiReport.objects.select_related("report__case").filter(token_hash=token_hash_of(token)).first()
    if kept is None:
        raise NotFound("token", _("This token was not found."))
    case = kept.report.case
    return [{"service_request_id": case.number if case else None, "token": token}]


def _told(rows: Sequence[Case], site: str) -> list[dict[str, Any]]:
    """Requests as the specification writes them. Four queries, however many."""
    ids = [row.pk for row in rows]
    photos = shown_photos(ids)
    expected = dict(
        Clock.objects.filter(case_id__in=ids, kind=ClockKind.HANDLING.value).order_by("case_id", "ordinal").values_list("case_id", "due_at")
    )
    return [
        {
            "service_request_id": row.number,
            "status": "closed" if row.stage in CLOSED else "open",
            "status_notes": _notes(row, public.state_words),
            "service_name": public.name,
            "service_code": code_of(row.problem_class),
            "description": public.words or (row.rule.condition if row.rule else None),
            "agency_responsible": row.department.name if row.department else None,
            "service_notice": None,
            "requested_datetime": _w3(row.reported_at),
            "updated_datetime": _w3(row.ended_at or row.changed_at),
            "expected_datetime": _w3(expected.get(row.pk)),
            "address": ", ".join(part for part in (public.road, public.area) if part) or None,
            "address_id": str(row.grid_code) if row.grid_code else None,
            "zipcode": None,
            "lat": public.lat,
            "long": public.lon,
            "media_url": _media(photos.get(row.pk, []), site),
        }
        for row, public in zip(rows, as_public(rows), strict=True)
    ]


def _with_facts(rows: QuerySet[Case]) -> QuerySet[Case]:
    related = ("problem_class", "public_words", "department", "rule", "merged_into")
    return rows.select_related(*related).defer("description", "place", "last_hash")


def _known_by_number(numbers: list[str], within: Jurisdiction | None) -> QuerySet[Case]:
    came_in = Report.objects.filter(by_api__isnull=False, case__number__in=numbers).values("case_id")
    public = public_cases(portal_rules()).filter(number__in=numbers).values("pk")
    return _within(Case.objects.filter(Q(pk__in=public) | Q(pk__in=came_in) | Q(merged__in=came_in)).distinct(), within).filter(
        number__in=numbers
    )


def _within(rows: QuerySet[Case], within: Jurisdiction | None) -> QuerySet[Case]:
    if within is None or within.division_code is None:
        return rows
    first, end = code_range(within.division_code)
    return rows.filter(grid_code__gte=first, grid_code__lt=end)


def _narrowed(rows: QuerySet[Case], wanted: WantedRequests) -> QuerySet[Case]:
    if wanted.requested is not None:
        rows = rows.filter(reported_at__gte=wanted.requested.start, reported_at__lte=wanted.requested.end)
    if wanted.updated is not None:
        rows = rows.filter(changed_at__gte=wanted.updated.start, changed_at__lte=wanted.updated.end)
    if wanted.service_codes:
        meant = Q(pk__in=[])
        for code in wanted.service_codes:
            kind, digits = code[:-4], code[-4:]
            meant |= Q(kind=kind, major_code=digits[:2], minor_code=digits[2:])
        rows = rows.filter(problem_class_id__in=ProblemClass.objects.filter(meant).order_by().values("pk"))
    if wanted.statuses == {"open"}:
        rows = rows.exclude(stage__in=CLOSED)
    elif wanted.statuses == {"closed"}:
        rows = rows.filter(stage__in=CLOSED)
    return rows


def _ids_around(rows: QuerySet[Case], around: Around) -> list[int]:
    """The cases whose public mark lies in a circle, the newest first. It is measured from the mark: no door is found by asking often."""
    reach_lat = around.radius_m / 111_000 + MARK_AWAY_DEGREES
    reach_lon = reach_lat * 2  # up to 60° north
    near = rows.filter(
        lon__gte=around.lon - reach_lon,
        lon__lte=around.lon + reach_lon,
        lat__gte=around.lat - reach_lat,
        lat__lte=around.lat + reach_lat,
    )
    listed = list(near.order_by("-reported_at", "-pk").values_list("pk", "lon", "lat")[:MOST_AROUND])
    marks = at_roads([(lon, lat) for _pk, lon, lat in listed])
    return [
        pk
        for (pk, _lon, _lat), mark in zip(listed, marks, strict=True)
        if float(distance_m(around.lon, around.lat, mark.lon, mark.lat)) <= around.radius_m
    ]


def _notes(row: Case, state_words: str) -> str:
    if row.stage == Stage.MERGED and row.merged_into is not None:
        return _("Goes on with %(number)s: somebody else had reported the same.") % {"number": row.merged_into.number}
    return state_words


def _media(photos: Sequence[ShownPhoto], site: str) -> str | None:
    return f"{site}/public/photos/{photos[0].id}/full" if photos else None


def _attribute(row: ServiceAttribute) -> dict[str, Any]:
    told: dict[str, Any] = {
        "variable": row.variable,
        "code": row.code,
        "datatype": row.datatype,
        "required": row.required and row.variable,
        "datatype_description": row.datatype_description or None,
        "order": row.order,
        "description": row.description,
    }
    if row.is_list:
        told["values"] = [{"key": key, "name": name} for key, name in row.choices.items()]
    return told


def _information(code: str, order: int, description: str) -> dict[str, Any]:
    return {
        "variable": False,
        "code": code,
        "datatype": "string",
        "required": False,
        "datatype_description": None,
        "order": order,
        "description": description,
    }


def _conditions() -> dict[int, list[str]]:
    """The filing conditions that hold today, by class. One query."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = holding_on(HandbookRule.objects.order_by("problem_class_id", "number", "area_class"), city_day(clock.now()))
    for class_id, condition in rows.values_list("problem_class_id", "condition"):
        if condition not in found[class_id]:
            found[class_id].append(condition)
    return found


def _changeset() -> str:
    """Rises with the catalogue, the handbook and what is asked with a service."""
    day = city_day(clock.now())
    newest = holding_on(ProblemClass.objects.all(), day).order_by("-valid_from").values_list("valid_from", flat=True).first()
    numbers = dict(Revision.objects.filter(name__in=("rules", "services")).values_list("name", "number"))
    return f"{newest or day:%Y-%m-%d} {numbers.get('rules', 0):06d}.{numbers.get('services', 0):06d}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_DESCRIPTION else f"{text[: LONGEST_DESCRIPTION - 1]}…"


def _w3(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
