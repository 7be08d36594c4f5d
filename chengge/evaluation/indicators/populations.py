"""The populations that indicators count: rows of the facts, each with its moment and its subjects."""

from collections.abc import Callable

import ibis
from django.utils.translation import gettext_lazy as _

from chengge.domain.lifecycle import TRANSITIONS
from chengge.evaluation.indicators.shapes import Facts, Population, Table, Value

# 15 digits of a unit grid: county 6, street 3, community 3, grid 3.
STREET_UNIT, COMMUNITY_UNIT = 10**6, 10**3
TAKEN_IN = ("accept", "self_dispose", "carry_over")
PUBLIC = ("hotline", "web", "app", "open311", "email", "sms")
# A clock that was ended by one of these was not for whom it judged to bring to an end.
NOT_ITS_DUTY = ("confirm_return", "void", "merge")


def with_subjects(rows: Table, cases: Table) -> Table:
    """Rows of cases with the subjects that the case itself names: area and class."""
    place = cases.select(
        "case_id",
        "grid_code",
        street=cases.grid_code // STREET_UNIT,
        community=cases.grid_code // COMMUNITY_UNIT,
        grid=cases.grid_code,
        class_code=cases.class_code,
    ).drop("grid_code")
    return rows.inner_join(place, "case_id")


def stoppers(clock: str) -> tuple[str, ...]:
    """The actions that stop a clock."""
    return tuple(row.action for row in TRANSITIONS if row.stops in {clock, "*"}) + (("carried_to_the_end",) if clock == "handling" else ())


def cases(facts: Facts) -> Table:
    """Cases by the moment of their report; the member is the inspector who reported, if one did."""
    table, moves = facts.tables["cases"], facts.tables["moves"]
    taken = (
        moves.filter(moves.action.isin(["accept", "self_dispose", "carry_over"])).group_by("case_id").agg(accepted_at=lambda t: t.at.min())
    )
    first = moves.filter(moves.seq == 1).select(
        "case_id", member=lambda t: ibis.ifelse(t.post == "inspector", t.member_id, ibis.null("int64"))
    )
    rows = table.left_join(taken, "case_id").drop("case_id_right").left_join(first, "case_id").drop("case_id_right")
    return with_subjects(
        rows.select(
            "case_id", "stage", "channel", "urgent", "self_disposed", "ended_at", "member",
            at=rows.reported_at,
            organization=rows.department_id,
            accepted=rows.accepted_at.notnull(),
            filed=rows.filed_at.notnull(),
            public=rows.channel.isin(PUBLIC),
        ),
        table,
    )  # fmt: skip


def still_runs(clocks: Table) -> Value:
    """Neither stopped nor standing still."""
    return clocks.stopped_at.isnull() & clocks.paused_at.isnull()


def clocks_of(clock: str) -> Callable[[Facts], Table]:
    """Clocks of one kind by the moment they were due; the member is who stopped them, the organization whom they judge."""

    def rows(facts: Facts) -> Table:
        stages, moves = facts.tables["stages"], facts.tables["moves"]
        own = stages.filter(stages.clock == clock)
        ends = moves.filter(moves.action.isin(stoppers(clock))).select("case_id", "member_id", "seq", stopped_at="at")
        ends = ends.group_by(["case_id", "stopped_at"]).agg(member=lambda t: t.member_id.argmin(t.seq))
        joined = own.left_join(ends, ["case_id", "stopped_at"]).drop("case_id_right", "stopped_at_right")
        joined = _with_outcome(joined, facts).inner_join(facts.tables["cases"].select("case_id", "stage", "urgent"), "case_id")
        return with_subjects(
            joined.select(
                "case_id", "worked_seconds", "continuous", "member", "urgent",
                at=joined.due_at,
                organization=joined.organization_id,
                counts=~joined.outcome.isin(NOT_ITS_DUTY).fill_null(False),
                closed=joined.stage == "closed",
                done=joined.stopped_at.notnull(),
                in_time=(joined.overdue == False).fill_null(False),  # noqa: E712 (an Ibis expression)
                late=joined.overdue.fill_null(False) | (still_runs(joined) & (joined.due_at < facts.as_of)),
            ),
            facts.tables["cases"],
        )  # fmt: skip

    return rows


def _with_outcome(clocks: Table, facts: Facts) -> Table:
    """Clocks with the outcome of the assignment that ended with them; none for those that judge no organization, or still run."""
    ended = facts.tables["assignments"].select("case_id", "organization_id", "ordinal", "outcome", stopped_at="ended_at")
    first = ended.group_by(["case_id", "organization_id", "stopped_at"]).agg(outcome=lambda t: t.outcome.argmin(t.ordinal))
    joined = clocks.left_join(first, ["case_id", "organization_id", "stopped_at"])
    return joined.drop("case_id_right", "organization_id_right", "stopped_at_right")


def _beginnings(facts: Facts) -> Table:
    """Second-level assignments with the move that began each: the first with the first, however quickly they follow each other."""
    moves, given = facts.tables["moves"], facts.tables["assignments"]
    begun = moves.filter(moves.action.isin(["dispatch", "fail_check", "carry_over"])).select(
        "case_id", "seq", "at", "action", member="member_id"
    )
    begun = begun.mutate(turn=ibis.row_number().over(group_by="case_id", order_by="seq"))
    given = given.filter(given.level == 2).select("case_id", "ordinal", "outcome", organization="organization_id")
    given = given.mutate(turn=ibis.row_number().over(group_by="case_id", order_by="ordinal")).drop("ordinal")
    return begun.inner_join(given, ["case_id", "turn"])


def walks(facts: Facts) -> Table:
    """Verify and check tasks by the moment they were due; the member is the inspector."""
    tasks = facts.tables["tasks"]
    return with_subjects(
        tasks.select(
            "case_id", "kind", "result",
            at=tasks.due_at,
            member=tasks.member_id,
            done=tasks.done_at.notnull(),
            in_time=(tasks.done_at <= tasks.due_at).fill_null(False),
        ),
        facts.tables["cases"],
    )  # fmt: skip


def moves_of(*actions: str) -> Callable[[Facts], Table]:
    """Moves by one of some actions, when they were made; member and organization are who made them."""

    def rows(facts: Facts) -> Table:
        moves = facts.tables["moves"]
        made = moves.filter(moves.action.isin(actions))
        return with_subjects(
            made.select("case_id", "action", "at", member=made.member_id, organization=made.organization_id), facts.tables["cases"]
        )

    return rows


def filings(facts: Facts) -> Table:
    """Filings when they were made, with what became of the case; the member is the shift leader."""
    moves, table = facts.tables["moves"], facts.tables["cases"]
    made = moves.filter(moves.action == "file").select("case_id", "at", member="member_id")
    state = table.select("case_id", "stage", "channel", "urgent")
    return with_subjects(
        made.inner_join(state, "case_id").mutate(voided=lambda t: t.stage == "voided", public=lambda t: t.channel.isin(PUBLIC)), table
    )


def dispatches(facts: Facts) -> Table:
    """Dispatches when they were made: the member is the dispatcher, the organization whom it went to."""
    begun = _beginnings(facts)
    made = begun.filter(begun.action == "dispatch")
    made = made.mutate(
        first=ibis.row_number().over(group_by="case_id", order_by="seq") == 0,
        wrong=made.outcome == "confirm_return",
    )
    return with_subjects(made.drop("seq", "turn", "action"), facts.tables["cases"])


def reworks(facts: Facts) -> Table:
    """Failed checks when they were made; the organization is the department that has to do it again."""
    begun = _beginnings(facts)
    return with_subjects(begun.filter(begun.action == "fail_check").drop("seq", "turn", "action"), facts.tables["cases"])


def closings(facts: Facts) -> Table:
    """Closings when they were made; the member is the shift leader, the organization the department that had handled the case."""
    moves, table = facts.tables["moves"], facts.tables["cases"]
    made = moves.filter(moves.action.isin(["close", "carried_to_the_end"])).select("case_id", "at", member="member_id")
    state = table.select("case_id", "reported_at", "filed_at", "urgent", organization="department_id")
    return with_subjects(made.inner_join(state, "case_id"), table)


def assignments(facts: Facts) -> Table:
    """Assignments on every level when they began, by organization."""
    table = facts.tables["assignments"]
    return with_subjects(
        table.select(
            "case_id", "level", "outcome", at=table.started_at, organization=table.organization_id, ended=table.ended_at.notnull()
        ),
        facts.tables["cases"],
    )


def recurrences(facts: Facts) -> Table:
    """Filed cases by report, each with whether one of its class in its unit grid had been closed shortly before."""
    table = facts.tables["cases"]
    filed = table.filter(table.filed_at.notnull() & table.grid_code.notnull())
    before = ibis.window(group_by=["grid_code", "class_code"], order_by=["reported_at", "case_id"], preceding=(None, 1))
    filed = filed.mutate(last_ended=filed.ended_at.max().over(before))
    span = ibis.interval(days=facts.settings.recurs_within_days)
    return with_subjects(
        filed.select(
            "case_id",
            at=filed.reported_at,
            organization=filed.department_id,
            again=((filed.last_ended <= filed.reported_at) & (filed.last_ended + span >= filed.reported_at)).fill_null(False),
        ),
        table,
    )


def answers(facts: Facts) -> Table:
    """What reporters were owed, by the moment from which they were; the member is who gave it."""
    table = facts.tables["answers"]
    return with_subjects(
        table.select(
            "case_id", "step", "stars", "channel",
            at=table.since,
            member=table.member_id,
            owed=table.state != "dropped",
            done=table.state == "done",
            in_time=((table.state == "done") & (table.done_at <= table.due_at)).fill_null(False),
        ),
        facts.tables["cases"],
    )  # fmt: skip


def patrol(facts: Facts) -> Table:
    """Days of patrol, by inspector."""
    table = facts.tables["patrol"]
    return table.mutate(case_id=ibis.literal(0, "int64"), at=table.day.cast("timestamp('UTC')"), member=table.member_id)


POPULATIONS: dict[str, Population] = {
    population.name: population
    for population in (
        Population("cases", _("cases that were reported in the period"), cases),
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
        Population("assignments", _("assignments that began in the period"), assignments),
        Population("handed_back", _("cases that departments handed back in the period"), moves_of("hand_back")),
        Population("finished", _("cases that departments finished in the period"), moves_of("finish")),
        Population("reworks", _("checks that failed in the period"), reworks),
        Population("closings", _("closings made in the period"), closings),
        Population("reopened", _("cases that were reopened in the period"), moves_of("reopen")),
        Population("recurrences", _("filed cases that were reported in the period"), recurrences),
        Population("answers", _("answers owed since some moment of the period"), answers),
        Population("patrol", _("days of patrol in the period"), patrol),
    )
}
