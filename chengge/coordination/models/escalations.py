"""That a hard case went up: to whom, when and why. Rows are written once and stay."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengge.casework.models import Evidence
from chengge.coordination.models.hard_cases import HardCase
from chengge.coordination.models.platform_rules import StepChoice
from chengge.organization.models import Organization


class Escalation(models.Model):
    """One step up.

    Attributes:
        found_at: since when the case was hard; found again it may go up again.
        stakes: what made it go up before its time (`domain.escalation.Stake`); empty: the time did, or somebody by hand.
        used_percent: of its limit at that moment; empty where it has none.
        told: how many people heard of it; 0: nobody is on this step, and it went on to the next.
        member: who sent it up by hand.
    """

    hard = models.ForeignKey(HardCase, on_delete=models.PROTECT, related_name="escalations")
    found_at = models.DateTimeField(_("found"))
    step = models.PositiveSmallIntegerField(_("step"), choices=StepChoice.choices)
    at = models.DateTimeField(_("when"))
    stakes = ArrayField(models.CharField(max_length=10), default=list)
    used_percent = models.PositiveIntegerField(null=True)
    told = models.PositiveSmallIntegerField(default=0)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("step up")
        verbose_name_plural = _("steps up")
        ordering = ("at", "step")
        constraints = [models.UniqueConstraint(fields=("hard", "found_at", "step"), name="step_up_once")]


class MadeSafe(models.Model):
    """What the territory did meanwhile, so that nothing dangerous waited. Written once."""

    hard = models.ForeignKey(HardCase, on_delete=models.PROTECT, related_name="made_safe")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("when"))
    did = models.CharField(_("what was done"), max_length=500)

    class Meta:
        verbose_name = _("made safe")
        verbose_name_plural = _("made safe")
        ordering = ("pk",)


class MadeSafePhoto(models.Model):
    """A photo of how a place was made safe."""

    made_safe = models.ForeignKey(MadeSafe, on_delete=models.PROTECT, related_name="photos")
    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="made_safe_photo")

    class Meta:
        verbose_name = _("photo of a place made safe")
        verbose_name_plural = _("photos of places made safe")
        ordering = ("pk",)
