"""The populations that indicators count: rows of the facts, each with its moment and its subjects. None of them joins tables."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import ibis
from django.utils.translation import gettext_lazy as _

from chengge.evaluation.indicators.shapes import Facts, Population, Table, Value

# 15 digits of a unit grid: county 6, street 3, community 3, grid 3.
STREET_UNIT, COMMUNITY_UNIT = 10**6, 10**3
PUBLIC = ("hotline", "web", "app", "open311", "email", "sms")
# A clock that was ended by one of these was not for whom it judges to bring to an end. Nobody decides the acceptance of what is voided, but
# whoever merges a report or voids a filing has decided.
NOT_ITS_DUTY = {
    "acceptance": ("void",),
    "filing": (),
    "dispatch": ("void", "merge", "refuse_return"),
    "handling": ("void", "confirm_return", "undo_dispatch"),
    "level": ("void", "confirm_return", "undo_dispatch", "hand_up", "take_back", "take_back_part", "decline_part"),
    "check_sending": ("void",),
    "closing": (),
}
CARRIED = ("handling", "level")  # of these what is late and still open may be carried over from the period before
FAR = datetime(9000, 1, 1, tzinfo=UTC)
CLOSING = ("close", "carried_to_the_end")


def only_cases(facts: Facts, cases: Table) -> Facts:
    """The same facts with the rows of some cases alone.

    Args:
        cases: those rows of `facts.tables["cases"]` that remain.
    """
    left = {name: table.semi_join(cases, "case_id") for name, table in facts.tables.items() if "case_id" in table.columns}
    return Facts(facts.tables | left | {"cases": cases}, facts.as_of, facts.settings)


def placed(rows: Table) -> dict[str, Value]:
    """The subjects that the case of a row names: areas and class."""
    return {
        "street": rows.grid_code // STREET_UNIT,
        "community": rows.grid_code // COMMUNITY_UNIT,
        "grid": rows.grid_code,
        "class_code": rows.class_code,
    }


def cases(facts: Facts) -> Table:
    """Cases by the moment of their report; the member is the inspector who reported, if one did."""
    table = facts.tables["cases"]
    return table.select(
        "case_id", "stage", "channel", "urgent", "self_disposed", "ended_at", "return_count", "rework_count", "lasted_seconds",
        at=table.reported_at,
        member=table.inspector_id,
        organization=table.department_id,
        accepted=table.accepted_at.notnull(),
        filed=table.filed_at.notnull(),
        public=table.channel.isin(PUBLIC),
        **placed(table),
    )  # fmt: skip


def watched(facts: Facts) -> Table:
    """Filed cases by the moment of their report; the member is the inspector whom the roster had there."""
    table = facts.tables["cases"]
    rows = table.filter(table.filed_at.notnull())
    return rows.select(
        "case_id",
        at=rows.reported_at,
        member=rows.keeper_id,
        organization=rows.department_id,
        missed=rows.channel.isin(PUBLIC),
        **placed(rows),
    )


def still_runs(clocks: Table) -> Value:
    """Neither stopped nor standing still."""
    return clocks.stopped_at.isnull() & clocks.paused_at.isnull()


def _is_due(facts: Facts, done: Value, due_at: Value) -> Value:
    """Done, or past its moment: what is open and not yet due is nothing to judge while the period goes on."""
    return done | (due_at < ibis.literal(facts.as_of)).fill_null(False)


def clocks_of(clock: str) -> Callable[[Facts], Table]:
    """Clocks of one kind by the moment they were due; the member is who stopped them, the organization whom they judge.

    What counts: all but those that are open and not yet due, those that were not for whom they judge to bring to an end, and those of
    suspended cases. What a granted appeal excuses counts as handled, yet is judged neither in time nor late.
    """

    def rows(facts: Facts) -> Table:
        stages = facts.tables["stages"]
        own = stages.filter(stages.clock == clock)
        done = own.stopped_at.notnull()
        counts = ~own.suspended & _is_due(facts, done, own.due_at)
        if NOT_ITS_DUTY[clock]:
            counts = counts & ~own.stopped_by.isin(NOT_ITS_DUTY[clock]).fill_null(False)
        carried = {} if facts.settings.due_of == "due" or clock not in CARRIED else {"carried_until": _end(own)}
        return own.select(
            "case_id", "worked_seconds", "continuous", "urgent", "supervised",
            at=own.due_at,
            member=own.member_id,
            organization=own.organization_id,
            counts=counts,
            judged=counts & ~own.excused,
            closed=own.stage == "closed",
            done=done,
            in_time=(own.overdue == False).fill_null(False),  # noqa: E712 (an Ibis expression)
            late=own.overdue.fill_null(False) | (still_runs(own) & (own.due_at < ibis.literal(facts.as_of))),
            **carried,
            **placed(own),
        )  # fmt: skip

    return rows


def _end(clocks: Table) -> Value:
    """When a clock stopped; long after everything while it has not."""
    return clocks.stopped_at.fill_null(ibis.literal(FAR))


def walks(facts: Facts) -> Table:
    """Verify and check tasks by the moment they were due; the member is the inspector."""
    table = facts.tables["tasks"]
    tasks = table.filter(_is_due(facts, table.done_at.notnull(), table.due_at))
    return tasks.select(
        "case_id", "kind", "result",
        at=tasks.due_at,
        member=tasks.member_id,
        done=tasks.done_at.notnull(),
        in_time=(tasks.done_at <= tasks.due_at).fill_null(False),
        **placed(tasks),
    )  # fmt: skip


def _made_by(facts: Facts, actions: Sequence[str]) -> Table:
    """The moves by some actions. One action at a time: its rows lie together in a file, and all others are passed over."""
    moves = facts.tables["moves"]
    each = [moves.filter(moves.action == action) for action in actions]
    return ibis.union(*each) if len(each) > 1 else each[0]


def moves_of(*actions: str) -> Callable[[Facts], Table]:
    """Moves by one of some actions, when they were made; member and organization are who made them."""

    def rows(facts: Facts) -> Table:
        made = _made_by(facts, actions)
        return made.select(
            "case_id", "action", "at", "decided_by", "sent_in_time",
            member=made.member_id,
            organization=made.organization_id,
            **placed(made),
        )  # fmt: skip

    return rows


def moves_against(*actions: str) -> Callable[[Facts], Table]:
    """Moves by one of some actions, when they were made; the member is who made them, the organization the department of the case."""

    def rows(facts: Facts) -> Table:
        made = _made_by(facts, actions)
        return made.select("case_id", "action", "at", member=made.member_id, organization=made.department_id, **placed(made))

    return rows


def filings(facts: Facts) -> Table:
    """Filings when they were made, with what became of the case; the member is the shift leader."""
    moves = facts.tables["moves"]
    made = moves.filter(moves.action == "file")
    return made.select("case_id", "at", member=made.member_id, voided=made.stage == "voided", **placed(made))


def _given(facts: Facts, begun_by: str) -> Table:
    assignments = facts.tables["assignments"]
    rows = assignments.filter((assignments.level == 2) & (assignments.begun_by == begun_by))
    return rows.select(
        "case_id", "outcome",
        at=rows.started_at,
        member=rows.member_id,
        organization=rows.organization_id,
        first=rows.nth == 1,
        by_itself=rows.by_itself,
        **placed(rows),
    )  # fmt: skip


def dispatches(facts: Facts) -> Table:
    """Dispatches when they were made: the member is the dispatcher, the organization whom it went to."""
    return _given(facts, "dispatch").mutate(wrong=lambda t: t.outcome.isin(("confirm_return", "undo_dispatch")).fill_null(False))


def first_dispatches(facts: Facts) -> Table:
    """First dispatches when they were made, with how the case went; the member is the dispatcher."""
    return _dispatching(facts, lambda t: t.nth == 1)


def second_dispatches(facts: Facts) -> Table:
    """Dispatches that followed a confirmed return, when they were made; the member is the dispatcher."""
    return _dispatching(facts, lambda t: t.after_return)


def _dispatching(facts: Facts, which: Callable[[Table], Value]) -> Table:
    table = facts.tables["dispatching"]
    rows = table.filter(which(table))
    return rows.select(
        "case_id", "at", "wrong",
        member=rows.member_id,
        closed=rows.stage == "closed",
        straight=(rows.return_count == 0) & (rows.rework_count == 0) & ~rows.wrong,
        **placed(rows),
    )  # fmt: skip


def hard_settled(facts: Facts) -> Table:
    """Hard cases when they were settled; the member is who dispatched them last since they were found."""
    table = facts.tables["hard_cases"]
    rows = table.filter(table.settled_at.notnull())
    return rows.select(
        "case_id", "way", "waited_seconds",
        at=rows.settled_at,
        member=rows.member_id,
        limited=rows.due_at.notnull(),
        in_time=(rows.settled_at <= rows.due_at).fill_null(False),
        closed=rows.stage == "closed",
        straight=(rows.return_count == 0) & (rows.rework_count == 0),
        **placed(rows),
    )  # fmt: skip


def reworks(facts: Facts) -> Table:
    """Failed checks when they were made; the organization is the department that has to do it again."""
    return _given(facts, "fail_check")


def assignments(facts: Facts) -> Table:
    """Assignments on every level when they began, by organization."""
    table = facts.tables["assignments"]
    return table.select(
        "case_id",
        "level",
        "outcome",
        at=table.started_at,
        organization=table.organization_id,
        ended=table.ended_at.notnull(),
        **placed(table),
    )


def requests_of(*kinds: str) -> Callable[[Facts], Table]:
    """Requests of some kinds when they were asked; the organization is the department, the member whoever asked."""

    def rows(facts: Facts) -> Table:
        table = facts.tables["requests"]
        own = table.filter(table.kind.isin(kinds))
        answered = own.answered_at.notnull()
        return own.select(
            "case_id", "kind", "outcome", "basis", "degree", "waited_seconds",
            at=own.asked_at,
            member=own.member_id,
            organization=own.organization_id,
            granted=(own.outcome == "granted").fill_null(False),
            answered=answered,
            in_time=(own.answered_at <= own.answer_due_at).fill_null(False),
            # What lapsed or was lifted before anybody answered is nothing to judge either.
            counts=answered | (own.ended_at.isnull() & _is_due(facts, answered, own.answer_due_at)),
            **placed(own),
        )  # fmt: skip

    return rows


def recurrences(facts: Facts) -> Table:
    """Filed cases by report, each with whether the one before it, of its class in its unit grid, had been closed shortly before."""
    table = facts.tables["cases"]
    filed = table.filter(table.filed_at.notnull() & table.grid_code.notnull())
    before = ibis.window(group_by=["grid_code", "class_code"], order_by=["reported_at", "case_id"])
    closed = ibis.ifelse(filed.stage == "closed", filed.ended_at, ibis.null(filed.ended_at.type()))
    filed = filed.select("case_id", "grid_code", "class_code", "reported_at", "department_id", closed_at=closed)
    filed = filed.mutate(before=filed.closed_at.lag().over(before))
    span = ibis.interval(days=facts.settings.recurs_within_days)
    return filed.select(
        "case_id",
        at=filed.reported_at,
        organization=filed.department_id,
        again=((filed.before <= filed.reported_at) & (filed.before + span >= filed.reported_at)).fill_null(False),
        **placed(filed),
    )


def answers(facts: Facts) -> Table:
    """What reporters were owed, by the moment from which they were; the member is who gave it, the organization the department."""
    table = facts.tables["answers"]
    return table.select(
        "case_id", "step", "stars", "channel",
        at=table.since,
        member=table.member_id,
        organization=table.department_id,
        owed=(table.state != "dropped") & _is_due(facts, table.state == "done", table.due_at),
        done=table.state == "done",
        in_time=((table.state == "done") & (table.done_at <= table.due_at)).fill_null(False),
        **placed(table),
    )  # fmt: skip


def patrol(facts: Facts) -> Table:
    """Days of patrol, by inspector."""
    table = facts.tables["patrol"]
    return table.mutate(case_id=ibis.literal(0, "int64"), at=table.day.cast("timestamp('UTC')"), member=table.member_id)


def surveys(facts: Facts) -> Table:
    """Findings at components when they were made, by inspector."""
    table = facts.tables["surveys"]
    return table.select("kind", "at", case_id=ibis.literal(0, "int64"), member=table.member_id, **placed(table))


def survey_decisions(facts: Facts) -> Table:
    """Decisions on findings when they were made; the member is the inspector who had found."""
    table = facts.tables["survey_decisions"]
    return table.select("kind", "at", case_id=ibis.literal(0, "int64"), member=table.member_id, **placed(table))


def ground(facts: Facts) -> Table:
    """Communities month by month; grid and class are not known."""
    table = facts.tables["ground"]
    return table.select(
        "grids",
        "area_m2",
        at=table.day.cast("timestamp('UTC')"),
        case_id=ibis.literal(0, "int64"),
        street=table.grid_code // STREET_UNIT,
        community=table.grid_code // COMMUNITY_UNIT,
    )


POPULATIONS: dict[str, Population] = {
    population.name: population
    for population in (
        Population("cases", _("cases that were reported in the period"), cases),
        Population("watched", _("filed cases that were reported in the period, by whose round they lie in"), watched),
        Population("acceptance", _("acceptances that were due in the period"), clocks_of("acceptance")),
        Population("filing", _("filings that were due in the period"), clocks_of("filing")),
        Population("dispatch", _("dispatches that were due in the period"), clocks_of("dispatch")),
        Population("handling", _("handlings of departments that were due in the period"), clocks_of("handling")),
        Population("level", _("handlings of lower levels that were due in the period"), clocks_of("level")),
        Population("check_sending", _("sendings of checks that were due in the period"), clocks_of("check_sending")),
        Population("closing", _("closings that were due in the period"), clocks_of("closing")),
        Population("tasks", _("walks of inspectors that were due in the period"), walks),
        Population("accepted", _("acceptances made in the period"), moves_of("accept", "self_dispose")),
        Population("sent_to_verify", _("reports sent to be verified in the period"), moves_of("ask_to_verify")),
        Population("filings", _("filings made in the period"), filings),
        Population("dispatches", _("dispatches made in the period"), dispatches),
        Population("first_dispatches", _("first dispatches made in the period"), first_dispatches),
        Population("second_dispatches", _("dispatches made in the period after a confirmed return"), second_dispatches),
        Population("hard_settled", _("hard cases settled in the period"), hard_settled),
        Population("assignments", _("assignments that began in the period"), assignments),
        Population("handed_back", _("cases that departments handed back in the period"), moves_of("hand_back")),
        Population("finished", _("cases that departments finished in the period"), moves_of("finish")),
        Population("reworks", _("checks that failed in the period"), reworks),
        Population("closings", _("closings made in the period"), moves_against(*CLOSING)),
        Population("reopened", _("cases that were reopened in the period"), moves_of("reopen")),
        Population("corrections", _("corrections made in the period"), moves_of("correct", "reclassify")),
        Population("urgings", _("urgings in the period"), moves_against("urge")),
        Population("returns", _("returns asked for in the period"), requests_of("return")),
        Population("extensions", _("extensions asked for in the period"), requests_of("extension")),
        Population("suspensions", _("suspensions asked for in the period"), requests_of("suspension")),
        Population("appeals", _("appeals made in the period"), requests_of("appeal")),
        Population("orders", _("supervision orders given in the period"), requests_of("order")),
        Population("recurrences", _("filed cases that were reported in the period"), recurrences),
        Population("answers", _("answers owed since some moment of the period"), answers),
        Population("patrol", _("days of patrol in the period"), patrol, of_cases=False),
        Population("surveys", _("components surveyed in the period"), surveys, of_cases=False),
        Population("survey_decisions", _("decisions on component surveys in the period"), survey_decisions, of_cases=False),
        Population("ground", _("months of the period, with the unit grids that there were"), ground, of_cases=False),
    )
}
