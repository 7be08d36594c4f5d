"""The tables of coordination."""

from chengge.coordination.models.hard_cases import HardCase
from chengge.coordination.models.meetings import AgendaItem, Meeting, MeetingUnit
from chengge.coordination.models.orders import Sheet, SheetStep
from chengge.coordination.models.requests import Comment, LedgerRead, Mention, PhoneCall
from chengge.coordination.models.rulings import Objection, Ruling
from chengge.coordination.models.surveys import JointSurvey, SurveyPhoto, SurveyUnit

__all__ = [
    "AgendaItem",
    "Comment",
    "HardCase",
    "JointSurvey",
    "LedgerRead",
    "Meeting",
    "MeetingUnit",
    "Mention",
    "Objection",
    "PhoneCall",
    "Ruling",
    "Sheet",
    "SheetStep",
    "SurveyPhoto",
    "SurveyUnit",
]
