"""Changing single components, as a survey finds them: every state that the register was ever in is kept as a version."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.codes import CodeError, ComponentCode
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.actions.dated import bump
from chengge.foundation.models import Component, ComponentVersion, ProblemClass, ProblemKind
from chengge.foundation.queries.places import locate
from chengge.foundation.queries.register import highest_serial
from chengge.organization.queries import Actor, city_day

Origin = ComponentVersion.Origin

# What a version keeps of its component, by column.
KEPT = (
    "problem_class_id", "name", "lon", "lat", "grid_code", "managing_body_id", "owning_body_id", "maintaining_body_id", "state",
    "positional_class", "source", "other_code", "note",
)  # fmt: skip
KEEPERS = frozenset({Post.ADMINISTRATOR, Post.SHIFT_LEADER})

WRITTEN = f"component_id, number, {', '.join(KEPT)}, valid_from, origin, reason, member_id, written_at"
FIRST_VERSIONS = f"""
INSERT INTO foundation_componentversion ({WRITTEN})
SELECT held.id, 1, {", ".join(f"held.{name}" for name in KEPT)}, held.changed_on, %s, '', NULL, %s
FROM foundation_component held
WHERE held.id = ANY(%s) AND NOT EXISTS (SELECT FROM foundation_componentversion known WHERE known.component_id = held.id)
"""  # noqa: S608 - column names of our own
ENDED = "UPDATE foundation_componentversion SET valid_to = %s WHERE component_id = ANY(%s) AND valid_to IS NULL"
NEXT_VERSIONS = f"""
INSERT INTO foundation_componentversion ({WRITTEN})
SELECT held.id, coalesce((SELECT max(known.number) FROM foundation_componentversion known WHERE known.component_id = held.id), 0) + 1,
  {", ".join(f"held.{name}" for name in KEPT)}, %s, %s, %s, %s, %s
FROM foundation_component held WHERE held.id = ANY(%s) ORDER BY held.id
"""  # noqa: S608 - column names of our own


@transaction.atomic
def add_component(actor: Actor, values: Mapping[str, Any], reason: str) -> ComponentVersion:
    """Register a component that was found in the street. Its code is made from county, class and the next serial there.

    Args:
        values: columns of the component; at least `problem_class_id`, `lon` and `lat`. The unit grid is found.

    Raises:
        Forbidden: the actor does not keep the register.
        Refused: no class of components, a place in no unit grid, or no free serial.
    """
    require_keeper(actor)
    of_class = ProblemClass.objects.filter(pk=int(values.get("problem_class_id") or 0), kind=ProblemKind.COMPONENT).first()
    if of_class is None:
        raise Refused("class", _("A component needs a class of components."), _("Choose its class."), "problem_class")
    grid_code = locate(values["lon"], values["lat"]).grid_code
    if grid_code is None:
        raise Refused(
            "no_grid",
            _("The place lies in no unit grid, so that no code can be made."),
            _("Put the place right, or import the unit grids there."),
            "lon",
        )
    bump("components")  # from here on nobody else makes a code
    today = city_day(clock.now())
    component = Component(
        **{"name": of_class.name, **{name: value for name, value in values.items() if value not in (None, "")}},
        code=_next_code(of_class, grid_code // 10**9),
        grid_code=grid_code,
        first_on=today,
        changed_on=today,
    )
    component.save(force_insert=True)
    return _keep([component.pk], today, Origin.SURVEYED, reason, actor.member_id)


@transaction.atomic
def change_component(actor: Actor, component_id: int, values: Mapping[str, Any], reason: str) -> ComponentVersion:
    """Change what the register says of a component. The unit grid follows the place; the code stays for ever.

    Raises:
        Forbidden: the actor does not keep the register.
        NotFound: there is no such component.
        Refused: nothing would change.
    """
    require_keeper(actor)
    bump("components")
    component = Component.objects.select_for_update().filter(pk=component_id).first()
    if component is None:
        raise NotFound("component", _("There is no such component."))
    if all(getattr(component, name) == value for name, value in values.items()):
        raise Refused("same", _("The register says so already."), _("Refuse the survey, or change what it says."))
    keep_first_versions([component.pk])
    return _write(component, values, Origin.SURVEYED, reason, actor.member_id)


@transaction.atomic
def take_back_version(actor: Actor, version_id: int, reason: str) -> ComponentVersion:
    """Bring a component back to what it was before a version, as one version more. A component that was new is abandoned.

    Raises:
        Forbidden: the actor does not keep the register.
        Conflict: the component has been changed again since.
    """
    require_keeper(actor)
    bump("components")
    taken = ComponentVersion.objects.get(pk=version_id)
    component = Component.objects.select_for_update().get(pk=taken.component_id)
    if taken.valid_to is not None:
        raise Conflict(
            "changed_since", _("The component has been changed again since then."), _("Look at its history, and send a new survey.")
        )
    before = ComponentVersion.objects.filter(component=component, number=taken.number - 1).first()
    values = {name: getattr(before, name) for name in KEPT} if before else {"state": Component.State.ABANDONED}
    return _write(component, values, Origin.TAKEN_BACK, reason, actor.member_id)


def keep_first_versions(ids: Collection[int]) -> None:
    """Before components change: what they are now becomes version 1 of those that have none. One query."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST_VERSIONS, [Origin.REGISTERED.value, clock.now(), list(ids)])


def keep_next_versions(ids: Collection[int], day: date, origin: str, reason: str, member_id: int | None) -> None:
    """After components have changed: what they are from `day` on becomes their next version. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(ENDED, [day, list(ids)])
        cursor.execute(NEXT_VERSIONS, [day, origin, reason[:200], member_id, clock.now(), list(ids)])


def require_keeper(actor: Actor) -> None:
    """Raises Forbidden unless the actor may change the register of components."""
    if not actor.posts & KEEPERS:
        raise Forbidden(
            "post", _("Only a shift leader or an administrator changes the register of components."), _("Send a survey to them.")
        )


def _write(component: Component, values: Mapping[str, Any], origin: str, reason: str, member_id: int | None) -> ComponentVersion:
    for name, value in values.items():
        setattr(component, name, value)
    component.grid_code = locate(component.lon, component.lat).grid_code
    component.changed_on = city_day(clock.now())
    component.save(force_update=True)
    return _keep([component.pk], component.changed_on, origin, reason, member_id)


def _keep(ids: list[int], day: date, origin: str, reason: str, member_id: int | None) -> ComponentVersion:
    keep_next_versions(ids, day, origin, reason, member_id)
    return ComponentVersion.objects.select_related("component").get(component_id=ids[0], valid_to=None)


def _next_code(of_class: ProblemClass, county: int) -> int:
    major, minor = int(of_class.major_code), int(of_class.minor_code)
    try:
        return ComponentCode.of(county, major, minor, highest_serial(county, major, minor) + 1).value
    except CodeError as error:
        raise Refused(
            "serials",
            _("There is no free serial for class %(name)s in county %(county)d.") % {"name": of_class.name, "county": county},
            field="problem_class",
        ) from error
