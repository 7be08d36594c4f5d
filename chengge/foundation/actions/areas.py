"""Drawn areas: proposed by one, accepted by a second person; a change ends the old row and begins a new one on its day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.boundaries import ClassCode, area_m2
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.actions.dated import DatedChange, put_in_place
from chengge.foundation.models import AreaChange, ProblemClass, ResponsibilityArea
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.queries.drawn import border_of
from chengge.organization.models import Organization
from chengge.organization.queries import Actor, city_day

MAY_PROPOSE = frozenset({Post.COORDINATOR, Post.DISPATCHER})
MAY_ACCEPT = frozenset({Post.COORDINATOR, Post.LEADER})
LEAST_LEVEL = 2
LONGEST = {"code": 40, "name": 60, "basis": 200}


@dataclass(frozen=True, slots=True)
class AreaValues:
    """What is said of an area.

    Attributes:
        classes: codes as `ClassCode` reads them; none: every class.
        polygon: WKB, as `queries.drawn.border_drawn` gives it.
    """

    code: str
    name: str
    organization_id: int
    basis: str
    polygon: bytes
    classes: Sequence[str] = ()

    def fields(self) -> dict[str, Any]:
        """The columns of a row."""
        return {
            "code": self.code,
            "name": self.name,
            "organization_id": self.organization_id,
            "basis": self.basis,
            "polygon": self.polygon,
            "classes": list(self.classes),
            "area_m2": round(area_m2(border_of(self.polygon)), 1),
        }


@transaction.atomic
def propose_area(
    actor: Actor, values: AreaValues, first_day: date, effect: Sequence[Mapping[str, Any]] = (), cases_a_year: int = 0
) -> AreaChange:
    """Propose an area: a new one, or another border or body for the one that holds with this code. A proposal of the same code is replaced.

    Args:
        effect, cases_a_year: what it would move, for whoever accepts it.

    Raises:
        Forbidden: no post of the platform. Refused: a value is missing, or names something that is not there on the first day.
    """
    return _proposed(actor, checked(values, first_day), first_day, False, effect, cases_a_year)


@transaction.atomic
def propose_ending(
    actor: Actor, code: str, first_day: date, basis: str, effect: Sequence[Mapping[str, Any]] = (), cases_a_year: int = 0
) -> AreaChange:
    """Propose that an area ends. Raises Forbidden, NotFound, Refused."""
    held = holding_area(code)
    if not basis.strip():
        raise Refused("empty", _("Code, name and basis are needed."), _("Say why the area ends."), field="basis")
    values = AreaValues(held.code, held.name, held.organization_id, basis.strip()[:200], bytes(held.polygon), held.classes)
    return _proposed(actor, values, first_day, True, effect, cases_a_year)


@transaction.atomic
def accept_change(actor: Actor, change_id: int) -> AreaChange:
    """Accept what another proposed: it holds from its first day on, today at the earliest.

    Raises:
        Forbidden: not a coordinator or leader, or the one who proposed it. NotFound. Conflict: it is decided already.
        Refused: its organization or classes are not there any more.
    """
    if not actor.posts & MAY_ACCEPT or actor.member_id is None:
        raise Forbidden("post", _("Changes of areas are accepted by coordinators and leaders."))
    change = _waiting(change_id)
    if change.proposed_by_id == actor.member_id:
        raise Forbidden("second_person", _("Who proposed a change does not accept it."), _("Ask a leader or another coordinator."))
    day = max(change.first_day, city_day(clock.now()))
    values = AreaValues(change.code, change.name, change.organization_id, change.basis, bytes(change.polygon), change.classes)
    held = ResponsibilityArea.objects.select_for_update().filter(code=change.code, valid_to=None).first()
    begun = [] if change.ends else [ResponsibilityArea(**checked(values, day).fields())]
    if held is None and change.ends:
        raise Conflict("changed_meanwhile", _("The area has ended meanwhile."), _("Withdraw the proposal."))
    put_in_place(DatedChange(ResponsibilityArea, day, [held.pk] if held else [], begun))
    return _decided(actor, change, AreaChange.State.ACCEPTED, day)


@transaction.atomic
def withdraw_change(actor: Actor, change_id: int) -> AreaChange:
    """Give a proposal up. Raises Forbidden, NotFound, Conflict."""
    if not actor.posts & (MAY_PROPOSE | MAY_ACCEPT) or actor.member_id is None:
        raise Forbidden("post", _("Areas are proposed by coordinators and dispatchers."))
    change = _waiting(change_id)
    return _decided(actor, change, AreaChange.State.WITHDRAWN, change.first_day)


def checked(values: AreaValues, day: date) -> AreaValues:
    """The values without blanks around them, if an area may be called so and its body and classes are there on a day. Raises Refused."""
    code, name, basis = values.code.strip(), values.name.strip(), values.basis.strip()
    for field, text in (("code", code), ("name", name), ("basis", basis)):
        if not text:
            raise Refused("empty", _("Code, name and basis are needed."), _("Write a few words."), field=field)
        if len(text) > LONGEST[field]:
            message = _("This text is longer than %(most)d characters.") % {"most": LONGEST[field]}
            raise Refused("length", message, _("Shorten it."), field=field)
    if not holding_on(Organization.objects.filter(pk=values.organization_id, level__gte=LEAST_LEVEL), day).exists():
        message = _("There is no such department on the day on which the area begins.")
        raise Refused("organization", message, _("Choose a department, a section or a crew."), field="organization_id")
    return AreaValues(code, name, values.organization_id, basis, values.polygon, class_codes(values.classes, day))


def class_codes(written: Sequence[str], day: date) -> list[str]:
    """Codes of classes in their order, each once and none that lies in another. Raises Refused for what the catalogue of a day lacks."""
    rows = holding_on(ProblemClass.objects.order_by(), day).values_list("kind", "major_code", "minor_code")
    known = [ClassCode(*row) for row in rows] if written else []
    codes = []
    for text in dict.fromkeys(written):
        try:
            code = ClassCode.parse(text)
        except ValueError:
            hint = _("Write component, event:04 or component:0103.")
            raise Refused("class", _("“%(text)s” is no class.") % {"text": text[:40]}, hint, field="classes") from None
        if not any(code.holds(one) for one in known):
            raise Refused("class", _("The catalogue has no class “%(text)s”.") % {"text": text[:40]}, field="classes")
        codes.append(code)
    return sorted(str(code) for code in codes if not any(other.holds(code) for other in codes if other != code))


def holding_area(code: str) -> ResponsibilityArea:
    """The area that holds, or will hold, with this code. Raises NotFound."""
    held = ResponsibilityArea.objects.select_related("organization").filter(code=code, valid_to=None).first()
    if held is None:
        raise NotFound("area", _("There is no area with the code “%(code)s”.") % {"code": code[:40]}, _("Look at the list of areas."))
    return held


def _proposed(
    actor: Actor, values: AreaValues, first_day: date, ends: bool, effect: Sequence[Mapping[str, Any]], cases_a_year: int
) -> AreaChange:
    if not actor.posts & MAY_PROPOSE or actor.member_id is None:
        raise Forbidden("post", _("Areas are proposed by coordinators and dispatchers."))
    held = ResponsibilityArea.objects.filter(code=values.code, valid_to=None).first()
    today = city_day(clock.now())
    if first_day < today or (held is not None and first_day < held.valid_from):
        earliest = max(today, held.valid_from) if held is not None else today
        message = _("A change holds from %(day)s on at the earliest: what was judged stays judged.") % {"day": earliest}
        raise Refused("day", message, _("Choose a later day."), field="first_day")
    AreaChange.objects.filter(code=values.code, state=AreaChange.State.PROPOSED).update(
        state=AreaChange.State.WITHDRAWN, decided_by_id=actor.member_id, decided_at=clock.now()
    )
    try:
        with transaction.atomic():
            return AreaChange.objects.create(
                **values.fields(),
                ends=ends,
                first_day=first_day,
                effect=[dict(row) for row in effect],
                cases_a_year=cases_a_year,
                proposed_by_id=actor.member_id,
                proposed_at=clock.now(),
            )
    except IntegrityError as error:
        raise Conflict("changed_meanwhile", _("Somebody else has proposed a change of this area just now."), _("Look at it.")) from error


def _waiting(change_id: int) -> AreaChange:
    change = AreaChange.objects.select_for_update().filter(pk=change_id).first()
    if change is None:
        raise NotFound("area_change", _("There is no such proposal."))
    if change.state != AreaChange.State.PROPOSED:
        raise Conflict("state", _("This proposal is decided already."), _("Look at it again."))
    return change


def _decided(actor: Actor, change: AreaChange, state: AreaChange.State, day: date) -> AreaChange:
    change.state, change.decided_by_id, change.decided_at, change.first_day = state, actor.member_id, clock.now(), day
    change.save(update_fields=["state", "decided_by", "decided_at", "first_day"])
    return change
