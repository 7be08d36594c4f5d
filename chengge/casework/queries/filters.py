"""What somebody looks for among cases: read from an address, checked, and written back into one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, Protocol

from django.db.models import Q
from django.utils.translation import gettext as _

from chengge.casework.models import CaseText, Channel, StageChoice
from chengge.domain.bigrams import query_terms
from chengge.domain.codes import CodeError, code_range
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.domain.worktime import Light
from chengge.foundation.models import Component, ProblemKind
from chengge.organization.queries import CITY_ZONE

LIGHTS = tuple(light.value for light in Light)
MARKS = ("returned", "rework", "self_disposed", "by_itself")
ORDERS = ("due", "newest")
LONGEST_TEXT = 100
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)

# Name in an address -> field of the filter.
NAMES = {
    "stage": "stages", "kind": "kind", "class": "class_id", "organization": "organization_id", "department": "department_id",
    "division": "division_code", "grid": "grid_code", "light": "light", "channel": "channel", "urgent": "urgent", "q": "text",
    "number": "number", "from": "reported_from", "to": "reported_to", "mine": "mine", "mark": "mark", "order": "order", "queue": "queue",
    "desk": "desk",
}  # fmt: skip


class Dues(NamedTuple):
    """The names of the moments by which a case's light is told: when it turns yellow, and when it is due."""

    yellow: str
    due: str


OF_THE_CASE = Dues("yellow_at", "due_at")  # of the clock by which the case is judged


class Several(Protocol):
    """A mapping that may hold several values for a name, such as Django's QueryDict."""

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What is looked for. Everything empty: every case in sight.

    Attributes:
        desk: only what lies on the desk of this post (or in its sub-queue `queue`; queue `all` lifts the desk's limits).
        stages: values of `domain.lifecycle.Stage`.
        number: the beginning of a case number, or a whole grid or component code.
        reported_from, reported_to: days of the city, both inclusive.
        mine: only cases that the member's own organization holds now.
        mark: one of `MARKS`; `by_itself`: the last dispatch was done by the house.
        order: `due` (most pressing first) or `newest`; ended cases are always newest first.
    """

    desk: Post | None = None
    queue: str = ""
    stages: tuple[str, ...] = ()
    kind: str = ""
    class_id: int | None = None
    organization_id: int | None = None
    department_id: int | None = None
    division_code: int | None = None
    grid_code: int | None = None
    light: str = ""
    channel: str = ""
    urgent: bool = False
    text: str = ""
    number: str = ""
    reported_from: date | None = None
    reported_to: date | None = None
    mine: bool = False
    mark: str = ""
    order: str = "due"

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> "CaseFilter":
        """From an address' query.

        Raises:
            Refused: a value that is none; `field` names it.
        """
        text = _one(given, "q")[:LONGEST_TEXT]
        number = _one(given, "number")
        if not number and _looks_like_a_number(text):
            number, text = text, ""
        return cls(
            desk=Post(_choice(given, "desk", [post.value for post in Post])) if _one(given, "desk") else None,
            queue=_one(given, "queue"),
            stages=tuple(dict.fromkeys(_checked(stage, "stage", StageChoice.values) for stage in _several(given, "stage"))),
            kind=_choice(given, "kind", ProblemKind.values),
            class_id=_whole(given, "class"),
            organization_id=_whole(given, "organization"),
            department_id=_whole(given, "department"),
            division_code=_division(given),
            grid_code=_whole(given, "grid"),
            light=_choice(given, "light", LIGHTS),
            channel=_choice(given, "channel", Channel.values),
            urgent=_yes(given, "urgent"),
            text=text,
            number=_digits(number),
            reported_from=_day(given, "from"),
            reported_to=_day(given, "to"),
            mine=_yes(given, "mine"),
            mark=_choice(given, "mark", MARKS),
            order=_choice(given, "order", ORDERS) or "due",
        )

    def query(self) -> dict[str, str | list[str]]:
        """Back into the parameters of an address, without what is empty. The desk stands in the path of a page, so it is left out."""
        found: dict[str, str | list[str]] = {}
        for name, attribute in NAMES.items():
            value = getattr(self, attribute)
            if name == "desk" or value in (None, "", (), False) or (name == "order" and value == "due"):
                continue
            found[name] = list(value) if isinstance(value, tuple) else "1" if value is True else str(value)
        return found

    @property
    def is_narrow(self) -> bool:
        """Whether anything but desk, queue and order is asked for."""
        return replace(self, desk=None, queue="", order="due") != CaseFilter()

    def without(self, name: str) -> "CaseFilter":
        """The same without one condition, named as in the address."""
        return replace(self, **{NAMES[name]: getattr(CaseFilter(), NAMES[name])})

    def conditions(self, now: datetime, dues: Dues) -> Q:
        """What a case must fulfil, apart from desk, queue, stages and sight.

        Args:
            dues: by which moments its light is told.
        """
        found = Q()
        for column in ("kind", "class_id", "organization_id", "department_id", "grid_code", "channel"):
            if value := getattr(self, column):
                found &= Q(**{"problem_class_id" if column == "class_id" else column: value})
        if self.division_code is not None:
            first, end = code_range(self.division_code)
            found &= Q(grid_code__gte=first, grid_code__lt=end)
        if self.urgent:
            found &= Q(urgent=True)
        if self.light:
            found &= light_is(self.light, now, dues)
        if self.mark:
            found &= MARK_IS[self.mark]
        if self.reported_from:
            found &= Q(reported_at__gte=midnight(self.reported_from))
        if self.reported_to:
            found &= Q(reported_at__lt=midnight(self.reported_to + timedelta(days=1)))
        if self.number:
            found &= number_is(self.number)
        if self.text:
            found &= text_holds(self.text)
        return found


MARK_IS = {
    "returned": Q(return_count__gt=0),
    "rework": Q(rework_count__gt=0),
    "self_disposed": Q(self_disposed=True),
    "by_itself": Q(undo_until__isnull=False),
}


def light_is(light: str, now: datetime, dues: Dues) -> Q:
    """The cases that show this light at `now`; a case without a running clock is green."""
    match light:
        case "red":
            return Q(**{f"{dues.due}__lt": now})
        case "yellow":
            return Q(**{f"{dues.yellow}__lt": now, f"{dues.due}__gte": now})
    return Q(**{f"{dues.yellow}__gte": now}) | Q(**{dues.yellow: None})


def number_is(number: str) -> Q:
    """Case number by its beginning, or a whole grid (15 digits) or component code (16 digits). A case number begins with its day."""
    if len(number) == 15 and not number.startswith("20"):
        return Q(grid_code=int(number))
    if len(number) == 16 and not number.startswith("20"):
        return Q(component_code=int(number), grid_code__in=Component.objects.filter(code=int(number)).values("grid_code"))
    return Q(number__startswith=number)


def text_holds(text: str) -> Q:
    """Cases in whose text all of `text` occurs; none where there is nothing to look for."""
    terms = query_terms(text)
    if not terms:
        return Q(pk__in=[])
    wanted = " & ".join("'" + term.replace("\\", "\\\\").replace("'", "''") + "'" for term in terms)
    return Q(pk__in=CaseText.objects.extra(where=["terms @@ %s::tsquery"], params=[wanted]).values("case_id"))


def midnight(day: date) -> datetime:
    """The moment at which a day of the city begins."""
    return datetime.combine(day, time(), CITY_ZONE)


def _looks_like_a_number(text: str) -> bool:
    digits = text.replace(" ", "")
    return digits.isascii() and digits.isdigit() and len(digits) >= 8


def _one(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    return "" if value is None else str(value).replace("\0", "").strip()


def _several(given: Mapping[str, Any], name: str) -> Iterable[str]:
    values = given.getlist(name) if hasattr(given, "getlist") else given.get(name) or []
    values = [values] if isinstance(values, str) else values
    return [part for value in values for part in str(value).split(",") if part]


def _checked(value: str, name: str, choices: Iterable[str]) -> str:
    if value not in choices:
        raise _refused(name, value, _("Choose one of: %(choices)s.") % {"choices": _(", ").join(choices)})
    return value


def _choice(given: Mapping[str, Any], name: str, choices: Iterable[str]) -> str:
    value = _one(given, name)
    return _checked(value, name, choices) if value else ""


def _whole(given: Mapping[str, Any], name: str) -> int | None:
    value = _one(given, name)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and int(value) < 2**63):
        raise _refused(name, value, _("A whole number is expected."))
    return int(value)


def _digits(number: str) -> str:
    digits = number.replace(" ", "")
    if digits and not (digits.isascii() and digits.isdigit()):
        raise _refused("number", number, _("A number is written in digits."))
    return digits


def _yes(given: Mapping[str, Any], name: str) -> bool:
    return _one(given, name).lower() in {"1", "true", "yes", "on"}


def _day(given: Mapping[str, Any], name: str) -> date | None:
    value = _one(given, name)
    if not value:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = date.min
    if not FIRST_DAY <= day <= LAST_DAY:
        raise _refused(name, value, _("A day is written as 2026-11-23."))
    return day


def _division(given: Mapping[str, Any]) -> int | None:
    code = _whole(given, "division")
    if code is None:
        return None
    try:
        code_range(code)
    except CodeError as error:
        raise _refused(
            "division", str(code), _("Write 4 digits for a city, 6 for a district, 9 for a street, 12 for a community.")
        ) from error
    return code


def _refused(name: str, value: str, hint: str) -> Refused:
    return Refused("filter", _("“%(value)s” is no possible “%(name)s”.") % {"value": value[:40], "name": name}, hint, field=name)
