"""All writes of casework. A case changes only through `perform`; it begins with `report`."""

from chengge.casework.actions.door import Given, Moved, perform
from chengge.casework.actions.filters import forget_filter, save_filter
from chengge.casework.actions.reports import Question, Reported, Said, complete_report, contact_of, report

__all__ = [
    "Given",
    "Moved",
    "Question",
    "Reported",
    "Said",
    "complete_report",
    "contact_of",
    "forget_filter",
    "perform",
    "report",
    "save_filter",
]
