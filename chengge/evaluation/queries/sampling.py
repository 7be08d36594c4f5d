"""The frame that places are drawn from, and how a draw is told so that anybody can repeat it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from django.urls import reverse
from django.utils.translation import gettext as _

from chengge.domain import sampling
from chengge.domain.codes import code_range
from chengge.domain.sampling import StratumShare, Unit
from chengge.evaluation.models import Campaign, InspectionPlace, SampleFrame
from chengge.foundation.models import Division, UnitGrid
from chengge.foundation.queries import holding_on
from chengge.foundation.queries.map_layers import Window, feature_collection, point_json

GRIDS_IN_A_STREET = 10**6  # the last six digits of a unit grid: community and serial
GRIDS_IN_A_COMMUNITY = 10**3


@dataclass(frozen=True, slots=True)
class DrawnAgain:
    """What comes out when the draw of a campaign is repeated from its published frame and seed."""

    frame_is_same: bool
    sample_is_same: bool
    strata: tuple[StratumShare, ...]


def frame_on(day: date, division_code: int | None) -> list[Unit]:
    """The unit grids that hold on a day in a division (none: everywhere), each in its stratum. One query."""
    rows = holding_on(UnitGrid.objects.all(), day)
    if division_code is not None:
        first, end = code_range(division_code)
        rows = rows.filter(code__gte=first, code__lt=end)
    return [
        Unit(code, (code // GRIDS_IN_A_STREET, area_class)) for code, area_class in rows.order_by("code").values_list("code", "area_class")
    ]


def points_inside(codes: Iterable[int], day: date) -> dict[int, tuple[float, float]]:
    """A point (lon, lat) inside each of these unit grids. One query."""
    rows = list(holding_on(UnitGrid.objects.filter(code__in=list(codes)), day).values_list("code", "polygon"))
    shapes = shapely.from_wkb(np.array([bytes(polygon) for _code, polygon in rows], dtype=object))
    points = shapely.get_coordinates(shapely.point_on_surface(shapes)).round(6).tolist()
    return {code: (lon, lat) for (code, _polygon), (lon, lat) in zip(rows, points, strict=True)}


def street_names(codes: Iterable[int], day: date) -> dict[int, str]:
    """Names of divisions by code; the code itself where it has none. One query."""
    wanted = list(codes)
    named = dict(holding_on(Division.objects.filter(code__in=wanted), day).values_list("code", "name"))
    return {code: named.get(code, str(code)) for code in wanted}


def drawn_again(campaign: Campaign) -> DrawnAgain:
    """Draw once more from the published frame and seed, and compare with the places that were drawn. Two queries."""
    frame = sampling.frame_from(SampleFrame.objects.get(campaign=campaign).text)
    sample = sampling.draw(frame, campaign.places, campaign.minimum, int(campaign.seed or 0))
    places = set(InspectionPlace.objects.filter(campaign=campaign).values_list("grid_code", flat=True))
    return DrawnAgain(
        frame_is_same=sampling.frame_digest(frame) == campaign.frame_digest,
        sample_is_same=places == {unit.code for unit in sample.units},
        strata=sample.strata,
    )


def how_it_is_drawn(campaign: Campaign) -> list[str]:
    """The rule of the draw in words, one sentence a step."""
    said = {
        "seed": campaign.seed,
        "minimum": campaign.minimum,
        "places": campaign.places,
        "share": campaign.second_percent,
    }
    return [
        _("The frame is every unit grid of the area on the day of the draw, a line “code,street,class” each, sorted by code.") % said,
        _("A stratum is a street and an area class. Each gives at least %(minimum)d of its grids, or all it has.") % said,
        _(
            "Every further place, up to %(places)d, goes to the stratum that lacks most of its share by the number of its grids; "
            "of equals to the lower street, then the class."
        )
        % said,
        _("In a stratum the grids are ordered by the SHA-256 of the text “%(seed)d:code”; the first are drawn.") % said,
        _("Of all the places drawn, the %(share)d %% with the smallest SHA-256 of “%(seed)d:second:code” (rounded up) are scored twice.")
        % said,
    ]


def sample_features(campaign: Campaign, places: Sequence[InspectionPlace], lights: dict[int, str], window: Window | None) -> bytes:
    """The places as GeoJSON for the map; `lights` by place id."""
    words = {
        "green": _("looked at"),
        "yellow": _("still to be looked at"),
        "red": _("two looks differ"),
    }
    shown = [one for one in places if window is None or (window.west <= one.lon <= window.east and window.south <= one.lat <= window.north)]
    features = (
        (
            point_json(one.lon, one.lat),
            {
                "id": f"{campaign.code}-{one.number}",
                "label": _("Place %(number)d") % {"number": one.number},
                "detail": one.left_out or words[lights[one.pk]],
                "lines": [f"{one.grid_code:015d}"],
                "light": "green" if one.left_out else lights[one.pk],
                "url": reverse("evaluation_inspection_place", args=(campaign.code, one.number)),
            },
        )
        for one in shown
    )
    return feature_collection(features)
