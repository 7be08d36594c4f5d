"""The case and what hangs on it. Nothing here is written but by `casework.actions` (docs/architecture.md, "one door").

`Case`, `Clock`, `ClockPause` and `Assignment` are folds of the ledger: they can be thrown away and rebuilt.
"""

from chengge.casework.models.by_itself import ByItselfRule, ByItselfSwitch, SelfDispatch
from chengge.casework.models.cases import Case, CaseSerial, CaseText, NotAlike
from chengge.casework.models.choices import (
    IS_OPEN,
    Asked,
    Basis,
    Channel,
    ClockChoice,
    Degree,
    Origin,
    StageChoice,
    Supervision,
)
from chengge.casework.models.clocks import Assignment, Clock, ClockPause
from chengge.casework.models.keeping import ContactView, ErasureRecord, SavedFilter
from chengge.casework.models.ledger import CurrentTransaction, LedgerEntry, SaidText
from chengge.casework.models.levels import LevelLimit
from chengge.casework.models.reminders import Reminder, ReminderRule
from chengge.casework.models.reports import Report
from chengge.casework.models.requests import RequestRule, SidePath
from chengge.casework.models.walks import Evidence, Task

__all__ = [
    "IS_OPEN",
    "Asked",
    "Assignment",
    "Basis",
    "ByItselfRule",
    "ByItselfSwitch",
    "Case",
    "CaseSerial",
    "CaseText",
    "Channel",
    "Clock",
    "ClockChoice",
    "ClockPause",
    "ContactView",
    "CurrentTransaction",
    "Degree",
    "ErasureRecord",
    "Evidence",
    "LedgerEntry",
    "LevelLimit",
    "NotAlike",
    "Origin",
    "Reminder",
    "ReminderRule",
    "Report",
    "RequestRule",
    "SaidText",
    "SavedFilter",
    "SelfDispatch",
    "SidePath",
    "StageChoice",
    "Supervision",
    "Task",
]
