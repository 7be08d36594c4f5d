"""What a member gives with an action, and whether it is enough."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from chengge.casework.models import Case
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import BASES, DEGREES, Holder, Need, Transition

MOST_PARTS, MOST_LETTERS_OF_PART = 20, 200


@dataclass(frozen=True, slots=True)
class Part:
    """What one organization is to do of a case."""

    organization_id: int
    task: str


@dataclass(frozen=True, slots=True)
class Given:
    """Everything an action may be given; each takes what it needs.

    Attributes:
        photos: SHA-256 of photos that this member uploaded before (`casework.photos.store`).
        lon, lat: degrees, WGS84; where the case is, or for a task where the inspector stands.
        accuracy_m: of that position.
        organization_id: whom the case goes to.
        into_case_id: the case that goes on for this one.
        until: the day on which a suspended case wakes.
        basis: why, as one of the words of `lifecycle.BASES`.
        degree: of a supervision order, 1 to 3.
        answer_by: when a supervision order is to be answered; the rule's own limit where it is left out.
        parts: who is to do which part of it.
        by_itself: why the house dispatches by itself, as `casework.actions.by_itself` writes it down.
    """

    reason: str = ""
    note: str = ""
    photos: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    place: str = ""
    description: str = ""
    problem_class_id: int | None = None
    rule_id: int | None = None
    component_code: int | None = None
    organization_id: int | None = None
    urgent: bool | None = None
    into_case_id: int | None = None
    until: date | None = None
    basis: str = ""
    degree: int | None = None
    answer_by: datetime | None = None
    parts: tuple[Part, ...] = ()
    by_itself: Mapping[str, Any] | None = None

    def written(self) -> dict[str, Any]:
        """What was given, for the ledger: nothing that was left out."""
        told = ((name, getattr(self, name)) for name in self.__slots__ if name not in {"reason", "photos", "parts"})
        said = {name: value for name, value in told if value not in (None, "", ())}
        if self.parts:
            said["parts"] = [{"organization_id": part.organization_id, "task": part.task.strip()} for part in self.parts]
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in said.items()}


def is_place(lon: float | None, lat: float | None) -> bool:
    """Whether it is a point on earth; a phone without a fix says 0, 0."""
    return lon is not None and lat is not None and -180 <= lon <= 180 and -90 <= lat <= 90 and (lon, lat) != (0, 0)


def require_key(key: str | None) -> None:
    """An idempotency key, if there is one, must fit into the ledger. Raises Refused."""
    if key is not None and not 0 < len(key) <= 64:
        raise Refused("key", _("An idempotency key has 1 to 64 characters."), field="key")


def require(row: Transition, case: Case, given: Given) -> None:
    """All that the rule book asks for must be there.

    Raises:
        Refused: with the field that is missing.
    """
    if Need.REASON in row.needs and not given.reason.strip():
        raise Refused("reason", _("A reason is needed."), _("Say in a few words why."), "reason")
    if len(given.reason) > 500:
        raise Refused("reason", _("The reason is longer than 500 characters."), _("Shorten it."), "reason")
    if Need.PHOTO in row.needs and not given.photos:
        raise Refused("photo", _("A photo is needed."), _("Take one on the spot."), "photos")
    if (given.lon is None) != (given.lat is None) or (given.lon is not None and not is_place(given.lon, given.lat)):
        raise Refused("place", _("This is no valid position."), _("Choose the place on the map."), "place")
    if Need.PLACE in row.needs and row.holder is Holder.TASK and given.lon is None:
        raise Refused("place", _("Your position is needed."), _("Wait for a position, or mark it on the map."), "place")
    if Need.RULE in row.needs and given.rule_id is None and (case.rule_id is None or row.action == "reclassify"):
        raise Refused("rule", _("A filing condition is needed."), _("Choose the condition that the case is judged by."), "rule")
    if Need.ORGANIZATION in row.needs and given.organization_id is None:
        raise Refused("organization", _("Whom does it go to?"), _("Choose an organization."), "organization")
    if Need.UNTIL in row.needs and given.until is None:
        raise Refused("until", _("Until which day?"), _("Choose the day on which it goes on."), "until")
    if Need.NOTE in row.needs and not given.note.strip():
        raise Refused("note", _("What is demanded?"), _("Say what is to be done."), "note")
    if Need.PARTS in row.needs:
        _require_parts(given.parts)
    usual = BASES.get(row.action, ())
    if (Need.BASIS in row.needs or given.basis) and given.basis not in usual:
        raise Refused("basis", _("This is no basis here."), _("Choose one of: %(choices)s.") % {"choices": _(", ").join(usual)}, "basis")
    if given.degree is not None and given.degree not in DEGREES:
        raise Refused("degree", _("There are the degrees 1, 2 and 3."), _("Choose one of them."), "degree")
    if Need.CASE in row.needs and given.into_case_id is None:
        raise Refused("into", _("Which case goes on for this one?"), _("Choose the other case."), "into_case_id")


def _require_parts(parts: tuple[Part, ...]) -> None:
    if not parts:
        raise Refused("parts", _("Who does which part?"), _("Write beside one organization at least what it is to do."), "parts")
    if len(parts) > MOST_PARTS:
        raise Refused("parts", _("A case is given out in at most %(most)d parts.") % {"most": MOST_PARTS}, field="parts")
    if len({part.organization_id for part in parts}) < len(parts):
        raise Refused("parts", _("One organization does one part."), _("Say in one sentence all that it is to do."), "parts")
    for part in parts:
        if not 0 < len(part.task.strip()) <= MOST_LETTERS_OF_PART:
            said = _("What is to be done is said in 1 to %(most)d characters.") % {"most": MOST_LETTERS_OF_PART}
            raise Refused("parts", said, field="parts")
