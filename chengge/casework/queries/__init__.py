"""All reads of casework that are more than one line."""

from chengge.casework.queries.accounts import ClockAccount, DayOfAccount
from chengge.casework.queries.desks import ALL, QUEUES, Queue, queue_of, stages_on, whole_desk
from chengge.casework.queries.detail import (
    CaseDetail,
    Photos,
    ReportView,
    actions_open,
    candidates_for,
    case_in_sight,
    detail,
    open_actions,
)
from chengge.casework.queries.evidence import may_see_photo, report_in_sight, reports_in_sight
from chengge.casework.queries.export import Export, export
from chengge.casework.queries.filters import CaseFilter
from chengge.casework.queries.lists import CasePage, Lights, RowWords, by_area, cases, counts_by_stage, lights, row_words
from chengge.casework.queries.live import Changes, changes_since, moved_since, read_to_now
from chengge.casework.queries.reports import count_incomplete, incomplete_report, incomplete_reports, questions_of
from chengge.casework.queries.sight import sight, visible, with_all_below
from chengge.casework.queries.timeline import EntryWords, timeline

__all__ = [
    "ALL",
    "QUEUES",
    "CaseDetail",
    "CaseFilter",
    "CasePage",
    "Changes",
    "ClockAccount",
    "DayOfAccount",
    "EntryWords",
    "Export",
    "Lights",
    "Photos",
    "Queue",
    "ReportView",
    "RowWords",
    "actions_open",
    "by_area",
    "candidates_for",
    "case_in_sight",
    "cases",
    "changes_since",
    "count_incomplete",
    "counts_by_stage",
    "detail",
    "export",
    "incomplete_report",
    "incomplete_reports",
    "lights",
    "may_see_photo",
    "moved_since",
    "open_actions",
    "questions_of",
    "queue_of",
    "read_to_now",
    "report_in_sight",
    "reports_in_sight",
    "row_words",
    "sight",
    "stages_on",
    "timeline",
    "visible",
    "whole_desk",
    "with_all_below",
]
