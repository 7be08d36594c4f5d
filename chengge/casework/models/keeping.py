"""What members keep for themselves, and what is written down about looking at people and forgetting them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models.reports import Report


class SavedFilter(models.Model):
    """A search that a member keeps for a desk; `query` is the desk's URL query."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters")
    desk = models.CharField(max_length=20)
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("member", "desk", "name"), name="filter_name_once")]
        ordering = ("name",)


class ContactView(models.Model):
    """Somebody looked at how a reporter is reached: who, when, and what for. Never changed, and it does not hold the contact."""

    class Purpose(models.TextChoices):
        CALL_BACK = "call_back", pgettext_lazy("purpose", "To call back")
        ASK = "ask", pgettext_lazy("purpose", "To ask what is missing")
        RETURN_VISIT = "return_visit", pgettext_lazy("purpose", "For the return visit")

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="contact_views", verbose_name=_("report"))
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("member"))
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices)
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("look at a contact")
        verbose_name_plural = _("looks at contacts")
        indexes = [models.Index(fields=("seen_at", "id"), name="contact_view_by_time")]


class ErasureRecord(models.Model):
    """That somebody was forgotten: when, by whom, on whose wish, and how much of what went. It holds nothing of the person."""

    class Ground(models.TextChoices):
        REQUEST = "request", pgettext_lazy("erasure", "On the person's request")
        AGE = "age", pgettext_lazy("erasure", "By age")

    ground = models.CharField(_("ground"), max_length=8, choices=Ground.choices)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("carried out by")
    )
    reference = models.CharField(_("reference of the request"), max_length=60, blank=True)
    erased_at = models.DateTimeField(_("erased"))
    report_ids = models.JSONField(_("reports"), default=list)
    counts = models.JSONField(_("what went"), default=dict)  # how many of what, by a short code

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        indexes = [models.Index(fields=("erased_at", "id"), name="erasure_by_time")]
