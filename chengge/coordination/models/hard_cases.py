"""The queue of hard cases: found by rule from the open cases, kept so that it is known since when and until when."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Case
from chengge.domain.hard_cases import Way, Why
from chengge.organization.models import Organization


class HardCase(models.Model):
    """A case that nobody can place, why, in what way it is settled and by when. Settled, it stays as a precedent.

    Attributes:
        bodies: ids of the platforms that may answer with nearly the same right.
        meanwhile: the territory, which answers until it is settled so that nothing dangerous waits.
        rank: of the way, so that the queue can be sorted in the database.
    """

    class Reason(models.TextChoices):
        NO_CANDIDATE = Why.NO_CANDIDATE.value, pgettext_lazy("hard case", "Nobody is named")
        SEVERAL = Why.SEVERAL.value, pgettext_lazy("hard case", "Several with the same right")
        RETURNED = Why.RETURNED.value, pgettext_lazy("hard case", "Returned again and again")
        OWNERLESS = Why.OWNERLESS.value, pgettext_lazy("hard case", "Component without an owner")
        BORDER = Why.BORDER.value, pgettext_lazy("hard case", "On a border of responsibilities")

    class WayChoice(models.TextChoices):
        KEY = Way.KEY.value, pgettext_lazy("hard case", "Key: settled at once")
        SIMPLE = Way.SIMPLE.value, pgettext_lazy("hard case", "Simple: settled on the spot")
        ORDINARY = Way.ORDINARY.value, pgettext_lazy("hard case", "Ordinary: settled on paper")
        DIFFICULT = Way.DIFFICULT.value, pgettext_lazy("hard case", "Difficult: settled together")

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="hard", verbose_name=_("case"))
    whys = ArrayField(models.CharField(max_length=12, choices=Reason.choices), verbose_name=_("reasons"))
    way = models.CharField(_("way"), max_length=9, choices=WayChoice.choices)
    rank = models.PositiveSmallIntegerField()
    bodies = ArrayField(models.BigIntegerField(), default=list)
    meanwhile = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    found_at = models.DateTimeField(_("found"))
    due_at = models.DateTimeField(_("due"), null=True)
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        verbose_name = _("hard case")
        verbose_name_plural = _("hard cases")
        indexes = [
            models.Index(fields=("rank", "due_at", "case"), condition=Q(settled_at=None), name="hard_case_open"),
            models.Index(fields=("settled_at",), name="hard_case_settled"),
        ]
