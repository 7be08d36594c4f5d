"""How a department stands, level by level: what runs with it and below it, by light, and what was done this month."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time

from django.db import connection

from chengge import clock
from chengge.casework.queries.sight import TREE
from chengge.organization.queries import CITY_ZONE, Actor, city_day

# Clocks that run, of whoever has a case or a part of one in hand.
RUNNING = f"""
WITH tree AS ({TREE})
SELECT held.level, count(*),
  count(*) FILTER (WHERE clock.paused_at IS NULL AND clock.yellow_at <= %s AND clock.due_at >= %s),
  count(*) FILTER (WHERE clock.paused_at IS NULL AND clock.due_at < %s)
FROM casework_assignment held
JOIN casework_clock clock ON clock.case_id = held.case_id AND clock.organization_id = held.organization_id AND clock.stopped_at IS NULL
WHERE held.organization_id IN (SELECT id FROM tree) AND held.ended_at IS NULL AND clock.kind IN ('handling', 'level')
GROUP BY held.level
"""  # noqa: S608 - our own words
# What ended since, done; each with the clock that stopped with it.
DONE = f"""
WITH tree AS ({TREE})
SELECT held.level, count(*), count(*) FILTER (WHERE clock.overdue IS FALSE)
FROM casework_assignment held
JOIN casework_clock clock ON clock.case_id = held.case_id AND clock.organization_id = held.organization_id
  AND clock.stopped_at = held.ended_at AND clock.kind IN ('handling', 'level')
WHERE held.organization_id IN (SELECT id FROM tree) AND held.ended_at >= %s AND held.outcome IN ('finish', 'submit', 'submit_part')
GROUP BY held.level
"""  # noqa: S608 - our own words


@dataclass(slots=True)
class LevelStand:
    """One level of a department: how much is open, due soon and overdue now, and what was done this month, in time or not."""

    level: int
    open: int = 0
    due_soon: int = 0
    overdue: int = 0
    done: int = 0
    done_in_time: int = 0

    @property
    def in_time_percent(self) -> int | None:
        return None if not self.done else self.done_in_time * 100 // self.done


def level_stands(actor: Actor, at: datetime | None = None) -> list[LevelStand]:
    """The actor's own level and those below it, where anything is or was in hand; its own always. Two queries."""
    if actor.organization_id is None or actor.organization_level is None:
        return []
    now = at or clock.now()
    first = datetime.combine(city_day(now).replace(day=1), time(), CITY_ZONE)
    found: dict[int, LevelStand] = defaultdict(lambda: LevelStand(0))
    found[actor.organization_level] = LevelStand(actor.organization_level)
    with connection.cursor() as cursor:
        cursor.execute(RUNNING, [actor.organization_id, now, now, now])
        for level, count, due_soon, overdue in cursor.fetchall():
            stand = found[level]
            stand.level, stand.open, stand.due_soon, stand.overdue = level, count, due_soon, overdue
        cursor.execute(DONE, [actor.organization_id, first])
        for level, count, in_time in cursor.fetchall():
            stand = found[level]
            stand.level, stand.done, stand.done_in_time = level, count, in_time
    return [found[level] for level in sorted(found)]
