"""Cases that may be the same problem as one that is reported, with a score and its reasons in words.

Candidates are found by the unit grids round the place (a B-tree look-up), cases in no grid by a box; `domain.likeness` scores them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengge.casework.models import Case, Evidence, Report
from chengge.domain import likeness
from chengge.domain.coordinates import LocalMetres
from chengge.domain.lifecycle import ENDS
from chengge.domain.likeness import Likeness, Sighting
from chengge.foundation.queries import grid_index

LEAST_SCORE = 0.3  # below this, more pairs are two problems than one (docs/likeness.md)
MOST_CANDIDATES = 1000
# A case closed within `domain.likeness.CAME_BACK_S` is looked for among those reported within this time, which the index by grid knows.
LONGEST_LIFE = timedelta(days=120)
SHOWN_WITH = ("problem_class", "organization", "department")
OPEN_ONLY = f"sitting.stage NOT IN ({', '.join(repr(str(stage.value)) for stage in sorted(ENDS))})"

CANDIDATE = """
SELECT sitting.id, sitting.lon, sitting.lat, sitting.problem_class_id, class.kind, class.major_code, sitting.description, sitting.place,
       sitting.component_code, extract(epoch FROM sitting.reported_at)::float8, extract(epoch FROM sitting.ended_at)::float8,
       (SELECT min(accuracy_m) FROM casework_report WHERE case_id = sitting.id), asked.kind, asked.major_code
FROM casework_case sitting
JOIN foundation_problemclass class ON class.id = sitting.problem_class_id
LEFT JOIN foundation_problemclass asked ON asked.id = %(class_id)s
WHERE (sitting.grid_code = ANY(%(grids)s) OR sitting.grid_code IS NULL)
  AND sitting.lon BETWEEN %(west)s AND %(east)s AND sitting.lat BETWEEN %(south)s AND %(north)s
  AND sitting.id <> %(besides)s AND NOT EXISTS (
    SELECT 1 FROM casework_notalike said
    WHERE said.case_id = least(sitting.id, %(besides)s) AND said.other_id = greatest(sitting.id, %(besides)s))
"""
CANDIDATES = f"""
({CANDIDATE} AND {OPEN_ONLY} ORDER BY sitting.reported_at DESC LIMIT %(most)s)
UNION ALL
({CANDIDATE} AND sitting.stage = 'closed' AND sitting.reported_at > %(born_after)s AND sitting.ended_at > %(closed_after)s
 ORDER BY sitting.reported_at DESC LIMIT %(most)s)
"""


@dataclass(frozen=True, slots=True)
class Alike:
    """A case that may be the same problem.

    Attributes:
        case: with its class and organizations.
        score: 0 … 1, from `LEAST_SCORE` up.
        reasons: why, in words, the weightiest first.
        came_back: it was closed lately: the problem may have come back.
        photo: SHA-256 of its first photo; empty where there is none.
    """

    case: Case
    score: float
    reasons: tuple[str, ...]
    distance_m: float
    came_back: bool = False
    photo: str = ""

    @property
    def percent(self) -> int:
        return round(self.score * 100)


def alike(
    lon: float,
    lat: float,
    problem_class_id: int | None,
    text: str,
    at: datetime,
    *,
    limit: int = 5,
    accuracy_m: float | None = None,
    component_code: int | None = None,
    besides: int | None = None,
) -> list[Alike]:
    """Open and lately closed cases that may be the same problem, the likeliest first; in nobody's sight. At most three queries.

    Args:
        lon, lat: degrees, WGS84.
        text: description and place, as told; may be empty.
        at: when it was seen.
        accuracy_m: of the position; None for a place that was marked or told.
        besides: id of the case asked about, which is left out, and with it whatever was said not to be the same as it.
    """
    found = _candidates(lon, lat, problem_class_id, at, accuracy_m, besides)
    if not found:
        return []
    asked_kind, asked_major = found[0][-2:]
    asked = Sighting(lon, lat, text, at.timestamp(), problem_class_id, asked_kind or "", asked_major or "", accuracy_m, component_code)
    scored = []
    for row in found:
        known = _sighting(row)
        like = likeness.likeness(asked, known)
        if like.score >= LEAST_SCORE:
            scored.append((like, row[0], known))
    scored.sort(key=lambda one: (-one[0].score, one[1]))
    best = scored[:limit]
    first_photo = Evidence.objects.filter(case=OuterRef("pk")).order_by("created_at", "pk").values("sha256")[:1]
    rows = Case.objects.select_related(*SHOWN_WITH).annotate(first_photo=Subquery(first_photo))
    cases = rows.in_bulk([pk for _like, pk, _known in best]) if best else {}
    return [
        Alike(
            cases[pk],
            round(like.score, 3),
            tuple(_reasons(like, asked, known)),
            round(like.distance_m, 1),
            like.came_back,
            cases[pk].first_photo or "",
        )
        for like, pk, known in best
        if pk in cases
    ]


def alike_to(case: Case, *, limit: int = 5) -> list[Alike]:
    """Cases that may be the same as this one, but for those said not to be. At most four queries."""
    accuracy = Report.objects.filter(case=case).order_by("accuracy_m").values_list("accuracy_m", flat=True).first()
    return alike(
        case.lon, case.lat, case.problem_class_id, told(case.description, case.place), case.reported_at,
        limit=limit, accuracy_m=accuracy, component_code=case.component_code, besides=case.pk,
    )  # fmt: skip


def alike_to_report(report: Report, *, limit: int = 5) -> list[Alike]:
    """Cases that may be what a report speaks of; none for a report that says no place. At most three queries."""
    if report.lon is None or report.lat is None:
        return []
    return alike(
        report.lon, report.lat, report.problem_class_id, told(report.description, report.place), report.reported_at,
        limit=limit, accuracy_m=report.accuracy_m, component_code=report.component_code, besides=report.case_id,
    )  # fmt: skip


def told(description: str, place: str) -> str:
    """What is compared: description and place together, since people say the one in the other."""
    return f"{description} {place}".strip()


def _candidates(
    lon: float, lat: float, class_id: int | None, at: datetime, accuracy_m: float | None, besides: int | None
) -> list[tuple[Any, ...]]:
    reach = likeness.reach_m(accuracy_m)
    around = LocalMetres.around(lon, lat)
    west, south = around.from_metres(-reach, -reach)
    east, north = around.from_metres(reach, reach)
    asked = {
        "class_id": class_id,
        "grids": grid_index().in_window(west, south, east, north).tolist(),
        "west": west,
        "east": east,
        "south": south,
        "north": north,
        "besides": besides or 0,
        "most": MOST_CANDIDATES,
        "closed_after": at - timedelta(seconds=likeness.CAME_BACK_S),
        "born_after": at - LONGEST_LIFE,
    }
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, asked)
        return cursor.fetchall()


def _sighting(row: tuple[Any, ...]) -> Sighting:
    _pk, lon, lat, class_id, kind, major, description, place, component, reported_s, ended_s, accuracy_m, _asked_kind, _asked_major = row
    return Sighting(lon, lat, told(description, place), reported_s, class_id, kind, major, accuracy_m, component, ended_s)


def _reasons(like: Likeness, asked: Sighting, known: Sighting) -> Iterable[str]:
    if like.same_component:
        yield _("the same component")
    elif like.same_component is False:
        yield _("another component")
    if like.kin == likeness.SAME_CLASS:
        yield _("same class")
    elif like.kin:
        yield _("same major class")
    metres = round(like.distance_m)
    yield _("at the same spot") if metres < 1 else _("%(metres)d m away") % {"metres": metres}
    if like.came_back:
        yield _("closed %(span)s before") % {"span": span_words(like.gap_s)}
    elif like.gap_s < 60:
        yield _("reported at the same time")
    elif known.at_s <= asked.at_s:
        yield _("reported %(span)s before") % {"span": span_words(like.gap_s)}
    else:
        yield _("reported %(span)s after") % {"span": span_words(like.gap_s)}
    common = likeness.common_words(asked.text, known.text)
    if common and like.words > 0:
        yield _("same words: %(words)s") % {"words": " ".join(common)}


def span_words(seconds: float) -> str:
    """A span as people say it: 40 minutes, 3 hours, 2 days."""
    minutes = max(round(seconds / 60), 1)
    if minutes < 90:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = round(minutes / 60)
    if hours < 36:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = round(hours / 24)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
