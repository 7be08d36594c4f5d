"""All writes of casework. A case changes only through `perform`; it begins with `report`."""

from chengge.casework.actions.door import Given, Moved, perform
from chengge.casework.actions.filters import forget_filter, save_filter
from chengge.casework.actions.forgetting import forget_words
from chengge.casework.actions.reports import Question, Reported, Said, add_report, complete_report, contact_of, release_report, report

__all__ = [
    "Given",
    "Moved",
    "Question",
    "Reported",
    "Said",
    "add_report",
    "complete_report",
    "contact_of",
    "forget_filter",
    "forget_words",
    "perform",
    "release_report",
    "report",
    "save_filter",
]
