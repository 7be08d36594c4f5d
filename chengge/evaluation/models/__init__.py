"""The tables of the evaluation: schemes and their versions, runs with every score and part."""

from chengge.evaluation.models.runs import EvaluationRun, RunPart, RunSubject
from chengge.evaluation.models.schemes import Judged, Scheme, SchemeAspect, SchemeBand, SchemeGrade, SchemeItem, SchemeVersion, Source

__all__ = [
    "EvaluationRun",
    "Judged",
    "RunPart",
    "RunSubject",
    "Scheme",
    "SchemeAspect",
    "SchemeBand",
    "SchemeGrade",
    "SchemeItem",
    "SchemeVersion",
    "Source",
]
