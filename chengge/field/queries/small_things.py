"""小问题不走大循环: small things that inspectors put right on the spot, to be looked at before they are closed, and counted."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chengge.casework.models import Case, Evidence, LedgerEntry, StageChoice
from chengge.casework.queries.sight import visible
from chengge.domain.codes import code_range
from chengge.domain.coordinates import distance_m
from chengge.domain.errors import Refused
from chengge.organization.models import Member
from chengge.organization.queries import AS_THE_CITY_COUNTS, CITY_ZONE, Actor

LONGEST_DAYS = 184
WAITING = {"stage": StageChoice.CHECKED.value, "self_disposed": True}

# What each dimension groups by, and the name of a group.
DIMENSIONS = {
    "inspector": ("done.member_id", "(SELECT full_name FROM organization_member WHERE id = told.key)"),
    "class": ("c.problem_class_id", "(SELECT name FROM foundation_problemclass WHERE id = told.key)"),
    "street": (
        "c.grid_code / 1000000",
        "(SELECT name FROM foundation_division WHERE code = told.key ORDER BY valid_to DESC NULLS FIRST LIMIT 1)",
    ),
    "month": (f"to_char(c.reported_at {AS_THE_CITY_COUNTS}, 'YYYY-MM')", "told.key"),
}
# Each disposal with what came of it: closed, refused, or nothing yet. From the ledger, so that a refused one counts too.
TOTALS = """
WITH told AS (
  SELECT {key} AS key, count(*) AS done, count(*) FILTER (WHERE outcome.action = 'close') AS closed,
    count(*) FILTER (WHERE outcome.action = 'refuse_self_disposal') AS refused,
    avg(extract(epoch FROM outcome.at - done.at)) AS review_seconds
  FROM casework_case c
  JOIN casework_ledgerentry done ON done.case_id = c.id AND done.action = 'self_dispose'
  LEFT JOIN LATERAL (
    SELECT later.action, later.at FROM casework_ledgerentry later
    WHERE later.case_id = c.id AND later.seq > done.seq AND later.action IN ('close', 'refuse_self_disposal')
    ORDER BY later.seq LIMIT 1
  ) outcome ON true
  WHERE c.reported_at >= %(since)s AND c.reported_at < %(until)s
    AND coalesce(c.grid_code, 0) >= %(first)s AND coalesce(c.grid_code, 0) < %(end)s
  GROUP BY 1
)
SELECT told.key::text, {name}, done, closed, refused, done - closed - refused, review_seconds
FROM told ORDER BY {order}
"""
WHOLE_CITY = (0, 10**15)


@dataclass(frozen=True, slots=True)
class SmallThing:
    """One disposal that waits to be looked at.

    Attributes:
        apart_m: from the reported place to where the inspector stood when it was put right; None where that is not known.
    """

    case: Case
    inspector: Member | None
    disposed_at: datetime | None
    before: Sequence[Evidence]
    after: Sequence[Evidence]
    apart_m: float | None


@dataclass(frozen=True, slots=True)
class Total:
    """Disposals of one inspector, class, street or month, and what came of them. `review_minutes`: mean time until looked at."""

    key: str
    name: str
    done: int
    closed: int
    refused: int
    waiting: int
    review_minutes: float | None

    @property
    def refused_percent(self) -> float:
        decided = self.closed + self.refused
        return 100 * self.refused / decided if decided else 0.0


def waiting_small_things(
    actor: Actor, *, member_id: int | None = None, class_id: int | None = None, division_code: int | None = None
) -> QuerySet[Case]:
    """Cases in sight that were disposed of on the spot and wait to be looked at, the most pressing first."""
    rows = visible(actor).filter(**WAITING)
    if member_id is not None:
        rows = rows.filter(entries__action="self_dispose", entries__member_id=member_id).distinct()
    if class_id is not None:
        rows = rows.filter(problem_class_id=class_id)
    if division_code is not None:
        first, end = code_range(division_code)
        rows = rows.filter(grid_code__gte=first, grid_code__lt=end)
    return rows.order_by("due_at", "id")


def with_proofs(cases: QuerySet[Case], size: int) -> list[SmallThing]:
    """The first of them with their photos before and after, and who did it. Three queries."""
    rows = list(cases.select_related("problem_class", "rule")[:size])
    ids = [case.pk for case in rows]
    photos: dict[int, tuple[list[Evidence], list[Evidence]]] = {pk: ([], []) for pk in ids}
    for proof in Evidence.objects.filter(case_id__in=ids, entry__isnull=False).order_by("created_at", "id"):
        photos[int(proof.case_id or 0)][proof.phase == Evidence.Phase.HANDLE].append(proof)
    entries = LedgerEntry.objects.filter(case_id__in=ids, action="self_dispose").select_related("member").order_by("seq")
    deeds = {entry.case_id: entry for entry in entries}
    return [_thing(case, deeds.get(case.pk), *photos[case.pk]) for case in rows]


def disposers(actor: Actor) -> list[Member]:
    """Inspectors whose disposals wait, by name. One query."""
    done = LedgerEntry.objects.filter(case__in=visible(actor).filter(**WAITING), action="self_dispose")
    return list(Member.objects.filter(pk__in=done.values("member_id")).order_by("full_name"))


def small_totals(actor: Actor, by: str, since: date, until: date) -> list[Total]:
    """Disposals of cases reported from a day to a day (both included), counted by a dimension. One query.

    Raises:
        Refused: the days are the wrong way round, or too many; or there is no such dimension.
    """
    if by not in DIMENSIONS:
        raise Refused("by", _("Count by inspector, class, street or month."), field="by")
    if not since <= until <= since + timedelta(days=LONGEST_DAYS):
        raise Refused("days", _("Choose a first and a last day, at most %(days)d days apart.") % {"days": LONGEST_DAYS}, field="since")
    key, name = DIMENSIONS[by]
    order = "1 DESC" if by == "month" else "done DESC, 2"
    first, end = actor.grid_range or WHOLE_CITY
    with connection.cursor() as cursor:
        cursor.execute(
            TOTALS.format(key=key, name=name, order=order),
            {"since": _midnight(since), "until": _midnight(until + timedelta(days=1)), "first": first, "end": end},
        )
        return [
            Total(key or "", title or "–", done, closed, refused, waiting, None if seconds is None else float(seconds) / 60)
            for key, title, done, closed, refused, waiting, seconds in cursor.fetchall()
        ]


def _thing(case: Case, deed: LedgerEntry | None, before: list[Evidence], after: list[Evidence]) -> SmallThing:
    stood = _stood(deed)
    apart = None if stood is None else float(distance_m(case.lon, case.lat, *stood))
    return SmallThing(case, deed.member if deed else None, deed.at if deed else None, before, after, apart)


def _stood(deed: LedgerEntry | None) -> tuple[float, float] | None:
    if deed is None:
        return None
    given: dict[str, Any] = json.loads(deed.body).get("given", {})
    return (given["lon"], given["lat"]) if "lon" in given and "lat" in given else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CITY_ZONE)
