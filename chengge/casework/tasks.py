"""Who walks: which inspector gets a verify or check task, and how it ends."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from chengge.casework.ledger import Ask, Statement
from chengge.casework.models import Case
from chengge.organization.queries import city_day

# Of the members who are on duty, only those who hold the post of inspector on that day.
IS_INSPECTOR = """
  EXISTS (SELECT 1 FROM organization_member member WHERE member.id = walking.member_id AND member.is_active)
  AND EXISTS (SELECT 1 FROM organization_memberpost post WHERE post.member_id = walking.member_id AND post.post = 'inspector'
    AND post.valid_from <= %s AND (post.valid_to IS NULL OR post.valid_to > %s))
"""

# Whose responsibility grid holds the place, the one with the fewest open tasks first; else the nearest, by where they were last
# seen; else nobody. Materialized, so that it starts from the few members of that grid whatever the planner knows of a young city,
# and looks for the nearest only where it must.
INSPECTOR = f"""
WITH of_grid AS MATERIALIZED (
  SELECT duty.member_id
  FROM foundation_responsibilitygridunit unit
  JOIN foundation_responsibilitygrid_inspectors inspector ON inspector.responsibilitygrid_id = unit.responsibility_grid_id
  JOIN organization_duty duty ON duty.member_id = inspector.member_id
  WHERE unit.grid_code = %s AND duty.starts_at <= %s AND duty.ends_at > %s
), responsible AS MATERIALIZED (
  SELECT walking.member_id FROM of_grid walking WHERE {IS_INSPECTOR}
  ORDER BY (SELECT count(*) FROM casework_task task WHERE task.member_id = walking.member_id AND task.done_at IS NULL), walking.member_id
  LIMIT 1
), on_duty AS MATERIALIZED (
  SELECT duty.member_id, duty.lon, duty.lat FROM organization_duty duty
  WHERE duty.starts_at <= %s AND duty.ends_at > %s AND NOT EXISTS (SELECT 1 FROM responsible)
), nearest AS MATERIALIZED (
  SELECT walking.member_id FROM on_duty walking WHERE {IS_INSPECTOR}
  ORDER BY ((walking.lon - %s) * cos(radians(%s))) ^ 2 + (walking.lat - %s) ^ 2 NULLS LAST, walking.member_id
  LIMIT 1
), chosen AS MATERIALIZED (
  SELECT member_id, 'responsibility' AS why FROM responsible UNION ALL SELECT member_id, 'nearest' FROM nearest
)
SELECT told.member_id, coalesce(told.why, '') FROM (VALUES (1)) always LEFT JOIN chosen told ON true
"""  # noqa: S608

OPEN_TASK = "SELECT id, member_id FROM casework_task WHERE case_id = %s AND done_at IS NULL"
GIVE = f"""
INSERT INTO casework_task (case_id, kind, created_at, due_at, result, member_id, why_member)
SELECT %s, %s, %s, %s, '', found.* FROM ({INSPECTOR}) found
"""  # noqa: S608
END = """
UPDATE casework_task SET done_at = %s, result = %s, lon = %s, lat = %s, distance_m = %s, member_id = coalesce(member_id, %s) WHERE id = %s
"""
WAITING = """
SELECT task.id, sitting.grid_code, sitting.lon, sitting.lat
FROM casework_task task JOIN casework_case sitting ON sitting.id = task.case_id
WHERE task.done_at IS NULL AND task.member_id IS NULL ORDER BY task.created_at LIMIT %s FOR UPDATE OF task SKIP LOCKED
"""


def inspector_for(grid_code: int | None, lon: float, lat: float, at: datetime) -> tuple[int | None, str]:
    """Who is to walk there: member id, and `responsibility` or `nearest`; None and "" while nobody is on duty. One query."""
    with connection.cursor() as cursor:
        cursor.execute(INSPECTOR, _wanted(grid_code, lon, lat, at))
        member_id, why = cursor.fetchone()
    return member_id, why


def asking_for_open(case_id: int) -> Ask:
    """The question of `open_task`, for `ledger.lock` to ask with the rest."""
    return Ask(OPEN_TASK, [case_id], 2)


def open_task(case_id: int) -> tuple[int, int | None] | None:
    """Id and inspector of the case's open task, if there is one."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN_TASK, [case_id])
        return cursor.fetchone()


def giving(case: Case, kind: str, at: datetime, due_at: datetime) -> Statement:
    """What opens a task for the case, for `ledger.append` to send with the entry that asks for it.

    It waits without an inspector while nobody is on duty (`jobs.give_waiting_tasks`).
    """
    return GIVE, [case.pk, kind, at, due_at, *_wanted(case.grid_code, case.lon, case.lat, at)]


def ending(
    task_id: int, at: datetime, result: str, member_id: int | None, place: tuple[float | None, float | None, float | None]
) -> Statement:
    """What closes a task, for `ledger.append` to send with the entry that does it.

    Args:
        place: longitude and latitude where the inspector stood, and metres from the case; None where not told.
    """
    return END, [at, result, *place, member_id, task_id]


def give_waiting(at: datetime, most: int) -> int:
    """Give tasks that wait without an inspector to whoever is on duty by now. Returns how many found one."""
    given = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WAITING, [most])
        for task_id, grid_code, lon, lat in cursor.fetchall():
            member_id, why = inspector_for(grid_code, lon, lat, at)
            if member_id is not None:
                cursor.execute("UPDATE casework_task SET member_id = %s, why_member = %s WHERE id = %s", [member_id, why, task_id])
                given += 1
    return given


def _wanted(grid_code: int | None, lon: float, lat: float, at: datetime) -> list[Any]:
    """What `INSPECTOR` asks for, in its order."""
    day = city_day(at)
    return [grid_code, at, at, day, day, at, at, day, day, lon, lat, lat]
