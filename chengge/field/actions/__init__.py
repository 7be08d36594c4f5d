"""All writes of the field."""

from chengge.field.actions.disposal import report_disposed
from chengge.field.actions.duty import begin_duty, end_duty, note_position
from chengge.field.actions.surveys import Correction, Finding, approve_many, approve_survey, refuse_survey, send_survey, undo_decision

__all__ = [
    "Correction",
    "Finding",
    "approve_many",
    "approve_survey",
    "begin_duty",
    "end_duty",
    "note_position",
    "refuse_survey",
    "report_disposed",
    "send_survey",
    "undo_decision",
]
