"""Schemes: by what somebody is judged. A version holds from a day; it is ended and replaced, never changed once it has taken effect."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.domain.scoring import Missing, Way
from chengge.organization.models import Organization, PostChoice


class Judged(models.TextChoices):
    """Whom a scheme judges; the values are those of `indicators.Subject`."""

    CITY = "city", _("The whole city")
    STREET = "street", _("Streets")
    COMMUNITY = "community", _("Communities")
    ORGANIZATION = "organization", _("Organizations")
    MEMBER = "member", _("People in a post")


class Source(models.TextChoices):
    """Where an item of a scheme has its value from."""

    INDICATOR = "indicator", _("Indicator")
    INSPECTION = "inspection", _("Inspection")
    IMPORTED = "imported", _("Brought in from outside")


class Scheme(models.Model):
    """A way of judging one kind of subject, over all its versions.

    Attributes:
        level: of the organizations judged, 2 to 4; none: any.
        organization_kind: "department", "territory" or "crew"; "": any.
        under: only organizations below this one are judged, for it is the one that judges; none: the city judges.
        post: of the people judged.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    judged = models.CharField(_("judges"), max_length=12, choices=Judged.choices)
    level = models.PositiveSmallIntegerField(_("level"), null=True, blank=True)
    organization_kind = models.CharField(_("kind of organization"), max_length=20, blank=True)
    under = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("judged by"), related_name="+")
    post = models.CharField(_("post"), max_length=20, choices=PostChoice.choices, blank=True)
    about = models.TextField(_("about"), blank=True)

    class Meta:
        verbose_name = pgettext_lazy("evaluation", "scheme")
        verbose_name_plural = pgettext_lazy("evaluation", "schemes")
        ordering = ("code",)
        constraints = [models.CheckConstraint(condition=~Q(judged="member") | ~Q(post=""), name="scheme_of_people_names_a_post")]

    def __str__(self) -> str:
        return self.name


class SchemeVersion(models.Model):
    """One edition of a scheme. A draft has no `valid_from` that counts; in effect it holds from then to before `valid_to`.

    `made_by` wrote the draft last, at `made_at`; `revision` rises with every change, so that nobody writes over what they have not seen.
    `filed_of`, `public_of`, `recurs_within_days`, `due_of`, `closing_of` and `dispatched_of` are the open denominators, as
    `indicators.Settings` explains them.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("scheme", "Draft")
        IN_EFFECT = "in_effect", pgettext_lazy("scheme", "In effect")

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="versions", verbose_name=_("scheme"))
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    filed_of = models.CharField(max_length=10, default="reported")
    public_of = models.CharField(max_length=10, default="filed")
    recurs_within_days = models.PositiveSmallIntegerField(default=30)
    due_of = models.CharField(max_length=20, default="due")
    closing_of = models.CharField(max_length=20, default="due")
    dispatched_of = models.CharField(max_length=20, default="due")
    note = models.CharField(_("note"), max_length=200, blank=True)
    revision = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("made"))
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(_("put into effect"), null=True)

    class Meta:
        verbose_name = _("version of a scheme")
        verbose_name_plural = _("versions of schemes")
        ordering = ("scheme", "number")
        constraints = [
            models.UniqueConstraint(fields=("scheme", "number"), name="scheme_version_once"),
            models.CheckConstraint(condition=~Q(state="in_effect") | Q(valid_from__isnull=False), name="scheme_in_effect_has_a_day"),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="scheme_version_ends_after_start"),
            models.UniqueConstraint(fields=("scheme",), condition=Q(state="in_effect", valid_to=None), name="scheme_has_one_open_version"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} v{self.number}"


class SchemeAspect(models.Model):
    """A part of a version with its own weight; its items share it by theirs."""

    version = models.ForeignKey(SchemeVersion, on_delete=models.CASCADE, related_name="aspects")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("aspect"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    weight = models.DecimalField(_("weight"), max_digits=9, decimal_places=4)

    class Meta:
        verbose_name = _("aspect")
        verbose_name_plural = _("aspects")
        ordering = ("version", "position")
        constraints = [models.UniqueConstraint(fields=("version", "position"), name="aspect_has_one_position")]

    def __str__(self) -> str:
        return self.name


class SchemeItem(models.Model):
    """What is scored and how; the fields are those of `domain.scoring.Rule` and `Weighted`.

    `code` is an indicator's (Source.INDICATOR), or of a value that an inspection or an import brings. `name` names the latter two.
    """

    aspect = models.ForeignKey(SchemeAspect, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    source = models.CharField(_("source"), max_length=10, choices=Source.choices, default=Source.INDICATOR)
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=80, blank=True)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    weight = models.DecimalField(_("weight"), max_digits=9, decimal_places=4)
    way = models.CharField(_("rule"), max_length=10, choices=[(way.value, way.value) for way in Way])
    zero_at = models.DecimalField(_("no points at"), max_digits=18, decimal_places=6, default=0)
    full_at = models.DecimalField(_("all points at"), max_digits=18, decimal_places=6, default=1)
    each = models.DecimalField(_("points off for each"), max_digits=12, decimal_places=6, default=0)
    step = models.DecimalField(_("step"), max_digits=18, decimal_places=6, default="0.01")
    floor = models.DecimalField(_("never fewer than"), max_digits=9, decimal_places=4, default=0)
    least = models.PositiveIntegerField(_("minimum sample"), default=1)
    missing = models.CharField(
        _("if there is nothing to judge by"), max_length=10, choices=[(one.value, one.value) for one in Missing], default=Missing.LEAVE_OUT
    )
    veto_below = models.DecimalField(_("veto below"), max_digits=18, decimal_places=6, null=True, blank=True)
    bonus = models.DecimalField(_("bonus"), max_digits=9, decimal_places=4, default=0)
    basis = models.CharField(_("basis"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("item of a scheme")
        verbose_name_plural = _("items of schemes")
        ordering = ("aspect", "position")
        constraints = [models.UniqueConstraint(fields=("aspect", "position"), name="item_has_one_position")]

    def __str__(self) -> str:
        return self.name or self.code


class SchemeBand(models.Model):
    """A band of an item's rule: from `least_value` on it earns `points`."""

    item = models.ForeignKey(SchemeItem, on_delete=models.CASCADE, related_name="bands")
    least_value = models.DecimalField(_("from"), max_digits=18, decimal_places=6)
    points = models.DecimalField(_("points"), max_digits=9, decimal_places=4)

    class Meta:
        ordering = ("item", "least_value")
        constraints = [models.UniqueConstraint(fields=("item", "least_value"), name="band_once")]


class SchemeGrade(models.Model):
    """A grade of a version and the score from which it is given."""

    version = models.ForeignKey(SchemeVersion, on_delete=models.CASCADE, related_name="grades")
    grade = models.CharField(_("grade"), max_length=20)
    least = models.DecimalField(_("from"), max_digits=9, decimal_places=4)

    class Meta:
        ordering = ("version", "-least")
        constraints = [models.UniqueConstraint(fields=("version", "least"), name="grade_once")]
