"""What a dashboard is asked for: period, step, area, class, organization. Read from an address, checked, and written back into one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from chengge.casework.queries.filters import midnight
from chengge.domain.codes import CodeError, code_range
from chengge.domain.errors import Refused
from chengge.organization.typed import day, text, whole

STEPS = ("day", "week", "month")
AREAS = ("street", "community", "grid")
MEASURES = ("cases", "per_km2", "per_1000_components")
USUAL_DAYS = 30
MOST_STEPS = 400
LONGEST_DAYS = 3660
DAYS_OF = {"day": 1, "week": 7, "month": 30}
KIND_LETTERS = {"c": "component", "e": "event"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What figures are wanted of.

    Attributes:
        since, until: days of the city, both inclusive.
        step: how the trends are cut: day, week (from Monday) or month.
        area: code of a district, street or community; None: everything in sight.
        class_code: as in the facts: a letter for the kind, then the major and the minor code; a beginning stands for all below it.
        organization_id: whose cases.
        by, measure: of the heat: which areas, and what each is measured by.
    """

    since: date
    until: date
    step: str
    area: int | None = None
    class_code: str = ""
    organization_id: int | None = None
    by: str = "street"
    measure: str = "cases"

    @classmethod
    def parse(cls, given: Mapping[str, Any], last_day: date) -> "Asked":
        """From an address' query; without a period the thirty days up to `last_day`.

        Raises:
            Refused: a value that is none; `field` names it.
        """
        until = day(given, "to") or last_day
        since = day(given, "from") or until - timedelta(days=USUAL_DAYS - 1)
        days = (until - since).days + 1
        if not 1 <= days <= LONGEST_DAYS:
            hint = _("Choose a first day before the last, and no more than ten years.")
            raise Refused("period", _("This is no period: %(from)s to %(to)s.") % {"from": since, "to": until}, hint, field="from")
        step = _choice(given, "step", STEPS) or usual_step(days)
        if days / DAYS_OF[step] > MOST_STEPS:
            raise Refused(
                "step", _("This period has too many days to be cut by “%(step)s”.") % {"step": step}, _("Take a longer step."), field="step"
            )
        return cls(
            since,
            until,
            step,
            area=_area(given),
            class_code=_class(given),
            organization_id=whole(given, "organization"),
            by=_choice(given, "by", AREAS) or "street",
            measure=_choice(given, "measure", MEASURES) or "cases",
        )

    @property
    def begin(self) -> datetime:
        return midnight(self.since)

    @property
    def end(self) -> datetime:
        """The moment that is no longer in the period."""
        return midnight(self.until + timedelta(days=1))

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    def query(self) -> dict[str, str]:
        """Back into the parameters of an address."""
        told: dict[str, object] = {
            "from": self.since,
            "to": self.until,
            "step": self.step,
            "area": self.area,
            "class": self.class_code,
            "organization": self.organization_id,
            "by": "" if self.by == "street" else self.by,
            "measure": "" if self.measure == "cases" else self.measure,
        }
        return {name: str(value) for name, value in told.items() if value not in (None, "")}


def usual_step(days: int) -> str:
    return "day" if days <= 62 else "week" if days <= 400 else "month"


def _choice(given: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> str:
    value = text(given, name)
    if value and value not in choices:
        raise _refused(name, value, _("Choose one of: %(choices)s.") % {"choices": _(", ").join(choices)})
    return value


def _area(given: Mapping[str, Any]) -> int | None:
    code = whole(given, "area")
    try:
        if code is not None:
            code_range(code)
    except CodeError as error:
        raise _refused("area", str(code), _("Write 4 digits for a city, 6 for a district, 9 for a street, 12 for a community.")) from error
    return code


def _class(given: Mapping[str, Any]) -> str:
    value = text(given, "class")
    if value and not (value[0] in KIND_LETTERS and len(value) in (1, 3, 5) and (value + "0")[1:].isdigit() and value.isascii()):
        raise _refused("class", value, _("Write c for components or e for events, then the major and the minor code, such as c0103."))
    return value


def _refused(name: str, value: str, hint: str) -> Refused:
    return Refused("filter", _("“%(value)s” is no possible “%(name)s”.") % {"value": value[:40], "name": name}, hint, field=name)
