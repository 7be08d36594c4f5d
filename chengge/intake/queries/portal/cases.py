"""Public cases: what anybody may know of them. Class, road, street, stage and days; words only where an operator wrote them.

Nothing here reads `Case.description`, `Case.place` or a report: what people said stays in the house.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import shapely
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Case
from chengge.casework.queries.filters import midnight
from chengge.casework.queries.likeness import alike
from chengge.domain.codes import CodeError, code_range
from chengge.domain.coordinates import distance_m
from chengge.domain.errors import NotFound, Refused
from chengge.domain.lifecycle import Stage
from chengge.foundation.models import Division
from chengge.foundation.queries import grid_index, holding_on
from chengge.foundation.queries.map_layers import Window, feature_collection, point_json
from chengge.intake.models import PortalRules, PublicWords
from chengge.intake.queries.portal.everyday import class_ids_meant, icon_of, name_of
from chengge.intake.queries.portal.roads import AtRoad, at_roads, lines_of
from chengge.intake.queries.portal.rules import hidden_class_ids, portal_rules
from chengge.intake.queries.portal.steps import STATES, stages_in, state_of, state_words
from chengge.organization.queries import city_day

NEVER_PUBLIC = (Stage.REJECTED.value, Stage.VOIDED.value, Stage.TRANSFERRED.value, Stage.MERGED.value)
PAGE_SIZE = 20
MOST_POINTS = 2000
MOST_ALIKE = 3
MOST_GRIDS = 4000
ALONG_ROAD_DEGREES = 0.0003  # about 30 m
DAYS = (7, 30, 90)
LONGEST_TEXT = 40


@dataclass(frozen=True, slots=True)
class PublicCase:
    """A case as the public knows it. The mark (lon, lat) stands on the road, not at the door."""

    id: int
    number: str
    name: str
    icon: str
    road: str
    area: str
    state: str
    state_words: str
    words: str
    lon: float
    lat: float
    reported_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    is_open: bool

    @property
    def where(self) -> str:
        """Road and street: as near as anybody is told."""
        return " · ".join(part for part in (self.road, self.area) if part)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the public list is narrowed to. Empty: everything."""

    text: str = ""
    division_code: int | None = None
    class_id: int | None = None
    state: str = ""
    days: int | None = None

    @classmethod
    def parse(cls, given: Any) -> "Wanted":
        """From an address. Raises Refused for what is no value at all."""
        state, days = str(given.get("state", "")), _whole(given, "days")
        if state and state not in STATES:
            raise _no_value("state", state)
        if days is not None and days not in DAYS:
            raise _no_value("days", str(days))
        return cls(
            text=str(given.get("q", "")).replace("\0", "").strip()[:LONGEST_TEXT],
            division_code=_division(_whole(given, "area")),
            class_id=_whole(given, "class"),
            state=state,
            days=days,
        )

    def query(self) -> dict[str, str]:
        """Back into the parameters of an address."""
        named = {"q": self.text, "area": self.division_code, "class": self.class_id, "state": self.state, "days": self.days}
        return {name: str(value) for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class CasesPage:
    """One page of the public list, and the cursor of the next."""

    cases: Sequence[PublicCase]
    next: str


@dataclass(frozen=True, slots=True)
class AlikeNearby:
    """A public case that may be the same problem; metres are rounded."""

    case: PublicCase
    metres: int


def public_cases(rules: PortalRules) -> QuerySet[Case]:
    """The cases that are public at all, whatever is looked for. One query more where classes are hidden."""
    since = clock.now() - timedelta(days=rules.shown_days)
    found = Case.objects.filter(reported_at__gte=since).exclude(stage__in=NEVER_PUBLIC)
    if rules.hidden_channels:
        found = found.exclude(channel__in=rules.hidden_channels)
    hidden = hidden_class_ids(rules)
    if hidden:
        found = found.exclude(problem_class_id__in=hidden)
    return found.exclude(pk__in=PublicWords.objects.filter(is_hidden=True).values("case_id"))


def public_list(wanted: Wanted, cursor: str = "", size: int = PAGE_SIZE) -> CasesPage:
    """Public cases, the newest first."""
    rows = _matching(wanted)
    if cursor:
        before, last_id = _place_in_list(cursor)
        rows = rows.filter(Q(reported_at__lt=before) | Q(id__lt=last_id), reported_at__lte=before)
    listed = list(rows.order_by("-reported_at", "-id")[: size + 1])
    last = listed[size - 1] if len(listed) > size else None
    return CasesPage(as_public(listed[:size]), f"{int(last.reported_at.timestamp())}-{last.pk}" if last else "")


def public_case(number: str) -> PublicCase:
    """One public case by its number. Raises NotFound for any other."""
    found = with_public_facts(public_cases(portal_rules())).filter(number=number).first() if number.isascii() and number.isdigit() else None
    if found is None:
        raise NotFound(
            "case",
            _("There is no public case with this number."),
            _("If you reported it yourself, use the link you were given, or number and code."),
        )
    return as_public([found])[0]


def case_points(wanted: Wanted, window: Window) -> bytes:
    """Public cases in a window of the map as GeoJSON, at most `MOST_POINTS`, the newest first."""
    rows = _matching(wanted).filter(window.holds())
    if not window.is_wide:
        codes = grid_index().in_window(window.west, window.south, window.east, window.north).tolist()
        if len(codes) <= MOST_GRIDS:
            rows = rows.filter(Q(grid_code__in=codes) | Q(grid_code=None))
    listed = as_public(list(rows.order_by("-reported_at", "-id")[: MOST_POINTS + 1]))
    points = [(point_json(case.lon, case.lat), _of_point(case)) for case in listed[:MOST_POINTS]]
    return feature_collection(points, more=len(listed) > MOST_POINTS)


def alike_nearby(lon: float, lat: float, class_id: int | None) -> list[AlikeNearby]:
    """Open public cases that may be the problem somebody wants to report, the likeliest first: public facts only.

    Words are not compared: what comes out must not tell a stranger whether somebody else said the same.
    """
    found = [one.case.pk for one in alike(lon, lat, class_id, "", clock.now(), limit=MOST_ALIKE * 3) if not Stage(one.case.stage).is_end]
    if not found:
        return []
    rows = {row.pk: row for row in with_public_facts(public_cases(portal_rules())).filter(pk__in=found)}
    listed = as_public([rows[pk] for pk in found if pk in rows][:MOST_ALIKE])
    return [AlikeNearby(case, _rounded(float(distance_m(lon, lat, case.lon, case.lat)))) for case in listed]


def as_public(rows: Sequence[Case]) -> list[PublicCase]:
    """Cases as the public knows them; `with_public_facts` must have read what stands beside them. Two queries, however many."""
    places = at_roads([(row.lon, row.lat) for row in rows])
    areas = _areas(row.grid_code for row in rows)
    return [_as_public(row, place, areas) for row, place in zip(rows, places, strict=True)]


def street_choices() -> list[tuple[int, str]]:
    """Streets of the city by code, to narrow the list to. One query."""
    rows = holding_on(Division.objects.filter(code__gte=10**8, code__lt=10**9), city_day(clock.now()))
    return list(rows.order_by("code").values_list("code", "name"))


def with_public_facts(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Rows with what stands beside them; what people said is not even read."""
    return rows.select_related("problem_class", "public_words").defer("description", "place", "last_hash")


def _as_public(row: Case, place: AtRoad, areas: dict[int, str]) -> PublicCase:
    decided = getattr(row, "public_words", None)
    return PublicCase(
        id=row.pk,
        number=row.number,
        name=name_of(row.problem_class),
        icon=icon_of(row.problem_class),
        road=place.road,
        area=areas.get(row.grid_code // 10**6, "") if row.grid_code else "",
        state=state_of(row.stage),
        state_words=state_words(row.stage),
        words=decided.words if decided else "",
        lon=place.lon,
        lat=place.lat,
        reported_at=row.reported_at,
        changed_at=row.changed_at,
        ended_at=row.ended_at,
        is_open=not Stage(row.stage).is_end,
    )


def _areas(grid_codes: Iterable[int | None]) -> dict[int, str]:
    """Names of the streets that some unit grids lie in, by their code. One query."""
    codes = {code // 10**6 for code in grid_codes if code}
    return dict(Division.objects.filter(code__in=codes, valid_to=None).values_list("code", "name")) if codes else {}


def _matching(wanted: Wanted) -> QuerySet[Case]:
    rows = with_public_facts(public_cases(portal_rules()))
    if wanted.class_id is not None:
        rows = rows.filter(problem_class_id=wanted.class_id)
    if wanted.division_code is not None:
        first, end = code_range(wanted.division_code)
        rows = rows.filter(grid_code__gte=first, grid_code__lt=end)
    if wanted.state:
        rows = rows.filter(stage__in=stages_in(wanted.state))
    if wanted.days is not None:
        rows = rows.filter(reported_at__gte=midnight(city_day(clock.now())) - timedelta(days=wanted.days - 1))
    if wanted.text:
        rows = rows.filter(_means(wanted.text))
    return rows


def _means(text: str) -> Q:
    """What a search means: a number, a class, an area, a road, or public words. What reporters said is not searched."""
    digits = text.replace(" ", "")
    if digits.isascii() and digits.isdigit() and len(digits) >= 8:
        return Q(number__startswith=digits)
    day = city_day(clock.now())
    found = Q(public_words__words__icontains=text) | Q(problem_class_id__in=class_ids_meant(text, day))
    for code in holding_on(Division.objects.filter(code__gte=10**8, name__contains=text), day).values_list("code", flat=True)[:20]:
        first, end = code_range(code)
        found |= Q(grid_code__gte=first, grid_code__lt=end)
    along = _grids_along(text)
    return found | Q(grid_code__in=along) if along else found


def _grids_along(road: str) -> list[int]:
    """The unit grids that the roads of a name touch."""
    lines = lines_of(road)
    if not len(lines):
        return []
    whole = shapely.buffer(shapely.union_all(lines), ALONG_ROAD_DEGREES)
    index = grid_index()
    codes: set[int] = set()
    for line in lines:
        west, south, east, north = shapely.bounds(line).tolist()
        codes.update(index.in_window(west, south, east, north).tolist())
    shapely.prepare(whole)
    return [code for code in codes if shapely.intersects(whole, index.polygon(code))]


def _of_point(case: PublicCase) -> dict[str, Any]:
    return {
        "id": case.number,
        "label": case.name,
        "detail": f"{case.state_words} · {case.where}" if case.where else case.state_words,
        "lines": [case.words] if case.words else [],
        "light": "green" if case.state == "solved" else "yellow",
        "url": f"/public/cases/{case.number}/",
    }


def _rounded(metres: float) -> int:
    return max(10, round(metres / 10) * 10)


def _whole(given: Any, name: str) -> int | None:
    text = str(given.get(name, "")).strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) < 2**63):
        raise _no_value(name, text)
    return int(text)


def _division(code: int | None) -> int | None:
    if code is not None:
        try:
            code_range(code)
        except CodeError:
            raise _no_value("area", str(code)) from None
    return code


def _place_in_list(cursor: str) -> tuple[datetime, int]:
    seconds, dash, last_id = cursor.partition("-")
    if not (dash and seconds.isascii() and seconds.isdigit() and last_id.isascii() and last_id.isdigit() and len(cursor) < 32):
        raise _no_value("after", cursor)
    moment = datetime.fromtimestamp(min(int(seconds), 2**33), clock.now().tzinfo)
    return moment, min(int(last_id), 2**62)


def _no_value(name: str, value: str) -> Refused:
    return Refused(
        "filter",
        _("“%(value)s” is no possible “%(name)s”.") % {"value": value[:40], "name": name},
        _("Begin again with the whole list."),
        field=name,
    )
