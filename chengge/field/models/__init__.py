"""The tables of the field: component surveys, tracks and alarms."""

from chengge.field.models.survey import ComponentSurvey, SurveyDecision, SurveyPhoto

__all__ = ["ComponentSurvey", "SurveyDecision", "SurveyPhoto"]
