"""Reads what the simulator must know of cases from their rows: after a dispatch, after a break, after somebody else's move."""

from datetime import datetime

from django.db import connection

from chengge.casework import tasks
from chengge.domain.lifecycle import ENDS, Stage
from chengge.lab.people import Handling, Life
from chengge.lab.problems import rule_of
from chengge.lab.world import World

HANDLING_CLOCK = """
SELECT extract(epoch FROM running_since)::bigint, limit_seconds - worked_seconds, continuous, calendar_id
FROM casework_clock WHERE case_id = %s AND kind = 'handling' AND stopped_at IS NULL ORDER BY ordinal DESC LIMIT 1
"""
PRESENT = """
SELECT c.id, r.key, c.problem_class_id, c.rule_id, c.area_class, c.grid_code, c.component_code, c.lon, c.lat, c.place, c.channel,
  r.member_id, c.stage, c.entry_count, c.self_disposed, c.department_id, c.organization_id, coalesce(c.level, 0), c.rework_count,
  coalesce((SELECT result FROM casework_task t
            WHERE t.case_id = c.id AND t.done_at IS NOT NULL AND t.kind = 'verify' ORDER BY t.id DESC LIMIT 1), ''),
  (SELECT member_id FROM casework_task t WHERE t.case_id = c.id AND t.done_at IS NULL),
  ARRAY(SELECT DISTINCT organization_id FROM casework_assignment a
        WHERE a.case_id = c.id AND a.level = 2 AND a.outcome = 'confirm_return'),
  c.asked, CASE WHEN c.rework_count = 0 THEN c.extension_count ELSE 0 END, c.supervision,
  coalesce(extract(epoch FROM c.suspended_until)::bigint, 0),
  coalesce((SELECT extract(epoch FROM path.until)::bigint FROM casework_sidepath path
            WHERE path.case_id = c.id AND path.kind = 'suspension' AND path.ended_at IS NULL), 0),
  ARRAY(SELECT DISTINCT e.action::text FROM casework_ledgerentry e WHERE e.case_id = c.id),
  coalesce(c.part_holders, '{}'), ARRAY(SELECT a.organization_id FROM casework_assignment a
    WHERE a.case_id = c.id AND a.outcome = 'submit_part' AND a.above IS NULL ORDER BY a.ordinal DESC LIMIT c.parts_back), c.fed_back,
  ARRAY(SELECT ARRAY[a.organization_id, giver.organization_id] FROM casework_assignment a
        JOIN casework_assignment giver ON giver.case_id = a.case_id AND giver.ordinal = a.above
        WHERE a.case_id = c.id AND a.ended_at IS NULL)
FROM casework_case c JOIN casework_report r ON r.case_id = c.id
WHERE r.key LIKE 'sim-%%' AND NOT c.stage = ANY(%s) AND (%s::bigint IS NULL OR c.id = %s) ORDER BY c.id
"""
LAST_SERIAL = """
SELECT coalesce(max(serial), 0) FROM (SELECT split_part(key, '-', 3)::int AS serial FROM casework_report WHERE key LIKE %s) found
WHERE serial < %s
"""
LAST_MOMENT = "SELECT max(at) FROM casework_ledgerentry WHERE origin = 'simulated'"


def open_lives(world: World, case_id: int | None = None) -> list[Life]:
    """The simulated cases that are open, as their rows say; only one of them where its id is given."""
    with connection.cursor() as cursor:
        cursor.execute(PRESENT, [[stage.value for stage in ENDS], case_id, case_id])
        rows = cursor.fetchall()
    return [_life(world, *row) for row in rows]


def handling_of(case_id: int) -> Handling | None:
    """The handling clock of a case that is not stopped."""
    with connection.cursor() as cursor:
        cursor.execute(HANDLING_CLOCK, [case_id])
        row = cursor.fetchone()
    return Handling(*row) if row else None


def holder_of(case_id: int) -> tuple[int | None, int]:
    """Which organization holds a case, and on which level."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization_id, coalesce(level, 0) FROM casework_case WHERE id = %s", [case_id])
        found: tuple[int | None, int] = cursor.fetchone()
    return found


def walker_of(case_id: int) -> int | None:
    """The inspector whom the open task of a case names."""
    open_task = tasks.open_task(case_id)
    return open_task[1] if open_task else None


def last_simulated_moment() -> datetime | None:
    """When the last simulated entry was written; None where nothing was simulated."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_MOMENT)
        found: datetime | None = cursor.fetchone()[0]
    return found


def last_serial(seed: int, below: int) -> int:
    """The highest serial below `below` of the problems of a seed so far; 0 where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_SERIAL, [f"sim-{seed}-%", below])
        return int(cursor.fetchone()[0])


def _life(
    world: World,
    case_id: int,
    key: str,
    class_id: int,
    rule_id: int | None,
    area_class: str,
    grid_code: int | None,
    component_code: int | None,
    lon: float,
    lat: float,
    place: str,
    channel: str,
    reporter_id: int | None,
    stage: str,
    step: int,
    self_disposed: bool,
    department_id: int | None,
    organization_id: int | None,
    level: int,
    rework: int,
    verified: str,
    walker_id: int | None,
    tried: list[int],
    asked: str,
    extensions: int,
    supervision: str,
    suspended_until: int,
    until: int,
    actions: list[str],
    parts: list[int],
    parts_back: list[int],
    fed_back: bool,
    passed_on: list[tuple[int, int]],
) -> Life:
    trouble = next((found for found in world.troubles if found.class_id == class_id), None)
    life = Life(
        id=case_id,
        key=key,
        class_id=class_id,
        rule_id=rule_id or rule_of(world, key, class_id, area_class).id,
        area_class=area_class,
        grid_code=grid_code,
        component_code=component_code,
        lon=lon,
        lat=lat,
        place=place,
        channel=channel,
        reporter_id=reporter_id,
        scene=trouble.scene if trouble else "street",
        small=trouble.small if trouble else False,
        stage=Stage(stage),
        step=step,
        verified=verified,
        self_disposed=self_disposed,
        task_member_id=walker_id,
        department_id=department_id,
        organization_id=organization_id,
        level=level,
        rework=rework,
        tried=set(tried),
        asked=asked if asked in ("extension", "suspension") else "",
        extensions=extensions,
        supervision=supervision,
        suspended_until=suspended_until,
        until=until,
        said=set(actions),
        parts=parts,
        parts_back=parts_back[::-1],
        passed_on=dict(passed_on),
        fed_back=fed_back,
    )
    if department_id is not None:
        life.wrong = is_wrong(world, life, department_id)
        life.handling = handling_of(case_id)
    return life


def is_wrong(world: World, life: Life, department_id: int) -> bool:
    """Whether another department answers for the case than the one it went to."""
    answering = world.answering(life.class_id, life.rule_id, life.grid_code, life.component_code)
    return bool(answering) and department_id != answering[0] and answering[0] not in life.tried
