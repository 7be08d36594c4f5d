"""Where a mark lies, in words: the road, the street, the community."""

from dataclasses import dataclass

from chengge.foundation.models import Division
from chengge.foundation.queries import locate
from chengge.intake.queries.portal.roads import at_roads


@dataclass(frozen=True, slots=True)
class Hint:
    """What to tell somebody who marks a place. `is_inside`: it lies in a unit grid of the city."""

    said: str
    is_inside: bool


def hint_of(lon: float, lat: float) -> Hint:
    """At most four queries."""
    (place,) = at_roads([(lon, lat)])
    grid_code = locate(lon, lat).grid_code
    names: dict[int, str] = {}
    if grid_code is not None:
        rows = Division.objects.filter(code__in=(grid_code // 10**6, grid_code // 10**3), valid_to=None)
        names = dict(rows.values_list("code", "name"))
    parts = [place.road, *(names[code] for code in sorted(names, reverse=True))]
    return Hint(" · ".join(part for part in parts if part), grid_code is not None)
