"""The tables of the field: component surveys, tracks and alarms."""

from chengge.field.models.phone import PhoneFile
from chengge.field.models.survey import ComponentSurvey, SurveyDecision, SurveyPhoto
from chengge.field.models.tracks import Alarm, AlarmKind, AlarmRule, PatrolDay, TrackPoint, Whereabouts

__all__ = [
    "PhoneFile",
    "Alarm",
    "AlarmKind",
    "AlarmRule",
    "ComponentSurvey",
    "PatrolDay",
    "SurveyDecision",
    "SurveyPhoto",
    "TrackPoint",
    "Whereabouts",
]
