"""The tables of facts of a month of made lives: cases and what was done with them, column by column as the store lays them out."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from bench.made_beside import Beside
from bench.made_columns import are, in_order, or_nothing, ranks, words
from bench.made_lives import CHANNELS, CLASSES, HOUR, MINUTE, NONE, STAGES, Numbers


class Tables(Beside):
    """The lives of a month with the rows that are written of them."""

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
            ("dispatching", self._dispatching()),
            ("hard_cases", self._hard_cases()),
        ]
        return [*made, ("survey_decisions", self._survey_decisions(dict(made)["surveys"]))]

    def _cases(self) -> dict[str, Any]:
        everyone = np.arange(self.count)
        none = np.full(self.count, NONE)
        filed = self.file > 0
        return self._placed(everyone) | {
            "case_id": self.case_id,
            "number": pa.array(self.case_id).cast(pa.string()),
            "stage": words(STAGES, self.stage),
            "channel": words(CHANNELS, self.channel),
            "kind": words(("component", "event"), (self.class_number >= len(CLASSES) // 2).astype(np.int64)),
            "class_id": self.class_number + 1,
            "rule_id": np.where(self.accept > 0, self.class_number * 3 + 1, NONE),
            "limit_amount": np.where(self.accept > 0, self.limit // HOUR, NONE),
            "limit_unit": words(("work_hour",), np.where(self.accept > 0, 0, NONE)),
            "area_class": words(("A", "B", "C"), self.keeper % 3),
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
            "origin": words(("simulated",), np.zeros(self.count, np.int64)),
            "accepted_at": self.accept,
            "inspector_id": np.where(self.by_inspector, self.keeper, NONE),
            "keeper_id": np.where(self.grid == NONE, NONE, self.keeper),
            "excused": self.excused,
            "suspended_until": np.zeros(self.count, np.int64),
            "extension_count": np.zeros(self.count, np.int64),
            "urge_count": np.zeros(self.count, np.int64),
            "by_itself": self.by_itself,
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
        order = in_order(ranks([steps[number][0] for number in range(len(steps))])[step], whose, seqs)
        step, whose, at, member, seqs = step[order], whose[order], at[order], member[order], seqs[order]
        organization = np.select([member >= 20_000, member >= 12_000], [member - 20_000, np.full(len(member), 9_002)], 9_001)
        return self._placed(whose) | {
            "case_id": self.case_id[whose],
            "seq": seqs,
            "entry_id": self.case_id[whose] * 24 + seqs,
            "at": at,
            "action": words([one[0] for one in steps], step),
            "member_id": member,
            "post": words([one[2] for one in steps], step),
            "organization_id": organization,
            "from_stage": words([one[4] for one in steps], step),
            "to_stage": words([one[5] for one in steps], step),
            "department_id": np.where(self.dispatch[whose] > 0, self.department[whose], NONE),
            "stage": words(STAGES, self.stage[whose]),
            "sent_in_time": or_nothing(at - self.reported[whose] <= 15 * MINUTE, are(steps, "ask_to_verify")[step]),
            "decided_by": words(("file",), np.where(are(steps, "accept")[step] & (self.file[whose] > 0), 0, NONE)),
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
        order = in_order(ranks(names)[number], whose, ordinals)
        number, whose, ordinals, started, stopped, limit, level, organization, member = (
            column[order] for column in (number, whose, ordinals, started, stopped, limit, level, organization, member)
        )
        due = started + limit
        stops = stopped > 0
        return self._placed(whose) | {
            "case_id": self.case_id[whose],
            "ordinal": ordinals,
            "clock": words(names, number),
            "level": level,
            "organization_id": organization,
            "started_at": started,
            "due_at": due,
            "paused_at": np.zeros(len(whose), np.int64),
            "stopped_at": stopped,
            "limit_seconds": limit,
            "worked_seconds": np.where(stops, stopped - started, 0),
            "continuous": np.ones(len(whose), bool),
            "overdue": or_nothing(stopped > due, stops),
            "stopped_by": words([clock[7] for clock in clocks], np.where(stops, number, NONE)),
            "member_id": np.where(stops, member, NONE),
            "suspended": np.zeros(len(whose), bool),
            "excused": self.excused[whose],
            "urgent": self.urgent[whose],
            "supervised": self.excused[whose],
            "stage": words(STAGES, self.stage[whose]),
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
        order = in_order(np.array([0, 0, 1, 2])[number], whose, turn)
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
            "outcome": words([*(one[6] for one in given), ""], np.where(ended > 0, number, len(given))),
            "part": np.zeros(len(whose), np.bool_),
            "nth": turn,
            "begun_by": words([one[1] for one in given], np.where(number == 3, NONE, number)),
            "member_id": member,
            "by_itself": (number == 1) & self.by_itself[whose],
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
            "kind": words(kinds, number),
            "organization_id": self.department[whose],
            "member_id": np.where(number == 2, 12_000 + self.case_id[whose] % 40, 20_000 + self.department[whose]),
            "asked_at": asked,
            "answer_due_at": asked + 4 * HOUR,
            "answered_at": asked + waited,
            "ended_at": asked + waited,
            "waited_seconds": waited,
            "outcome": words(("granted", "refused", "answered"), outcome),
            "basis": words(("",), np.zeros(len(whose), np.int64)),
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
        order = in_order(kind, whose, given)
        kind, whose, given, done, result = kind[order], whose[order], given[order], done[order], result[order]
        return self._placed(whose) | {
            "case_id": self.case_id[whose],
            "task_id": self.case_id[whose] * 3 + result,
            "kind": words(("check", "verify"), kind),
            "member_id": self.keeper[whose],
            "created_at": given,
            "due_at": given + 30 * MINUTE,
            "done_at": done,
            "result": words(("pass_check", "fail_check", "verify_true"), np.where(done > 0, result, NONE)),
            "distance_m": (whose % 90).astype(float),
        }
