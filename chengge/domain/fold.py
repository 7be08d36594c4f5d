"""From entries to the present: a case, its clocks and its assignments are what their ledger entries add up to.

Every entry says what it changed (`case`, `clocks`, `assignments` in its body), so the fold needs no rule of the day on
which the entry was written: old entries mean for ever what they meant. Times are UTC epoch seconds.
"""

from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]


class FoldBroken(ValueError):
    """An entry that cannot stand where it stands: it does not follow from those before it."""


@dataclass(slots=True)
class Folded:
    """What the entries read so far add up to. Clocks, assignments and side paths are numbered from 0 in the order of their start."""

    case: dict[str, Any] = field(default_factory=dict)
    clocks: list[dict[str, Any]] = field(default_factory=list)
    assignments: list[dict[str, Any]] = field(default_factory=list)
    side_paths: list[dict[str, Any]] = field(default_factory=list)
    entry_count: int = 0


def fold(bodies: list[Body]) -> Folded:
    """All entries of one case, from the first."""
    state = Folded()
    for body in bodies:
        fold_entry(state, body)
    return state


def fold_entry(state: Folded, body: Body) -> None:
    """Take one more entry into `state`.

    Raises:
        FoldBroken: its number or the stage it starts from is not the next one.
    """
    if body["seq"] != state.entry_count + 1:
        raise FoldBroken(f"entry {body['seq']} follows entry {state.entry_count}")
    if body["from"] != state.case.get("stage", ""):
        raise FoldBroken(f"entry {body['seq']} starts from '{body['from']}', but the case is '{state.case.get('stage', '')}'")
    at = body["at"]
    state.entry_count += 1
    state.case.update(body["case"])
    state.case["changed_at"] = at
    for move in body["clocks"]:
        move_clock(state.clocks, move, at)
    for move in body["assignments"]:
        _move_assignment(state.assignments, move, at)
    for move in body.get("side_paths", ()):
        _move_side_path(state.side_paths, move, at)


# What an older entry, which does not say it, meant: a lower level had all that was left above it.
WHOLE_LIMIT: dict[str, Any] = {"share_percent": 100}


def move_clock(clocks: list[dict[str, Any]], move: dict[str, Any], at: int) -> None:
    """Start, stop, pause, resume or re-time one clock."""
    match move["op"]:
        case "start":
            clock = WHOLE_LIMIT | {name: value for name, value in move.items() if name != "op"}
            clocks.append(
                clock
                | {
                    "started_at": at,
                    "running_since": at,
                    "worked_seconds": 0,
                    "paused_at": None,
                    "stopped_at": None,
                    "overdue": None,
                    "pauses": [],
                }
            )
        case "stop":
            clocks[move["n"]].update(stopped_at=at, worked_seconds=move["worked_seconds"], overdue=move["overdue"], paused_at=None)
        case "pause":
            clocks[move["n"]].update(paused_at=at, worked_seconds=move["worked_seconds"])
            clocks[move["n"]]["pauses"].append((at, None))
        case "resume":
            clocks[move["n"]].update(paused_at=None, running_since=at, yellow_at=move["yellow_at"], due_at=move["due_at"])
            pauses = clocks[move["n"]]["pauses"]
            pauses[-1] = (pauses[-1][0], at)
        case "retime":
            clocks[move["n"]].update({name: value for name, value in move.items() if name not in {"op", "n"}})
        case other:
            raise FoldBroken(f"no clock can be moved by '{other}'")


def _move_assignment(assignments: list[dict[str, Any]], move: dict[str, Any], at: int) -> None:
    match move["op"]:
        case "start":
            told = {"level": move["level"], "organization_id": move["organization_id"], "part": move.get("part", "")}
            told["above"] = move.get("above")
            assignments.append(told | {"started_at": at, "ended_at": None, "outcome": ""})
        case "end":
            assignments[move["n"]].update(ended_at=at, outcome=move["outcome"])
        case other:
            raise FoldBroken(f"no assignment can be moved by '{other}'")


# What stands in a side path (a request or a supervision order) until an entry says otherwise.
NEW_SIDE_PATH: dict[str, Any] = {
    "organization_id": None, "answer_due_at": None, "basis": "", "degree": 0, "until": None, "answered_at": None, "ended_at": None,
    "outcome": "",
}  # fmt: skip


def _move_side_path(side_paths: list[dict[str, Any]], move: dict[str, Any], at: int) -> None:
    said = {name: value for name, value in move.items() if name not in {"op", "n"}}
    match move["op"]:
        case "open":
            side_paths.append(NEW_SIDE_PATH | {"asked_at": at} | said)
        case "change":
            side_paths[move["n"]].update(said)
        case other:
            raise FoldBroken(f"no side path can be moved by '{other}'")
