"""The city at a glance: open cases on the map, and whatever somebody looks for by name or number."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import IS_OPEN, StageChoice
from chengge.casework.queries.filters import CaseFilter, number_is
from chengge.casework.queries.lists import matching
from chengge.casework.queries.sight import visible
from chengge.foundation.queries import Place, find_place
from chengge.foundation.queries.map_layers import Window, feature_collection, point_json
from chengge.organization.queries import Actor

MOST_CASES = 3000
MOST_FOUND = 12
LEAST_DIGITS_OF_A_NUMBER = 6
ZOOM_OF = {"case": 17.0, "division": 14.0, "road": 16.0, "grid": 17.0, "component": 18.5, "place": 17.0}


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that a search found. `url` is empty where it has no page of its own."""

    kind: str
    label: str
    detail: str
    lon: float
    lat: float
    zoom: float
    url: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def open_cases(actor: Actor, wanted: CaseFilter, window: Window, codes: Sequence[int]) -> bytes:
    """Open cases in sight as GeoJSON: those in the unit grids with these codes, and those in no grid inside the window.

    The most pressing come first, and at most `MOST_CASES`. One query.
    """
    place = Q() if window.is_wide else Q(grid_code__in=list(codes)) | Q(grid_code=None) & window.holds()
    rows = matching(actor, wanted).filter(IS_OPEN).filter(place).order_by(F("due_at").asc(nulls_last=True), "id")
    columns = ("number", "stage", "lon", "lat", "place", "urgent", "due_at", "yellow_at", "problem_class__name")
    listed = list(rows.values(*columns)[: MOST_CASES + 1])
    now = clock.now()
    points = [(point_json(row["lon"], row["lat"]), _of_case(row, now)) for row in listed[:MOST_CASES]]
    return feature_collection(points, more=len(listed) > MOST_CASES)


def find(actor: Actor, text: str) -> list[Found]:
    """What carries this name, code or number: cases in sight first, then places, roads, grids and components."""
    text = text.strip()
    if not text:
        return []
    found = _cases_by_number(actor, text)
    return [*found, *(_of_place(place) for place in find_place(text, MOST_FOUND - len(found)))]


def light_at(due_at: datetime | None, yellow_at: datetime | None, now: datetime) -> str:
    if due_at is None:
        return "green"
    return "red" if due_at < now else "yellow" if yellow_at is not None and yellow_at < now else "green"


def _of_case(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    stage = str(StageChoice(row["stage"]).label)
    lines = [row["number"]]
    if row["due_at"]:
        lines.append(_("Due %(at)s") % {"at": date_format(localtime(row["due_at"]), "m-d H:i")})
    return {
        "id": row["number"],
        "label": _("%(class)s (urgent)") % {"class": row["problem_class__name"]} if row["urgent"] else row["problem_class__name"],
        "detail": f"{stage} · {row['place']}" if row["place"] else stage,
        "lines": lines,
        "light": light_at(row["due_at"], row["yellow_at"], now),
        "url": reverse("case", args=(row["number"],)),
    }


def _cases_by_number(actor: Actor, text: str) -> list[Found]:
    digits = text.replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) >= LEAST_DIGITS_OF_A_NUMBER and digits.startswith("20")):
        return []
    rows = visible(actor).filter(number_is(digits)).select_related("problem_class").order_by("number")[:5]
    return [
        Found(
            "case",
            f"{row.problem_class.name} {row.number}",
            row.get_stage_display(),
            row.lon,
            row.lat,
            ZOOM_OF["case"],
            reverse("case", args=(row.number,)),
        )
        for row in rows
    ]


def _of_place(place: Place) -> Found:
    kinds = {
        "division": _("Division"),
        "road": _("Road or water"),
        "grid": _("Unit grid"),
        "component": _("Component"),
        "place": _("Place"),
    }
    code = place.code or (f"{place.grid_code:015d}" if place.grid_code else "")
    detail = f"{kinds[place.kind]} · {code}" if code and code not in place.name else kinds[place.kind]
    return Found(place.kind, place.name, detail, place.lon, place.lat, ZOOM_OF[place.kind])
