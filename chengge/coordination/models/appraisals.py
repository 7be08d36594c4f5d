"""Appraisals of seconded staff, signed by both sides, and what is handed over when they leave."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Case
from chengge.coordination.models.seconded import Secondment


class Appraisal(models.Model):
    """A written appraisal of some days, `first` to before `after`. Its words stay once either side has signed (a trigger, too).

    Attributes:
        figures: as they were when it was drafted: code, names, value in words.
    """

    secondment = models.ForeignKey(Secondment, on_delete=models.PROTECT, related_name="appraisals")
    first = models.DateField(_("from"))
    after = models.DateField(_("until before"))
    figures = models.JSONField(_("figures"), default=list)
    words = models.TextField(_("words"))
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    drafted_at = models.DateTimeField(_("drafted"))
    platform_signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    platform_signed_at = models.DateTimeField(_("signed by the platform"), null=True)
    home_signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    home_signed_at = models.DateTimeField(_("signed by the home unit"), null=True)

    class Meta:
        verbose_name = _("appraisal")
        verbose_name_plural = _("appraisals")
        ordering = ("-first", "-pk")
        constraints = [
            models.CheckConstraint(condition=Q(after__gt=F("first")), name="appraisal_has_days"),
            models.UniqueConstraint(fields=("secondment", "first", "after"), name="appraised_once"),
            models.CheckConstraint(
                condition=Q(platform_signed_by=None) | Q(home_signed_by=None) | ~Q(platform_signed_by=F("home_signed_by")),
                name="appraisal_signed_by_two",
            ),
        ]

    @property
    def last(self) -> date:
        """The last day that is appraised."""
        return self.after - timedelta(days=1)


class SecondmentHandover(models.Model):
    """What somebody leaves behind, to whom, and when that one took it over."""

    secondment = models.OneToOneField(Secondment, on_delete=models.PROTECT, related_name="handover")
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("taken over by"))
    notes = models.CharField(_("notes"), max_length=2000, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    given_at = models.DateTimeField(_("given"))
    accepted_at = models.DateTimeField(_("accepted"), null=True)

    class Meta:
        verbose_name = _("hand-over of a secondment")
        verbose_name_plural = _("hand-overs of secondments")


class SecondmentHandoverItem(models.Model):
    """One thing on the list."""

    class Kind(models.TextChoices):
        WORK = "work", pgettext_lazy("hand-over", "Open work")
        PROMISE = "promise", pgettext_lazy("hand-over", "Promised")
        PROBLEM = "problem", pgettext_lazy("hand-over", "Standing problem")

    handover = models.ForeignKey(SecondmentHandover, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    text = models.CharField(_("text"), max_length=300)
    due_at = models.DateTimeField(_("due"), null=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    address = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("item of a hand-over")
        verbose_name_plural = _("items of hand-overs")
        ordering = ("handover", "position")
        constraints = [models.UniqueConstraint(fields=("handover", "position"), name="secondment_item_in_order")]
