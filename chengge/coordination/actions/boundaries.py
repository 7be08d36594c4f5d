"""Unclear boundaries reckoned anew, changes of areas with what they move, and proposed cuts made drafts of rulings."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.queries.moved import Effect, effect_of
from chengge.coordination.actions.inviting import Thing, tell_units
from chengge.coordination.actions.rulings import Drafted, draft_ruling
from chengge.coordination.models import Ruling
from chengge.coordination.queries.boundaries import zone_in_sight
from chengge.coordination.queries.boundaries_burden import burdens_of
from chengge.coordination.queries.boundaries_cut import cut_of
from chengge.domain.errors import Refused
from chengge.foundation.actions.areas import AreaValues, accept_change, checked, holding_area, propose_area, propose_ending
from chengge.foundation.actions.boundaries import keep_reckoning
from chengge.foundation.models import AreaChange, ProblemClass, ResponsibilityArea
from chengge.foundation.queries.boundaries import last_count, reckoned_on, state_on
from chengge.foundation.queries.drawn import geojson_of, wkb_of
from chengge.foundation.queries.responsibility import DrawnArea
from chengge.organization.models import Organization
from chengge.organization.queries import Actor, city_day

MOST_TOLD = 100


def renew() -> bool:
    """Reckon unclear boundaries anew where what is written down, or the day, has changed. Two queries while nothing has."""
    day, last = city_day(clock.now()), last_count()
    if last is not None and last.state == state_on(day):
        return False
    reckoned = reckoned_on(day)
    keep_reckoning(reckoned, burdens_of(reckoned.found))
    return True


@transaction.atomic
def propose(actor: Actor, values: AreaValues, first_day: date) -> AreaChange:
    """Propose an area or a change of one, with what it would have moved in the past twelve months. Raises as `propose_area`."""
    values = checked(values, first_day)
    effect = effect_with(values, first_day)
    return propose_area(actor, values, first_day, told(effect), effect.cases)


@transaction.atomic
def propose_to_end(actor: Actor, code: str, first_day: date, basis: str) -> AreaChange:
    """Propose that an area ends, with what that would have moved. Raises as `propose_ending`."""
    effect = effect_of(holding_area(code), (), first_day)
    return propose_ending(actor, code, first_day, basis, told(effect), effect.cases)


@transaction.atomic
def accept(actor: Actor, change_id: int) -> AreaChange:
    """Accept what another proposed; the bodies before and after hear of it, and whoever proposed it. Raises as `accept_change`."""
    code = AreaChange.objects.filter(pk=change_id).values_list("code", flat=True).first()
    before = ResponsibilityArea.objects.filter(code=code, valid_to=None).values_list("organization_id", flat=True).first()
    change = accept_change(actor, change_id)
    said = {"name": change.name, "day": change.first_day}
    subject = _("The area %(name)s ends on %(day)s") if change.ends else _("The area %(name)s holds as drawn from %(day)s on")
    thing = Thing("area", f"area:{change.pk}", "/coordination/boundaries/areas/")
    tell_units(actor, thing, "accepted", subject % said, change.basis, {before, change.organization_id}, also=[change.proposed_by_id])
    return change


def effect_with(values: AreaValues, day: date) -> Effect:
    """What it would move if the area with this code were so from a day on."""
    held = ResponsibilityArea.objects.filter(code=values.code, valid_to=None).first()
    return effect_of(held, [DrawnArea(0, values.organization_id, values.classes, values.polygon)], day)


def told(effect: Effect) -> list[dict[str, Any]]:
    """What moves by class, in names, for a page or a proposal; most cases first. Two queries."""
    rows = effect.moved[:MOST_TOLD]
    classes = ProblemClass.objects.in_bulk({row.class_id for row in rows})
    bodies = Organization.objects.in_bulk({pk for row in rows for pk in (row.before_id, row.after_id) if pk is not None})

    def name(pk: int | None) -> str:
        return bodies[pk].short_name if pk in bodies else ""

    return [
        {"class": classes[row.class_id].name, "before": name(row.before_id), "after": name(row.after_id), "cases": row.cases}
        for row in rows
    ]


@transaction.atomic
def draft_cut(actor: Actor, key: str, numbers: Sequence[int]) -> list[Ruling]:
    """Draft a ruling for each chosen part of the cut that is proposed for a zone; each waits for a second person to sign it.

    Raises:
        NotFound: the zone is clear now, or out of sight. Refused: no part is chosen, or the proposal has other parts now.
    """
    zone = zone_in_sight(actor, key)
    cut = cut_of(zone)
    chosen = [part for part in cut.parts if part.number in numbers]
    if not chosen or len(chosen) != len(set(numbers)):
        raise Refused("part", _("Choose the parts that shall be ruled."), _("Look at the proposal again: it may have changed."), "part")
    one = zone.problem_class
    return [
        draft_ruling(
            actor,
            Drafted(
                subject=_("%(class)s: boundary by the map, part %(number)d") % {"class": one.name, "number": part.number},
                basis=f"{cut.along} {part.reason}"[:300],
                organization_id=part.body.pk,
                first_day=city_day(clock.now()),
                problem_class_id=one.pk,
                polygon=geojson_of(wkb_of(part.shape)),
            ),
        )
        for part in chosen
    ]
