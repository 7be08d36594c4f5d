"""Dispatchers and shifts by their figures: who may read whose, month by month, ranked with the workload beside, opened to the cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

import ibis
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengge import clock
from chengge.casework.models import Case
from chengge.casework.queries.sight import visible
from chengge.domain.errors import Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.evaluation.facts import FactStore, city_facts
from chengge.evaluation.indicators import Better, Facts, Indicator, Measure, Settings, Subject, Unit, case_ids, reckon
from chengge.evaluation.periods import Period, month_of, period_of
from chengge.evaluation.queries.dashboards.reading import kept, open_facts
from chengge.evaluation.queries.explaining import in_unit
from chengge.evaluation.queries.rules import known_indicators
from chengge.evaluation.queries.schemes_words import in_language
from chengge.organization.models import Member, Shift
from chengge.organization.queries import Actor, city_day
from chengge.organization.typed import id_in

SEES_ALL = frozenset({Post.COORDINATOR, Post.LEADER, Post.EVALUATOR, Post.ADMINISTRATOR})
MAY_LOOK = SEES_ALL | {Post.DISPATCHER}
WORKLOAD = "P15"
CODES = ("C1", "C40", "C41", "P16", "C44", "C42", "C43")  # as they stand in the table; each declared with the other indicators
RANKED_BY = ("C1", "C41", "P16", "C40", "C43")
LEAST = 20  # first dispatches; fewer are shown, but not ranked
CASES_A_PAGE = 50
MOST_MONTHS = 24
OF_MEMBER, OF_SHIFT = "member", "shift"
WHICH = ("all", "numerator", "rest")


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure in its place of the table."""

    indicator: Indicator
    numerator: int
    denominator: int | None

    @property
    def code(self) -> str:
        return self.indicator.code

    @property
    def exact(self) -> Fraction | None:
        if self.denominator is None:
            return Fraction(self.numerator)
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def words(self) -> str:
        return in_unit(self.exact, self.indicator.unit)

    @property
    def sums(self) -> str:
        """Numerator over denominator, where both are numbers of cases."""
        return f"{self.numerator}/{self.denominator}" if self.indicator.unit is Unit.SHARE and self.denominator else ""


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody's month, or a shift's.

    Attributes:
        key: "member:12" or "shift:early"; "" for the whole city.
        rank: by the chosen figure among those with enough work; None where there is too little.
        shared: whether others have the same rank.
    """

    key: str
    name: str
    workload: int
    cells: Sequence[Cell]
    rank: int | None = None
    shared: bool = False
    too_few: str = ""

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0]

    @property
    def whose(self) -> str:
        return self.key.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of dispatching.

    Attributes:
        people: the best first, those with too little work behind; shifts in the order of the day; city: all together.
        ranked: how many people are ranked.
    """

    period: Period
    people: Sequence[Line]
    shifts: Sequence[Line]
    city: Line
    ranked: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A figure opened: what it is made of, and a page of its cases, each with `in_numerator` and `in_denominator`."""

    name: str
    cell: Cell
    cases: Sequence[Case]
    counts: Mapping[str, int]
    case_count: int
    hidden: int


def require_looker(actor: Actor) -> None:
    """Raises Forbidden unless the actor may look at somebody's figures, be it only the own ones."""
    if not actor.posts & MAY_LOOK:
        raise Forbidden("post", _("Figures of dispatchers are for themselves, coordinators, leaders and evaluators."))


def sees_all(actor: Actor) -> bool:
    return bool(actor.posts & SEES_ALL)


def dispatching_indicators() -> dict[str, Indicator]:
    """The indicators of the table by code, the workload first."""
    known = known_indicators(Settings())
    return {code: known[code] for code in (WORKLOAD, *CODES)}


def months(store: FactStore | None = None) -> list[Period]:
    """The months of which there are facts and this one, the latest first."""
    names = {*(store or city_facts()).months("dispatching"), month_of(city_day(clock.now())).name}
    return [period_of(name) for name in sorted(names, reverse=True)[:MOST_MONTHS]]


def month(actor: Actor, period: Period, by: str = CODES[0], store: FactStore | None = None) -> Month:
    """A month: everybody's for whoever sees all, one's own line otherwise. Four queries; the figures come from the facts.

    Args:
        by: the code of the figure that ranks.

    Raises:
        Forbidden: none of it is for the actor. Refused: nobody is ranked by that figure.
    """
    require_looker(actor)
    if by not in RANKED_BY:
        raise Refused("by", _("People are not ranked by “%(code)s”.") % {"code": by}, field="by")
    rows = _figures(store or city_facts(), period.begin, period.end)
    wanted = dispatching_indicators()
    found: dict[str, dict[str, Cell]] = {}
    for key, code, numerator, denominator in rows:
        found.setdefault(str(key), {})[str(code)] = Cell(wanted[str(code)], int(numerator or 0), _whole(denominator))
    people = _ranked([_line(f"{OF_MEMBER}:{one.pk}", str(one), found, wanted) for one in _dispatchers(period, found)], by)
    ranked = sum(1 for line in people if line.rank is not None)
    if not sees_all(actor):
        people = [line for line in people if line.key == f"{OF_MEMBER}:{actor.member_id}"]
    shifts = [_line(f"{OF_SHIFT}:{one.code}", one.name, found, wanted) for one in _shifts(period)]
    return Month(period, people, shifts if sees_all(actor) else (), _line("", _("The whole city"), found, wanted), ranked)


def own_months(actor: Actor, key: str, periods: Sequence[Period], store: FactStore | None = None) -> list[tuple[Period, Line]]:
    """Months of one person or shift, in the order of `periods`. Raises Forbidden where it is not the actor's."""
    name = _name_of(actor, key)
    wanted = dispatching_indicators()
    told = []
    for period in periods:
        found: dict[str, dict[str, Cell]] = {}
        for whose, code, numerator, denominator in _figures(store or city_facts(), period.begin, period.end):
            if whose == key:
                found.setdefault(key, {})[str(code)] = Cell(wanted[str(code)], int(numerator or 0), _whole(denominator))
        told.append((period, _line(key, name, found, wanted)))
    return told


def opened(actor: Actor, period: Period, key: str, code: str, which: str, page: int, store: FactStore | None = None) -> Opened:
    """A figure of a month down to its cases. Five queries.

    Args:
        key: "member:12", "shift:early" or "" for the city.
        which: "all" cases, those in the "numerator", or the "rest": in the denominator alone.
        page: from 1.

    Raises:
        Forbidden: it is not the actor's. NotFound: no such person, shift or figure. Refused: another word for `which`.
    """
    name = _name_of(actor, key)
    indicator = dispatching_indicators().get(code)
    if indicator is None:
        raise NotFound("indicator", _("There is no figure “%(code)s” of dispatchers.") % {"code": code}, field="code")
    if which not in WHICH:
        raise Refused("which", _("Cases are asked for as all, numerator or rest."), field="which")
    facts = open_facts(store or city_facts(), None, None)
    kind, _colon, whose = key.partition(":")
    subject, subject_id = (Subject.MEMBER, whose) if kind == OF_MEMBER else (Subject.CITY, "")
    if kind == OF_SHIFT:
        facts = in_shift(facts, whose)

    def ids(measure: Measure | None) -> list[int]:
        return [] if measure is None else case_ids(facts, measure, subject, subject_id, period.begin, period.end)

    above, below = ids(indicator.numerator), ids(indicator.denominator)
    sets = {"all": [*dict.fromkeys([*above, *below])], "numerator": above, "rest": [one for one in below if one not in set(above)]}
    figure = next(iter(reckon(facts, [indicator], subject, period.begin, period.end)), None) if subject is Subject.CITY else None
    if subject is Subject.MEMBER:
        told = reckon(facts, [indicator], subject, period.begin, period.end)
        figure = next((one for one in told if one.subject_id == subject_id), None)
    cell = Cell(indicator, figure.numerator, figure.denominator) if figure else Cell(indicator, 0, 0 if indicator.denominator else None)
    seen = visible(actor).filter(pk__in=sets[which])
    count = seen.count()
    rows: QuerySet[Case] = seen.select_related("problem_class", "department").order_by("-reported_at", "-pk")
    cases = list(rows[(page - 1) * CASES_A_PAGE : page * CASES_A_PAGE])
    for case in cases:
        case.in_numerator, case.in_denominator = case.pk in set(above), case.pk in set(below)  # type: ignore[attr-defined]
    return Opened(name, cell, cases, {name: len(some) for name, some in sets.items()}, count, len(sets[which]) - count)


def in_shift(facts: Facts, shift: str) -> Facts:
    """The facts of what was dispatched in a shift, and of the limits that those dispatches kept or broke."""
    tables = facts.tables
    made = tables["dispatching"].filter(tables["dispatching"]["shift"] == shift)
    assignments, stages, hard = tables["assignments"], tables["stages"], tables["hard_cases"]
    narrowed = {
        "dispatching": made,
        "assignments": assignments.semi_join(made, [assignments.case_id == made.case_id, assignments.started_at == made["at"]]),
        "stages": stages.semi_join(made, [stages.case_id == made.case_id, stages.stopped_at == made["at"]]),
        "hard_cases": hard.semi_join(made, [hard.case_id == made.case_id, hard.placed_seq == made.seq]),
    }
    return Facts(tables | narrowed, facts.as_of, facts.settings)


def figures_between(member_id: int | None, begin: datetime, end: datetime, store: FactStore | None = None) -> list[Cell]:
    """The figures of a dispatcher, or of the city, over any days: the workload first. Every figure is there."""
    wanted = dispatching_indicators()
    subject = Subject.CITY if member_id is None else Subject.MEMBER
    store = store or city_facts()

    def reckoned() -> list[list[str | int | float | None]]:
        facts = open_facts(store, None, None)
        told = reckon(facts, list(wanted.values()), subject, begin, end)
        return [[one.subject_id, one.code, one.numerator, one.denominator] for one in told]

    rows = kept(store, ["people between", begin, end, subject], reckoned)
    own = "" if member_id is None else str(member_id)
    found = {
        str(code): Cell(wanted[str(code)], int(numerator or 0), _whole(denominator))
        for whose, code, numerator, denominator in rows
        if whose == own
    }
    return [found.get(code) or _nothing(one) for code, one in wanted.items()]


def deeds_between(member_id: int, begin: datetime, end: datetime, store: FactStore | None = None) -> dict[str, int]:
    """How often a member took each action at a case, the most frequent first."""

    def reckoned() -> list[list[str | int | float | None]]:
        moves = open_facts(store or city_facts(), None, None).tables["moves"]
        own = moves.filter((moves.member_id == member_id) & (moves["at"] >= ibis.literal(begin)) & (moves["at"] < ibis.literal(end)))
        rows = own.group_by("action").agg(number=own.count()).execute()
        return [[str(action), int(number)] for action, number in zip(rows["action"], rows["number"], strict=True)]

    told = kept(store or city_facts(), ["deeds", member_id, begin, end], reckoned)
    return {str(action): int(number or 0) for action, number in sorted(told, key=lambda row: (-int(row[1] or 0), str(row[0])))}


def _figures(store: FactStore, begin: datetime, end: datetime) -> list[list[str | int | float | None]]:
    """Key, code, numerator and denominator of everybody, every shift and the city; kept while the facts stay as they are."""
    shifts = sorted(set(Shift.objects.order_by("code").values_list("code", flat=True)))

    def reckoned() -> list[list[str | int | float | None]]:
        facts = open_facts(store, None, None)
        wanted = list(dispatching_indicators().values())
        rows: list[list[str | int | float | None]] = []
        for figure in reckon(facts, wanted, Subject.MEMBER, begin, end):
            rows.append([f"{OF_MEMBER}:{figure.subject_id}", figure.code, figure.numerator, figure.denominator])
        parts = [("", facts), *((f"{OF_SHIFT}:{code}", in_shift(facts, code)) for code in shifts)]
        for key, some in parts:
            for figure in reckon(some, wanted, Subject.CITY, begin, end):
                rows.append([key, figure.code, figure.numerator, figure.denominator])
        return rows

    return kept(store, ["people", begin, end, shifts], reckoned)


def _line(key: str, name: str, found: Mapping[str, Mapping[str, Cell]], wanted: Mapping[str, Indicator]) -> Line:
    own = found.get(key, {})
    cells = [own.get(code) or _nothing(one) for code, one in wanted.items()]
    return Line(key, name, cells[0].numerator, cells[1:])


def _nothing(indicator: Indicator) -> Cell:
    return Cell(indicator, 0, 0 if indicator.denominator else None)


def _whole(value: str | int | float | None) -> int | None:
    return None if value is None else int(value)


def _ranked(lines: Sequence[Line], by: str) -> list[Line]:
    """With ranks by a figure; equal figures share the better rank, and too few first dispatches are not ranked."""

    def cell(line: Line, code: str) -> Cell:
        return next(one for one in line.cells if one.code == code)

    def enough(line: Line) -> bool:
        return (cell(line, CODES[0]).denominator or 0) >= LEAST and cell(line, by).exact is not None

    def value(line: Line) -> Fraction:
        found = cell(line, by).exact or Fraction(0)
        return found if cell(line, by).indicator.better is Better.LOWER else -found

    able = sorted((line for line in lines if enough(line)), key=lambda line: (value(line), -line.workload, line.name))
    values = [value(line) for line in able]
    told = [
        Line(line.key, line.name, line.workload, line.cells, values.index(mine) + 1, values.count(mine) > 1)
        for line, mine in zip(able, values, strict=True)
    ]
    for line in sorted((line for line in lines if not enough(line)), key=lambda line: (-line.workload, line.name)):
        first = cell(line, CODES[0]).denominator or 0
        few = ngettext("%(count)d first dispatch: too few to rank", "%(count)d first dispatches: too few to rank", first) % {"count": first}
        told.append(Line(line.key, line.name, line.workload, line.cells, too_few=few if first < LEAST else _("nothing to be judged by")))
    return told


def _dispatchers(period: Period, found: Mapping[str, object]) -> list[Member]:
    """Whoever dispatched in a period, or held the post in it."""
    acted = [int(key.partition(":")[2]) for key in found if key.startswith(f"{OF_MEMBER}:")]
    held = Q(posts__post=Post.DISPATCHER.value, posts__valid_from__lt=period.after) & (
        Q(posts__valid_to=None) | Q(posts__valid_to__gt=period.first)
    )
    return list(Member.objects.filter(Q(pk__in=acted) | held).distinct().order_by("full_name", "pk"))


def _shifts(period: Period) -> list[Shift]:
    """The shifts that held in a period, each code once, in the order of the day."""
    rows = Shift.objects.filter(valid_from__lt=period.after).exclude(valid_to__lte=period.first).order_by("starts", "code", "-valid_from")
    return list({one.code: one for one in rows}.values())


def _name_of(actor: Actor, key: str) -> str:
    """Whose figures a key names. Raises Forbidden where they are not for the actor, NotFound where there is nobody such."""
    require_looker(actor)
    kind, _colon, whose = key.partition(":")
    if not sees_all(actor) and key != f"{OF_MEMBER}:{actor.member_id}":
        raise Forbidden("whose", _("These figures are somebody else's."), _("Your own are open to you."))
    if not key:
        return _("The whole city")
    if kind == OF_MEMBER and (member_id := id_in(whose)) is not None:
        member = Member.objects.filter(pk=member_id).first()
        if member is not None:
            return str(member)
    shift = Shift.objects.filter(code=whose).order_by("-valid_from").first() if kind == OF_SHIFT else None
    if shift is None:
        raise NotFound("whose", _("There is no such person or shift."), field="of")
    return shift.name


def indicator_name(indicator: Indicator) -> str:
    """In the reader's language."""
    return in_language(indicator.name_zh, indicator.name_en)


def period_asked(text: str, today: date) -> Period:
    """The month of an address, this one where it names none. Raises Refused for anything but a month."""
    period = period_of(text) if text else month_of(today)
    if len(period.name) != 7 or "W" in period.name or "Q" in period.name or "H" in period.name:
        raise Refused("period", _("“%(name)s” is no month.") % {"name": text[:20]}, _("Write it like 2026-10."), field="month")
    return period
