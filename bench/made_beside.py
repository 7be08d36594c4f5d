"""The tables of facts that stand beside the cases: reports, answers, the ground, patrols, surveys, and what coordination tells."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from bench.made_columns import in_order, words
from bench.made_lives import (
    CHANNELS,
    CLASSES,
    COMMUNITIES_A_STREET,
    COUNTY,
    DAY,
    GRIDS_A_COMMUNITY,
    HOUR,
    NONE,
    STAGES,
    YEAR,
    Lives,
    Numbers,
)


class Beside(Lives):
    """The lives of a month with the rows that are written beside the cases."""

    def _placed(self, whose: Numbers) -> dict[str, Any]:
        return {"grid_code": self.grid[whose], "class_code": words(CLASSES, self.class_number[whose])}

    def _reports(self) -> dict[str, Any]:
        return {
            "case_id": self.case_id,
            "report_id": self.case_id,
            "channel": words(CHANNELS, self.channel),
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
            "step": words(steps, number),
            "channel": words(CHANNELS, self.channel[whose]),
            "state": words(("done", "open", "dropped"), np.where(done, 0, np.where(chance < 0.97, 1, 2))),
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
            "kind": words(("new", "moved", "changed", "gone"), whose % 4),
            "member_id": self.keeper[whose],
        }

    def _survey_decisions(self, surveys: Mapping[str, Any]) -> dict[str, Any]:
        kind = words(("approve", "refuse"), (surveys["survey_id"] % 10 == 0).astype(np.int64))
        return {**surveys, "decision_id": surveys["survey_id"], "kind": kind}

    def _dispatching(self) -> dict[str, Any]:
        parts = []
        for which, at in enumerate((self.dispatch_wrong, self.dispatch)):
            whose = np.flatnonzero(at)
            parts.append((np.full(len(whose), which), whose, at[whose]))
        second, whose, at = (np.concatenate([part[place] for part in parts]) for place in range(3))
        order = in_order(np.zeros(len(whose), np.int64), whose, second)
        second, whose, at = second[order], whose[order], at[order]
        again = (second == 1) & (self.dispatch_wrong[whose] > 0)
        return self._placed(whose) | {
            "case_id": self.case_id[whose],
            "seq": 5 + 3 * again,
            "at": at,
            "member_id": 12_000 + self.case_id[whose] % 40,
            "shift": words(("night", "early", "late"), at // HOUR % 24 // 8),
            "nth": 1 + again,
            "after_return": again,
            "wrong": (second == 0) & (self.confirm[whose] > 0),
            **self._ways(whose),
        }

    def _hard_cases(self) -> dict[str, Any]:
        """Those that were handed back, settled by the dispatch after it."""
        whose = np.flatnonzero(self.hand_back)
        found, settled = self.hand_back[whose], self.dispatch[whose]
        return self._placed(whose) | {
            "case_id": self.case_id[whose],
            "reasons": words(("returned",), np.zeros(len(whose), np.int64)),
            "way": words(("key", "general", "simple", "hard"), whose % 4),
            "found_at": found,
            "due_at": found + DAY,
            "settled_at": settled,
            "waited_seconds": np.where(settled > 0, settled - found, NONE),
            "placed_seq": np.where(settled > 0, 8, NONE),
            "member_id": np.where(settled > 0, 12_000 + self.case_id[whose] % 40, NONE),
            **self._ways(whose),
        }

    def _ways(self, whose: Numbers) -> dict[str, Any]:
        return {
            "stage": words(STAGES, self.stage[whose]),
            "return_count": (self.hand_back > 0).astype(np.int64)[whose],
            "rework_count": (self.fail_check > 0).astype(np.int64)[whose],
        }

    def _day(self, number: Numbers) -> Any:
        first = (date(YEAR, self.month, 1) - date(1970, 1, 1)).days
        return pa.array((first + number).astype(np.int32)).cast(pa.date32())
