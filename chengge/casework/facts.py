"""What casework tells the evaluation: cases, their moves, clocks, assignments, requests, walks and reports.

What indicators ask of a row stands in the row, so that counting joins nothing: where its case lies and of which class it is, who ended a
clock, who began an assignment.
"""

from django.utils.translation import gettext_lazy as _

from chengge.domain.facts import Column, FactTable, Kind, Scope
from chengge.domain.lifecycle import CARRIED_TO_THE_END, CARRY_OVER, TRANSITIONS, ClockKind
from chengge.organization.queries import AS_THE_CITY_COUNTS

WHOLE, NUMBER, TEXT, YES_NO, MOMENT = Kind.WHOLE, Kind.NUMBER, Kind.TEXT, Kind.YES_NO, Kind.MOMENT

CLASS_CODE = "substr(class.kind, 1, 1) || class.major_code || class.minor_code"
CLASSED = "{cases} c JOIN foundation_problemclass class ON class.id = c.problem_class_id"
# Where the case lies and what it is about: every row of a case says so.
PLACED = (
    Column("grid_code", WHOLE, "c.grid_code", _("Unit grid, 15 digits; none outside the grids")),
    Column(
        "class_code",
        TEXT,
        CLASS_CODE,
        _("Its class: c or e for component or event, then major and minor code; the same over editions"),
    ),
)

TAKEN_IN = ("accept", "self_dispose", CARRY_OVER)
BEGINNING = ("dispatch", "fail_check", CARRY_OVER)  # what gives a case to a second-level department


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _stoppers() -> str:
    """Every action with the clocks that it stops, as rows of SQL."""
    stops = {(row.action, kind.value) for row in TRANSITIONS for kind in ClockKind if row.stops in {kind.value, "*"}}
    stops.add((CARRIED_TO_THE_END, ClockKind.HANDLING.value))
    return ", ".join(f"('{action}', '{clock}')" for action, clock in sorted(stops))


# A program may do several things within one second: what happened first goes with what stood first.
ENDED_CLOCKS = f"""
{CLASSED}
JOIN (
  SELECT own.*, row_number() OVER (PARTITION BY own.case_id, own.kind, own.stopped_at ORDER BY own.ordinal) AS turn
  FROM {{cases}} mine JOIN casework_clock own ON own.case_id = mine.id
) clock ON clock.case_id = c.id
LEFT JOIN (
  SELECT entry.case_id, entry.at, entry.action, entry.member_id, stopper.clock,
    row_number() OVER (PARTITION BY entry.case_id, entry.at, stopper.clock ORDER BY entry.seq) AS turn,
    count(*) OVER (PARTITION BY entry.case_id, entry.at, stopper.clock) AS turns
  FROM {{cases}} mine JOIN casework_ledgerentry entry ON entry.case_id = mine.id
  JOIN (VALUES {_stoppers()}) stopper(action, clock) ON stopper.action = entry.action
) ended ON ended.case_id = c.id AND ended.clock = clock.kind AND ended.at = clock.stopped_at AND ended.turn = least(clock.turn, ended.turns)
"""  # noqa: S608 - our own words
BEGUN_ASSIGNMENTS = f"""
{CLASSED}
JOIN (
  SELECT own.*, row_number() OVER (PARTITION BY own.case_id, own.level ORDER BY own.ordinal) AS nth,
    row_number() OVER (PARTITION BY own.case_id, own.level, own.started_at ORDER BY own.ordinal) AS turn
  FROM {{cases}} mine JOIN casework_assignment own ON own.case_id = mine.id
) assignment ON assignment.case_id = c.id
LEFT JOIN (
  SELECT entry.case_id, entry.at, entry.action, entry.member_id,
    row_number() OVER (PARTITION BY entry.case_id, entry.at ORDER BY entry.seq) AS turn
  FROM {{cases}} mine JOIN casework_ledgerentry entry ON entry.case_id = mine.id WHERE entry.action IN ({_listed(BEGINNING)})
) begun ON assignment.level = 2 AND begun.case_id = c.id AND begun.at = assignment.started_at AND begun.turn = assignment.turn
"""  # noqa: S608 - our own words
BY_ITSELF = """EXISTS (SELECT 1 FROM casework_selfdispatch own WHERE own.case_id = c.id AND own.ordinal = assignment.ordinal)"""
# The inspector whom the roster had walking there: of the shift that had begun, or else of the day's first.
KEEPER = f"""(
  SELECT roster.member_id
  FROM foundation_responsibilitygridunit unit
  JOIN foundation_responsibilitygrid grid ON grid.id = unit.responsibility_grid_id
  JOIN organization_rosterentry roster ON roster.responsibility_grid = grid.code
  JOIN organization_shift shift ON shift.id = roster.shift_id
  WHERE unit.grid_code = c.grid_code AND roster.day = (c.reported_at {AS_THE_CITY_COUNTS})::date
  ORDER BY shift.starts > (c.reported_at {AS_THE_CITY_COUNTS})::time,
    abs(extract(epoch FROM shift.starts - (c.reported_at {AS_THE_CITY_COUNTS})::time)), roster.member_id
  LIMIT 1)"""  # noqa: S608 - our own words

# How long the acceptance had run when a report was sent to be verified: its entry says so of the clock that it makes stand still.
SENT_IN_TIME = """CASE WHEN entry.action = 'ask_to_verify' THEN (
  SELECT bool_and((move ->> 'worked_seconds')::bigint <= clock.limit_seconds)
  FROM jsonb_array_elements(entry.body::jsonb -> 'clocks') move
  JOIN casework_clock clock ON clock.case_id = c.id AND clock.ordinal = (move ->> 'n')::int
  WHERE move ->> 'op' = 'pause') END"""
DECIDED_BY = """CASE WHEN entry.action IN ('accept', 'self_dispose') THEN (
  SELECT later.action FROM casework_ledgerentry later
  WHERE later.case_id = c.id AND later.seq > entry.seq
    AND later.action IN ('file', 'send_back', 'decline_filing', 'close', 'refuse_self_disposal', 'merge', 'void')
  ORDER BY later.seq LIMIT 1) END"""
SUPERVISED = "EXISTS (SELECT 1 FROM casework_sidepath path WHERE path.case_id = c.id AND path.kind = 'order')"
# Every month in which cases were reported, and the grids that there were at its end.
GROUND_BY_MONTH = f"""(
  SELECT month.day, unit.code / 1000 * 1000 AS community, count(*) AS grids, sum(unit.area_m2) AS area_m2
  FROM (
    SELECT generate_series(date_trunc('month', min(reported_at {AS_THE_CITY_COUNTS})),
      max(reported_at {AS_THE_CITY_COUNTS}), '1 month')::date AS day FROM casework_case
  ) month
  JOIN foundation_unitgrid unit ON unit.valid_from < month.day + interval '1 month'
    AND (unit.valid_to IS NULL OR unit.valid_to >= month.day + interval '1 month')
  GROUP BY 1, 2
) ground"""  # noqa: S608

CASES = FactTable(
    "cases",
    Scope.CASE,
    _("Cases: one row each, as they stand"),
    CLASSED + " LEFT JOIN foundation_handbookrule rule ON rule.id = c.rule_id"
    " LEFT JOIN casework_ledgerentry first ON first.case_id = c.id AND first.seq = 1",
    ("case_id",),
    (
        Column("case_id", WHOLE, "c.id", _("The case")),
        Column("number", TEXT, "c.number", _("Its number")),
        Column("stage", TEXT, "c.stage", _("Where it stands")),
        Column("channel", TEXT, "c.channel", _("How the first report came in")),
        Column("kind", TEXT, "c.kind", _("Component or event")),
        Column("class_id", WHOLE, "c.problem_class_id", _("Its class, as a row of the catalogue")),
        *PLACED,
        Column("rule_id", WHOLE, "c.rule_id", _("The filing condition it is judged by, as a row of the handbook")),
        Column("limit_amount", WHOLE, "rule.limit_amount", _("The handbook's limit for handling")),
        Column("limit_unit", TEXT, "rule.limit_unit", _("The unit of that limit")),
        Column("area_class", TEXT, "c.area_class", _("Class of the area: A, B or C; empty outside the grids")),
        Column("component_code", WHOLE, "c.component_code", _("Component, 16 digits")),
        Column("lon", NUMBER, "c.lon", _("Longitude, WGS84")),
        Column("lat", NUMBER, "c.lat", _("Latitude, WGS84")),
        Column("urgent", YES_NO, "c.urgent", _("Urgent")),
        Column("department_id", WHOLE, "c.department_id", _("Department or territory that answers for it, the last one")),
        Column("self_disposed", YES_NO, "c.self_disposed", _("Disposed of by the inspector on the spot")),
        Column("rework_count", WHOLE, "c.rework_count", _("Failed checks")),
        Column("return_count", WHOLE, "c.return_count", _("Times it was handed back")),
        Column("wrong_dispatch_count", WHOLE, "c.wrong_dispatch_count", _("Dispatches confirmed as wrong by a return, or undone")),
        Column("reopen_count", WHOLE, "c.reopen_count", _("Times it was reopened")),
        Column("merged_into_id", WHOLE, "c.merged_into_id", _("The case that goes on for it")),
        Column("reported_at", MOMENT, "c.reported_at", _("Reported")),
        Column("filed_at", MOMENT, "c.filed_at", _("Filed, the last time")),
        Column("dispatched_at", MOMENT, "c.dispatched_at", _("Dispatched, the last time")),
        Column("handled_at", MOMENT, "c.handled_at", _("Handled, the last time")),
        Column("ended_at", MOMENT, "c.ended_at", _("Ended")),
        Column(
            "lasted_seconds",
            WHOLE,
            "extract(epoch FROM c.ended_at - c.reported_at)::bigint",
            _("Seconds from report to end, day and night"),
        ),
        Column("entry_count", WHOLE, "c.entry_count", _("Entries in its ledger")),
        Column("origin", TEXT, "first.origin", _("Live, simulated or imported")),
        Column(
            "accepted_at",
            MOMENT,
            "(SELECT min(entry.at) FROM casework_ledgerentry entry"  # noqa: S608
            f" WHERE entry.case_id = c.id AND entry.action IN ({_listed(TAKEN_IN)}))",
            _("Accepted, the first time; disposed of on the spot counts as well"),
        ),
        Column(
            "inspector_id",
            WHOLE,
            "CASE WHEN first.post = 'inspector' THEN first.member_id END",
            _("The inspector who reported, if one did"),
        ),
        Column("keeper_id", WHOLE, KEEPER, _("The inspector whom the roster had there when it was reported")),
        Column("excused", YES_NO, "c.excused", _("Left out of what counts as overdue, by a granted appeal")),
        Column("suspended_until", MOMENT, "c.suspended_until", _("Suspended until; none while it is not")),
        Column("extension_count", WHOLE, "c.extension_count", _("Extensions granted to the department that has it")),
        Column("urge_count", WHOLE, "c.urge_count", _("Times it was urged")),
        Column("by_itself", YES_NO, "(c.undo_until IS NOT NULL)", _("The last dispatch was done by the house, not by a person")),
    ),
)

MOVES = FactTable(
    "moves",
    Scope.CASE,
    _("Moves: one row for each entry of the ledger, without its body"),
    CLASSED + " JOIN casework_ledgerentry entry ON entry.case_id = c.id",
    ("case_id", "seq"),
    (
        Column("case_id", WHOLE, "c.id", _("The case")),
        Column("seq", WHOLE, "entry.seq", _("Number of the entry in the case")),
        Column("entry_id", WHOLE, "entry.id", _("The entry")),
        Column("at", MOMENT, "entry.at", _("When")),
        Column("action", TEXT, "entry.action", _("What was done; the actions stand in the rule book")),
        Column("member_id", WHOLE, "entry.member_id", _("By whom; none for machines")),
        Column("post", TEXT, "entry.post", _("In which post")),
        Column("organization_id", WHOLE, "entry.organization_id", _("For which organization")),
        Column("from_stage", TEXT, "entry.from_stage", _("Stage before; empty for the first")),
        Column("to_stage", TEXT, "entry.to_stage", _("Stage after")),
        Column("department_id", WHOLE, "c.department_id", _("Department or territory that answers for the case, the last one")),
        Column("stage", TEXT, "c.stage", _("Where the case stands")),
        Column("sent_in_time", YES_NO, SENT_IN_TIME, _("Sent to be verified before the acceptance was due; empty for all other actions")),
        Column("decided_by", TEXT, DECIDED_BY, _("What the shift leader did next about an acceptance; empty for all other actions")),
        *PLACED,
    ),
    together=("action",),
)

STAGES = FactTable(
    "stages",
    Scope.CASE,
    _("Stages: one row for each clock that ran"),
    ENDED_CLOCKS,
    ("case_id", "ordinal"),
    (
        Column("case_id", WHOLE, "c.id", _("The case")),
        Column("ordinal", WHOLE, "clock.ordinal", _("Number of the clock in the case, from 0")),
        Column("clock", TEXT, "clock.kind", _("Which limit it measures")),
        Column("level", WHOLE, "clock.level", _("Level of the organization that it judges, 2 to 4; none for the centre's own stages")),
        Column("organization_id", WHOLE, "clock.organization_id", _("The organization that it judges")),
        Column("started_at", MOMENT, "clock.started_at", _("Started")),
        Column("due_at", MOMENT, "clock.due_at", _("Due, as it stands after all pauses")),
        Column("paused_at", MOMENT, "clock.paused_at", _("Standing still since")),
        Column("stopped_at", MOMENT, "clock.stopped_at", _("Stopped; none while it runs")),
        Column("limit_seconds", WHOLE, "clock.limit_seconds", _("The limit in seconds, of working time where it is not continuous")),
        Column("worked_seconds", WHOLE, "clock.worked_seconds", _("Seconds used up when it stopped, counted like the limit")),
        Column("continuous", YES_NO, "clock.continuous", _("Counts every second, not only working time")),
        Column("overdue", YES_NO, "clock.overdue", _("Stopped after it was due; none while it runs")),
        Column("stopped_by", TEXT, "ended.action", _("The action that stopped it")),
        Column("member_id", WHOLE, "ended.member_id", _("Who stopped it; none for machines")),
        Column(
            "suspended",
            YES_NO,
            "(clock.stopped_at IS NULL AND clock.paused_at IS NOT NULL AND c.suspended_until IS NOT NULL)",
            _("Stands still because the case is suspended"),
        ),
        Column("excused", YES_NO, "c.excused", _("Left out of what counts as overdue, by a granted appeal")),
        Column("urgent", YES_NO, "c.urgent", _("Urgent")),
        Column("supervised", YES_NO, SUPERVISED, _("The case has been under a supervision order")),
        Column("stage", TEXT, "c.stage", _("Where the case stands")),
        *PLACED,
    ),
    together=("clock",),
)

ASSIGNMENTS = FactTable(
    "assignments",
    Scope.CASE,
    _("Assignments: one row for each organization and level that had a case in hand"),
    BEGUN_ASSIGNMENTS,
    ("case_id", "ordinal"),
    (
        Column("case_id", WHOLE, "c.id", _("The case")),
        Column("ordinal", WHOLE, "assignment.ordinal", _("Number of the assignment in the case, from 0")),
        Column("level", WHOLE, "assignment.level", _("Level, 2 to 4")),
        Column("organization_id", WHOLE, "assignment.organization_id", _("The organization")),
        Column("started_at", MOMENT, "assignment.started_at", _("From when")),
        Column("ended_at", MOMENT, "assignment.ended_at", _("Until when; none while it lasts")),
        Column("outcome", TEXT, "assignment.outcome", _("The action that ended it")),
        Column("part", YES_NO, "(assignment.part <> '')", _("A part of the case, beside whoever holds the whole")),
        Column("nth", WHOLE, "assignment.nth", _("Its turn among those of its level in the case, from 1")),
        Column("begun_by", TEXT, "begun.action", _("The action that began it, on the second level")),
        Column("member_id", WHOLE, "begun.member_id", _("Who began it; none for machines")),
        Column("by_itself", YES_NO, BY_ITSELF, _("Begun by the house, where the city lets it dispatch by itself; on the second level")),
        *PLACED,
    ),
    together=("level", "begun_by"),
)

REQUESTS = FactTable(
    "requests",
    Scope.CASE,
    _("Requests: one row for each return, extension, suspension and appeal asked for, and for each supervision order"),
    CLASSED + " JOIN casework_sidepath path ON path.case_id = c.id"
    " LEFT JOIN casework_ledgerentry asked ON asked.case_id = c.id AND asked.seq = path.asked_seq",
    ("case_id", "ordinal"),
    (
        Column("case_id", WHOLE, "c.id", _("The case")),
        Column("ordinal", WHOLE, "path.ordinal", _("Number of the request in the case, from 0")),
        Column("kind", TEXT, "path.kind", _("Return, extension, suspension, appeal or order")),
        Column("organization_id", WHOLE, "path.organization_id", _("The department that asks, or that the order is for")),
        Column("member_id", WHOLE, "asked.member_id", _("Who asked or ordered")),
        Column("asked_at", MOMENT, "path.asked_at", _("Asked or ordered")),
        Column("answer_due_at", MOMENT, "path.answer_due_at", _("To be answered by")),
        Column("answered_at", MOMENT, "path.answered_at", _("Answered; none while it waits")),
        Column("waited_seconds", WHOLE, "extract(epoch FROM path.answered_at - path.asked_at)::bigint", _("Seconds until it was answered")),
        Column("ended_at", MOMENT, "path.ended_at", _("Ended; none while it waits or is in force")),
        Column("outcome", TEXT, "path.outcome", _("Granted, refused, withdrawn, lapsed, answered or lifted")),
        Column("basis", TEXT, "path.basis", _("Why, as one of a few words")),
        Column("degree", WHOLE, "path.degree", _("How pressing an order is, 1 to 3")),
        *PLACED,
    ),
    together=("kind",),
)

WALKS = FactTable(
    "tasks",
    Scope.CASE,
    _("Tasks: one row for each walk to verify or to check"),
    CLASSED + " JOIN casework_task task ON task.case_id = c.id",
    ("case_id", "task_id"),
    (
        Column("case_id", WHOLE, "c.id", _("The case")),
        Column("task_id", WHOLE, "task.id", _("The task")),
        Column("kind", TEXT, "task.kind", _("Verify or check")),
        Column("member_id", WHOLE, "task.member_id", _("The inspector")),
        Column("created_at", MOMENT, "task.created_at", _("Given")),
        Column("due_at", MOMENT, "task.due_at", _("Due")),
        Column("done_at", MOMENT, "task.done_at", _("Done; none while it is open")),
        Column("result", TEXT, "task.result", _("The action that ended it")),
        Column("distance_m", NUMBER, "task.distance_m", _("Metres between the inspector and the case when it was done")),
        *PLACED,
    ),
    together=("kind",),
    also_touched="SELECT case_id FROM casework_task WHERE done_at IS NULL",  # one that found nobody is given away later
)

REPORTS = FactTable(
    "reports",
    Scope.CASE,
    _("Reports: one row for each that hangs on a case"),
    "{cases} c JOIN casework_report report ON report.case_id = c.id",
    ("case_id", "report_id"),
    (
        Column("case_id", WHOLE, "c.id", _("The case")),
        Column("report_id", WHOLE, "report.id", _("The report")),
        Column("channel", TEXT, "report.channel", _("How it came in")),
        Column("member_id", WHOLE, "report.member_id", _("Who took it down or made it; none for machines and the portal")),
        Column("reported_at", MOMENT, "report.reported_at", _("Reported")),
        Column("can_be_answered", YES_NO, "(length(report.contact) > 0 OR report.token_hash <> '')", _("The reporter can be told")),
    ),
)

GROUND = FactTable(
    "ground",
    Scope.DAY,
    _("Ground: one row for each community and month"),
    GROUND_BY_MONTH,
    ("day", "grid_code"),
    (
        Column("day", Kind.DAY, "ground.day", _("First day of the month")),
        Column("grid_code", WHOLE, "ground.community", _("Community, as the beginning of a unit grid's code with noughts behind it")),
        Column("grids", WHOLE, "ground.grids", _("Unit grids at the end of the month")),
        Column("area_m2", NUMBER, "ground.area_m2", _("Their area in square metres")),
    ),
)

TABLES = (CASES, MOVES, STAGES, ASSIGNMENTS, REQUESTS, WALKS, REPORTS, GROUND)
