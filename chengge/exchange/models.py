"""What has come in and gone out."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportRun(models.Model):
    """One import that was carried out: who brought in what, from which file, and how much it changed."""

    kind = models.CharField(_("kind"), max_length=24)
    file_name = models.CharField(_("file"), max_length=200)
    file_hash = models.CharField(_("SHA-256 of the file"), max_length=64)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("member")
    )
    at = models.DateTimeField(_("at"))
    day = models.DateField(_("valid from"))
    options = models.JSONField(_("options"), default=dict)
    new = models.PositiveIntegerField(_("new"))
    changed = models.PositiveIntegerField(_("changed"))
    same = models.PositiveIntegerField(_("as it is"))
    refused = models.PositiveIntegerField(_("refused"))
    ended = models.PositiveIntegerField(_("ended"))

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("-at", "-id")
        indexes = [models.Index(fields=("-at", "-id"), name="import_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"
