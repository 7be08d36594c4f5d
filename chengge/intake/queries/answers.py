"""What the city owes its reporters: the queues, the rates, and what the rules promise."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Report
from chengge.casework.queries import sight
from chengge.domain.errors import Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.domain.worktime import YELLOW_PERCENT
from chengge.foundation.queries.dated import holding_on
from chengge.intake.models import Answer, AnswerRule
from chengge.organization.queries import AS_THE_CITY_COUNTS, CITY_ZONE, Actor, city_day
from chengge.organization.typed import id_in

ANSWERERS = frozenset({Post.OPERATOR, Post.SHIFT_LEADER})
WATCHERS = ANSWERERS | {Post.EVALUATOR, Post.LEADER, Post.ADMINISTRATOR}
PAGE_SIZE = 30
TOPIC = "answer"  # of the messages
MOBILE = re.compile(r"1[3-9]\d{9}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
THREE = (Answer.Step.ACCEPTANCE, Answer.Step.FEEDBACK, Answer.Step.VISIT)

COUNTS = """
SELECT answer.step, count(*), min(answer.since),
  count(*) FILTER (WHERE answer.due_at < %(now)s),
  count(*) FILTER (WHERE answer.due_at >= %(now)s AND answer.since + (answer.due_at - answer.since) * %(yellow)s <= %(now)s)
FROM intake_answer answer JOIN casework_case sitting ON sitting.id = answer.case_id
WHERE answer.state = 'open' AND answer.call_from <= %(now)s
  AND (%(first)s::bigint IS NULL OR sitting.grid_code >= %(first)s AND sitting.grid_code < %(past)s)
GROUP BY answer.step
"""
RATES = """
SELECT answer.channel, answer.step, count(*), count(*) FILTER (WHERE answer.state = 'done'),
  count(*) FILTER (WHERE answer.state = 'open' AND answer.due_at >= %(now)s), avg(answer.stars)
FROM intake_answer answer
WHERE answer.step IN ('acceptance', 'feedback', 'visit') AND answer.since >= %(first)s AND answer.since < %(past)s
  AND answer.state <> 'dropped'
GROUP BY GROUPING SETS ((answer.channel, answer.step), (answer.step))
"""
BY_DAY = f"""
SELECT (answer.since {AS_THE_CITY_COUNTS})::date, answer.step, count(*), count(*) FILTER (WHERE answer.state = 'done'),
  count(*) FILTER (WHERE answer.state = 'open' AND answer.due_at >= %(now)s)
FROM intake_answer answer
WHERE answer.step IN ('acceptance', 'feedback', 'visit') AND answer.since >= %(first)s AND answer.since < %(past)s
  AND answer.state <> 'dropped'
GROUP BY 1, 2
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class Pile:
    """What waits in one queue: how much, since when the oldest, and by light."""

    step: Answer.Step
    count: int = 0
    oldest: datetime | None = None
    red: int = 0
    yellow: int = 0

    @property
    def green(self) -> int:
        return self.count - self.red - self.yellow


@dataclass(frozen=True, slots=True)
class Rate:
    """How many were owed an answer of one kind, how many have it, for how many there is time yet, and how content they were (1 to 5)."""

    owed: int = 0
    given: int = 0
    waiting: int = 0
    stars: float | None = None

    @property
    def percent(self) -> float | None:
        """Of those who have an answer or should have it by now, to a tenth, cut off: 100 only where nobody was left out.

        None where nobody should have one yet.
        """
        judged = self.owed - self.waiting
        return None if not judged else int(self.given * 1000 / judged) / 10

    @property
    def missing(self) -> int:
        """Who has none, in time or not."""
        return self.owed - self.given


@dataclass(frozen=True, slots=True)
class RateLine:
    """The three rates of a channel or a day."""

    name: str
    rates: tuple[Rate, Rate, Rate]


def rule_for(channel: str, day: date) -> AnswerRule:
    """What the city promises on a day to reporters of a channel; the usual promises where it has written none. One query."""
    rows = holding_on(AnswerRule.objects.filter(channel__in=("", channel)), day)
    return max(rows, key=lambda rule: rule.channel, default=AnswerRule(channel=""))


def light_of(answer: Answer, now: datetime) -> str:
    """green, yellow or red against the limit; as lights of cases."""
    if now > answer.due_at:
        return "red"
    return "yellow" if now > answer.since + (answer.due_at - answer.since) * (YELLOW_PERCENT / 100) else "green"


def piles(actor: Actor) -> list[Pile]:
    """What waits in each queue now, in the order of the steps. One query. Raises Forbidden."""
    require_post(actor, ANSWERERS)
    first, past = actor.grid_range or (None, None)
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"now": clock.now(), "yellow": YELLOW_PERCENT / 100, "first": first, "past": past})
        found = {step: Pile(Answer.Step(step), count, oldest, red, yellow) for step, count, oldest, red, yellow in cursor.fetchall()}
    return [found.get(step.value, Pile(step)) for step in Answer.Step]


def queue(actor: Actor, step: Answer.Step, cursor: str = "", size: int = PAGE_SIZE) -> tuple[list[Answer], str | None]:
    """A page of one queue, the most pressing first, and the cursor of the next one. One query. Raises Forbidden, Refused."""
    require_post(actor, ANSWERERS)
    rows = _in_sight(actor).filter(step=step, state=Answer.State.OPEN, call_from__lte=clock.now())
    return _page_by_due(rows, cursor, size)


def missing(
    actor: Actor, step: Answer.Step, begins: date, ends: date, channel: str = "", cursor: str = ""
) -> tuple[list[Answer], str | None]:
    """Who was owed an answer in a span of days (both included) and has none, the longest overdue first. Raises Forbidden, Refused."""
    require_post(actor, WATCHERS)
    first, past = _moments(begins, ends)
    rows = _in_sight(actor).filter(step=step, since__gte=first, since__lt=past, state__in=(Answer.State.OPEN, Answer.State.MISSED))
    return _page_by_due(rows.filter(channel=channel) if channel else rows, cursor, PAGE_SIZE)


def answer_in_sight(actor: Actor, answer_id: int) -> Answer:
    """One answer with its report and case. One query. Raises Forbidden, NotFound."""
    require_post(actor, ANSWERERS)
    found = _in_sight(actor).filter(pk=answer_id).first()
    if found is None:
        raise NotFound("answer", _("There is no such answer in your area."), _("Reload the page."))
    return found


def answers_of(report_ids: Iterable[int]) -> dict[int, list[Answer]]:
    """All answers of some reports, in the order in which they were owed. One query."""
    rows: dict[int, list[Answer]] = {}
    for row in Answer.objects.filter(report_id__in=list(report_ids)).select_related("member", "notice").order_by("since", "pk"):
        rows.setdefault(row.report_id, []).append(row)
    return rows


def rates(begins: date, ends: date) -> tuple[RateLine, list[RateLine]]:
    """The three rates of a span of days (both included): of the whole city, and by channel. One query."""
    with connection.cursor() as cursor:
        cursor.execute(RATES, _given(begins, ends))
        rows = cursor.fetchall()
    by_name: dict[str, dict[str, Rate]] = {}
    for channel, step, owed, given, waiting, stars in rows:
        by_name.setdefault(channel or "", {})[step] = Rate(owed, given, waiting, None if stars is None else round(float(stars), 2))
    lines = {name: RateLine(name, _three(found)) for name, found in by_name.items()}
    return lines.pop("", RateLine("", _three({}))), sorted(lines.values(), key=lambda line: -line.rates[0].owed)


def rates_by_day(begins: date, ends: date) -> list[RateLine]:
    """The three rates of each day on which somebody was owed something, the last first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(BY_DAY, _given(begins, ends))
        by_day: dict[date, dict[str, Rate]] = {}
        for day, step, *counts in cursor.fetchall():
            by_day.setdefault(day, {})[step] = Rate(*counts)
    return [RateLine(day.isoformat(), _three(found)) for day, found in sorted(by_day.items(), reverse=True)]


def reports_owed(case_ids: Sequence[int]) -> QuerySet[Report]:
    """The reports of some cases whose reporters can be told anything: by contact, or on the page that follows a report."""
    return Report.objects.filter(case_id__in=case_ids, erased_at=None).filter(~Q(contact=b"") | ~Q(token_hash=""))


def is_written_to(contact: str) -> bool:
    """Whether a contact can be reached by message: a mobile number or an e-mail address."""
    digits = re.sub(r"[\s-]|^\+86", "", contact)
    return bool(MOBILE.fullmatch(digits) or EMAIL.fullmatch(contact))


def require_post(actor: Actor, posts: frozenset[Post]) -> None:
    """Raises Forbidden."""
    if not actor.posts & posts:
        raise Forbidden("post", _("Answers to reporters are given by operators and shift leaders."))


def _three(found: dict[str, Rate]) -> tuple[Rate, Rate, Rate]:
    acceptance, feedback, visit = (found.get(step.value, Rate()) for step in THREE)
    return acceptance, feedback, visit


def _in_sight(actor: Actor) -> QuerySet[Answer]:
    shown = Answer.objects.select_related("report", "case__problem_class", "notice", "member")
    return shown.filter(sight(actor, "case__"))


def _page_by_due(rows: QuerySet[Answer], cursor: str, size: int) -> tuple[list[Answer], str | None]:
    ordered = rows.order_by("due_at", "pk")
    if cursor:
        before, _dash, after = cursor.partition("-")
        moment, pk = id_in(before) if len(before) < 18 else None, id_in(after)
        if moment is None or pk is None:
            raise Refused("cursor", _("This cursor belongs to no page."), _("Start again without a cursor."), field="cursor")
        due_at = datetime.fromtimestamp(moment / 10**6, CITY_ZONE)
        ordered = ordered.filter(Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk))
    found = list(ordered[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return found[:size], None if last is None else f"{round(last.due_at.timestamp() * 10**6)}-{last.pk}"


def _given(begins: date, ends: date) -> dict[str, datetime]:
    first, past = _moments(begins, ends)
    return {"first": first, "past": past, "now": clock.now()}


def _moments(begins: date, ends: date) -> tuple[datetime, datetime]:
    return datetime.combine(begins, time(), CITY_ZONE), datetime.combine(ends + timedelta(days=1), time(), CITY_ZONE)


def today() -> date:
    """Today, for the city."""
    return city_day(clock.now())
