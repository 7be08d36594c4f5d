"""Areas drawn on the map for which somebody answers, how they change, and where nobody or several answer."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.foundation.models.ground import ProblemClass
from chengge.organization.models import Dated, Organization


class Area(models.Model):
    """What is said of an area: where it is, who answers in it, and for which classes.

    `classes` holds codes as `domain.boundaries.ClassCode` reads them: `component`, `event:04`, `component:0103`; none: every class.
    """

    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("organization")
    )
    classes = ArrayField(models.CharField(max_length=14), default=list, blank=True, verbose_name=_("classes"))
    polygon = models.BinaryField(_("border"))
    area_m2 = models.FloatField(_("area (m²)"))
    basis = models.CharField(_("basis"), max_length=200)

    class Meta:
        abstract = True


class ResponsibilityArea(Area, Dated):
    """Who answers in an area drawn on the map. It goes before what is said of the divisions around it."""

    class Meta:
        verbose_name = _("drawn area")
        verbose_name_plural = _("drawn areas")
        ordering = ("code", "valid_from")
        constraints = [models.UniqueConstraint(fields=("code",), condition=Q(valid_to=None), name="responsibility_area_once")]

    def __str__(self) -> str:
        return self.name


class AreaChange(Area):
    """A drawn area as somebody proposes it; nothing of it holds before a second person has accepted it.

    Attributes:
        ends: the area ends, and nothing begins in its place.
        effect: what it moved by class when it was proposed: rows of class, from, to and cases of the past twelve months.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("area", "Proposed")
        ACCEPTED = "accepted", pgettext_lazy("area", "Accepted")
        WITHDRAWN = "withdrawn", pgettext_lazy("area", "Withdrawn")

    ends = models.BooleanField(_("ends"), default=False)
    first_day = models.DateField(_("holds from"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.PROPOSED)
    effect = models.JSONField(_("effect"), default=list, encoder=DjangoJSONEncoder)
    cases_a_year = models.PositiveIntegerField(_("cases a year"), default=0)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("change of a drawn area")
        verbose_name_plural = _("changes of drawn areas")
        indexes = [models.Index(fields=("state", "proposed_at"), name="area_change_by_state")]
        constraints = [
            models.UniqueConstraint(fields=("code",), condition=Q(state="proposed"), name="area_change_once"),
            models.CheckConstraint(condition=~Q(state="accepted") | ~Q(decided_by=F("proposed_by")), name="area_change_by_a_second_person"),
        ]

    def __str__(self) -> str:
        return self.name


class BoundaryCount(models.Model):
    """One reckoning of who answers where, for every class and every grid: of which state of the rules, and what it found."""

    day = models.DateField(_("day"))
    counted_at = models.DateTimeField(_("counted"))
    state = models.CharField(_("state of the rules"), max_length=64)
    grids = models.PositiveIntegerField(_("unit grids"))
    classes = models.PositiveIntegerField(_("classes"))
    clear = models.PositiveBigIntegerField(_("one owner"))
    unowned = models.PositiveBigIntegerField(_("no owner"))
    shared = models.PositiveBigIntegerField(_("several owners"))

    class Meta:
        verbose_name = _("count of unclear boundaries")
        verbose_name_plural = _("counts of unclear boundaries")


class BoundaryZone(models.Model):
    """Where, in one street, nobody answers for a class but the territory, or several with the same right.

    It is reckoned anew whenever what is written down changes; nothing but the page of unclear boundaries rests on it.

    Attributes:
        bodies: ids of the platforms that answer with the same right; none in a gap.
        street_code: 9 digits; 0 for grids that lie in no street.
        cases, disputes: of the past twelve months, of this class and in these grids; disputes are returns and hard cases.
        lost_days: how long the disputes waited between being filed and their last dispatch.
        components: of this class that stand here; `ownerless` of them name no body.
    """

    class Verdict(models.TextChoices):
        NONE = "none", pgettext_lazy("boundary", "No owner")
        SEVERAL = "several", pgettext_lazy("boundary", "Several owners")

    problem_class = models.ForeignKey(ProblemClass, on_delete=models.CASCADE, related_name="+", verbose_name=_("class"))
    verdict = models.CharField(_("verdict"), max_length=7, choices=Verdict.choices)
    street_code = models.BigIntegerField(_("street"))
    bodies = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("organizations"))
    grid_codes = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("unit grids"))
    polygon = models.BinaryField(_("border"))
    area_m2 = models.FloatField(_("area (m²)"))
    lon = models.FloatField(_("longitude"))
    lat = models.FloatField(_("latitude"))
    cases = models.PositiveIntegerField(_("cases a year"), default=0)
    disputes = models.PositiveIntegerField(_("disputes"), default=0)
    lost_days = models.FloatField(_("days lost"), default=0)
    components = models.PositiveIntegerField(_("components"), default=0)
    ownerless = models.PositiveIntegerField(_("ownerless components"), default=0)
    weight = models.FloatField(_("weight"), default=0)

    class Meta:
        verbose_name = _("unclear boundary")
        verbose_name_plural = _("unclear boundaries")
        ordering = ("-weight", "pk")
        indexes = [models.Index(fields=("-weight",), name="boundary_by_weight")]
