"""Writing components, responsibility grids, place names and the base map."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from chengge.domain.errors import NotFound, Refused
from chengge.foundation.actions.dated import BATCH_ROWS, bump, copy_in
from chengge.foundation.actions.register import Origin, keep_first_versions, keep_next_versions
from chengge.foundation.models import BaseMapFeature, Component, PlaceName, ResponsibilityGrid, ResponsibilityGridUnit, UnitGrid
from chengge.foundation.queries import locate_many
from chengge.organization.actions import require_administrator
from chengge.organization.models import Member
from chengge.organization.queries import Actor

# What of a component may change. Its code stays for ever, and its first day.
COMPONENT_FIELDS = (
    "problem_class",
    "name",
    "lon",
    "lat",
    "grid_code",
    "managing_body",
    "owning_body",
    "maintaining_body",
    "state",
    "positional_class",
    "changed_on",
    "source",
    "other_code",
    "note",
)


@transaction.atomic
def put_components(actor: Actor, new: Sequence[Component], changed: Sequence[Component]) -> None:
    """Add components and keep changes of known ones.

    A component is never deleted, so that its serial is never given again: it becomes lost or abandoned.
    """
    require_administrator(actor)
    if not new and not changed:
        return
    bump("components")
    copy_in(Component, new)
    changed_ids = [row.pk for row in changed]
    if changed_ids:
        keep_first_versions(changed_ids)
    # Writing over by code is one statement a batch; an UPDATE of each row would take minutes for a city.
    Component.objects.bulk_create(
        list(changed), batch_size=BATCH_ROWS, update_conflicts=True, unique_fields=["code"], update_fields=COMPONENT_FIELDS
    )
    for day in sorted({row.changed_on for row in changed}):
        keep_next_versions([row.pk for row in changed if row.changed_on == day], day, Origin.IMPORTED, "", actor.member_id)


@transaction.atomic
def save_responsibility_grid(
    actor: Actor, code: str, name: str, grid_codes: Collection[int], inspectors: Collection[Member], day: date
) -> ResponsibilityGrid:
    """Give a set of unit grids to inspectors. The grid of a code that is known is changed: name, unit grids, inspectors.

    Raises:
        Refused: there are no unit grids, or one of them does not exist.
    """
    require_administrator(actor)
    if not grid_codes:
        raise Refused("empty", _("A responsibility grid needs at least one unit grid."), field="grid_codes")
    known = set(UnitGrid.objects.filter(code__in=grid_codes, valid_to=None).values_list("code", flat=True))
    lacking = sorted(set(grid_codes) - known)
    if lacking:
        raise Refused(
            "no_such_grid",
            _("There is no unit grid %(code)015d.") % {"code": lacking[0]},
            _("%(count)d codes are not known; import the unit grids first.") % {"count": len(lacking)},
            field="grid_codes",
        )
    bump("grids")
    grid, made = ResponsibilityGrid.objects.get_or_create(code=code, defaults={"name": name, "valid_from": day})
    if not made and grid.name != name:
        grid.name = name
        grid.save(update_fields=["name"])
    grid.units.exclude(grid_code__in=grid_codes).delete()
    ResponsibilityGridUnit.objects.bulk_create(
        [ResponsibilityGridUnit(responsibility_grid=grid, grid_code=grid_code) for grid_code in sorted(grid_codes)], ignore_conflicts=True
    )
    grid.inspectors.set(inspectors)
    return grid


@transaction.atomic
def end_responsibility_grid(actor: Actor, code: str, day: date) -> None:
    """End a responsibility grid and free its inspectors and unit grids. Raises NotFound."""
    require_administrator(actor)
    grid = ResponsibilityGrid.objects.filter(code=code, valid_to=None).first()
    if grid is None:
        raise NotFound("not_holding", _("There is no responsibility grid %(code)s.") % {"code": code})
    bump("grids")
    grid.inspectors.clear()
    grid.units.all().delete()
    grid.valid_to = day
    grid.save(update_fields=["valid_to"])


@transaction.atomic
def put_base_map(actor: Actor, kinds: Collection[str], features: Sequence[BaseMapFeature]) -> None:
    """Draw the base map's features of these kinds anew."""
    require_administrator(actor)
    bump("base_map")
    BaseMapFeature.objects.filter(kind__in=kinds).delete()
    copy_in(BaseMapFeature, features)


@transaction.atomic
def put_place_names(actor: Actor, new: Sequence[PlaceName], changed: Sequence[PlaceName]) -> None:
    """Add place names and move known ones."""
    require_administrator(actor)
    bump("places")
    PlaceName.objects.bulk_create(list(new), batch_size=BATCH_ROWS)
    PlaceName.objects.bulk_update(list(changed), ("lon", "lat", "grid_code"), batch_size=BATCH_ROWS)


@transaction.atomic
def relocate(actor: Actor) -> int:
    """Find the unit grids of components and place names again, after grids have changed. Returns how many moved. Cases keep theirs."""
    require_administrator(actor)
    moved = 0
    for model, revision in ((Component, "components"), (PlaceName, "places")):
        rows = list(model.objects.order_by().values_list("pk", "lon", "lat", "grid_code"))
        if not rows:
            continue
        ids, lons, lats, codes = zip(*rows, strict=True)
        found = locate_many(lons, lats).tolist()
        changed = [(pk, new or None) for pk, old, new in zip(ids, codes, found, strict=True) if (old or 0) != new]
        if changed:
            bump(revision)
            _write_grid_codes(model._meta.db_table, changed)
        moved += len(changed)
    return moved


def _write_grid_codes(table: str, changed: Sequence[tuple[int, int | None]]) -> None:
    ids, codes = zip(*changed, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {connection.ops.quote_name(table)} SET grid_code = new.code "  # noqa: S608
            "FROM unnest(%s::bigint[], %s::bigint[]) AS new(id, code) WHERE new.id = "
            f"{connection.ops.quote_name(table)}.id",
            [list(ids), list(codes)],
        )


@transaction.atomic
def remove_place_names(actor: Actor, ids: Collection[int]) -> int:
    """Take away names that nobody says any more. Returns how many."""
    require_administrator(actor)
    bump("places")
    _total, by_model = PlaceName.objects.filter(pk__in=ids).delete()
    return by_model.get("foundation.PlaceName", 0)
