"""The city in two minutes: how it stands this minute, how it has gone, who is best and worst, and what waits for a leader.

What is open is read from the cases, and what happened today from the last of the ledger; history is read from the facts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengge import clock
from chengge.casework.models import IS_OPEN, Case, LedgerEntry
from chengge.casework.models.requests import SidePath
from chengge.casework.queries import CaseFilter, CasePage, cases, sight
from chengge.casework.queries.filters import midnight
from chengge.domain.codes import code_range
from chengge.domain.errors import Forbidden, NotFound
from chengge.domain.lifecycle import Post
from chengge.evaluation.facts import FactStore
from chengge.evaluation.indicators import Settings, Subject, indicators
from chengge.evaluation.indicators.reckoning import reckon_all
from chengge.evaluation.models import Bulletin, Statement, StatementEvent
from chengge.evaluation.queries.dashboards import Asked
from chengge.evaluation.queries.dashboards.charts import TRENDS, told
from chengge.evaluation.queries.dashboards.reading import kept, open_facts, rows_of, standing
from chengge.foundation.models import Division
from chengge.organization.models import Organization
from chengge.organization.queries import Actor, city_day

WEEK_DAYS = 7
SHOWN_DAYS = 30
LEAST_HANDLINGS = 10  # of a week: a rate over fewer says little, and is not ranked
MOST_RANKED = 5
MOST_CASES = 12
LONG_OVERDUE = timedelta(days=3)
ON_TIME = "D2"
EVERYWHERE = Q()
PLACES = {"street": Subject.STREET, "department": Subject.ORGANIZATION}


@dataclass(frozen=True, slots=True)
class Rate:
    """Handlings finished in time out of those that were due."""

    in_time: int
    due: int

    @property
    def share(self) -> float | None:
        return self.in_time / self.due if self.due else None

    @property
    def percent(self) -> float | None:
        """Rounded to one place."""
        return None if self.share is None else round(100 * self.share, 1)


@dataclass(frozen=True, slots=True)
class Now:
    """Open cases this minute."""

    open: int
    late: int
    due_today: int
    urgent: int
    long_overdue: int


@dataclass(frozen=True, slots=True)
class Today:
    """What has happened since midnight; None: there are no facts by which to find the day's first entry quickly."""

    reported: int
    filed: int | None
    closed: int | None


@dataclass(frozen=True, slots=True)
class Course:
    """How the last weeks went, by whole days.

    Attributes:
        days: the day, how many were reported, filed and closed, and the on-time rate.
        week, before: the last seven days, and the seven before.
    """

    days: list[tuple[str, int, int, int, float | None]]
    week: Rate
    before: Rate
    until: date
    as_of: datetime

    @property
    def change(self) -> float | None:
        """Percentage points from the week before to the last."""
        return change_of(self.week, self.before)

    @property
    def usual_reported(self) -> int:
        """On a day of the last week, on average."""
        return self._usual(1)

    @property
    def usual_filed(self) -> int:
        return self._usual(2)

    @property
    def usual_closed(self) -> int:
        return self._usual(3)

    def _usual(self, column: int) -> int:
        week = [int(row[column] or 0) for row in self.days[-WEEK_DAYS:]]
        return round(sum(week) / len(week)) if week else 0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A street or department by its on-time rate of the last seven days."""

    place: str
    id: str
    name: str
    week: Rate
    before: Rate

    @property
    def change(self) -> float | None:
        return change_of(self.week, self.before)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best first and the worst first; nobody is in both. `few`: how many had too few handlings to be ranked."""

    best: list[Ranked]
    worst: list[Ranked]
    few: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for the leader: how much, in words, and where it is seen to."""

    count: int
    words: str
    icon: str
    name: str  # of the page's address
    query: str = ""
    pressing: bool = False


def change_of(week: Rate, before: Rate) -> float | None:
    if week.share is None or before.share is None:
        return None
    return round(100 * (week.share - before.share), 1)


def require_leader(actor: Actor) -> None:
    """Raises Forbidden."""
    if not actor.posts & {Post.LEADER, Post.ADMINISTRATOR}:
        raise Forbidden("post", _("This page is for leaders."), _("Go to your own desk."))


def open_now(actor: Actor, where: Q = EVERYWHERE) -> Now:
    """Open cases in sight, of a place if one is named. One query along the index of open cases."""
    now = clock.now()
    tomorrow = midnight(city_day(now) + timedelta(days=1))
    found = Case.objects.filter(sight(actor), IS_OPEN, where).aggregate(
        open=Count("pk"),
        late=Count("pk", filter=Q(due_at__lt=now)),
        due_today=Count("pk", filter=Q(due_at__gte=now, due_at__lt=tomorrow)),
        urgent=Count("pk", filter=Q(urgent=True)),
        long_overdue=Count("pk", filter=Q(due_at__lt=now - LONG_OVERDUE)),
    )
    return Now(**found)


def today(actor: Actor, store: FactStore) -> Today:
    """What happened since midnight, in sight. Two queries: the day's reports by their index, the day's entries by their number."""
    day = city_day(clock.now())
    reported = Case.objects.filter(sight(actor), reported_at__gte=midnight(day)).count()
    first = _first_entry(store, day)
    if first is None:
        return Today(reported, None, None)
    entries = LedgerEntry.objects.filter(sight(actor, "case__"), pk__gte=first, at__gte=midnight(day))
    found = entries.aggregate(
        filed=Count("pk", filter=Q(action="file")),
        closed=Count("pk", filter=Q(to_stage="closed") & ~Q(from_stage="closed")),
    )
    return Today(reported, found["filed"], found["closed"])


def course(actor: Actor, store: FactStore) -> Course | None:
    """How the last weeks went; None: there are no facts yet."""
    now = standing(store)
    if now.as_of is None or now.last_day is None:
        return None
    until = now.last_day
    asked = Asked(until - timedelta(days=SHOWN_DAYS - 1), until, "day")
    rows: list[list[Any]] = rows_of(store, TRENDS, actor, asked)
    days = [(str(row[0]), row[1], row[2], row[3], row[6]) for row in rows]
    return Course(days, _rate(rows[-WEEK_DAYS:]), _rate(rows[-2 * WEEK_DAYS : -WEEK_DAYS]), until, now.as_of)


def ranking(actor: Actor, store: FactStore, place: str) -> Ranking | None:
    """Streets or departments by their on-time rate of the last seven days; None: there are no facts yet. One query for the names."""
    rates = _rates(actor, store)
    if rates is None:
        return None
    judged = {subject_id: pair for kind, subject_id, *pair in rates if kind == place}
    names = _names(place, judged)
    ranked = [
        Ranked(place, subject_id, names[subject_id], Rate(*pair[:2]), Rate(*pair[2:]))
        for subject_id, pair in judged.items()
        if subject_id in names and pair[1] >= LEAST_HANDLINGS
    ]
    ranked.sort(key=lambda one: (-(one.week.share or 0), -one.week.due, one.id))
    best = ranked[: min(MOST_RANKED, (len(ranked) + 1) // 2)]
    worst = ranked[len(best) :][::-1][:MOST_RANKED]
    return Ranking(best, worst, len(judged) - len(ranked))


def place_of(actor: Actor, store: FactStore, place: str, subject_id: int) -> tuple[Ranked, Now, CasePage]:
    """A street or department: its rates, what is open there, and the most pressing cases. Five queries.

    Raises:
        NotFound: there is none of this number.
    """
    name = _names(place, [str(subject_id)]).get(str(subject_id))
    if name is None:
        raise NotFound("place", _("There is no such place or department."), _("Go back and choose another."))
    pair = next((rest for kind, found, *rest in _rates(actor, store) or [] if (kind, found) == (place, str(subject_id))), [0, 0, 0, 0])
    wanted = CaseFilter(desk=Post.LEADER, queue="open")
    if place == "street":
        first, end = code_range(subject_id)
        where, wanted = Q(grid_code__gte=first, grid_code__lt=end), replace(wanted, division_code=subject_id)
    else:
        where, wanted = Q(department_id=subject_id), replace(wanted, department_id=subject_id)
    ranked = Ranked(place, str(subject_id), name, Rate(*pair[:2]), Rate(*pair[2:]))
    return ranked, open_now(actor, where), cases(actor, wanted, size=MOST_CASES)


def waiting(actor: Actor, now: Now) -> list[Waiting]:
    """What waits for the leader, the most pressing first; what there is none of is left out. Three queries."""
    moment = clock.now()
    unanswered = SidePath.objects.filter(sight(actor, "case__"), kind=SidePath.Kind.ORDER, answered_at=None, ended_at=None)
    orders = unanswered.aggregate(all=Count("pk"), late=Count("pk", filter=Q(answer_due_at__lt=moment)))
    drafts = Bulletin.objects.filter(state=Bulletin.State.DRAFT).exclude(editors=actor.member_id).count()
    approved = StatementEvent.objects.filter(did=StatementEvent.Did.APPROVED, member_id=actor.member_id or 0).values("statement_id")
    proposed = Statement.objects.filter(state=Statement.State.PROPOSED).exclude(proposed_by_id=actor.member_id)
    statements = proposed.exclude(pk__in=approved).count()
    late, rest = orders["late"], orders["all"] - orders["late"]
    listed = [
        Waiting(
            late,
            ngettext("supervision order unanswered past its limit", "supervision orders unanswered past their limits", late),
            "ti-alert-octagon",
            "coordination_orders",
            pressing=True,
        ),
        Waiting(
            now.long_overdue,
            ngettext("case overdue for more than three days", "cases overdue for more than three days", now.long_overdue),
            "ti-clock-exclamation",
            "desk",
            "light=red",
            pressing=True,
        ),
        Waiting(now.urgent, ngettext("urgent case open", "urgent cases open", now.urgent), "ti-flame", "desk", "urgent=1"),
        Waiting(
            rest,
            ngettext("supervision order still unanswered", "supervision orders still unanswered", rest),
            "ti-gavel",
            "coordination_orders",
        ),
        Waiting(
            statements,
            ngettext("statement of consequences to approve", "statements of consequences to approve", statements),
            "ti-coins",
            "evaluation_consequences",
        ),
        Waiting(drafts, ngettext("bulletin to sign", "bulletins to sign", drafts), "ti-signature", "evaluation_bulletins"),
    ]
    return [one for one in listed if one.count]


def _rate(rows: Iterable[list[Any]]) -> Rate:
    rows = list(rows)
    return Rate(sum(row[5] for row in rows), sum(row[4] for row in rows))


def _first_entry(store: FactStore, day: date) -> int | None:
    """From which number on the ledger's entries are of this day: the facts know its first, or the last of the days before."""
    if standing(store).as_of is None:
        return None

    def find() -> list[list[Any]]:
        moves = open_facts(store, None, None).tables["moves"]
        since = moves.filter(moves.at >= midnight(day)).aggregate(first=lambda t: t.entry_id.min())
        first = told(since)[0]["first"]
        return [[first if first is not None else (told(moves.aggregate(last=moves.entry_id.max()))[0]["last"] or 0) + 1]]

    return int(kept(store, ["first_entry", day], find)[0][0] or 0)


def _rates(actor: Actor, store: FactStore) -> list[list[Any]] | None:
    """Kind of place, its id, and handlings in time and due of the last seven days and of the seven before."""
    until = standing(store).last_day
    if until is None:
        return None
    week = Asked(until - timedelta(days=WEEK_DAYS - 1), until, "day")
    before = Asked(week.since - timedelta(days=WEEK_DAYS), week.since - timedelta(days=1), "day")

    def reckoned() -> list[list[Any]]:
        facts = open_facts(store, actor, week)
        on_time = [one for one in indicators(Settings()) if one.code == ON_TIME]
        found: dict[tuple[str, str], list[Any]] = {}
        for at, asked in ((0, week), (2, before)):
            for figure in reckon_all(facts, on_time, PLACES.values(), asked.begin, asked.end):
                kind = next(name for name, subject in PLACES.items() if subject is figure.subject)
                pair = found.setdefault((kind, figure.subject_id), [0, 0, 0, 0])
                pair[at : at + 2] = [int(figure.numerator), figure.denominator or 0]
        return [[kind, subject_id, *pair] for (kind, subject_id), pair in sorted(found.items())]

    return kept(store, ["rates", actor.grid_range, week], reckoned)


def _names(place: str, ids: Iterable[str]) -> dict[str, str]:
    """One query."""
    numbers = [int(one) for one in ids]
    if place == "street":
        streets = Division.objects.filter(code__in=numbers, code__gte=10**8, code__lt=10**9).order_by("valid_from")
        return {str(code): name for code, name in streets.values_list("code", "name")}
    return {str(pk): name for pk, name in Organization.objects.filter(pk__in=numbers).values_list("id", "short_name")}
