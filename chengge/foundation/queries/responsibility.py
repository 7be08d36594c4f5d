"""Who answers for a problem: ranked candidates, each with its basis in words.

The order is that of GB/T 30428.8 in practice: the body that maintains the component, then whoever the city has named for
the class and the area (most specific first), then the handbook's responsible body, then the territory (属地管理).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from chengge.foundation.models import Component, Division, HandbookRule, ProblemClass, Responsibility
from chengge.foundation.queries.dated import holding_on, holds_on
from chengge.organization.models import Organization, OrganizationKind

PLATFORM_LEVEL = 2  # A dispatch goes to a second-level platform, which passes it down.

MAINTAINS, OWNS, MANAGES = 1.0, 0.95, 0.9
NAMED_LEAST, FOR_CLASS, FOR_OWNER, FOR_AREA = 0.6, 0.05, 0.04, 0.008
IN_HANDBOOK = 0.5
TERRITORY_LEAST, TERRITORY_STEP = 0.3, 0.03

# Digits of a division's code, from the city to the community.
DIVISION_DIGITS = (4, 6, 9, 12)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organization that may answer for a problem.

    Attributes:
        organization: the second-level platform a dispatch goes to.
        score: above 0 and at most 1; it only ranks.
        basis: why, in words, in the language of the moment.
        valid_from: since when that holds.
        through: the body below the platform that the basis names; None where it is the platform itself.
    """

    organization: Organization
    score: float
    basis: str
    valid_from: date
    through: Organization | None = None


def candidates(problem_class_id: int, rule_id: int | None, grid_code: int | None, component_code: int | None, day: date) -> list[Candidate]:
    """Organizations that may answer for a problem on a day, the likeliest first, each once. At most six queries."""
    problem_class = ProblemClass.objects.get(pk=problem_class_id)
    component = _component(component_code)
    areas = ancestors_of(grid_code)
    found: dict[int, Candidate] = {}
    for candidate in (
        *_bodies_of_component(component, day),
        *_named(problem_class, component, areas, day),
        *_in_handbook(problem_class_id, rule_id, day),
        *_territory(areas, day),
    ):
        known = found.get(candidate.organization.pk)
        if known is None or candidate.score > known.score:
            found[candidate.organization.pk] = candidate
    return sorted(found.values(), key=lambda candidate: (-candidate.score, candidate.organization.code))


def ancestors_of(code: int | None) -> tuple[int, ...]:
    """The divisions above a 15-digit unit grid, from the city down to the community; none for a place in no grid."""
    if code is None:
        return ()
    return tuple(int(f"{code:015d}"[:digits]) for digits in DIVISION_DIGITS)


def _component(code: int | None) -> Component | None:
    if code is None:
        return None
    bodies = [f"{body}__{above}" for body in ("maintaining_body", "owning_body", "managing_body") for above in ("parent", "parent__parent")]
    return Component.objects.filter(code=code).select_related("maintaining_body", "owning_body", "managing_body", *bodies).first()


def _candidate(organization: Organization, score: float, basis: str, valid_from: date, day: date) -> Iterator[Candidate]:
    """The candidate on the level that cases are dispatched to; none where the platform no longer exists."""
    platform = organization
    while platform.level > PLATFORM_LEVEL and platform.parent is not None:
        platform = platform.parent
    if platform.level >= PLATFORM_LEVEL and _exists(platform, day):
        through = None if platform.pk == organization.pk else organization
        yield Candidate(platform, round(score, 3), basis, valid_from, through)


def _exists(organization: Organization, day: date) -> bool:
    return organization.valid_from <= day and (organization.valid_to is None or organization.valid_to > day)


def _bodies_of_component(component: Component | None, day: date) -> Iterator[Candidate]:
    if component is None:
        return
    said = {"component": str(component)}
    for organization, score, basis in (
        (component.maintaining_body, MAINTAINS, _("Maintains the component %(component)s")),
        (component.owning_body, OWNS, _("Owns the component %(component)s")),
        (component.managing_body, MANAGES, _("Manages the component %(component)s")),
    ):
        if organization is not None:
            yield from _candidate(organization, score, basis % said, component.changed_on, day)


def _named(problem_class: ProblemClass, component: Component | None, areas: tuple[int, ...], day: date) -> Iterator[Candidate]:
    """What the city has written down about a class and an area. Class goes before owner, owner before area."""
    of_class = (
        Q(problem_class=problem_class)
        | Q(problem_class=None, kind=problem_class.kind, major_code=problem_class.major_code)
        | Q(problem_class=None, kind=problem_class.kind, major_code="")
        | Q(problem_class=None, kind="")
    )
    of_owner = Q(owning_body=None) | Q(owning_body=component.owning_body_id if component else None)
    of_area = Q(division_code=None) | Q(division_code__in=areas)
    rows = holding_on(Responsibility.objects.filter(of_class & of_owner & of_area), day)
    rows = rows.select_related("organization__parent__parent", "owning_body")
    named = list(rows)
    names = _names_of({row.division_code for row in named if row.division_code}, day)
    for row in named:
        class_rank = 3 if row.problem_class_id else 2 if row.major_code else 1 if row.kind else 0
        score = NAMED_LEAST + FOR_CLASS * class_rank + FOR_OWNER * bool(row.owning_body_id) + FOR_AREA * _rank(row.division_code, areas)
        yield from _candidate(row.organization, score, _basis_of(row, problem_class, names), row.valid_from, day)


def _rank(division_code: int | None, areas: tuple[int, ...]) -> int:
    """How near an area lies: 0 everywhere, 1 the city, up to 4 the community."""
    return 0 if division_code is None else areas.index(division_code) + 1


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


def _in_handbook(problem_class_id: int, rule_id: int | None, day: date) -> Iterator[Candidate]:
    """The body of the rule the case is judged by; before it is judged, the bodies of every rule of the class."""
    wanted = Q(pk=rule_id) if rule_id is not None else Q(problem_class_id=problem_class_id) & holds_on(day)
    rules = HandbookRule.objects.filter(wanted, organization__isnull=False).select_related("organization__parent__parent", "problem_class")
    seen = set()
    for rule in rules.order_by("number"):
        if rule.organization is not None and rule.organization_id not in seen:
            seen.add(rule.organization_id)
            basis = _("Responsible body in the handbook: %(name)s, “%(condition)s”") % {
                "name": rule.problem_class.name,
                "condition": rule.condition,
            }
            yield from _candidate(rule.organization, IN_HANDBOOK, basis, rule.valid_from, day)


def _territory(areas: tuple[int, ...], day: date) -> Iterator[Candidate]:
    if not areas:
        return
    rows = holding_on(Organization.objects.filter(kind=OrganizationKind.TERRITORY, division_code__in=areas), day)
    for organization in rows.select_related("parent__parent"):
        score = TERRITORY_LEAST + TERRITORY_STEP * _rank(organization.division_code, areas)
        yield from _candidate(
            organization, score, _("Territory: the place lies in %(name)s") % {"name": organization.name}, organization.valid_from, day
        )
