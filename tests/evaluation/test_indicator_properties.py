"""What holds of every log: rates do not rise by being late, rows may stand in any order, and parts add up.

Every made-up log is an organization of its own, so that one reckoning judges all of them.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import ibis
import pyarrow as pa

from chengge.evaluation.facts.tables import fact_tables, schema_of
from chengge.evaluation.indicators import Facts, Settings, Subject, indicators, reckon_all

LOGS = 300
DUE = datetime(2026, 10, 5, 4, tzinfo=UTC)
BEGIN, END = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
STAGES = next(table for table in fact_tables() if table.name == "stages")
ON_TIME = ("D2", "D6", "D16", "C30")
OF_HANDLINGS = tuple(one for one in indicators(Settings()) if one.code in (*ON_TIME, "D1", "D3", "D5", "D10", "D14"))

Row = dict[str, Any]
Log = list[Row]
Sums = dict[str, tuple[int, int]]


def a_handling(random: Random) -> Row:
    """A handling in some state, as a row of the facts needs it."""
    done, late = random.random() < 0.8, random.random() < 0.4
    due = DUE + timedelta(days=random.randrange(20))
    return {
        "case_id": random.randrange(1, 9),
        "ordinal": 0,
        "clock": "handling",
        "level": 2,
        "started_at": due - timedelta(hours=4),
        "due_at": due,
        "stopped_at": due + timedelta(hours=3 if late else -1) if done else None,
        "worked_seconds": 3600 * random.randrange(1, 9) if done else None,
        "overdue": late if done else None,
        "stopped_by": random.choice(["finish", "finish", "confirm_return", "void"]) if done else None,
        "suspended": not done and random.random() < 0.3,
        "excused": random.random() < 0.2,
        "urgent": random.random() < 0.5,
        "supervised": random.random() < 0.2,
        "stage": random.choice(["closed", "checking"]) if done else "handling",
        "grid_code": random.choice([999001001001001, 999001001002001, 999001002001001]),
        "class_code": random.choice(["c0101", "e0203"]),
    }


def made_up(seed: int) -> list[Log]:
    """Logs of none to eleven handlings."""
    random = Random(seed)
    return [[a_handling(random) for _ in range(random.randrange(12))] for _ in range(LOGS)]


def late(row: Row) -> Row:
    """The same handling, finished long after it was due."""
    finished = {"stopped_at": row["due_at"] + timedelta(days=2), "overdue": True, "stopped_by": "finish", "stage": "closed"}
    return row | finished | {"worked_seconds": 9 * 3600, "suspended": False}


def reckoned(logs: list[Log], subject: Subject = Subject.ORGANIZATION, as_of: datetime = DUE + timedelta(days=60)) -> dict[str, Sums]:
    """By the number of a log (or what else the subjects are), numerator and denominator of each indicator that has any."""
    rows = [row | {"organization_id": number} for number, log in enumerate(logs) for row in log]
    engine = ibis.duckdb.connect(threads=1)
    engine.con.register("stages", pa.Table.from_pylist(rows, schema_of(STAGES)))
    facts = Facts({"stages": engine.table("stages")}, as_of, Settings())
    told: dict[str, Sums] = {}
    for one in reckon_all(facts, OF_HANDLINGS, [subject], BEGIN, END):
        told.setdefault(one.subject_id, {})[one.code] = (one.numerator, one.denominator or 0)
    return told


def none_rose(before: dict[str, Sums], after: dict[str, Sums]) -> bool:
    """No on-time rate is higher than before; what had no rate before may have any."""
    return all(
        after[whose][code][0] * below <= above * after[whose][code][1]
        for whose, sums in before.items()
        for code, (above, below) in sums.items()
        if code in ON_TIME and code in after.get(whose, {})
    )


def test_while_the_month_goes_on_what_is_open_and_not_yet_due_is_nothing_to_judge():
    logs, now = made_up(11), DUE + timedelta(days=9, hours=1)
    open_still = {"stopped_at": None, "worked_seconds": None, "overdue": None, "stopped_by": None, "stage": "handling"}
    to_come = [row | open_still | {"due_at": now + timedelta(days=days)} for days, row in enumerate(logs[0], start=1)]
    assert to_come
    assert reckoned([[*log, *to_come] for log in logs], as_of=now) == reckoned(logs, as_of=now)


def test_a_late_case_more_never_raises_an_on_time_rate():
    logs, random = made_up(1), Random(2)
    assert none_rose(reckoned(logs), reckoned([[*log, late(a_handling(random))] for log in logs]))


def test_finishing_later_never_raises_an_on_time_rate():
    """Of a handling that was finished, or still waits for it; what was never this department's to finish is none."""
    logs, random = made_up(3), Random(4)
    mended = []
    for log in logs:
        own = [number for number, row in enumerate(log) if row["stopped_by"] in ("finish", None) and not row["suspended"]]
        place = random.choice(own) if own else len(log)
        mended.append([late(row) | {"stage": row["stage"]} if number == place else row for number, row in enumerate(log)])
    assert none_rose(reckoned(logs), reckoned(mended))


def test_the_order_of_rows_changes_nothing():
    logs = made_up(5)
    assert reckoned([Random(number).sample(log, len(log)) for number, log in enumerate(logs)]) == reckoned(logs)


def test_two_logs_add_up_to_one():
    ones, others = made_up(6), made_up(7)
    parts = [reckoned(ones), reckoned(others)]
    whole = reckoned([one + other for one, other in zip(ones, others, strict=True)])
    assert whole.keys() == parts[0].keys() | parts[1].keys()
    for whose, sums in whole.items():
        for code, (above, below) in sums.items():
            told = [part.get(whose, {}).get(code, (0, 0)) for part in parts]
            assert (above, below) == (told[0][0] + told[1][0], told[0][1] + told[1][1])


def test_streets_are_what_their_communities_add_up_to():
    logs = made_up(8)
    streets, communities = reckoned(logs, Subject.STREET), reckoned(logs, Subject.COMMUNITY)
    assert len(streets) == 2
    for street, sums in streets.items():
        inside = [of_community for community, of_community in communities.items() if community.startswith(street)]
        for code, (above, below) in sums.items():
            told = [of_community.get(code, (0, 0)) for of_community in inside]
            assert (above, below) == (sum(one[0] for one in told), sum(one[1] for one in told))
