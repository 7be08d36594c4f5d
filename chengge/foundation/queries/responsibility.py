"""Who answers for a problem: ranked candidates, each with its basis in words.

The ranking is that of `domain.responsibility`, over the rows that hold on a day; a process keeps what it read of them for as long as
none of them changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db import connection
from django.utils.translation import gettext as _

from chengge.domain.boundaries import ClassCode
from chengge.domain.errors import NotFound
from chengge.domain.responsibility import (
    TERRITORY_LEAST,
    Claim,
    ClassOf,
    Ground,
    Named,
    Register,
    Ruled,
    Scope,
    ancestors_of,
)
from chengge.foundation.models import (
    Component,
    Division,
    HandbookRule,
    ProblemClass,
    Responsibility,
    ResponsibilityArea,
    RuledComponent,
    RuledGrid,
    RuledResponsibility,
)
from chengge.foundation.queries.dated import holding_on, holds_on
from chengge.foundation.queries.places import outlines_of
from chengge.organization.models import Organization, OrganizationKind

__all__ = ["PLATFORM_LEVEL", "TERRITORY_LEAST", "Candidate", "Written", "ancestors_of", "candidates", "claims_of", "written_on"]

PLATFORM_LEVEL = 2  # A dispatch goes to a second-level platform, which passes it down.

# What changes whenever a row is written, ended or deleted, whoever does it: every version of a row has the number of its transaction.
STATE = " UNION ALL ".join(
    f"SELECT count(*), coalesce(sum(xmin::text::bigint), 0) FROM {model._meta.db_table}"  # noqa: S608
    for model in (Responsibility, ResponsibilityArea, RuledResponsibility, HandbookRule, Organization, ProblemClass)
)
# What lies in a drawn area depends on the grids, too.
STATE += " UNION ALL SELECT number, xmin::text::bigint FROM foundation_revision WHERE name = 'grids'"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organization that may answer for a problem.

    Attributes:
        organization: the second-level platform a dispatch goes to.
        score: above 0 and at most 1; it only ranks.
        basis: why, in words, in the language of the moment.
        valid_from: since when that holds.
        through: the body below the platform that the basis names; None where it is the platform itself.
        ground: on what it rests.
    """

    organization: Organization
    score: float
    basis: str
    valid_from: date
    through: Organization | None = None
    ground: Ground | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What is written down for one day: the register, and the classes of the catalogue by id."""

    register: Register
    classes: dict[int, ClassOf]


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """What the register needs of a drawn area; `classes` as codes of `ClassCode`, `polygon` as WKB."""

    id: int
    organization_id: int
    classes: Sequence[str]
    polygon: bytes | memoryview


def candidates(
    problem_class_id: int,
    rule_id: int | None,
    grid_code: int | None,
    component_code: int | None,
    day: date,
    lon: float | None = None,
    lat: float | None = None,
) -> list[Candidate]:
    """Organizations that may answer for a problem on a day, the likeliest first, each once. At most eight queries.

    Args:
        lon, lat: the place; without it that of the component, else the inner point of the grid.

    Raises:
        NotFound: there is no such class.
    """
    component = _component(component_code)
    claims = _claims(problem_class_id, rule_id, grid_code, component, day, lon, lat)
    organizations = Organization.objects.in_bulk({pk for claim in claims for pk in (claim.organization_id, claim.platform_id)})
    words = _words(claims, component, problem_class_id, day)
    found = []
    for claim in claims:
        basis, since = words[claim]
        body = organizations[claim.organization_id]
        if claim.ground is Ground.TERRITORY:
            basis, since = _("Territory: the place lies in %(name)s") % {"name": body.name}, body.valid_from
        through = None if claim.platform_id == claim.organization_id else body
        found.append(Candidate(organizations[claim.platform_id], round(claim.score, 3), basis, since, through, claim.ground))
    return sorted(found, key=lambda candidate: (-candidate.score, candidate.organization.code))


def claims_of(
    problem_class_id: int,
    rule_id: int | None,
    grid_code: int | None,
    component_code: int | None,
    day: date,
    lon: float | None = None,
    lat: float | None = None,
) -> list[Claim]:
    """The same for machines, without words. At most two queries while nothing changes."""
    return _claims(problem_class_id, rule_id, grid_code, _component(component_code), day, lon, lat)


def written_on(day: date) -> Written:
    """What is written down for a day. One query while nothing changes, ten otherwise."""
    return _read(connection.settings_dict["NAME"], day, state_of_rules())


def state_of_rules() -> tuple[tuple[int, int], ...]:
    """What changes whenever anything that says who answers is written. One query."""
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        return tuple(cursor.fetchall())


def written_with(day: date, leaving_out: Sequence[int], instead: Sequence[DrawnArea]) -> Written:
    """What would be written down if drawn areas (by id) were replaced by others. Ten queries: it is made anew each time."""
    return _built(day, leaving_out, instead)


@lru_cache(maxsize=4)
def _read(_database: str, day: date, _state: tuple[tuple[int, int], ...]) -> Written:
    return _built(day, (), ())


def _built(day: date, leaving_out: Sequence[int], instead: Sequence[DrawnArea]) -> Written:
    rows = list(ProblemClass.objects.order_by().values_list("pk", "kind", "major_code", "minor_code"))
    register = Register(_platforms(day))
    named = holding_on(Responsibility.objects.order_by("pk"), day)
    register.name(
        Named(pk, body, Scope(of_class, "" if of_class else kind, "" if of_class else major), division, owner)
        for pk, body, of_class, kind, major, division, owner in named.values_list(
            "pk", "organization_id", "problem_class_id", "kind", "major_code", "division_code", "owning_body_id"
        )
    )
    held = holding_on(ResponsibilityArea.objects.exclude(pk__in=leaving_out).order_by("pk"), day)
    areas = [DrawnArea(*row) for row in held.values_list("pk", "organization_id", "classes", "polygon")]
    register.name(_drawn([*areas, *instead], scopes_by_code(rows)))
    register.rule(_ruled(day))
    of_rule = HandbookRule.objects.filter(organization__isnull=False).order_by("number", "pk")
    register.of_rule.update(of_rule.values_list("pk", "organization_id"))
    for rule_id, class_id, body in of_rule.filter(holds_on(day)).values_list("pk", "problem_class_id", "organization_id"):
        register.of_class[class_id].append((rule_id, body))
    territories = holding_on(Organization.objects.filter(kind=OrganizationKind.TERRITORY), day).order_by("code")
    register.settle((pk, code) for pk, code in territories.values_list("pk", "division_code") if code is not None)
    return Written(register, {pk: ClassOf(pk, kind, major) for pk, kind, major, _minor in rows})


def scopes_by_code(classes: Iterable[tuple[int, str, str, str]]) -> dict[str, list[Scope]]:
    """The scopes that a `ClassCode` stands for, by its text: classes of every edition have one each."""
    found: dict[str, list[Scope]] = defaultdict(list)
    for pk, kind, major, minor in classes:
        found[str(ClassCode(kind, major, minor))].append(Scope(class_id=pk))
        found[str(ClassCode(kind, major))] = [Scope(kind=kind, major_code=major)]
        found[str(ClassCode(kind))] = [Scope(kind=kind)]
    return found


def _drawn(areas: Sequence[DrawnArea], scopes: Mapping[str, list[Scope]]) -> list[Named]:
    """Drawn areas, one row for each of their scopes. One query where there are any."""
    outlines = outlines_of(bytes(area.polygon) for area in areas) if areas else []
    return [
        Named(area.id, area.organization_id, scope, outline=outline)
        for area, outline in zip(areas, outlines, strict=True)
        for scope in ([scope for code in area.classes for scope in scopes.get(code, ())] if area.classes else [Scope()])
    ]


def _platforms(day: date) -> dict[int, int]:
    """Of every organization the platform that stands on the second level, itself or above it; none where that does not exist."""
    rows = {
        pk: (level, parent, since <= day and (until is None or until > day))
        for pk, level, parent, since, until in Organization.objects.order_by().values_list(
            "pk", "level", "parent_id", "valid_from", "valid_to"
        )
    }
    found = {}
    for pk in rows:
        at = pk
        while rows[at][0] > PLATFORM_LEVEL and rows[at][1] is not None:
            at = rows[at][1]
        if rows[at][0] >= PLATFORM_LEVEL and rows[at][2]:
            found[pk] = at
    return found


def _ruled(day: date) -> list[Ruled]:
    rows = list(holding_on(RuledResponsibility.objects.order_by("pk"), day))
    grids: dict[int, set[int]] = {row.pk: set() for row in rows}
    components: dict[int, set[int]] = {row.pk: set() for row in rows}
    for table, field, codes in ((RuledGrid, "grid_code", grids), (RuledComponent, "component_code", components)):
        for ruled_id, code in table.objects.filter(ruled__in=list(grids)).order_by().values_list("ruled_id", field):
            codes[ruled_id].add(code)
    drawn = {row.pk: bytes(row.polygon) for row in rows if row.polygon is not None}
    outlines = dict(zip(drawn, outlines_of(drawn.values()), strict=True)) if drawn else {}
    return [
        Ruled(
            row.pk,
            row.organization_id,
            Scope(row.problem_class_id, "" if row.problem_class_id else row.kind, "" if row.problem_class_id else row.major_code),
            frozenset(grids[row.pk]),
            frozenset(components[row.pk]),
            row.division_code,
            row.valid_from.toordinal(),
            outlines.get(row.pk),
        )
        for row in rows
    ]


def _component(code: int | None) -> Component | None:
    return None if code is None else Component.objects.filter(code=code).first()


def _claims(
    problem_class_id: int,
    rule_id: int | None,
    grid_code: int | None,
    component: Component | None,
    day: date,
    lon: float | None,
    lat: float | None,
) -> list[Claim]:
    written = written_on(day)
    one = written.classes.get(problem_class_id)
    if one is None:
        raise NotFound("class", _("There is no such class."), _("Choose a class of the catalogue."))
    bodies = (component.maintaining_body_id, component.owning_body_id, component.managing_body_id) if component else (None, None, None)
    if component is not None and lon is None:
        lon, lat = component.lon, component.lat
    return written.register.claims(one, rule_id, grid_code, component.code if component else None, bodies, lon, lat)


def _words(claims: Sequence[Claim], component: Component | None, problem_class_id: int, day: date) -> dict[Claim, tuple[str, date]]:
    """The basis of each claim in words, and since when it holds. At most five queries; territories tell their own."""
    found: dict[Claim, tuple[str, date]] = {}
    by_ground = {ground: [claim for claim in claims if claim.ground is ground] for ground in Ground}
    named = Responsibility.objects.select_related("owning_body").in_bulk(_sources(by_ground[Ground.NAMED]))
    drawn = ResponsibilityArea.objects.defer("polygon").in_bulk(_sources(by_ground[Ground.DRAWN]))
    ruled = RuledResponsibility.objects.defer("polygon").in_bulk(_sources(by_ground[Ground.RULING]))
    rules = HandbookRule.objects.select_related("problem_class").in_bulk(_sources(by_ground[Ground.HANDBOOK]))
    names = _names_of({row.division_code for row in named.values() if row.division_code}, day)
    problem_class = ProblemClass.objects.get(pk=problem_class_id) if named else None
    for claim in claims:
        match claim.ground:
            case Ground.NAMED if problem_class is not None:
                row = named[claim.source_id]
                found[claim] = _basis_of(row, problem_class, names), row.valid_from
            case Ground.DRAWN:
                area = drawn[claim.source_id]
                said = {"name": area.name, "code": area.code, "basis": area.basis}
                found[claim] = _("Answers in the area %(name)s (%(code)s): %(basis)s") % said, area.valid_from
            case Ground.RULING:
                ruling = ruled[claim.source_id]
                said = {"number": ruling.number, "basis": ruling.basis}
                found[claim] = _("Ruling %(number)s: %(basis)s") % said, ruling.valid_from
            case Ground.HANDBOOK:
                rule = rules[claim.source_id]
                said = {"name": rule.problem_class.name, "condition": rule.condition}
                found[claim] = _("Responsible body in the handbook: %(name)s, “%(condition)s”") % said, rule.valid_from
            case Ground.MAINTAINS | Ground.OWNS | Ground.MANAGES if component is not None:
                found[claim] = _of_component(claim.ground) % {"component": str(component)}, component.changed_on
            case _:
                found[claim] = "", day
    return found


def _sources(claims: Iterable[Claim]) -> set[int]:
    return {claim.source_id for claim in claims}


def _of_component(ground: Ground) -> str:
    match ground:
        case Ground.MAINTAINS:
            return _("Maintains the component %(component)s")
        case Ground.OWNS:
            return _("Owns the component %(component)s")
        case _:
            return _("Manages the component %(component)s")


def _basis_of(row: Responsibility, problem_class: ProblemClass, names: dict[int, str]) -> str:
    what = (
        problem_class.name
        if row.problem_class_id
        else problem_class.major_name
        if row.major_code
        else problem_class.get_kind_display()
        if row.kind
        else _("every class")
    )
    where = names.get(row.division_code, str(row.division_code)) if row.division_code else _("everywhere")
    said = {"what": what, "where": where, "basis": row.basis}
    if row.owning_body is not None:
        return _("Answers for %(what)s of %(owner)s (%(where)s): %(basis)s") % (said | {"owner": row.owning_body.short_name})
    return _("Answers for %(what)s (%(where)s): %(basis)s") % said


def _names_of(codes: set[int], day: date) -> dict[int, str]:
    if not codes:
        return {}
    return dict(holding_on(Division.objects.filter(code__in=codes), day).values_list("code", "name"))
