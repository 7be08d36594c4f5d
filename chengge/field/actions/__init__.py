"""All writes of the field."""

from chengge.field.actions.disposal import report_disposed
from chengge.field.actions.duty import begin_duty, end_duty, note_position

__all__ = ["begin_duty", "end_duty", "note_position", "report_disposed"]
