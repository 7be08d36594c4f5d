"""What casework tells the evaluation: cases, their moves, clocks, assignments, walks and reports."""

from django.utils.translation import gettext_lazy as _

from chengge.domain.facts import Column, FactTable, Kind, Scope

WHOLE, NUMBER, TEXT, YES_NO, MOMENT = Kind.WHOLE, Kind.NUMBER, Kind.TEXT, Kind.YES_NO, Kind.MOMENT

CASES = FactTable(
    "cases",
    Scope.CASE,
    _("Cases: one row each, as they stand"),
    "{cases} c JOIN foundation_problemclass class ON class.id = c.problem_class_id"
    " LEFT JOIN foundation_handbookrule rule ON rule.id = c.rule_id",
    ("case_id",),
    (
        Column("case_id", WHOLE, "c.id", _("The case")),
        Column("number", TEXT, "c.number", _("Its number")),
        Column("stage", TEXT, "c.stage", _("Where it stands")),
        Column("channel", TEXT, "c.channel", _("How the first report came in")),
        Column("kind", TEXT, "c.kind", _("Component or event")),
        Column("class_id", WHOLE, "c.problem_class_id", _("Its class, as a row of the catalogue")),
        Column(
            "class_code",
            TEXT,
            "substr(class.kind, 1, 1) || class.major_code || class.minor_code",
            _("Its class: c or e for component or event, then major and minor code; the same over editions"),
        ),
        Column("rule_id", WHOLE, "c.rule_id", _("The filing condition it is judged by, as a row of the handbook")),
        Column("limit_amount", WHOLE, "rule.limit_amount", _("The handbook's limit for handling")),
        Column("limit_unit", TEXT, "rule.limit_unit", _("The unit of that limit")),
        Column("area_class", TEXT, "c.area_class", _("Class of the area: A, B or C; empty outside the grids")),
        Column("grid_code", WHOLE, "c.grid_code", _("Unit grid, 15 digits; none outside the grids")),
        Column("component_code", WHOLE, "c.component_code", _("Component, 16 digits")),
        Column("lon", NUMBER, "c.lon", _("Longitude, WGS84")),
        Column("lat", NUMBER, "c.lat", _("Latitude, WGS84")),
        Column("urgent", YES_NO, "c.urgent", _("Urgent")),
        Column("department_id", WHOLE, "c.department_id", _("Department or territory that answers for it, the last one")),
        Column("self_disposed", YES_NO, "c.self_disposed", _("Disposed of by the inspector on the spot")),
        Column("rework_count", WHOLE, "c.rework_count", _("Failed checks")),
        Column("return_count", WHOLE, "c.return_count", _("Times it was handed back")),
        Column("wrong_dispatch_count", WHOLE, "c.wrong_dispatch_count", _("Returns that were confirmed as wrong dispatches")),
        Column("reopen_count", WHOLE, "c.reopen_count", _("Times it was reopened")),
        Column("merged_into_id", WHOLE, "c.merged_into_id", _("The case that goes on for it")),
        Column("reported_at", MOMENT, "c.reported_at", _("Reported")),
        Column("filed_at", MOMENT, "c.filed_at", _("Filed, the last time")),
        Column("dispatched_at", MOMENT, "c.dispatched_at", _("Dispatched, the last time")),
        Column("handled_at", MOMENT, "c.handled_at", _("Handled, the last time")),
        Column("ended_at", MOMENT, "c.ended_at", _("Ended")),
        Column("entry_count", WHOLE, "c.entry_count", _("Entries in its ledger")),
        Column(
            "origin",
            TEXT,
            "(SELECT first.origin FROM casework_ledgerentry first WHERE first.case_id = c.id AND first.seq = 1)",
            _("Live, simulated or imported"),
        ),
    ),
)

MOVES = FactTable(
    "moves",
    Scope.CASE,
    _("Moves: one row for each entry of the ledger, without its body"),
    "{cases} c JOIN casework_ledgerentry entry ON entry.case_id = c.id",
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
    ),
)

STAGES = FactTable(
    "stages",
    Scope.CASE,
    _("Stages: one row for each clock that ran"),
    "{cases} c JOIN casework_clock clock ON clock.case_id = c.id",
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
    ),
)

ASSIGNMENTS = FactTable(
    "assignments",
    Scope.CASE,
    _("Assignments: one row for each organization and level that had a case in hand"),
    "{cases} c JOIN casework_assignment assignment ON assignment.case_id = c.id",
    ("case_id", "ordinal"),
    (
        Column("case_id", WHOLE, "c.id", _("The case")),
        Column("ordinal", WHOLE, "assignment.ordinal", _("Number of the assignment in the case, from 0")),
        Column("level", WHOLE, "assignment.level", _("Level, 2 to 4")),
        Column("organization_id", WHOLE, "assignment.organization_id", _("The organization")),
        Column("started_at", MOMENT, "assignment.started_at", _("From when")),
        Column("ended_at", MOMENT, "assignment.ended_at", _("Until when; none while it lasts")),
        Column("outcome", TEXT, "assignment.outcome", _("The action that ended it")),
    ),
)

WALKS = FactTable(
    "tasks",
    Scope.CASE,
    _("Tasks: one row for each walk to verify or to check"),
    "{cases} c JOIN casework_task task ON task.case_id = c.id",
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
    ),
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

TABLES = (CASES, MOVES, STAGES, ASSIGNMENTS, WALKS, REPORTS)
