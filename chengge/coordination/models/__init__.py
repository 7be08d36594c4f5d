"""The tables of coordination."""

from chengge.coordination.models.appraisals import Appraisal, SecondmentHandover, SecondmentHandoverItem
from chengge.coordination.models.escalations import Escalation, MadeSafe, MadeSafePhoto
from chengge.coordination.models.hard_cases import HardCase
from chengge.coordination.models.meetings import AgendaItem, Meeting, MeetingUnit
from chengge.coordination.models.orders import Sheet, SheetStep
from chengge.coordination.models.platform_rules import EscalationRule, HardCaseLimit, VisitRule
from chengge.coordination.models.requests import Comment, LedgerRead, Mention, PhoneCall
from chengge.coordination.models.rulings import Objection, Ruling
from chengge.coordination.models.seconded import (
    HomeVisit,
    Secondment,
    SecondmentCheck,
    SecondmentDay,
    SecondmentNeed,
    SecondmentRule,
    SecondmentTraining,
    SecondmentView,
)
from chengge.coordination.models.shifts import Handover, HandoverItem
from chengge.coordination.models.standing import PlanStep, ProgressNote, StandingProblem
from chengge.coordination.models.surveys import JointSurvey, SurveyPhoto, SurveySketch, SurveyUnit
from chengge.coordination.models.visits import DepartmentVisit, VisitPromise

__all__ = [
    "AgendaItem",
    "Appraisal",
    "Comment",
    "DepartmentVisit",
    "Escalation",
    "EscalationRule",
    "Handover",
    "HandoverItem",
    "HardCase",
    "HardCaseLimit",
    "HomeVisit",
    "JointSurvey",
    "LedgerRead",
    "MadeSafe",
    "MadeSafePhoto",
    "Meeting",
    "MeetingUnit",
    "Mention",
    "Objection",
    "PhoneCall",
    "PlanStep",
    "ProgressNote",
    "Ruling",
    "Secondment",
    "SecondmentCheck",
    "SecondmentDay",
    "SecondmentHandover",
    "SecondmentHandoverItem",
    "SecondmentNeed",
    "SecondmentRule",
    "SecondmentTraining",
    "SecondmentView",
    "Sheet",
    "SheetStep",
    "StandingProblem",
    "SurveyPhoto",
    "SurveySketch",
    "SurveyUnit",
    "VisitPromise",
    "VisitRule",
]
