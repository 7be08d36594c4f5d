"""Rulings: who answers from now on for some classes at some place, on what ground, and who objects."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Case
from chengge.coordination.models.meetings import Meeting
from chengge.coordination.models.surveys import JointSurvey
from chengge.foundation.models import ProblemClass, ProblemKind
from chengge.organization.models import Organization


class Ruling(models.Model):
    """A ruling from its draft to its end. Signed, its words stay; it is ended and replaced, never changed.

    The responsibility that it lays down stands in `foundation.RuledResponsibility` under the same number.

    Attributes:
        year, serial: its number, 协裁〔year〕serial号; given when it is signed, so that none is missing.
        kind, major_code, problem_class: all empty: every class.
        end: the first day on which it holds no longer.
        objections_until: the last day on which units may object.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("ruling", "Draft")
        SIGNED = "signed", pgettext_lazy("ruling", "Signed")
        ENDED = "ended", pgettext_lazy("ruling", "Ended")
        WITHDRAWN = "withdrawn", pgettext_lazy("ruling", "Withdrawn")

    year = models.PositiveSmallIntegerField(null=True)
    serial = models.PositiveIntegerField(null=True)
    number = models.CharField(_("number"), max_length=40, blank=True)
    subject = models.CharField(_("subject"), max_length=120)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.DRAFT)
    kind = models.CharField(_("kind"), max_length=10, choices=ProblemKind.choices, blank=True)
    major_code = models.CharField(_("major code"), max_length=2, blank=True)
    problem_class = models.ForeignKey(
        ProblemClass, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("class")
    )
    grid_codes = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("unit grids"))
    component_codes = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("components"))
    division_code = models.BigIntegerField(_("division"), null=True)
    polygon = models.BinaryField(_("drawn area"), null=True)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("responsible body"))
    basis = models.CharField(_("basis"), max_length=300)
    first_day = models.DateField(_("holds from"))
    end = models.DateField(_("holds until before"), null=True)
    objections_until = models.DateField(_("objections until"), null=True)
    cases = models.ManyToManyField(Case, related_name="rulings", verbose_name=_("origin"))
    survey = models.ForeignKey(JointSurvey, on_delete=models.PROTECT, null=True, related_name="rulings", verbose_name=_("joint survey"))
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, related_name="rulings", verbose_name=_("meeting"))
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    drafted_at = models.DateTimeField(_("drafted"))
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    signed_at = models.DateTimeField(_("signed"), null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_reason = models.CharField(_("why it ended"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("ruling")
        verbose_name_plural = _("rulings")
        indexes = [models.Index(fields=("state", "first_day"), name="ruling_by_state")]
        constraints = [
            models.UniqueConstraint(fields=("year", "serial"), name="ruling_number_once"),
            models.CheckConstraint(condition=Q(state__in=("draft", "withdrawn")) | ~Q(number=""), name="ruling_signed_has_number"),
            models.CheckConstraint(
                condition=Q(signed_by=None) | ~Q(signed_by=models.F("drafted_by")), name="ruling_signed_by_a_second_person"
            ),
        ]


class Objection(models.Model):
    """What a unit has against a ruling, and the answer."""

    ruling = models.ForeignKey(Ruling, on_delete=models.PROTECT, related_name="objections")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("said"))
    text = models.CharField(_("text"), max_length=500)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("ruling", "organization"), name="unit_objects_once")]
