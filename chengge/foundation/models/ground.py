"""What the city stands on: divisions, grids, components, the catalogue, the handbook, and who answers for what.

All of it is dated: a row is ended and replaced, not edited, so that an old case is judged by the rows of its day.
Geometries are WKB, lon and lat in WGS84/CGCS2000; the product needs plain PostgreSQL only.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.organization.models import Dated, Organization


class Revision(models.Model):
    """A number that rises when a set of rows changes (`grids`, `rules`), so that what a process keeps of them is known to be stale."""

    name = models.CharField(primary_key=True, max_length=20)
    number = models.PositiveIntegerField(default=1)


class ProblemKind(models.TextChoices):
    COMPONENT = "component", _("Component")
    EVENT = "event", _("Event")


class AreaClass(models.TextChoices):
    ANY = "", _("Any")
    A = "A", _("Class A")
    B = "B", _("Class B")
    C = "C", _("Class C")


class LimitUnit(models.TextChoices):
    """Values are those of `domain.worktime.Unit`."""

    MINUTE = "minute", _("minutes")
    URGENT_HOUR = "urgent_hour", _("urgent working hours")
    URGENT_DAY = "urgent_day", _("urgent working days")
    WORK_MINUTE = "work_minute", _("working minutes")
    WORK_HOUR = "work_hour", _("working hours")
    WORK_DAY = "work_day", _("working days")
    NATURAL_DAY = "natural_day", _("calendar days")


class Division(Dated):
    """A city (4 digits), district (6), street (9) or community (12)."""

    code = models.BigIntegerField(_("code"))
    name = models.CharField(_("name"), max_length=60)
    polygon = models.BinaryField(_("border"), null=True, blank=True)

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ("code",)
        constraints = [models.UniqueConstraint(fields=("code",), condition=Q(valid_to=None), name="division_code_once")]

    def __str__(self) -> str:
        return self.name


class UnitGrid(Dated):
    """A unit grid (GB/T 30428.1): a closed polygon of about 10 000 m² inside one community; the code has 15 digits."""

    code = models.BigIntegerField(_("code"))
    polygon = models.BinaryField(_("border"))
    area_m2 = models.FloatField(_("area (m²)"))
    area_class = models.CharField(_("area class"), max_length=1, choices=AreaClass.choices, default=AreaClass.B)
    land_use = models.CharField(_("land use"), max_length=30, blank=True)
    other_code = models.CharField(_("own code of the source"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("unit grid")
        verbose_name_plural = _("unit grids")
        ordering = ("code",)
        constraints = [models.UniqueConstraint(fields=("code",), condition=Q(valid_to=None), name="unit_grid_code_once")]

    def __str__(self) -> str:
        return f"{self.code:015d}"


class ResponsibilityGrid(Dated):
    """A set of unit grids given to inspectors (责任网格)."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    inspectors: models.ManyToManyField = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="responsibility_grids",
        verbose_name=_("inspectors"),
    )

    class Meta:
        verbose_name = _("responsibility grid")
        verbose_name_plural = _("responsibility grids")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class ResponsibilityGridUnit(models.Model):
    responsibility_grid = models.ForeignKey(ResponsibilityGrid, on_delete=models.CASCADE, related_name="units")
    grid_code = models.BigIntegerField(_("unit grid"), db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("responsibility_grid", "grid_code"),
                name="unit_grid_once_in_responsibility_grid",
            )
        ]


class ProblemClass(Dated):
    """A minor class of the catalogue (GB/T 30428.2), or a city extension, which counts down from 99."""

    edition = models.CharField(_("edition"), max_length=30)
    kind = models.CharField(_("kind"), max_length=10, choices=ProblemKind.choices)
    major_code = models.CharField(_("major code"), max_length=2)
    major_name = models.CharField(_("major class"), max_length=30)
    minor_code = models.CharField(_("minor code"), max_length=2)
    name = models.CharField(_("minor class"), max_length=40)
    city_extension = models.BooleanField(_("city extension"), default=False)

    class Meta:
        verbose_name = _("class")
        verbose_name_plural = _("catalogue")
        ordering = ("kind", "major_code", "minor_code")
        constraints = [
            models.UniqueConstraint(
                fields=("edition", "kind", "major_code", "minor_code"),
                condition=Q(valid_to=None),
                name="class_code_once",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        return f"{self.major_code}{self.minor_code}"


class HandbookRule(Dated):
    """A filing condition with its limit and its closing condition: what a case is judged by."""

    problem_class = models.ForeignKey(
        ProblemClass,
        on_delete=models.PROTECT,
        related_name="rules",
        verbose_name=_("class"),
    )
    number = models.PositiveSmallIntegerField(_("number in its class"))
    condition = models.CharField(_("filing condition"), max_length=300)
    area_class = models.CharField(
        _("area class"),
        max_length=1,
        choices=AreaClass.choices,
        default=AreaClass.ANY,
        blank=True,
    )
    limit_amount = models.PositiveIntegerField(_("limit"))
    limit_unit = models.CharField(_("unit"), max_length=12, choices=LimitUnit.choices)
    closing_condition = models.CharField(_("closing condition"), max_length=300)
    evidence_wanted = models.CharField(_("evidence wanted"), max_length=300, blank=True)
    check_limit_amount = models.PositiveIntegerField(_("check limit"), null=True, blank=True)
    check_limit_unit = models.CharField(_("check limit unit"), max_length=12, choices=LimitUnit.choices, blank=True)
    urgent = models.BooleanField(_("urgent"), default=False)
    self_disposable = models.BooleanField(
        _("may be disposed of on the spot"), default=True, help_text=_("An inspector may put it right and report it as done")
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible body"),
    )
    responsible_body = models.CharField(_("responsible body as written"), max_length=200, blank=True)
    supervising_body = models.CharField(_("supervising body as written"), max_length=200, blank=True)
    basis = models.CharField(_("basis"), max_length=500, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("handbook rule")
        verbose_name_plural = _("handbook")
        ordering = ("problem_class", "number", "area_class")
        constraints = [
            models.UniqueConstraint(
                fields=("problem_class", "number", "area_class"),
                condition=Q(valid_to=None),
                name="handbook_rule_once",
            ),
            models.CheckConstraint(condition=Q(limit_amount__gt=0), name="handbook_limit_is_positive"),
        ]

    def __str__(self) -> str:
        return self.condition


class StageLimit(Dated):
    """How long a stage that no handbook rule times may take: acceptance, verify, filing, dispatch, check, closing."""

    clock = models.CharField(_("clock"), max_length=14)
    amount = models.PositiveIntegerField(_("limit"))
    unit = models.CharField(_("unit"), max_length=12, choices=LimitUnit.choices, default=LimitUnit.MINUTE)

    class Meta:
        verbose_name = _("stage limit")
        verbose_name_plural = _("stage limits")
        ordering = ("clock",)
        constraints = [models.UniqueConstraint(fields=("clock",), condition=Q(valid_to=None), name="stage_limit_once")]


class Component(models.Model):
    """A thing in the street with a code of its own (部件), as it is now; what it was before stands in `ComponentVersion`."""

    class State(models.TextChoices):
        INTACT = "intact", _("intact")
        DAMAGED = "damaged", _("damaged")
        LOST = "lost", _("lost")
        ABANDONED = "abandoned", _("abandoned")
        OCCUPIED = "occupied", _("occupied")

    code = models.BigIntegerField(_("code"), unique=True)
    problem_class = models.ForeignKey(
        ProblemClass,
        on_delete=models.PROTECT,
        related_name="components",
        verbose_name=_("class"),
    )
    name = models.CharField(_("name"), max_length=60)
    lon = models.FloatField(_("longitude"))
    lat = models.FloatField(_("latitude"))
    grid_code = models.BigIntegerField(_("unit grid"), null=True, blank=True, db_index=True)
    managing_body = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("managing body"),
    )
    owning_body = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owning body"),
    )
    maintaining_body = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("maintaining body"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.INTACT)
    positional_class = models.CharField(_("positional class"), max_length=1, choices=AreaClass.choices, default="B")
    first_on = models.DateField(_("first surveyed"))
    changed_on = models.DateField(_("last changed"))
    source = models.CharField(_("source"), max_length=60, blank=True)
    other_code = models.CharField(_("own code of the source"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("component")
        verbose_name_plural = _("components")
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.name} {self.code:016d}"


class ComponentVersion(Dated):
    """What the register says of a component from a day on: one row for every state since its first change (docs/adr/0014).

    A component that was never changed has none. The latest version, with `valid_to` empty, says the same as the component.
    """

    class Origin(models.TextChoices):
        REGISTERED = "registered", pgettext_lazy("version", "First registered")  # what it was before its first change
        IMPORTED = "imported", pgettext_lazy("version", "Import or table")
        SURVEYED = "surveyed", pgettext_lazy("version", "Survey")
        TAKEN_BACK = "taken_back", pgettext_lazy("version", "Taken back")

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    problem_class = models.ForeignKey(ProblemClass, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(_("name"), max_length=60)
    lon = models.FloatField(_("longitude"))
    lat = models.FloatField(_("latitude"))
    grid_code = models.BigIntegerField(_("unit grid"), null=True)
    managing_body = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    owning_body = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    maintaining_body = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(_("state"), max_length=10, choices=Component.State.choices)
    positional_class = models.CharField(_("positional class"), max_length=1)
    source = models.CharField(_("source"), max_length=60, blank=True)
    other_code = models.CharField(_("own code of the source"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin.choices)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("version of a component")
        verbose_name_plural = _("versions of components")
        ordering = ("component", "number")
        constraints = [models.UniqueConstraint(fields=("component", "number"), name="component_version_number_once")]


class Responsibility(Dated):
    """Who answers for a class in an area. Empty class: every class; empty division: everywhere."""

    kind = models.CharField(_("kind"), max_length=10, choices=ProblemKind.choices, blank=True)
    major_code = models.CharField(_("major code"), max_length=2, blank=True)
    problem_class = models.ForeignKey(
        ProblemClass,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("class"),
    )
    division_code = models.BigIntegerField(_("division"), null=True, blank=True)
    owning_body = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("component's owner"),
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="responsibilities",
        verbose_name=_("organization"),
    )
    basis = models.CharField(_("basis"), max_length=200)

    class Meta:
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        ordering = ("kind", "major_code", "problem_class", "division_code")
        indexes = [
            models.Index(
                fields=("problem_class", "division_code"),
                name="responsibility_by_class",
            )
        ]


class RuledResponsibility(Dated):
    """Who answers by a ruling (裁定): for some components, in an area drawn on the map, in some unit grids, or in a division.

    It goes before everything else that is written down. The ruling itself, with its papers, lies in coordination under `number`.
    """

    number = models.CharField(_("ruling"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=ProblemKind.choices, blank=True)
    major_code = models.CharField(_("major code"), max_length=2, blank=True)
    problem_class = models.ForeignKey(
        ProblemClass, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("class")
    )
    division_code = models.BigIntegerField(_("division"), null=True, blank=True)
    polygon = models.BinaryField(_("drawn area"), null=True, blank=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("organization"))
    basis = models.CharField(_("basis"), max_length=300)

    class Meta:
        verbose_name = _("responsibility by ruling")
        verbose_name_plural = _("responsibilities by ruling")
        ordering = ("number", "pk")
        indexes = [models.Index(fields=("number",), name="ruled_by_number")]

    def __str__(self) -> str:
        return self.number


class RuledGrid(models.Model):
    """A unit grid that a ruling names."""

    ruled = models.ForeignKey(RuledResponsibility, on_delete=models.CASCADE, related_name="grids")
    grid_code = models.BigIntegerField(_("unit grid"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=("ruled", "grid_code"), name="ruled_grid_once")]
        indexes = [models.Index(fields=("grid_code",), name="ruled_by_grid")]


class RuledComponent(models.Model):
    """A component that a ruling names."""

    ruled = models.ForeignKey(RuledResponsibility, on_delete=models.CASCADE, related_name="components")
    component_code = models.BigIntegerField(_("component"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=("ruled", "component_code"), name="ruled_component_once")]
        indexes = [models.Index(fields=("component_code",), name="ruled_by_component")]


class BaseMapFeature(models.Model):
    """A road, water, block, green or building of our own base map; geometry is WKB."""

    class Kind(models.TextChoices):
        ARTERIAL = "arterial", _("Arterial road")
        STREET = "street", _("Street")
        LANE = "lane", _("Lane")
        WATER = "water", _("Water")
        GREEN = "green", _("Green")
        BUILDING = "building", _("Building")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=60, blank=True)
    shape = models.BinaryField()

    class Meta:
        verbose_name = _("base map feature")
        verbose_name_plural = _("base map")


class PlaceName(models.Model):
    """A name of a place that people say on the phone: a gate, a crossing, a park, a market (GB/T 30428.3)."""

    name = models.CharField(_("name"), max_length=80)
    lon = models.FloatField(_("longitude"))
    lat = models.FloatField(_("latitude"))
    grid_code = models.BigIntegerField(_("unit grid"), null=True, blank=True)

    class Meta:
        verbose_name = _("place name")
        verbose_name_plural = _("place names")
        indexes = [
            models.Index(
                fields=("name",),
                name="place_by_name",
                opclasses=("varchar_pattern_ops",),
            )
        ]

    def __str__(self) -> str:
        return self.name
