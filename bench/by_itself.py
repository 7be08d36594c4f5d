"""Dispatch by itself through a simulated year in which the true owners are known and the lists are wrong or incomplete.

Three ways take the same cases: dispatchers alone; the house where it is certain, dispatchers else; the same, with every dispute settled
by a ruling some weeks later. A case that goes to the wrong body comes back and is dispatched again.

A dispatcher (our own model, not measured): four share the work. Each follows the first candidate of the list as the desk shows it,
remembers half of the cases that came back at a spot and then knows better, knows the owner anyway in 45 of 100 cases where the list
names nobody or two with the same right, and slips in 3 of 100. One of the four leaves every six weeks and takes what they know along.
"""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from bench import Figure
from bench.disputed_city import CASES, DAYS, City, Spot, found, year
from chengge.domain.by_itself import UNCERTAIN, Past, Record, Verdict, verdict
from chengge.domain.responsibility import Claim, Ground, Register, Ruled, Scope

SEED = 1
MONTHS = 12
BAR, STOP_UNDER, SAMPLE, WINDOW_DAYS = 0.9, 0.9, 20, 90  # as the house ships them
SWITCHED_ON_AGAIN_DAYS = 28  # after a class stopped, somebody looks at it and switches it on
DISPATCHERS, LEAVES_EVERY_DAYS, REMEMBERS, KNOWS_ANYWAY, SLIPS = 4, 42, 0.5, 0.45, 0.03
RIGHT_THE_SECOND_TIME = 0.8  # of what came back
WORDS_FROM = 30  # cases of a class, before words of past cases say anything
PLACE_FROM = 2
RULED_AFTER_DAYS = (14, 35)  # a dispute is surveyed, met about and ruled
RULED_RIGHTLY = 0.97
FOR_A_COMMUNITY_FROM = 2  # settled alike at so many spots of a community, the ruling holds for all of it


@dataclass(slots=True)
class Month:
    """What a month came to."""

    cases: int = 0
    right: int = 0
    by_itself: int = 0
    by_itself_right: int = 0
    returns: int = 0


@dataclass(slots=True)
class Way:
    """One way of dispatching, through the year.

    Attributes:
        certain_from: from which certainty on the house dispatches; above 1: never.
        rules: whether disputes are settled by rulings.
    """

    city: City
    certain_from: float
    rules: bool
    months: list[Month] = field(default_factory=lambda: [Month() for _ in range(MONTHS)])
    ruled: int = 0
    stopped: int = 0
    seen_class: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    seen_place: dict[tuple[int, int], Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    known: list[dict[Spot, int]] = field(default_factory=lambda: [{} for _ in range(DISPATCHERS)])
    judged: dict[int, list[tuple[int, bool]]] = field(default_factory=lambda: defaultdict(list))
    off_until: dict[int, int] = field(default_factory=dict)
    waiting: dict[int, list[tuple[Spot, int]]] = field(default_factory=lambda: defaultdict(list))  # rulings to come, by day
    disputed: set[Spot] = field(default_factory=set)
    settled: dict[tuple[int, int], Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def live(self, cases: list[tuple[int, Spot]], seed: int) -> None:
        """Take every case of the year."""
        dice = random.Random(f"{seed} people")  # noqa: S311 (the same luck for every way)
        register = self.city.register()
        today = -1
        for number, (day, spot) in enumerate(cases):
            while today < day:
                today += 1
                self._rule(register, today)
                if today and today % LEAVES_EVERY_DAYS == 0:
                    self.known[today // LEAVES_EVERY_DAYS % DISPATCHERS] = {}
            self._take(register, day, spot, number % DISPATCHERS, random.Random(f"{seed} {number}"), dice)  # noqa: S311

    def _take(self, register: Register, day: int, spot: Spot, who: int, luck: random.Random, dice: random.Random) -> None:
        month = self.months[day * MONTHS // DAYS]
        month.cases += 1
        seen = register.claims(spot.one, None, spot.grid_code, spot.component_code, spot.bodies)
        said = verdict(seen, self._words(spot), self._place(spot))
        alone = said.claim is not None and said.certainty >= self.certain_from and self.off_until.get(spot.one.id, 0) <= day
        went_to = said.claim.platform_id if alone and said.claim else self._by_hand(spot, seen, said, who, luck)
        right = went_to == spot.owner_id
        month.right += right
        if alone:
            month.by_itself += 1
            month.by_itself_right += right
            self._judge(spot.one.id, day, right)
        if not right:
            month.returns += 1 + (luck.random() > RIGHT_THE_SECOND_TIME)
            if luck.random() < REMEMBERS:
                self.known[who][spot] = spot.owner_id
        if self.rules and (not right or _is_hard(said)) and spot not in self.disputed:
            self.disputed.add(spot)
            self.waiting[day + dice.randint(*RULED_AFTER_DAYS)].append((spot, spot.owner_id))
        self.seen_class[spot.one.id][spot.owner_id] += 1
        self.seen_place[spot.one.id, spot.grid_code][spot.owner_id] += 1

    def _by_hand(self, spot: Spot, seen: list[Claim], said: Verdict, who: int, luck: random.Random) -> int:
        """To whom a dispatcher sends it."""
        slips, knows = luck.random() < SLIPS, luck.random() < KNOWS_ANYWAY
        known = self.known[who].get(spot)
        if known is not None:
            best = known
        elif _is_hard(said) and knows:
            best = spot.owner_id
        else:
            best = seen[0].platform_id if seen else 0
        if not slips:
            return best
        return luck.choice([pk for pk in self.city.platforms if pk != best])

    def _words(self, spot: Spot) -> Past | None:
        """What a model of past cases says: the body that most cases of the class went to in the end."""
        counts = self.seen_class[spot.one.id]
        return _most(counts) if counts.total() >= WORDS_FROM else None

    def _place(self, spot: Spot) -> Past | None:
        counts = self.seen_place.get((spot.one.id, spot.grid_code))
        return _most(counts) if counts is not None and counts.total() >= PLACE_FROM else None

    def _judge(self, class_id: int, day: int, right: bool) -> None:
        """The class stops under its bar, and somebody switches it on again some weeks later."""
        own = self.judged[class_id]
        own.append((day, right))
        lately = [good for at, good in own if at > day - WINDOW_DAYS]
        if Record(right=sum(lately), wrong=len(lately) - sum(lately)).falls_under(STOP_UNDER, SAMPLE):
            self.off_until[class_id] = day + SWITCHED_ON_AGAIN_DAYS
            self.stopped += 1
            own.clear()

    def _rule(self, register: Register, day: int) -> None:
        """Sign what has been settled: for the spot's component or grid, or its whole community once that is plain."""
        for spot, owner in self.waiting.pop(day, ()):
            self.ruled += 1
            luck = random.Random(f"{spot} ruled")  # noqa: S311
            body = owner if luck.random() < RULED_RIGHTLY else luck.choice(self.city.platforms)
            alike = self.settled[spot.one.id, spot.community]
            scope = Scope(class_id=spot.one.id)
            if spot.component_code is not None:
                where = {"component_codes": frozenset({spot.component_code})}
                register.rule([Ruled(self.ruled, body, scope, order=day, **where)])  # type: ignore[arg-type]
                continue
            alike[body] += 1
            if len(alike) == 1 and alike[body] >= FOR_A_COMMUNITY_FROM:
                register.rule([Ruled(self.ruled, body, scope, division_code=spot.community, order=day)])
            else:
                register.rule([Ruled(self.ruled, body, scope, grid_codes=frozenset({spot.grid_code}), order=day)])

    def total(self, name: str) -> int:
        return sum(getattr(month, name) for month in self.months)

    def percent(self, part: str, of: str) -> float:
        return 100 * self.total(part) / max(self.total(of), 1)

    def curve(self, part: str, of: str) -> str:
        """Month by month, in percent."""
        return " ".join(f"{100 * getattr(month, part) / max(getattr(month, of), 1):.0f}" for month in self.months)


def run() -> list[Figure]:
    """Shares and accuracies of 40 000 cases, with 15 of 100 rows wrong or missing."""
    city = found(SEED)
    cases = year(city, SEED)
    ways = by_hand, by_rules, learning = Way(city, 2.0, False), Way(city, BAR, False), Way(city, BAR, True)
    for way in ways:
        way.live(cases, SEED)
    stood = f"{CASES:,} cases, {len(city.named):,} rows of the list"
    return [
        Figure(
            "first_dispatch_by_hand_percent",
            by_hand.percent("right", "cases"),
            "%",
            "",
            f"{stood}; by month {by_hand.curve('right', 'cases')}",
        ),
        Figure(
            "first_dispatch_by_rules_percent",
            by_rules.percent("right", "cases"),
            "%",
            "",
            f"by month {by_rules.curve('right', 'cases')}; classes stopped {by_rules.stopped} times",
        ),
        Figure(
            "first_dispatch_with_rulings_percent",
            learning.percent("right", "cases"),
            "%",
            "",
            f"by month {learning.curve('right', 'cases')}; {learning.ruled:,} rulings, classes stopped {learning.stopped} times",
        ),
        Figure(
            "by_itself_share_percent", by_rules.percent("by_itself", "cases"), "%", "", f"by month {by_rules.curve('by_itself', 'cases')}"
        ),
        Figure(
            "by_itself_share_with_rulings_percent",
            learning.percent("by_itself", "cases"),
            "%",
            "",
            f"by month {learning.curve('by_itself', 'cases')}",
        ),
        Figure(
            "by_itself_right_percent",
            by_rules.percent("by_itself_right", "by_itself"),
            "%",
            "",
            f"with rulings {learning.percent('by_itself_right', 'by_itself'):.1f}",
        ),
        Figure(
            "returns_per_100",
            learning.percent("returns", "cases"),
            "returns",
            "",
            f"by hand {by_hand.percent('returns', 'cases'):.1f}, by rules {by_rules.percent('returns', 'cases'):.1f}; "
            f"with rulings by month {learning.curve('returns', 'cases')}",
        ),
    ]


def _is_hard(said: Verdict) -> bool:
    """Nobody but the territory is named, or two have the same right."""
    return said.claim is None or said.claim.ground is Ground.TERRITORY or said.certainty <= UNCERTAIN


def _most(counts: Counter[int]) -> Past:
    (platform, count), *_rest = counts.most_common(1)
    return Past(platform, count / counts.total(), counts.total())
