"""The tables of the field: component surveys, tracks and alarms."""

from chengge.field.models.phone import PhoneFile
from chengge.field.models.survey import ComponentSurvey, SurveyDecision, SurveyPhoto
from chengge.field.models.tracks import Alarm, AlarmKind, AlarmRule, PatrolDay, TrackPoint, Whereabouts

__all__ = [
    "Alarm",
    "AlarmKind",
    "AlarmRule",
    "ComponentSurvey",
    "PatrolDay",
    "PhoneFile",
    "SurveyDecision",
    "SurveyPhoto",
    "TrackPoint",
    "Whereabouts",
]
