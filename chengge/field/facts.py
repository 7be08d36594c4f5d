"""What the field tells the evaluation: days of patrol, and surveys of components with what became of them."""

from django.utils.translation import gettext_lazy as _

from chengge.casework.facts import CLASS_CODE
from chengge.domain.facts import Column, FactTable, Kind, Scope
from chengge.organization.queries import AS_THE_CITY_COUNTS

PATROL = FactTable(
    "patrol",
    Scope.DAY,
    _("Patrol: one row for each inspector and day"),
    "field_patrolday patrol",
    ("day", "member_id"),
    (
        Column("day", Kind.DAY, "patrol.day", _("The day, as the city counts it")),
        Column("member_id", Kind.WHOLE, "patrol.member_id", _("The inspector")),
        Column("duty_seconds", Kind.WHOLE, "patrol.duty_seconds", _("Seconds on duty")),
        Column("street_seconds", Kind.WHOLE, "patrol.street_seconds", _("Seconds on the street, by positions")),
        Column("outside_seconds", Kind.WHOLE, "patrol.outside_seconds", _("Seconds outside the own responsibility grids")),
        Column("distance_m", Kind.NUMBER, "patrol.distance_m", _("Metres walked, jumps left out")),
        Column("own_grids", Kind.WHOLE, "patrol.own_grids", _("Unit grids to walk")),
        Column("covered_grids", Kind.WHOLE, "patrol.covered_grids", _("Unit grids of these that were visited")),
        Column("visits", Kind.WHOLE, "patrol.visits", _("Visits to unit grids")),
    ),
)

SURVEYED = " JOIN foundation_problemclass class ON class.id = survey.problem_class_id"
SURVEYS = FactTable(
    "surveys",
    Scope.DAY,
    _("Component surveys: one row for each finding of an inspector"),
    "field_componentsurvey survey" + SURVEYED,
    ("day", "survey_id"),
    (
        Column("day", Kind.DAY, f"(survey.made_at {AS_THE_CITY_COUNTS})::date", _("The day, as the city counts it")),
        Column("survey_id", Kind.WHOLE, "survey.id", _("The survey")),
        Column("at", Kind.MOMENT, "survey.made_at", _("When")),
        Column("kind", Kind.TEXT, "survey.kind", _("New, moved, changed or gone")),
        Column("member_id", Kind.WHOLE, "survey.member_id", _("The inspector")),
        Column("grid_code", Kind.WHOLE, "survey.grid_code", _("Unit grid, 15 digits; none outside the grids")),
        Column("class_code", Kind.TEXT, CLASS_CODE, _("Class of the component")),
    ),
)
DECISIONS = FactTable(
    "survey_decisions",
    Scope.DAY,
    _("Decisions on component surveys: one row each"),
    "field_surveydecision decision JOIN field_componentsurvey survey ON survey.id = decision.survey_id" + SURVEYED,
    ("day", "decision_id"),
    (
        Column("day", Kind.DAY, f"(decision.at {AS_THE_CITY_COUNTS})::date", _("The day, as the city counts it")),
        Column("decision_id", Kind.WHOLE, "decision.id", _("The decision")),
        Column("survey_id", Kind.WHOLE, "decision.survey_id", _("The survey")),
        Column("at", Kind.MOMENT, "decision.at", _("When")),
        Column("kind", Kind.TEXT, "decision.kind", _("Approved, refused or taken back")),
        Column("member_id", Kind.WHOLE, "survey.member_id", _("The inspector")),
        Column("grid_code", Kind.WHOLE, "survey.grid_code", _("Unit grid, 15 digits; none outside the grids")),
        Column("class_code", Kind.TEXT, CLASS_CODE, _("Class of the component")),
    ),
)

TABLES = (PATROL, SURVEYS, DECISIONS)
