"""What the administrator's pages list: the handbook by class, its versions, responsibilities, and how complete it all is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from chengge.domain.lifecycle import ClockKind
from chengge.foundation.models import (
    Component,
    Division,
    HandbookRule,
    ProblemClass,
    ProblemKind,
    Responsibility,
    ResponsibilityGrid,
    StageLimit,
    UnitGrid,
)
from chengge.foundation.queries.dated import holding_on, holds_on
from chengge.organization.models import CalendarDay, Member, Organization, WorkingCalendar

# Handling is timed by the handbook, its levels by who passes a case down.
STAGE_CLOCKS = tuple(kind for kind in ClockKind if kind not in (ClockKind.HANDLING, ClockKind.LEVEL))


@dataclass(frozen=True, slots=True)
class ClassCount:
    """A class of the catalogue and how many rules it has on a day."""

    row: ProblemClass
    rules: int


@dataclass(frozen=True, slots=True)
class MajorClass:
    """A major class with its minor ones."""

    kind: str
    code: str
    name: str
    classes: tuple[ClassCount, ...]

    @property
    def rules(self) -> int:
        return sum(one.rules for one in self.classes)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much there is today, and what is missing for a case to go round."""

    counts: dict[str, int]
    classes_without_rule: int
    clocks_without_limit: tuple[str, ...]
    calendars_without_days: tuple[str, ...]
    members_without_post: int


def class_tree(day: date) -> list[MajorClass]:
    """The catalogue by kind and major class, with the number of rules in each. One query."""
    count = Count("rules", filter=holds_on(day, "rules__"))
    found: dict[tuple[str, str], list[ProblemClass]] = {}
    rows = holding_on(ProblemClass.objects.all(), day).annotate(rule_count=count)
    for row in rows.order_by("kind", "major_code", "minor_code"):
        found.setdefault((row.kind, row.major_code), []).append(row)
    return [
        MajorClass(kind, code, classes[0].major_name, tuple(ClassCount(row, row.rule_count) for row in classes))  # type: ignore[attr-defined]
        for (kind, code), classes in found.items()
    ]


def rules_like(day: date, class_id: int | None, text: str, kind: str) -> QuerySet[HandbookRule]:
    """Rules on a day, of one class, or in whose words or class `text` occurs."""
    rows = holding_on(HandbookRule.objects.all(), day).select_related("problem_class", "organization")
    if class_id is not None:
        rows = rows.filter(problem_class_id=class_id)
    if kind in ProblemKind.values:
        rows = rows.filter(problem_class__kind=kind)
    if text:
        rows = rows.filter(
            Q(condition__icontains=text)
            | Q(closing_condition__icontains=text)
            | Q(problem_class__name__icontains=text)
            | Q(responsible_body__icontains=text)
        )
    order = ("problem_class__kind", "problem_class__major_code", "problem_class__minor_code", "number", "area_class")
    return rows.order_by(*order)


def versions_of(rule: HandbookRule) -> Sequence[HandbookRule]:
    """All versions of a rule by the class's code, its number and its area, the latest first. One query."""
    same_class = Q(
        problem_class__kind=rule.problem_class.kind,
        problem_class__major_code=rule.problem_class.major_code,
        problem_class__minor_code=rule.problem_class.minor_code,
    )
    rows = HandbookRule.objects.filter(same_class, number=rule.number, area_class=rule.area_class)
    return list(rows.select_related("organization").order_by("-valid_from", "-pk"))


def responsibilities_like(
    day: date | None, kind: str, class_id: int | None, division_code: int | None, organization_id: int | None, text: str
) -> QuerySet[Responsibility]:
    """Responsibilities on a day (None: ended ones too). A class finds also what its major class and kind give; a division what is in it."""
    rows = Responsibility.objects.select_related("problem_class", "organization", "owning_body")
    if day is not None:
        rows = holding_on(rows, day)
    if kind in ProblemKind.values:
        rows = rows.filter(Q(kind=kind) | Q(kind=""))
    if class_id is not None:
        rows = rows.filter(_covers(ProblemClass.objects.filter(pk=class_id).first()))
    if division_code is not None:
        rows = rows.filter(_inside(division_code))
    if organization_id is not None:
        rows = rows.filter(organization_id=organization_id)
    if text:
        rows = rows.filter(Q(basis__icontains=text) | Q(organization__name__icontains=text) | Q(problem_class__name__icontains=text))
    return rows.order_by("kind", "major_code", "problem_class__minor_code", "division_code", "pk")


def names_of_divisions(codes: Sequence[int | None], day: date) -> dict[int, str]:
    """One query."""
    return dict(holding_on(Division.objects.filter(code__in=[code for code in codes if code]), day).values_list("code", "name"))


def stage_limits(day: date) -> list[tuple[ClockKind, StageLimit | None]]:
    """The limit of every stage that no handbook rule times. One query."""
    found = {row.clock: row for row in holding_on(StageLimit.objects.all(), day)}
    return [(kind, found.get(kind.value)) for kind in STAGE_CLOCKS]


def completeness(day: date) -> Completeness:
    """Thirteen queries."""
    current = {
        "classes": ProblemClass,
        "rules": HandbookRule,
        "responsibilities": Responsibility,
        "divisions": Division,
        "grids": UnitGrid,
        "responsibility_grids": ResponsibilityGrid,
        "organizations": Organization,
    }
    counts = {name: holding_on(model._default_manager.all(), day).count() for name, model in current.items()}
    counts["components"] = Component.objects.count()
    counts["members"] = Member.objects.filter(is_active=True).count()
    bare = holding_on(ProblemClass.objects.exclude(pk__in=holding_on(HandbookRule.objects.all(), day).values("problem_class_id")), day)
    next_year = CalendarDay.objects.filter(day__year=day.year + (day.month > 10))
    lacking = WorkingCalendar.objects.exclude(pk__in=next_year.values("calendar_id"))
    return Completeness(
        counts=counts,
        classes_without_rule=bare.count(),
        clocks_without_limit=tuple(kind.value for kind, row in stage_limits(day) if row is None),
        calendars_without_days=tuple(lacking.values_list("name", flat=True)),
        members_without_post=Member.objects.filter(is_active=True).exclude(holds_on(day, "posts__")).count(),
    )


def _covers(problem_class: ProblemClass | None) -> Q:
    if problem_class is None:
        return Q(pk__in=[])
    return (
        Q(problem_class=problem_class)
        | Q(problem_class=None, kind=problem_class.kind, major_code=problem_class.major_code)
        | Q(problem_class=None, kind=problem_class.kind, major_code="")
        | Q(problem_class=None, kind="")
    )


def _inside(division_code: int) -> Q:
    """A division and those below it."""
    digits = len(str(division_code))
    found = Q(division_code=division_code)
    for below in (6, 9, 12):
        if below > digits:
            width = 10 ** (below - digits)
            found |= Q(division_code__gte=division_code * width, division_code__lt=(division_code + 1) * width)
    return found
