"""Facts of a city that never was: cases with all their rows, made at once by numpy from a seed, in the layout of the store.

What one case goes through follows the usual way with its side ways in usual shares (reports that are verified first, things put right
on the spot, returns, failed checks, lateness), so that every indicator has something to count. Nothing here passes through the door:
these facts are for measuring how long counting takes, and are thrown away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from chengge.domain.facts import FactTable, Kind
from chengge.evaluation.facts import FactStore, fact_tables
from chengge.evaluation.facts.store import ROWS_A_GROUP, Manifest, layout_of
from chengge.evaluation.facts.tables import schema_of

Numbers = NDArray[Any]
YEAR = 2026
MINUTE, HOUR, DAY = 60, 3600, 86400
COUNTY = 999001
GRIDS_A_COMMUNITY, COMMUNITIES_A_STREET = 60, 10
CLASSES = tuple(f"{kind}{major:02}{minor:02}" for kind in "ce" for major in range(1, 6) for minor in range(1, 21))
CHANNELS = ("inspector", "hotline", "web", "app", "video", "leader")
CHANNEL_SHARES = (0.55, 0.22, 0.08, 0.08, 0.05, 0.02)
PUBLIC_FROM, PUBLIC_TO = 1, 3
NONE = -1  # stands for an empty cell until a column is written


@dataclass(frozen=True, slots=True)
class Size:
    """How big the city is; people and places grow with its cases, up to a big city's."""

    cases: int
    seed: int = 1

    @property
    def grids(self) -> int:
        return min(50_000, max(1_200, self.cases // 200))

    @property
    def inspectors(self) -> int:
        return min(5_000, max(60, self.cases // 2_000))

    @property
    def departments(self) -> int:
        return min(200, max(30, self.cases // 20_000))


def make(store: FactStore, size: Size) -> None:
    """Write a year of facts."""
    tables = {table.name: table for table in fact_tables()}
    as_of = datetime(YEAR + 1, 1, 1, tzinfo=UTC)
    manifest = Manifest(layout=layout_of(fact_tables()), read_to="made", read_at=int(as_of.timestamp()))
    share, first_id = size.cases // 12, 1
    for month in range(1, 13):
        made = _Month(size, month, share if month < 12 else size.cases - 11 * share, first_id)
        for name, columns in made.tables():
            _write(store, manifest, tables[name], f"{YEAR}-{month:02}", columns)
        first_id += made.count
    store.finish(manifest)


class _Month:
    """The cases reported in one month, by columns: one place of an array for each case."""

    def __init__(self, size: Size, month: int, count: int, first_id: int) -> None:
        random = self.random = np.random.default_rng([size.seed, month])
        self.size, self.month, self.count = size, month, count
        begin = int(datetime(YEAR, month, 1, tzinfo=UTC).timestamp())
        end = int(datetime(YEAR + month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp())
        self.days = (end - begin) // DAY
        self.begin = begin
        self.as_of = int(datetime(YEAR + 1, 1, 1, tzinfo=UTC).timestamp())
        self.case_id = np.arange(first_id, first_id + count)
        self.reported = np.sort(random.integers(begin, end, count))
        number = (size.grids * random.random(count) ** 1.5).astype(np.int64)  # some places have more than others
        community = number // GRIDS_A_COMMUNITY
        street = community // COMMUNITIES_A_STREET
        grid = COUNTY * 10**9 + (street + 1) * 10**6 + (community % COMMUNITIES_A_STREET + 1) * 10**3 + number % GRIDS_A_COMMUNITY + 1
        self.grid = np.where(random.random(count) < 0.01, NONE, grid)
        self.class_number = (len(CLASSES) * random.random(count) ** 2).astype(np.int64)
        self.channel = random.choice(len(CHANNELS), count, p=CHANNEL_SHARES)
        self.keeper = 1 + number * size.inspectors // size.grids
        self.by_inspector = self.channel == 0
        self.public = (self.channel >= PUBLIC_FROM) & (self.channel <= PUBLIC_TO)
        self.urgent = random.random(count) < 0.04
        self.excused = random.random(count) < 0.002
        self.department = 1 + (self.class_number * 7 + street % 5) % size.departments
        self._live()

    def _live(self) -> None:
        """When each step of each case was taken; 0 where it was not."""
        random, count = self.random, self.count
        chance = random.random(count)
        self.self_disposed = self.by_inspector & (chance < 0.12)
        self.rejected = ~self.self_disposed & (chance > 0.93)
        goes_on = ~self.self_disposed & ~self.rejected
        self.verified = self.public & (random.random(count) < 0.4)
        self.returned = goes_on & (random.random(count) < 0.04)
        self.passed_down = goes_on & (random.random(count) < 0.55)
        self.reworked = goes_on & (random.random(count) < 0.06)
        self.voided = goes_on & ~self.returned & ~self.reworked & (random.random(count) < 0.005)
        handled = goes_on & ~self.voided
        at = self.reported

        def after(mask: Numbers, mean: float) -> Numbers:
            nonlocal at
            at = np.where(mask, at + 1 + random.exponential(mean, count).astype(np.int64), at)
            return np.where(mask & (at < self.as_of), at, 0)

        self.to_verify = after(self.verified, 4 * MINUTE)
        self.verify = after(self.verified, 20 * MINUTE)
        self.accept = after(~self.rejected, 8 * MINUTE)
        self.reject = np.where(self.rejected, after(self.rejected, 8 * MINUTE), 0)
        self.file = after(goes_on, 8 * MINUTE)
        self.void = after(self.voided, 10 * MINUTE)
        self.dispatch_wrong = after(self.returned, 8 * MINUTE)
        self.hand_back = after(self.returned, 3 * HOUR)
        self.confirm = after(self.returned, 15 * MINUTE)
        self.dispatch = after(handled, 8 * MINUTE)
        self.take_up = after(handled, HOUR)
        self.pass_down = after(self.passed_down, HOUR)
        self.limit = random.choice([4 * HOUR, 8 * HOUR, 24 * HOUR, 72 * HOUR, 120 * HOUR], count)
        self.submit = after(self.passed_down, 12 * HOUR)
        self.finish_first = after(self.reworked, 14 * HOUR)
        self.to_check_first = after(self.reworked, 20 * MINUTE)
        self.fail_check = after(self.reworked, 25 * MINUTE)
        self.finish = after(handled, 20 * HOUR)
        self.to_check = after(handled, 20 * MINUTE)
        self.pass_check = after(handled, 25 * MINUTE)
        self.close = after(handled | self.self_disposed, 20 * MINUTE)
        self.ended = self.close + self.reject + self.void
        self.stage = np.select(
            [self.close > 0, self.reject > 0, self.void > 0, self.finish > 0, self.dispatch > 0, self.file > 0],
            [4, 5, 6, 3, 2, 1],
            0,
        )

    def tables(self) -> Sequence[tuple[str, Mapping[str, Any]]]:
        made = [
            ("cases", self._cases()),
            ("moves", self._moves()),
            ("stages", self._stages()),
            ("assignments", self._assignments()),
            ("requests", self._requests()),
            ("tasks", self._tasks()),
            ("reports", self._reports()),
            ("answers", self._answers()),
            ("ground", self._ground()),
            ("patrol", self._patrol()),
            ("surveys", self._surveys()),
        ]
        return [*made, ("survey_decisions", self._survey_decisions(dict(made)["surveys"]))]

    def _placed(self, whose: Numbers) -> dict[str, Any]:
        return {"grid_code": self.grid[whose], "class_code": _words(CLASSES, self.class_number[whose])}

    def _cases(self) -> dict[str, Any]:
        everyone = np.arange(self.count)
        none = np.full(self.count, NONE)
        filed = self.file > 0
        return self._placed(everyone) | {
            "case_id": self.case_id,
            "number": pa.array(self.case_id).cast(pa.string()),
            "stage": _words(STAGES, self.stage),
            "channel": _words(CHANNELS, self.channel),
            "kind": _words(("component", "event"), (self.class_number >= len(CLASSES) // 2).astype(np.int64)),
            "class_id": self.class_number + 1,
            "rule_id": np.where(self.accept > 0, self.class_number * 3 + 1, NONE),
            "limit_amount": np.where(self.accept > 0, self.limit // HOUR, NONE),
            "limit_unit": _words(("work_hour",), np.where(self.accept > 0, 0, NONE)),
            "area_class": _words(("A", "B", "C"), self.keeper % 3),
            "component_code": none,
            "lon": 120 + (self.grid % 10**6) / 10**6,
            "lat": 30 + (self.keeper % 1000) / 1000,
            "urgent": self.urgent,
            "department_id": np.where(self.dispatch > 0, self.department, NONE),
            "self_disposed": self.self_disposed,
            "rework_count": (self.fail_check > 0).astype(np.int64),
            "return_count": (self.hand_back > 0).astype(np.int64),
            "wrong_dispatch_count": (self.confirm > 0).astype(np.int64),
            "reopen_count": np.zeros(self.count, np.int64),
            "merged_into_id": none,
            "reported_at": self.reported,
            "filed_at": np.where(filed, self.file, 0),
            "dispatched_at": self.dispatch,
            "handled_at": self.finish,
            "ended_at": self.ended,
            "lasted_seconds": np.where(self.ended > 0, self.ended - self.reported, NONE),
            "entry_count": np.full(self.count, 11),
            "origin": _words(("simulated",), np.zeros(self.count, np.int64)),
            "accepted_at": self.accept,
            "inspector_id": np.where(self.by_inspector, self.keeper, NONE),
            "keeper_id": np.where(self.grid == NONE, NONE, self.keeper),
            "excused": self.excused,
            "suspended_until": np.zeros(self.count, np.int64),
            "extension_count": np.zeros(self.count, np.int64),
            "urge_count": np.zeros(self.count, np.int64),
        }

    def _steps(self) -> list[tuple[str, Numbers, str, Numbers, str, str]]:
        """Action, when, post, member, and the stages before and after, in the order in which a case takes them."""
        crew = 20_000 + self.department
        operator, leader, dispatcher = (base + self.case_id % 40 for base in (10_000, 11_000, 12_000))
        reporter = np.where(self.by_inspector, self.keeper, operator)
        accept = np.where(self.self_disposed, 0, self.accept)
        return [
            ("report", self.reported, "operator", reporter, "", "reported"),
            ("ask_to_verify", self.to_verify, "operator", operator, "reported", "verifying"),
            ("verify_true", self.verify, "inspector", self.keeper, "verifying", "reported"),
            ("self_dispose", np.where(self.self_disposed, self.accept, 0), "inspector", self.keeper, "reported", "checked"),
            ("accept", accept, "operator", operator, "reported", "accepted"),
            ("reject", self.reject, "operator", operator, "reported", "rejected"),
            ("file", self.file, "shift_leader", leader, "accepted", "filed"),
            ("void", self.void, "shift_leader", leader, "filed", "voided"),
            ("dispatch", self.dispatch_wrong, "dispatcher", dispatcher, "filed", "dispatched"),
            ("hand_back", self.hand_back, "department", crew, "dispatched", "returned"),
            ("confirm_return", self.confirm, "shift_leader", leader, "returned", "filed"),
            ("dispatch", self.dispatch, "dispatcher", dispatcher, "filed", "dispatched"),
            ("take_up", self.take_up, "department", crew, "dispatched", "handling"),
            ("pass_down", self.pass_down, "department", crew, "handling", "dispatched"),
            ("submit", self.submit, "department", crew + 1000, "dispatched", "handling"),
            ("finish", self.finish_first, "department", crew, "handling", "handled"),
            ("ask_to_check", self.to_check_first, "operator", operator, "handled", "checking"),
            ("fail_check", self.fail_check, "inspector", self.keeper, "checking", "dispatched"),
            ("finish", self.finish, "department", crew, "handling", "handled"),
            ("ask_to_check", self.to_check, "operator", operator, "handled", "checking"),
            ("pass_check", self.pass_check, "inspector", self.keeper, "checking", "checked"),
            ("close", self.close, "shift_leader", leader, "checked", "closed"),
        ]

    def _moves(self) -> dict[str, Any]:
        steps = self._steps()
        seq = np.zeros(self.count, np.int64)
        parts = []
        for which, (action, at, _post, member, _before, _after) in enumerate(steps):
            whose = np.flatnonzero(at)
            seq[whose] += 1
            parts.append((action, which, whose, at[whose], member[whose], seq[whose].copy()))
        parts.sort(key=lambda part: part[0])
        step = np.concatenate([np.full(len(part[2]), part[1]) for part in parts])
        whose, at, member, seqs = (np.concatenate([part[place] for part in parts]) for place in (2, 3, 4, 5))
        order = _by(_ranks([steps[number][0] for number in range(len(steps))])[step], whose, seqs)
        step, whose, at, member, seqs = step[order], whose[order], at[order], member[order], seqs[order]
        organization = np.select([member >= 20_000, member >= 12_000], [member - 20_000, np.full(len(member), 9_002)], 9_001)
        return self._placed(whose) | {
            "case_id": self.case_id[whose],
            "seq": seqs,
            "entry_id": self.case_id[whose] * 24 + seqs,
            "at": at,
            "action": _words([one[0] for one in steps], step),
            "member_id": member,
            "post": _words([one[2] for one in steps], step),
            "organization_id": organization,
            "from_stage": _words([one[4] for one in steps], step),
            "to_stage": _words([one[5] for one in steps], step),
            "department_id": np.where(self.dispatch[whose] > 0, self.department[whose], NONE),
            "stage": _words(STAGES, self.stage[whose]),
            "sent_in_time": _or_nothing(at - self.reported[whose] <= 15 * MINUTE, _is(steps, "ask_to_verify")[step]),
            "decided_by": _words(("file",), np.where(_is(steps, "accept")[step] & (self.file[whose] > 0), 0, NONE)),
        }

    def _stages(self) -> dict[str, Any]:
        """Clocks: kind, from when, until when, limit, level and organization, who stopped it and how."""
        operator, leader, dispatcher = (base + self.case_id % 40 for base in (10_000, 11_000, 12_000))
        none, level_2 = np.full(self.count, NONE), np.full(self.count, 2)
        crew = 20_000 + self.department
        quarter, half = np.full(self.count, 15 * MINUTE), np.full(self.count, 30 * MINUTE)
        wrong = 1 + (self.department + 3) % self.size.departments
        taken = self.accept + self.reject
        clocks = [
            ("acceptance", self.reported, taken, quarter, none, none, operator, "accept"),
            ("verify", self.to_verify, self.verify, half, none, none, self.keeper, "verify_true"),
            ("filing", np.where(self.self_disposed, 0, self.accept), self.file, quarter, none, none, leader, "file"),
            ("dispatch", self.file * (self.void == 0), self.dispatch_wrong + self.dispatch * (self.dispatch_wrong == 0), quarter, none, none, dispatcher, "dispatch"),  # noqa: E501
            ("handling", self.dispatch_wrong, self.confirm, self.limit, level_2, wrong, leader, "confirm_return"),
            ("dispatch", self.hand_back, self.dispatch, half, none, none, dispatcher, "dispatch"),
            ("handling", self.dispatch * (self.reworked == 0), self.finish, self.limit, level_2, self.department, crew, "finish"),
            ("handling", self.dispatch * self.reworked, self.finish_first, self.limit, level_2, self.department, crew, "finish"),
            ("handling", self.fail_check, self.finish, self.limit, level_2, self.department, crew, "finish"),
            ("level", self.pass_down, self.submit, self.limit // 2, none + 4, self.department + 1000, crew + 1000, "submit"),
            ("check_sending", self.finish_first, self.to_check_first, half, none, none, operator, "ask_to_check"),
            ("check", self.to_check_first, self.fail_check, half, none, none, self.keeper, "fail_check"),
            ("check_sending", self.finish, self.to_check, half, none, none, operator, "ask_to_check"),
            ("check", self.to_check, self.pass_check, half, none, none, self.keeper, "pass_check"),
            ("closing", self.pass_check, self.close, half, none, none, leader, "close"),
        ]  # fmt: skip
        names = [clock[0] for clock in clocks]
        ordinal = np.zeros(self.count, np.int64)
        parts = []
        for which, clock in enumerate(clocks):
            whose = np.flatnonzero(clock[1])
            parts.append((np.full(len(whose), which), whose, ordinal[whose], *(column[whose] for column in clock[1:7])))
            ordinal[whose] += 1
        number, whose, ordinals, started, stopped, limit, level, organization, member = (
            np.concatenate([part[place] for part in parts]) for place in range(9)
        )
        order = _by(_ranks(names)[number], whose, ordinals)
        number, whose, ordinals, started, stopped, limit, level, organization, member = (
            column[order] for column in (number, whose, ordinals, started, stopped, limit, level, organization, member)
        )
        due = started + limit
        stops = stopped > 0
        return self._placed(whose) | {
            "case_id": self.case_id[whose],
            "ordinal": ordinals,
            "clock": _words(names, number),
            "level": level,
            "organization_id": organization,
            "started_at": started,
            "due_at": due,
            "paused_at": np.zeros(len(whose), np.int64),
            "stopped_at": stopped,
            "limit_seconds": limit,
            "worked_seconds": np.where(stops, stopped - started, 0),
            "continuous": np.ones(len(whose), bool),
            "overdue": _or_nothing(stopped > due, stops),
            "stopped_by": _words([clock[7] for clock in clocks], np.where(stops, number, NONE)),
            "member_id": np.where(stops, member, NONE),
            "suspended": np.zeros(len(whose), bool),
            "excused": self.excused[whose],
            "urgent": self.urgent[whose],
            "supervised": self.excused[whose],
            "stage": _words(STAGES, self.stage[whose]),
        }

    def _assignments(self) -> dict[str, Any]:
        dispatcher = 12_000 + self.case_id % 40
        wrong = 1 + (self.department + 3) % self.size.departments
        none = np.full(self.count, NONE)
        first_end = np.where(self.reworked, self.finish_first, self.finish)
        given = [
            (2, "dispatch", self.dispatch_wrong, self.confirm, wrong, dispatcher, "confirm_return"),
            (2, "dispatch", self.dispatch, first_end, self.department, dispatcher, "finish"),
            (2, "fail_check", self.fail_check, self.finish, self.department, self.keeper, "finish"),
            (4, "", self.pass_down, self.submit, self.department + 1000, none, "submit"),
        ]
        nth = np.zeros(self.count, np.int64)
        parts = []
        for which, one in enumerate(given):
            whose = np.flatnonzero(one[2])
            nth[whose] = nth[whose] + 1 if one[0] == 2 else 1
            parts.append((np.full(len(whose), which), whose, nth[whose].copy(), *(column[whose] for column in one[2:6])))
        number, whose, turn, started, ended, organization, member = (np.concatenate([part[place] for part in parts]) for place in range(7))
        order = _by(np.array([0, 0, 1, 2])[number], whose, turn)
        number, whose, turn, started, ended, organization, member = (
            column[order] for column in (number, whose, turn, started, ended, organization, member)
        )
        return self._placed(whose) | {
            "case_id": self.case_id[whose],
            "ordinal": number,
            "level": np.array([one[0] for one in given])[number],
            "organization_id": organization,
            "started_at": started,
            "ended_at": ended,
            "outcome": _words([*(one[6] for one in given), ""], np.where(ended > 0, number, len(given))),
            "nth": turn,
            "begun_by": _words([one[1] for one in given], np.where(number == 3, NONE, number)),
            "member_id": member,
        }

    def _requests(self) -> dict[str, Any]:
        kinds = ("appeal", "extension", "order", "return", "suspension")
        asks = self.random.random(self.count)
        parts = []
        sides = (
            (0.0, 0.004, self.close),
            (0.004, 0.06, self.take_up),
            (0.06, 0.07, self.take_up),
            (-1, -1, self.hand_back),
            (0.07, 0.08, self.take_up),
        )
        for which, (low, high, since) in enumerate(sides):
            whose = np.flatnonzero((since > 0) & (((asks >= low) & (asks < high)) | (low < 0)))
            parts.append((np.full(len(whose), which), whose, since[whose] + 30 * MINUTE))
        number, whose, asked = (np.concatenate([part[place] for part in parts]) for place in range(3))
        waited = self.random.exponential(3 * HOUR, len(whose)).astype(np.int64)
        granted = self.random.random(len(whose)) < 0.8
        outcome = np.where(number == 2, 2, np.where(granted, 0, 1))
        return self._placed(whose) | {
            "case_id": self.case_id[whose],
            "ordinal": np.zeros(len(whose), np.int64),
            "kind": _words(kinds, number),
            "organization_id": self.department[whose],
            "member_id": np.where(number == 2, 12_000 + self.case_id[whose] % 40, 20_000 + self.department[whose]),
            "asked_at": asked,
            "answer_due_at": asked + 4 * HOUR,
            "answered_at": asked + waited,
            "ended_at": asked + waited,
            "waited_seconds": waited,
            "outcome": _words(("granted", "refused", "answered"), outcome),
            "basis": _words(("",), np.zeros(len(whose), np.int64)),
            "degree": (number == 2).astype(np.int64),
        }

    def _tasks(self) -> dict[str, Any]:
        walks = [
            (0, self.to_check, self.pass_check, 0),
            (0, self.to_check_first, self.fail_check, 1),
            (1, self.to_verify, self.verify, 2),
        ]
        parts = []
        for which, begun, ended, outcome in walks:
            whose = np.flatnonzero(begun)
            parts.append((np.full(len(whose), which), whose, begun[whose], ended[whose], np.full(len(whose), outcome)))
        kind, whose, given, done, result = (np.concatenate([part[place] for part in parts]) for place in range(5))
        order = _by(kind, whose, given)
        kind, whose, given, done, result = kind[order], whose[order], given[order], done[order], result[order]
        return self._placed(whose) | {
            "case_id": self.case_id[whose],
            "task_id": self.case_id[whose] * 3 + result,
            "kind": _words(("check", "verify"), kind),
            "member_id": self.keeper[whose],
            "created_at": given,
            "due_at": given + 30 * MINUTE,
            "done_at": done,
            "result": _words(("pass_check", "fail_check", "verify_true"), np.where(done > 0, result, NONE)),
            "distance_m": (whose % 90).astype(float),
        }

    def _reports(self) -> dict[str, Any]:
        return {
            "case_id": self.case_id,
            "report_id": self.case_id,
            "channel": _words(CHANNELS, self.channel),
            "member_id": np.where(self.by_inspector, self.keeper, 10_000 + self.case_id % 40),
            "reported_at": self.reported,
            "can_be_answered": self.public,
        }

    def _answers(self) -> dict[str, Any]:
        steps = ("acceptance", "feedback", "visit")
        parts = []
        for which, since in enumerate((self.accept, self.finish, self.close)):
            whose = np.flatnonzero(self.public & (since > 0))
            parts.append((np.full(len(whose), which), whose, since[whose]))
        number, whose, since = (np.concatenate([part[place] for part in parts]) for place in range(3))
        chance = self.random.random(len(whose))
        done = chance < 0.9
        stars = np.where(done & (number == 2), 1 + (chance * 7).astype(np.int64) % 5, NONE)
        return self._placed(whose) | {
            "case_id": self.case_id[whose],
            "answer_id": self.case_id[whose] * 3 + number,
            "report_id": self.case_id[whose],
            "step": _words(steps, number),
            "channel": _words(CHANNELS, self.channel[whose]),
            "state": _words(("done", "open", "dropped"), np.where(done, 0, np.where(chance < 0.97, 1, 2))),
            "since": since,
            "due_at": since + 2 * DAY,
            "done_at": np.where(done, since + (chance * 3 * DAY).astype(np.int64), 0),
            "member_id": np.where(done, 10_000 + self.case_id[whose] % 40, NONE),
            "stars": stars,
            "department_id": np.where(self.dispatch[whose] > 0, self.department[whose], NONE),
        }

    def _patrol(self) -> dict[str, Any]:
        member = np.tile(np.arange(1, self.size.inspectors + 1), self.days)
        day = np.repeat(np.arange(self.days), self.size.inspectors)
        chance = self.random.random(len(member))
        return {
            "day": self._day(day),
            "member_id": member,
            "duty_seconds": np.full(len(member), 8 * HOUR),
            "street_seconds": (chance * 8 * HOUR).astype(np.int64),
            "outside_seconds": (chance * HOUR).astype(np.int64),
            "distance_m": chance * 12_000,
            "own_grids": np.full(len(member), 10),
            "covered_grids": (chance * 11).astype(np.int64),
            "visits": (chance * 30).astype(np.int64),
        }

    def _ground(self) -> dict[str, Any]:
        number = np.arange(self.size.grids // GRIDS_A_COMMUNITY)
        street = number // COMMUNITIES_A_STREET
        community = COUNTY * 10**9 + (street + 1) * 10**6 + (number % COMMUNITIES_A_STREET + 1) * 10**3
        grids = np.full(len(number), GRIDS_A_COMMUNITY)
        return {"day": self._day(np.zeros(len(number), np.int64)), "grid_code": community, "grids": grids, "area_m2": grids * 10_000.0}

    def _surveys(self) -> dict[str, Any]:
        whose = np.arange(0, self.count, 50)
        at = self.reported[whose]
        return self._placed(whose) | {
            "day": self._day((at - self.begin) // DAY),
            "survey_id": self.case_id[whose],
            "at": at,
            "kind": _words(("new", "moved", "changed", "gone"), whose % 4),
            "member_id": self.keeper[whose],
        }

    def _survey_decisions(self, surveys: Mapping[str, Any]) -> dict[str, Any]:
        kind = _words(("approve", "refuse"), (surveys["survey_id"] % 10 == 0).astype(np.int64))
        return {**surveys, "decision_id": surveys["survey_id"], "kind": kind}

    def _day(self, number: Numbers) -> Any:
        first = (date(YEAR, self.month, 1) - date(1970, 1, 1)).days
        return pa.array((first + number).astype(np.int32)).cast(pa.date32())


STAGES = ("accepted", "filed", "handling", "checking", "closed", "rejected", "voided")


def _by(group: Numbers, whose: Numbers, turn: Numbers) -> Numbers:
    """The order by group, case and turn."""
    return np.argsort((group.astype(np.int64) << 48) | (whose.astype(np.int64) << 16) | (turn & 0xFFFF), kind="stable")


def _ranks(names: Sequence[str]) -> Numbers:
    """The place of each name in the alphabet."""
    order = {name: rank for rank, name in enumerate(sorted(set(names)))}
    return np.array([order[name] for name in names])


def _words(words: Sequence[str], number: Numbers) -> Any:
    """Words by their numbers; NONE is an empty cell."""
    missing = number == NONE
    indices = pa.array(np.where(missing, 0, number).astype(np.int32), mask=missing if missing.any() else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def _is(steps: Sequence[tuple[Any, ...]], action: str) -> Numbers:
    """Which steps are by an action."""
    return np.array([step[0] == action for step in steps])


def _or_nothing(values: Numbers, there: Numbers) -> Any:
    return pa.array(values, mask=~there)


def _write(store: FactStore, manifest: Manifest, table: FactTable, month: str, columns: Mapping[str, Any]) -> None:
    """Write a month as the store would: the rows come sorted, so nothing is sorted again."""
    arrays = []
    for column in table.columns:
        values = columns[column.name]
        if isinstance(values, np.ndarray):
            empty = 0 if column.kind is Kind.MOMENT else NONE
            nothing = values == empty if column.kind in (Kind.MOMENT, Kind.WHOLE) else None
            mask = nothing if nothing is not None and nothing.any() and _may_be_empty(column.name) else None
            values = pa.array(values * 10**6 if column.kind is Kind.MOMENT else values, mask=mask)
        arrays.append(values)
    kinds = schema_of(table)
    types = [arrays[n].type if pa.types.is_dictionary(arrays[n].type) else field.type for n, field in enumerate(kinds)]
    rows = pa.table([array.cast(kind) for array, kind in zip(arrays, types, strict=True)], names=kinds.names)
    if rows.num_rows == 0:
        return
    name = f"{month}-made.parquet"
    path = store.folder / table.name / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, path, compression="zstd", row_group_size=ROWS_A_GROUP, store_schema=False)
    manifest.files.setdefault(table.name, {})[month] = {"file": name, "rows": rows.num_rows}


def _may_be_empty(name: str) -> bool:
    return name not in ("case_id", "seq", "ordinal")
