"""What coordination tells the evaluation: what became of every dispatch, and the cases that nobody could place."""

from django.utils.translation import gettext_lazy as _

from chengge.casework.facts import CLASSED, PLACED
from chengge.coordination.platform_facts import PLATFORM
from chengge.domain.facts import Column, FactTable, Kind, Scope
from chengge.organization.queries import AS_THE_CITY_COUNTS

WHOLE, TEXT, YES_NO, MOMENT = Kind.WHOLE, Kind.TEXT, Kind.YES_NO, Kind.MOMENT

# A dispatch holds until the next one of its case.
DISPATCHED = f"""
{CLASSED}
JOIN (
  SELECT entry.case_id, entry.seq, entry.at, entry.member_id,
    row_number() OVER (PARTITION BY entry.case_id ORDER BY entry.seq) AS nth,
    lead(entry.seq) OVER (PARTITION BY entry.case_id ORDER BY entry.seq) AS next_seq
  FROM {{cases}} mine JOIN casework_ledgerentry entry ON entry.case_id = mine.id WHERE entry.action = 'dispatch'
) made ON made.case_id = c.id
"""  # noqa: S608 - our own words
RETURNED = """EXISTS (SELECT 1 FROM casework_ledgerentry back
  WHERE back.case_id = c.id AND back.action = 'confirm_return' AND back.seq < made.seq)"""
# Its own end, before the next dispatch: a return that was confirmed, or that it was undone.
WENT_WRONG = """EXISTS (SELECT 1 FROM casework_ledgerentry back WHERE back.case_id = c.id AND back.seq > made.seq
  AND back.action IN ('confirm_return', 'undo_dispatch') AND (made.next_seq IS NULL OR back.seq < made.next_seq))"""
LOCAL_DAY, LOCAL_TIME = f"(made.at {AS_THE_CITY_COUNTS})::date", f"(made.at {AS_THE_CITY_COUNTS})::time"
# Shifts overlap: the one that has begun last.
SHIFT = f"""(
  SELECT shift.code FROM organization_shift shift
  WHERE shift.valid_from <= {LOCAL_DAY} AND (shift.valid_to IS NULL OR shift.valid_to > {LOCAL_DAY})
    AND CASE WHEN shift.ends > shift.starts THEN {LOCAL_TIME} >= shift.starts AND {LOCAL_TIME} < shift.ends
      ELSE {LOCAL_TIME} >= shift.starts OR {LOCAL_TIME} < shift.ends END
  ORDER BY {LOCAL_TIME} < shift.starts, shift.starts DESC, shift.code LIMIT 1)"""  # noqa: S608
# Who placed it: whoever dispatched it last since it was found.
PLACED_BY = """LEFT JOIN LATERAL (
  SELECT entry.member_id, entry.seq FROM casework_ledgerentry entry
  WHERE entry.case_id = c.id AND entry.action = 'dispatch' AND entry.at >= hard.found_at ORDER BY entry.seq DESC LIMIT 1
) placed ON true"""

DISPATCHING = FactTable(
    "dispatching",
    Scope.CASE,
    _("Dispatches: one row each, by whom and in which shift, and what became of it"),
    DISPATCHED,
    ("case_id", "seq"),
    (
        Column("case_id", WHOLE, "c.id", _("The case")),
        Column("seq", WHOLE, "made.seq", _("Number of its entry in the case")),
        Column("at", MOMENT, "made.at", _("When")),
        Column("member_id", WHOLE, "made.member_id", _("By whom; none for machines")),
        Column("shift", TEXT, SHIFT, _("Code of the shift that had begun last; none outside all shifts")),
        Column("nth", WHOLE, "made.nth", _("Its turn among the dispatches of the case, from 1")),
        Column("after_return", YES_NO, RETURNED, _("A return had been confirmed before")),
        Column("wrong", YES_NO, WENT_WRONG, _("A return confirmed that it had gone wrong, or it was undone")),
        Column("stage", TEXT, "c.stage", _("Where the case stands")),
        Column("return_count", WHOLE, "c.return_count", _("Times the case was handed back")),
        Column("rework_count", WHOLE, "c.rework_count", _("Failed checks of the case")),
        *PLACED,
    ),
)

HARD_CASES = FactTable(
    "hard_cases",
    Scope.CASE,
    _("Hard cases: one row for each case that nobody could place"),
    f"{CLASSED} JOIN coordination_hardcase hard ON hard.case_id = c.id {PLACED_BY}",
    ("case_id",),
    (
        Column("case_id", WHOLE, "c.id", _("The case")),
        Column("reasons", TEXT, "array_to_string(hard.whys, ' ')", _("Why it is hard, as short words parted by blanks")),
        Column("way", TEXT, "hard.way", _("In what way it is settled")),
        Column("found_at", MOMENT, "hard.found_at", _("Found")),
        Column("due_at", MOMENT, "hard.due_at", _("To be settled by")),
        Column("settled_at", MOMENT, "hard.settled_at", _("Settled; none while it waits")),
        Column("waited_seconds", WHOLE, "extract(epoch FROM hard.settled_at - hard.found_at)::bigint", _("Seconds until it was settled")),
        Column("placed_seq", WHOLE, "placed.seq", _("Number of the entry by which it was dispatched last since it was found")),
        Column("member_id", WHOLE, "placed.member_id", _("Who dispatched it then; none for machines")),
        Column("stage", TEXT, "c.stage", _("Where the case stands")),
        Column("return_count", WHOLE, "c.return_count", _("Times the case was handed back")),
        Column("rework_count", WHOLE, "c.rework_count", _("Failed checks of the case")),
        *PLACED,
    ),
    # It is settled within a minute of what settles it, and no entry says so.
    also_touched="SELECT case_id FROM coordination_hardcase WHERE settled_at IS NULL OR settled_at >= {since}",
)

TABLES = (DISPATCHING, HARD_CASES, *PLATFORM)
