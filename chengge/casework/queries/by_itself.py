"""Dispatch by itself: how certain it is who answers for a case, which classes it is allowed for, and what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from chengge import clock
from chengge.casework.models import IS_OPEN, ByItselfRule, ByItselfSwitch, Case
from chengge.casework.suggestions import departments_said
from chengge.domain.by_itself import Because, Past, Reason, Record, Verdict, verdict
from chengge.domain.lifecycle import Stage
from chengge.domain.responsibility import Ground
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.queries.responsibility import claims_of
from chengge.organization.models import Organization
from chengge.organization.queries import city_day

LOOKS_BACK = timedelta(days=365)  # at what became of like cases at the same place
LEAST_LIKE = 2  # one case says nothing
SHARE_DAYS = 30

GROUNDS: dict[str, Promise] = {
    Ground.RULING: pgettext_lazy("ground", "a ruling"),
    Ground.MAINTAINS: pgettext_lazy("ground", "who maintains the component"),
    Ground.OWNS: pgettext_lazy("ground", "who owns the component"),
    Ground.MANAGES: pgettext_lazy("ground", "who manages the component"),
    Ground.DRAWN: pgettext_lazy("ground", "an area drawn on the map"),
    Ground.NAMED: pgettext_lazy("ground", "the list of responsibilities"),
    Ground.HANDBOOK: pgettext_lazy("ground", "the handbook"),
    Ground.TERRITORY: pgettext_lazy("ground", "the territory"),
}

# A return that says “not ours” counts from when it is asked until it is refused; one that says that nothing needs to be done does not.
# A department that took a case up, or finished it, has accepted it.
WRONG = """CASE
  WHEN sat.outcome = 'undo_dispatch' THEN true
  WHEN EXISTS (SELECT 1 FROM casework_sidepath back WHERE back.case_id = own.case_id AND back.kind = 'return'
    AND back.asked_at >= own.at AND (sat.ended_at IS NULL OR back.asked_at <= sat.ended_at)
    AND back.outcome IN ('', 'granted') AND back.basis <> 'needs_no_handling') THEN true
  WHEN sat.outcome <> 'finish' AND EXISTS (SELECT 1 FROM casework_assignment later WHERE later.case_id = own.case_id
    AND later.ordinal > own.ordinal AND later.level = 2 AND later.organization_id <> own.platform_id) THEN true
  WHEN sat.outcome = 'finish' THEN false
  WHEN sat.ended_at IS NULL AND sitting.stage = 'handling' AND sitting.undo_until <= %(now)s THEN false
END"""
JUDGED = f"""
SELECT made.problem_class_id, made.wrong, count(*) FROM (
  SELECT own.problem_class_id, {WRONG} AS wrong
  FROM (SELECT unnest(%(classes)s::bigint[]) AS class_id, unnest(%(since)s::timestamptz[]) AS since) asked
  JOIN casework_selfdispatch own ON own.problem_class_id = asked.class_id AND own.at >= asked.since
  JOIN casework_case sitting ON sitting.id = own.case_id
  JOIN casework_assignment sat ON sat.case_id = own.case_id AND sat.ordinal = own.ordinal
) made GROUP BY 1, 2
"""  # noqa: S608 - our own words
LATEST = f"""
SELECT own.id, {WRONG}
FROM casework_selfdispatch own
JOIN casework_case sitting ON sitting.id = own.case_id
JOIN casework_assignment sat ON sat.case_id = own.case_id AND sat.ordinal = own.ordinal
WHERE own.id = ANY(%(ids)s)
"""  # noqa: S608
# What may have brought a class under its bar since a moment: asked back, or undone, which takes a day at the longest.
GONE_WRONG = """
SELECT own.problem_class_id FROM casework_sidepath back JOIN casework_selfdispatch own ON own.case_id = back.case_id
WHERE back.kind = 'return' AND back.asked_at >= %(since)s
UNION
SELECT own.problem_class_id FROM casework_selfdispatch own
JOIN casework_assignment sat ON sat.case_id = own.case_id AND sat.ordinal = own.ordinal
WHERE own.at >= %(since)s - interval '1 day' AND sat.outcome = 'undo_dispatch' AND sat.ended_at >= %(since)s
"""
SHARES = """
SELECT sitting.problem_class_id, count(*), count(*) FILTER (WHERE EXISTS (
  SELECT 1 FROM casework_selfdispatch own WHERE own.case_id = sitting.id))
FROM casework_case sitting WHERE sitting.reported_at > %s AND sitting.dispatched_at IS NOT NULL GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Values:
    """By which values a class goes. `least` and `bar` are shares from 0 to 1."""

    least: float = 0.9
    undo_minutes: int = 15
    bar: float = 0.9
    minimum_sample: int = 20
    window_days: int = 90


@dataclass(frozen=True, slots=True)
class Share:
    """Of the cases dispatched, how many were dispatched by itself."""

    dispatched: int = 0
    by_itself: int = 0

    @property
    def share(self) -> float | None:
        return self.by_itself / self.dispatched if self.dispatched else None


def values_on(day: date) -> dict[int | None, Values]:
    """The values that hold on a day by class; under None those of every class without its own. One query."""
    rows = {row.problem_class_id: values_of(row) for row in holding_on(ByItselfRule.objects.all(), day)}
    return {None: Values()} | rows


def values_of(row: ByItselfRule) -> Values:
    return Values(row.least_percent / 100, row.undo_minutes, row.bar_percent / 100, row.minimum_sample, row.window_days)


def values_for(class_id: int, values: Mapping[int | None, Values]) -> Values:
    return values.get(class_id, values[None])


def switches() -> dict[int, ByItselfSwitch]:
    """The latest switch of every class that was ever switched. One query."""
    latest = ByItselfSwitch.objects.order_by("problem_class_id", "-pk").distinct("problem_class_id")
    return {row.problem_class_id: row for row in latest.select_related("member")}


def switched_on() -> frozenset[int]:
    """Ids of the classes for which cases are dispatched by itself."""
    return frozenset(class_id for class_id, row in switches().items() if row.is_on)


def waiting(class_ids: Iterable[int], changed_since: datetime | None) -> QuerySet[Case]:
    """Filed cases of these classes that nobody has dispatched before: what once came back is for people to look at."""
    rows = Case.objects.filter(
        IS_OPEN,
        stage=Stage.FILED.value,
        problem_class_id__in=list(class_ids),
        return_count=0,
        wrong_dispatch_count=0,
        suspended_until=None,
    )
    if changed_since is not None:
        rows = rows.filter(changed_at__gte=changed_since)
    return rows.order_by("due_at", "pk")


def verdict_of(case: Case) -> Verdict:
    """How certain it is who answers for a case today, and why. At most five queries."""
    at = clock.now()
    where = (case.grid_code, case.component_code, city_day(at), case.lon, case.lat)
    claims = claims_of(case.problem_class_id, case.rule_id, *where)
    return verdict(claims, _words(case), _place(case, at))


def _words(case: Case) -> Past | None:
    guesses = departments_said(f"{case.description} {case.place}")
    return Past(guesses[0].id, guesses[0].confidence, guesses[0].seen) if guesses else None


def _place(case: Case, at: datetime) -> Past | None:
    """Where the closed cases of the class in the unit grid went in the end."""
    if case.grid_code is None:
        return None
    like = Case.objects.filter(
        grid_code=case.grid_code,
        reported_at__gt=at - LOOKS_BACK,
        problem_class_id=case.problem_class_id,
        stage=Stage.CLOSED.value,
        department__isnull=False,
    )
    counts = list(like.values_list("department_id").annotate(count=Count("pk")).order_by("-count", "department_id"))
    total = sum(count for _department, count in counts)
    if total < LEAST_LIKE:
        return None
    return Past(counts[0][0], counts[0][1] / total, total)


def way_down(platform_id: int, body_id: int, day: date) -> list[int]:
    """The organizations from below a platform down to the body that a claim names; where nobody could take a case, it is skipped."""
    chain: list[int] = []
    at: Organization | None = Organization.objects.select_related("parent__parent").filter(pk=body_id).first()
    while at is not None and at.pk != platform_id:
        chain.append(at.pk)
        at = at.parent
    if at is None:
        return []
    staffed = set(
        holding_on(Organization.objects.filter(pk__in=chain), day)
        .filter(members__is_active=True, members__posts__post="department", members__posts__valid_to=None)
        .values_list("pk", flat=True)
    )
    return [pk for pk in reversed(chain) if pk in staffed]


def records(since: Mapping[int, datetime]) -> dict[int, Record]:
    """What became of the dispatches by itself of each class since a moment of its own. One query."""
    if not since:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(JUDGED, {"classes": list(since), "since": list(since.values()), "now": clock.now()})
        rows = cursor.fetchall()
    counted: dict[int, dict[str, int]] = {class_id: {} for class_id in since}
    for class_id, wrong, count in rows:
        counted[class_id][{True: "wrong", False: "right", None: "open"}[wrong]] = count
    return {class_id: Record(**counts) for class_id, counts in counted.items()}


def classes_gone_wrong(since: datetime) -> set[int]:
    """Classes of which something that was dispatched by itself was asked back or undone since a moment. One query."""
    with connection.cursor() as cursor:
        cursor.execute(GONE_WRONG, {"since": since})
        return {class_id for (class_id,) in cursor.fetchall()}


def outcomes(ids: Iterable[int]) -> dict[int, bool | None]:
    """Of dispatches by itself, by their ids, whether they were wrong; None where it is not known yet. One query."""
    with connection.cursor() as cursor:
        cursor.execute(LATEST, {"ids": list(ids), "now": clock.now()})
        return dict(cursor.fetchall())


def window_of(values: Values, switch: ByItselfSwitch | None, at: datetime) -> datetime:
    """From when on a class is judged: over its window, but not from before it was switched on the last time."""
    begins = at - timedelta(days=values.window_days)
    return max(begins, switch.at) if switch is not None and switch.is_on else begins


def shares(at: datetime) -> dict[int, Share]:
    """By class, of the cases reported in the last days that were dispatched: how many by itself. One query."""
    with connection.cursor() as cursor:
        cursor.execute(SHARES, [at - timedelta(days=SHARE_DAYS)])
        return {class_id: Share(dispatched, by_itself) for class_id, dispatched, by_itself in cursor.fetchall()}


def written(found: Verdict) -> dict[str, Any]:
    """A verdict as the ledger keeps it: no words of any language. Only where it has a claim."""
    claim = found.claim
    if claim is None:
        raise ValueError("nobody answers, so there is nothing to write down")
    return {
        "certainty": found.certainty,
        "ground": claim.ground.value,
        "source": claim.source_id,
        "score": claim.score,
        "body": claim.organization_id,
        "reasons": [
            {"because": one.because.value}
            | ({"number": one.number} if one.number else {})
            | ({"count": one.count} if one.count else {})
            | ({"ground": one.ground.value} if one.ground else {})
            for one in found.reasons
        ],
    }


def reasons_in_words(reasons: Iterable[Reason | Mapping[str, Any]]) -> list[str]:
    """Reasons in short sentences, from a verdict or from the ledger."""
    said = (_one_reason(one) if isinstance(one, Reason) else _one_reason(_read(one)) for one in reasons)
    return [words for words in said if words]


def _read(one: Mapping[str, Any]) -> Reason:
    ground = str(one.get("ground", ""))
    known = Ground(ground) if ground in Ground._value2member_map_ else None
    return Reason(Because(one["because"]), float(one.get("number", 0)), int(one.get("count", 0)), known)


def _one_reason(one: Reason) -> str:
    percent = round(one.number * 100)
    match one.because:
        case Because.RESTS:
            return _("it rests on %(ground)s") % {"ground": GROUNDS[one.ground.value]} if one.ground else ""
        case Because.ALONE:
            return _("nobody else is named")
        case Because.NEXT:
            return _("whoever comes next ranks far behind")
        case Because.NEAR:
            return _("somebody else ranks close behind")
        case Because.EQUAL:
            return _("somebody else has the same right")
        case Because.WORDS_AGREE:
            return _("its words say the same, to %(percent)d %%") % {"percent": percent}
        case Because.WORDS_DIFFER:
            return _("its words point to another department, to %(percent)d %%") % {"percent": percent}
        case Because.PLACE_AGREES:
            said = ngettext("%(count)d like case here went the same way", "%(count)d like cases here went the same way", one.count)
            return said % {"count": one.count} if percent == 100 else _share_of(one, percent)
        case Because.PLACE_DIFFERS:
            return _("of %(count)d like cases here %(percent)d %% went elsewhere") % {"count": one.count, "percent": percent}
    return _("nobody answers for it")


def _share_of(one: Reason, percent: int) -> str:
    return _("of %(count)d like cases here %(percent)d %% went the same way") % {"count": one.count, "percent": percent}
