"""What the field tells the evaluation: days of patrol."""

from django.utils.translation import gettext_lazy as _

from chengge.domain.facts import Column, FactTable, Kind, Scope

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

TABLES = (PATROL,)
