"""The tables of the evaluation: schemes and their versions, runs with every score and part."""

from chengge.evaluation.models.inspections import (
    Campaign,
    ChecklistItem,
    ImportedScore,
    ImportedSet,
    InspectionPlace,
    Mark,
    SampleFrame,
    Visit,
    VisitPhoto,
)
from chengge.evaluation.models.runs import EvaluationRun, PeerGroup, RunPart, RunSubject
from chengge.evaluation.models.schemes import Judged, Scheme, SchemeAspect, SchemeBand, SchemeGrade, SchemeItem, SchemeVersion, Source

__all__ = [
    "Campaign",
    "ChecklistItem",
    "EvaluationRun",
    "ImportedScore",
    "ImportedSet",
    "InspectionPlace",
    "Judged",
    "Mark",
    "PeerGroup",
    "RunPart",
    "RunSubject",
    "SampleFrame",
    "Scheme",
    "SchemeAspect",
    "SchemeBand",
    "SchemeGrade",
    "SchemeItem",
    "SchemeVersion",
    "Source",
    "Visit",
    "VisitPhoto",
]
