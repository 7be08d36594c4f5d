"""One's own standing: score, grade and rank over the periods, what cost most points, and what of one's own falls due today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from django.db.models import Count, Q

from chengge import clock
from chengge.casework.models import IS_OPEN, Case
from chengge.casework.queries.desks import stages_on
from chengge.casework.queries.filters import midnight
from chengge.casework.queries.sight import with_all_below
from chengge.domain.consequences import half_up
from chengge.domain.lifecycle import Post
from chengge.evaluation.models import ConsequenceRule, Judged, RunPart, RunSubject, SchemeGrade
from chengge.evaluation.queries.consequence_inputs import kind_of
from chengge.evaluation.queries.consequence_words import MINUS
from chengge.evaluation.queries.runs import left_out_label, of_territory, part_name
from chengge.organization.queries import Actor, city_day

MOST_PERIODS = 24  # of all kinds together that are read
SHOWN_PERIODS = 12
SHOWN_COSTS = 6
SHOWN_CASES = 20
FULL = Fraction(100)
# Which kind of period is shown first.
KINDS = ("month", "week", "quarter", "half", "year", "day")
CHART_WIDTH, CHART_HEIGHT, CHART_EDGE = 360, 84, 10


@dataclass(frozen=True, slots=True)
class Line:
    """One line of scores: a scheme, by one kind of period, about one subject; the newest first."""

    key: str
    subjects: Sequence[RunSubject]

    @property
    def kind(self) -> str:
        return self.key.rpartition(".")[2]

    @property
    def latest(self) -> RunSubject:
        return self.subjects[0]


@dataclass(frozen=True, slots=True)
class Dot:
    """A period in the picture of the trend; x and y in its own units, y from the top."""

    x: float
    y: float
    period: str
    subject: RunSubject


@dataclass(frozen=True, slots=True)
class Cost:
    """An item that did not bring all the points it could have.

    Attributes:
        lost: points of the whole score.
        percent: of the largest loss, for a bar.
    """

    part: RunPart
    name: str
    aspect: str
    lost: Fraction
    percent: int

    @property
    def points(self) -> str:
        return points_words(self.lost).removeprefix("+")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one stands by one line of scores.

    Attributes:
        peers: how many of the group have a rank.
        change: against the period before; None where there is none.
        next_grade, short: the next better grade, and the points that are missing; "" and None at the top.
        left_out: items that were not judged, with the reason.
    """

    line: Line
    peers: int
    change: Fraction | None
    next_grade: str
    short: Fraction | None
    costs: Sequence[Cost]
    more_costs: int
    left_out: Sequence[tuple[str, str]]
    dots: Sequence[Dot]

    @property
    def subject(self) -> RunSubject:
        return self.line.latest

    @property
    def path(self) -> str:
        return " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in self.dots)


@dataclass(frozen=True, slots=True)
class Due:
    """What is late or falls due before midnight, the most pressing first."""

    cases: Sequence[Case]
    late: int
    today: int

    @property
    def more(self) -> int:
        return self.late + self.today - len(self.cases)


def own_subjects(actor: Actor) -> Q:
    """Scores that are one's own: as a person; and for a department's clerk those of the organization, and of the street it answers for."""
    own = Q(judged=Judged.MEMBER, subject_id=str(actor.member_id))
    if Post.DEPARTMENT in actor.posts and actor.organization_id is not None:
        own |= Q(judged=Judged.ORGANIZATION, subject_id=str(actor.organization_id)) | of_territory(actor.organization_id)
    return own


def own_lines_of_scores(actor: Actor) -> list[Line]:
    """One's scores by scheme and kind of period: first those from which consequences follow, and months. Two queries."""
    rows = RunSubject.objects.filter(own_subjects(actor), run__replaced_by=None).select_related("run__version__scheme")
    by_key: dict[str, dict[str, RunSubject]] = {}
    for row in rows.order_by("-run__end", "-run__made_at", "-run__pk")[: MOST_PERIODS * len(KINDS)]:
        key = f"{row.run.version.scheme.code}.{kind_of(row.run.period)}"
        by_key.setdefault(key, {}).setdefault(row.run.period, row)
    lines = [Line(key, tuple(periods.values())[:SHOWN_PERIODS]) for key, periods in by_key.items()]
    ruled = set(ConsequenceRule.objects.filter(valid_to=None).values_list("scheme__code", "every"))

    def place(line: Line) -> tuple[bool, bool, int, str]:
        scheme = line.latest.run.version.scheme.code
        return line.latest.judged == Judged.MEMBER, (scheme, line.kind) not in ruled, KINDS.index(line.kind), line.key

    return sorted(lines, key=place)


def standing_of(line: Line) -> Standing:
    """Where one stands by a line of scores. Three queries."""
    subject = line.latest
    parts = list(RunPart.objects.filter(subject=subject).order_by("position"))
    grades = SchemeGrade.objects.filter(version=subject.run.version).order_by("least")
    total = _total(subject)
    better = [] if total is None else [grade for grade in grades if Fraction(grade.least) > total]
    before = next((_total(one) for one in line.subjects[1:2]), None)
    costs = costs_of(parts)
    return Standing(
        line=line,
        peers=RunSubject.objects.filter(run=subject.run, group=subject.group, rank__isnull=False).count(),
        change=None if total is None or before is None else total - before,
        next_grade=better[0].grade if better else "",
        short=Fraction(better[0].least) - total if better and total is not None else None,
        costs=costs[:SHOWN_COSTS],
        more_costs=max(len(costs) - SHOWN_COSTS, 0),
        left_out=[(part_name(part), left_out_label(part.left_out)) for part in parts if part.left_out],
        dots=dots_of(line.subjects),
    )


def costs_of(parts: Sequence[RunPart]) -> list[Cost]:
    """Items by the points of the whole score that they lost, the dearest first."""
    judged = [part for part in parts if part.points is not None]
    lost = {part.position: (FULL - _exact(part.points_exact, part.points)) * _exact(part.share_exact, part.share) for part in judged}
    dear = sorted((part for part in judged if lost[part.position] > 0), key=lambda part: (-lost[part.position], part.position))
    most = max(lost.values(), default=FULL)
    return [Cost(part, part_name(part), part.aspect, lost[part.position], int(lost[part.position] / most * 100)) for part in dear]


def dots_of(subjects: Sequence[RunSubject]) -> list[Dot]:
    """The trend as dots from the oldest to the newest, spread over the picture; those without a score are left out."""
    known = [one for one in reversed(subjects) if one.total is not None]
    if not known:
        return []
    totals = [float(one.total or 0) for one in known]
    low, high = min(totals), max(totals)
    room = max(high - low, 5.0)
    middle = (high + low) / 2
    step = (CHART_WIDTH - 2 * CHART_EDGE) / max(len(known) - 1, 1)
    return [
        Dot(
            CHART_EDGE + at * step if len(known) > 1 else CHART_WIDTH / 2,
            CHART_HEIGHT / 2 - (total - middle) / room * (CHART_HEIGHT - 2 * CHART_EDGE),
            one.run.period,
            one,
        )
        for at, (one, total) in enumerate(zip(known, totals, strict=True))
    ]


def due_today(actor: Actor) -> Due:
    """Open cases in the hands of the actor's organization and those below it that are late or fall due today. Three queries.

    Each case has `held_below` set where a lower level holds it.
    """
    if actor.organization_id is None:
        return Due((), 0, 0)
    now = clock.now()
    tonight = midnight(city_day(now) + timedelta(days=1))
    held = Case.objects.filter(
        IS_OPEN, organization_id__in=with_all_below(actor.organization_id), stage__in=stages_on(Post.DEPARTMENT), due_at__lt=tonight
    )
    counted = held.aggregate(late=Count("pk", filter=Q(due_at__lt=now)), all=Count("pk"))
    cases = list(held.select_related("problem_class", "organization").order_by("due_at", "pk")[:SHOWN_CASES])
    for case in cases:
        case.held_below = case.organization_id != actor.organization_id  # type: ignore[attr-defined]
    return Due(cases, counted["late"], counted["all"] - counted["late"])


def latest_below(actor: Actor, kind: str) -> Mapping[str, Sequence[RunSubject]]:
    """The latest scores of organizations below the actor's own by one kind of period, by scheme, the worst first. Two queries."""
    if Post.DEPARTMENT not in actor.posts or actor.organization_id is None:
        return {}
    ids = [str(one) for one in with_all_below(actor.organization_id) if one != actor.organization_id]
    rows = RunSubject.objects.filter(judged=Judged.ORGANIZATION, subject_id__in=ids, run__replaced_by=None)
    found: dict[str, RunSubject] = {}
    for row in rows.select_related("run__version__scheme").order_by("-run__end", "-run__made_at")[: len(ids) * MOST_PERIODS]:
        if kind_of(row.run.period) == kind:
            found.setdefault(row.subject_id, row)
    by_scheme: dict[str, list[RunSubject]] = {}
    for row in sorted(found.values(), key=lambda one: (one.total is None, one.total or 0, one.name)):
        by_scheme.setdefault(row.run.version.scheme.code, []).append(row)
    return by_scheme


def points_words(points: Fraction) -> str:
    """Points with their sign and two places, rounded half up; what is short is never said to be nothing."""
    hundredths = half_up(abs(points) * 100) or (1 if points else 0)
    sign = "+" if points > 0 else MINUS if points < 0 else ""
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d}"


def _total(subject: RunSubject) -> Fraction | None:
    return None if subject.total is None else _exact(subject.total_exact, subject.total)


def _exact(written: str, rounded: object) -> Fraction:
    return Fraction(written) if written else Fraction(str(rounded))
