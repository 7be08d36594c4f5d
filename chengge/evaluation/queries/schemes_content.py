"""What a version of a scheme says, apart from its rows: one shape for editor, Excel sheets, shipped files, diffs and the API."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Prefetch

from chengge.domain.scoring import Missing, Way
from chengge.evaluation.indicators import Settings
from chengge.evaluation.models import SchemeAspect, SchemeItem, SchemeVersion, Source
from chengge.evaluation.queries.rules import settings_of

ZERO, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class ItemContent:
    """One item; the fields are those of `models.SchemeItem`, the bands as (value from which one holds, its points), rising."""

    code: str
    weight: Decimal
    way: Way
    source: Source = Source.INDICATOR
    name: str = ""
    name_en: str = ""
    zero_at: Decimal = ZERO
    full_at: Decimal = ONE
    bands: tuple[tuple[Decimal, Decimal], ...] = ()
    each: Decimal = ZERO
    step: Decimal = Decimal("0.01")
    floor: Decimal = ZERO
    least: int = 1
    missing: Missing = Missing.LEAVE_OUT
    veto_below: Decimal | None = None
    bonus: Decimal = ZERO
    basis: str = ""


@dataclass(frozen=True, slots=True)
class AspectContent:
    name: str
    weight: Decimal
    items: tuple[ItemContent, ...] = ()
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class VersionContent:
    """A whole version.

    Attributes:
        grades: (least score, grade), the best first.
        settings: the open denominators.
    """

    aspects: tuple[AspectContent, ...] = ()
    grades: tuple[tuple[Decimal, str], ...] = ()
    settings: Settings = field(default_factory=Settings)
    note: str = ""

    @property
    def item_count(self) -> int:
        return sum(len(aspect.items) for aspect in self.aspects)


def content_of(version: SchemeVersion) -> VersionContent:
    """What the rows of a version say. Four queries."""
    items = SchemeItem.objects.order_by("position").prefetch_related("bands")
    aspects = SchemeAspect.objects.filter(version=version).order_by("position").prefetch_related(Prefetch("items", items))
    return VersionContent(
        aspects=tuple(
            AspectContent(aspect.name, aspect.weight, tuple(_item(item) for item in aspect.items.all()), aspect.name_en)
            for aspect in aspects
        ),
        grades=tuple((one.least, one.grade) for one in version.grades.order_by("-least")),
        settings=settings_of(version),
        note=version.note,
    )


def _item(row: SchemeItem) -> ItemContent:
    return ItemContent(
        code=row.code,
        weight=row.weight,
        way=Way(row.way),
        source=Source(row.source),
        name=row.name,
        name_en=row.name_en,
        zero_at=row.zero_at,
        full_at=row.full_at,
        bands=tuple(sorted((band.least_value, band.points) for band in row.bands.all())),
        each=row.each,
        step=row.step,
        floor=row.floor,
        least=row.least,
        missing=Missing(row.missing),
        veto_below=row.veto_below,
        bonus=row.bonus,
        basis=row.basis,
    )
