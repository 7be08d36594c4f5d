"""Cases that may be the same problem as one that is reported, with a score and its reasons in words.

Candidates are found by the unit grids round the place (a B-tree look-up), cases in no grid by a box; `domain.likeness` scores them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengge import clock
from chengge.casework.models import Case, Evidence, NotAlike, Report
from chengge.casework.queries.sight import visible
from chengge.domain import likeness
from chengge.domain.coordinates import LocalMetres
from chengge.domain.lifecycle import BY_ACTION, ENDS, Stage
from chengge.domain.likeness import Likeness, Sighting
from chengge.foundation.queries import grid_index
from chengge.organization.queries import Actor

LEAST_SCORE = 0.3  # below this, more pairs are two problems than one (docs/likeness.md)
MOST_CANDIDATES = 1000
# A case closed within `domain.likeness.CAME_BACK_S` is looked for among those reported within this time, which the index by grid knows.
LONGEST_LIFE = timedelta(days=120)
CAME_BACK = timedelta(seconds=likeness.CAME_BACK_S)
MOST_SAID = 20
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


# The cases round each of many cases: of the same or a kindred class (others are seldom alike), so that a list costs little.
# Open ones and closed ones each by their own index.
NEIGHBOURS = f"""
SELECT asked.id, sitting.lon, sitting.lat, sitting.problem_class_id, class.kind, class.major_code, sitting.description, sitting.place,
       sitting.component_code, extract(epoch FROM sitting.reported_at)::float8, extract(epoch FROM sitting.ended_at)::float8
FROM unnest(%(ids)s::bigint[], %(grids)s::bigint[]) AS wanted(id, grid)
JOIN casework_case asked ON asked.id = wanted.id
JOIN foundation_problemclass asked_class ON asked_class.id = asked.problem_class_id
CROSS JOIN LATERAL (
  SELECT sitting.* FROM casework_case sitting WHERE sitting.grid_code = wanted.grid AND {OPEN_ONLY}
  UNION ALL
  SELECT sitting.* FROM casework_case sitting
  WHERE sitting.grid_code = wanted.grid AND sitting.stage = 'closed'
    AND sitting.reported_at > %(born_after)s AND sitting.ended_at > %(closed_after)s
) sitting
JOIN foundation_problemclass class ON class.id = sitting.problem_class_id
WHERE sitting.id <> asked.id AND class.kind = asked_class.kind AND class.major_code = asked_class.major_code
  AND abs(sitting.lon - asked.lon) < %(east)s AND abs(sitting.lat - asked.lat) < %(north)s
  AND NOT EXISTS (
    SELECT 1 FROM casework_notalike said
    WHERE said.case_id = least(sitting.id, asked.id) AND said.other_id = greatest(sitting.id, asked.id))
"""  # noqa: S608


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
    place: str = "",
    besides: int | None = None,
) -> list[Alike]:
    """Open and lately closed cases that may be the same problem, the likeliest first; in nobody's sight. At most three queries.

    Args:
        lon, lat: degrees, WGS84.
        text: what it is, as told; may be empty, may name the place.
        at: when it was seen.
        accuracy_m: of the position; None for a place that was marked or told.
        place: where, in words; such words count for nothing in the text.
        besides: id of the case asked about, which is left out, and with it whatever was said not to be the same as it.
    """
    found = _candidates(lon, lat, problem_class_id, at, accuracy_m, besides)
    if not found:
        return []
    asked_kind, asked_major = found[0][-2:]
    asked = Sighting(
        lon, lat, text, at.timestamp(), problem_class_id, asked_kind or "", asked_major or "", accuracy_m, component_code, place
    )
    scored = []
    for row in found:
        known = _sighting(row)
        like = likeness.likeness(asked, known)
        if like.score >= LEAST_SCORE:
            scored.append((like, row[0], known))
    scored.sort(key=lambda one: (-one[0].score, one[1]))
    best = scored[:limit]
    first_photo = (
        Evidence.objects.filter(case=OuterRef("pk"), media=Evidence.Media.PHOTO, erased_at=None)
        .order_by("created_at", "pk")
        .values("sha256")[:1]
    )
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
        case.lon, case.lat, case.problem_class_id, case.description, case.reported_at,
        limit=limit, accuracy_m=accuracy, component_code=case.component_code, place=case.place, besides=case.pk,
    )  # fmt: skip


def alike_to_report(report: Report, *, limit: int = 5) -> list[Alike]:
    """Cases that may be what a report speaks of; none for a report that says no place. At most three queries."""
    if report.lon is None or report.lat is None:
        return []
    return alike(
        report.lon, report.lat, report.problem_class_id, report.description, report.reported_at,
        limit=limit, accuracy_m=report.accuracy_m, component_code=report.component_code, place=report.place, besides=report.case_id,
    )  # fmt: skip


def in_sight_of(actor: Actor, found: Sequence[Alike]) -> list[Alike]:
    """Those of them that a member may see. One query if there are any."""
    if not found:
        return []
    seen = set(visible(actor).filter(pk__in=[one.case.pk for one in found]).values_list("pk", flat=True))
    return [one for one in found if one.case.pk in seen]


def later_ones(case: Case, found: Iterable[Alike]) -> set[int]:
    """Ids of those that were reported after the case and can still be merged: not this case ends, but they do. No query."""
    sources = BY_ACTION["merge"].sources
    return {one.case.pk for one in found if one.case.reported_at > case.reported_at and Stage(one.case.stage) in sources}


def said_not_alike(case: Case) -> list[Case]:
    """The cases that somebody said are not the same as this one, the latest first. One query."""
    pairs = NotAlike.objects.filter(Q(case=case) | Q(other=case)).select_related("case__problem_class", "other__problem_class")
    return [pair.other if pair.case_id == case.pk else pair.case for pair in pairs.order_by("-said_at")[:MOST_SAID]]


def like_counts_of(actor: Actor, ids: Sequence[int]) -> dict[int, int]:
    """`like_counts` of those among some cases that this member sees and could merge. At most three queries."""
    merge = BY_ACTION["merge"]
    if not actor.posts & merge.posts:
        return {}
    rows = visible(actor).filter(pk__in=ids, stage__in=sorted(merge.sources)).select_related("problem_class")
    return like_counts(list(rows))


def like_counts(cases: Sequence[Case]) -> dict[int, int]:
    """How many open or lately closed cases may be the same as each of some cases, by id; those with none are left out.

    Cases of another major class, and in no grid, are left out: a mark in a list need not know all. Two queries; none for no case.
    """
    if not cases:
        return {}
    index = grid_index()
    asked_ids, asked_grids = [], []
    for case in cases:
        box = _box(case.lon, case.lat, likeness.reach_m(None))
        for grid in index.in_window(*box).tolist():
            asked_ids.append(case.pk)
            asked_grids.append(grid)
    west, south, east, north = _box(cases[0].lon, cases[0].lat, likeness.reach_m(None))
    wanted: dict[str, Any] = {
        "ids": asked_ids,
        "grids": asked_grids,
        "east": (east - west) / 2,
        "north": (north - south) / 2,
        "born_after": min(case.reported_at for case in cases) - LONGEST_LIFE,
        "closed_after": clock.now() - CAME_BACK,
    }
    with connection.cursor() as cursor:
        cursor.execute(NEIGHBOURS, wanted)
        rows = cursor.fetchall()
    asked = {
        case.pk: Sighting(
            case.lon, case.lat, case.description, case.reported_at.timestamp(), case.problem_class_id,
            case.kind, case.problem_class.major_code, None, case.component_code, case.place,
        )
        for case in cases
    }  # fmt: skip
    counts: Counter[int] = Counter()
    for asked_id, *row in rows:
        lon, lat, class_id, kind, major, description, place, component, reported_s, ended_s = row
        known = Sighting(lon, lat, description, reported_s, class_id, kind, major, None, component, place, ended_s)
        counts[asked_id] += likeness.likeness(asked[asked_id], known).score >= LEAST_SCORE
    return {pk: count for pk, count in counts.items() if count}


def _candidates(
    lon: float, lat: float, class_id: int | None, at: datetime, accuracy_m: float | None, besides: int | None
) -> list[tuple[Any, ...]]:
    west, south, east, north = _box(lon, lat, likeness.reach_m(accuracy_m))
    asked = {
        "class_id": class_id,
        "grids": grid_index().in_window(west, south, east, north).tolist(),
        "west": west,
        "east": east,
        "south": south,
        "north": north,
        "besides": besides or 0,
        "most": MOST_CANDIDATES,
        "closed_after": at - CAME_BACK,
        "born_after": at - LONGEST_LIFE,
    }
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, asked)
        return cursor.fetchall()


def _box(lon: float, lat: float, reach_m: float) -> tuple[float, float, float, float]:
    """West, south, east and north of a square round a place."""
    around = LocalMetres.around(lon, lat)
    return (*around.from_metres(-reach_m, -reach_m), *around.from_metres(reach_m, reach_m))


def _sighting(row: tuple[Any, ...]) -> Sighting:
    _pk, lon, lat, class_id, kind, major, description, place, component, reported_s, ended_s, accuracy_m, _asked_kind, _asked_major = row
    return Sighting(lon, lat, description, reported_s, class_id, kind, major, accuracy_m, component, place, ended_s)


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
    common = likeness.common_words(asked, known)
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
