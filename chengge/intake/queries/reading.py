"""What a text without a form says: which class, and where. Only what leaves no doubt; the rest is asked by an operator."""

import re
from dataclasses import dataclass

from django.db import connection

from chengge.casework.suggestions import suggest
from chengge.foundation.queries import find_place

LONGEST_TEXT = 1000
LONGEST_PLACE = 200
# A line that names the place: 地点：石桥路菜场
NAMED = re.compile(r"(?:地点|地址|位置|place|address|location)\s*[:：]\s*(?P<place>[^\n，,。;；]{2,80})", re.IGNORECASE)
LEAST_NAME = 3  # characters of a name of a place that may be met by chance otherwise

NAMES_IN_TEXT = """
SELECT name, lon, lat FROM foundation_placename
WHERE length(name) >= %s AND strpos(%s, name) > 0 ORDER BY length(name) DESC, id LIMIT 20
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says for certain; None where it does not."""

    problem_class_id: int | None = None
    place: str = ""
    lon: float | None = None
    lat: float | None = None


def read(text: str) -> Reading:
    """Read a text. At most nine queries; a class only where the model is sure, a place only where just one fits."""
    said = text[:LONGEST_TEXT]
    suggestion = suggest(said)
    class_id = suggestion.classes[0].id if suggestion.sure else None
    named = NAMED.search(said)
    words = named["place"].strip() if named else ""
    found = _one_place(words) if words else None
    if found is None:
        found = _name_in(said)
    if found is None:
        return Reading(class_id, words[:LONGEST_PLACE])
    name, lon, lat = found
    return Reading(class_id, (words or name)[:LONGEST_PLACE], lon, lat)


def _one_place(words: str) -> tuple[str, float, float] | None:
    """The one spot of that name. A road or a district is no spot."""
    spots = [place for place in find_place(words, 10) if place.kind in ("place", "component")]
    exact = [place for place in spots if place.name == words]
    one = exact if len(exact) == 1 else spots
    return (one[0].name, one[0].lon, one[0].lat) if len(one) == 1 else None


def _name_in(text: str) -> tuple[str, float, float] | None:
    """The one named place that the text holds; a name within a longer one that is there too does not count. One query."""
    with connection.cursor() as cursor:
        cursor.execute(NAMES_IN_TEXT, [LEAST_NAME, text])
        rows = cursor.fetchall()
    whole = [row for row in rows if not any(row[0] != other[0] and row[0] in other[0] for other in rows)]
    return whole[0] if len(whole) == 1 else None
