"""Walks of inspectors, and the photos and voice notes that prove what they found."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models.cases import Case
from chengge.casework.models.ledger import LedgerEntry
from chengge.casework.models.reports import Report


class Task(models.Model):
    """A walk an inspector has to make for a case: to verify before filing, to check after handling."""

    class Kind(models.TextChoices):
        VERIFY = "verify", pgettext_lazy("task", "Verify")
        CHECK = "check", pgettext_lazy("task", "Check")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="tasks",
        db_index=False,
    )
    why_member = models.CharField(max_length=16, blank=True)  # responsibility, nearest or taken
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=24, blank=True)  # the action that ended it
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    distance_m = models.FloatField(null=True)  # of the inspector from the case, when the task was done

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.UniqueConstraint(
                fields=("case",),
                condition=Q(done_at=None),
                name="one_open_task_per_case",
            )
        ]
        indexes = [
            models.Index(
                fields=("member", "due_at"),
                condition=Q(done_at=None),
                name="task_open_of_member",
            ),
            models.Index(
                fields=("created_at",),
                condition=Q(done_at=None, member=None),
                name="task_waiting_for_member",
            ),
        ]


class Evidence(models.Model):
    """A photo or a voice note: re-encoded, stripped, stored under its SHA-256, which stands in the ledger entry that it was given with."""

    class Media(models.TextChoices):
        PHOTO = "photo", pgettext_lazy("evidence", "Photo")
        VOICE = "voice", pgettext_lazy("evidence", "Voice note")

    class Phase(models.TextChoices):
        REPORT = "report", pgettext_lazy("photo", "Report")
        VERIFY = "verify", pgettext_lazy("photo", "Verify")
        HANDLE = "handle", pgettext_lazy("photo", "After handling")
        CHECK = "check", pgettext_lazy("photo", "Check")
        ASKED = "asked", pgettext_lazy("photo", "With a request")

    sha256 = models.CharField(max_length=64)
    media = models.CharField(max_length=5, choices=Media.choices, default=Media.PHOTO, db_default=Media.PHOTO)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="evidence")
    report = models.ForeignKey(
        Report,
        on_delete=models.PROTECT,
        null=True,
        related_name="evidence",
        db_index=False,
    )
    entry = models.ForeignKey(
        LedgerEntry,
        on_delete=models.PROTECT,
        null=True,
        related_name="evidence",
        db_index=False,
    )
    phase = models.CharField(max_length=6, choices=Phase.choices, blank=True)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    duration_ms = models.PositiveIntegerField(null=True)  # of a voice note
    size_bytes = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)  # the picture was forgotten on request; its hash stands in the ledger for ever

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        indexes = [
            models.Index(fields=("sha256",), name="evidence_by_hash"),
            models.Index(
                fields=("created_at",),
                condition=Q(case=None, report=None),
                name="evidence_orphan",
            ),
        ]
