"""What units say to each other about a case beside its ledger: comments, and telephone calls that mattered."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Case
from chengge.organization.models import Organization


class Comment(models.Model):
    """What a member said about a case to whoever works on it. Never changed and never taken back (a trigger refuses it)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="comments", verbose_name=_("case"))
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(_("said"))
    text = models.CharField(_("text"), max_length=500)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")


class Mention(models.Model):
    """A member whom a comment calls by name; they may read what is said about the case, and answer."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="mentions")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("comment", "member"), name="mentioned_once")]
        indexes = [models.Index(fields=("member", "case"), name="mention_of_member")]


class PhoneCall(models.Model):
    """A telephone call that mattered: with whom, what was said, and what was promised until when."""

    class Direction(models.TextChoices):
        OUT = "out", pgettext_lazy("call", "we called")
        IN = "in", pgettext_lazy("call", "they called")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="phone_calls", verbose_name=_("case"))
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices)
    with_whom = models.CharField(_("with whom"), max_length=80)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(_("at"))
    gist = models.CharField(_("what was said"), max_length=500)
    promised_by = models.DateTimeField(_("promised by"), null=True)
    kept_at = models.DateTimeField(_("kept"), null=True)

    class Meta:
        verbose_name = _("phone call")
        verbose_name_plural = _("phone calls")
        indexes = [
            models.Index(fields=("promised_by",), condition=Q(promised_by__isnull=False, kept_at=None), name="phone_call_promised"),
        ]


class LedgerRead(models.Model):
    """How far the ledger has been read by one of coordination's readers (docs/architecture.md, "reading on")."""

    reader = models.CharField(max_length=20, primary_key=True)
    read_to = models.TextField()
