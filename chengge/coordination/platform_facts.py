"""What the platform tells the evaluation beside its hard cases: surveys, meetings, rulings. No words that anybody said.

Only what does not change any more is told: a survey that has ended, minutes that are closed, a ruling as it was signed.
"""

from django.utils.translation import gettext_lazy as _

from chengge.domain.facts import Column, FactTable, Kind, Scope
from chengge.organization.queries import AS_THE_CITY_COUNTS

DAY, WHOLE, TEXT, MOMENT = Kind.DAY, Kind.WHOLE, Kind.TEXT, Kind.MOMENT


def _count(table: str, condition: str) -> str:
    return f"(SELECT count(*) FROM {table} counted WHERE {condition})"  # noqa: S608 - our own words


SURVEYED = _count("coordination_surveyunit", "counted.survey_id = survey.id")
SURVEYS = FactTable(
    "joint_surveys",
    Scope.DAY,
    _("Joint surveys: one row for each that has ended"),
    "(SELECT * FROM coordination_jointsurvey WHERE ended_at IS NOT NULL) survey",
    ("day", "survey_id"),
    (
        Column("day", DAY, f"(survey.ended_at {AS_THE_CITY_COUNTS})::date", _("The day, as the city counts it")),
        Column("survey_id", WHOLE, "survey.id", _("The survey")),
        Column("meets_at", MOMENT, "survey.meets_at", _("Moment for which it was planned")),
        Column("state", TEXT, "survey.state", _("Concluded or called off")),
        Column("units", WHOLE, SURVEYED, _("Units invited")),
        Column(
            "came", WHOLE, _count("coordination_surveyunit", "counted.survey_id = survey.id AND counted.attended"), _("Units that came")
        ),
        Column("cases", WHOLE, _count("coordination_jointsurvey_cases", "counted.jointsurvey_id = survey.id"), _("Cases looked at")),
        Column("photos", WHOLE, _count("coordination_surveyphoto", "counted.survey_id = survey.id"), _("Photos taken")),
        Column("ended_at", MOMENT, "survey.ended_at", _("Ended")),
    ),
)

AT_TABLE = "counted.meeting_id = meeting.id"
MEETINGS = FactTable(
    "coordination_meetings",
    Scope.DAY,
    _("Coordination meetings: one row for each whose minutes are closed"),
    "(SELECT * FROM coordination_meeting WHERE closed_at IS NOT NULL) meeting",
    ("day", "meeting_id"),
    (
        Column("day", DAY, f"(meeting.closed_at {AS_THE_CITY_COUNTS})::date", _("The day, as the city counts it")),
        Column("meeting_id", WHOLE, "meeting.id", _("The meeting")),
        Column("meets_at", MOMENT, "meeting.meets_at", _("Moment for which it was planned")),
        Column("points", WHOLE, _count("coordination_agendaitem", AT_TABLE), _("Points of the agenda")),
        Column("units", WHOLE, _count("coordination_meetingunit", AT_TABLE), _("Units invited")),
        Column("came", WHOLE, _count("coordination_meetingunit", f"{AT_TABLE} AND counted.attended"), _("Units that came")),
        Column("closed_at", MOMENT, "meeting.closed_at", _("Minutes closed")),
    ),
)

PLACE = """CASE WHEN ruling.polygon IS NOT NULL THEN 'area' WHEN ruling.division_code IS NOT NULL THEN 'division'
  WHEN cardinality(ruling.component_codes) > 0 THEN 'components' ELSE 'grids' END"""
RULINGS = FactTable(
    "rulings",
    Scope.DAY,
    _("Rulings: one row for each that was signed"),
    "(SELECT * FROM coordination_ruling WHERE signed_at IS NOT NULL) ruling",
    ("day", "ruling_id"),
    (
        Column("day", DAY, f"(ruling.signed_at {AS_THE_CITY_COUNTS})::date", _("The day, as the city counts it")),
        Column("ruling_id", WHOLE, "ruling.id", _("The ruling")),
        Column("drafted_at", MOMENT, "ruling.drafted_at", _("Drafted")),
        Column("signed_at", MOMENT, "ruling.signed_at", _("Signed")),
        Column("first_day", DAY, "ruling.first_day", _("First day on which it holds")),
        Column("place", TEXT, PLACE, _("By grids, components, division or drawn area")),
        Column("organization_id", WHOLE, "ruling.organization_id", _("Body that answers")),
        Column("cases", WHOLE, _count("coordination_ruling_cases", "counted.ruling_id = ruling.id"), _("Cases it grew out of")),
    ),
)

PLATFORM = (SURVEYS, MEETINGS, RULINGS)
