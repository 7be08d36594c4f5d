"""What intake tells the evaluation: what reporters were owed, and what they said of it."""

from django.utils.translation import gettext_lazy as _

from chengge.casework.facts import CLASSED, PLACED
from chengge.domain.facts import Column, FactTable, Kind, Scope

ANSWERS = FactTable(
    "answers",
    Scope.CASE,
    _("Answers: one row for each thing that a reporter was owed"),
    CLASSED + " JOIN intake_answer answer ON answer.case_id = c.id",
    ("case_id", "answer_id"),
    (
        Column("case_id", Kind.WHOLE, "c.id", _("The case")),
        Column("answer_id", Kind.WHOLE, "answer.id", _("The answer")),
        Column("report_id", Kind.WHOLE, "answer.report_id", _("The report")),
        Column("step", Kind.TEXT, "answer.step", _("Acceptance, feedback, return visit or complaint")),
        Column("channel", Kind.TEXT, "answer.channel", _("How the report came in")),
        Column("state", Kind.TEXT, "answer.state", _("To do, done, not reached, or not needed any more")),
        Column("since", Kind.MOMENT, "answer.since", _("Owed since")),
        Column("due_at", Kind.MOMENT, "answer.due_at", _("Due")),
        Column("done_at", Kind.MOMENT, "answer.done_at", _("Given")),
        Column("member_id", Kind.WHOLE, "answer.member_id", _("By whom; none where a message did it")),
        Column("stars", Kind.WHOLE, "answer.stars", _("Satisfaction, 1 to 5")),
        Column("department_id", Kind.WHOLE, "c.department_id", _("Department or territory that answers for the case, the last one")),
        *PLACED,
    ),
    together=("step",),
    also_touched="SELECT case_id FROM intake_answer WHERE state = 'open' OR done_at >= {since}",
)

TABLES = (ANSWERS,)
