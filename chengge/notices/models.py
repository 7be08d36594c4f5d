"""The outbox: what is told to somebody, inside the house or outside, and what became of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Notice(models.Model):
    """One thing told to one person. Written in the transaction of what it tells about; carried out by a job.

    A member reads it under the bell whatever becomes of the way outside. `key` is the sender's own: the same is never told twice.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("notice", "waits")
        SENDING = "sending", pgettext_lazy("notice", "is being handed over")
        SENT = "sent", pgettext_lazy("notice", "sent")
        FAILED = "failed", pgettext_lazy("notice", "failed, will be tried again")
        GIVEN_UP = "given_up", pgettext_lazy("notice", "given up")
        UNSURE = "unsure", pgettext_lazy("notice", "not known whether it went out")
        READ = "read", pgettext_lazy("notice", "read before it was sent")

    class Kind(models.TextChoices):
        MEMBER = "member", pgettext_lazy("notice", "Member")
        SMS = "sms", pgettext_lazy("notice", "Telephone")
        EMAIL = "email", pgettext_lazy("notice", "E-mail")

    key = models.CharField(max_length=160, unique=True)
    topic = models.CharField(_("topic"), max_length=24)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="notices", db_index=False, verbose_name=_("member")
    )
    contact = models.BinaryField(_("contact (encrypted)"), default=b"")
    subject = models.CharField(_("subject"), max_length=120)
    text = models.TextField(_("text"))
    link = models.CharField(_("link"), max_length=300, blank=True)
    about = models.CharField(_("about"), max_length=60, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    created_at = models.DateTimeField(_("written"))
    next_try_at = models.DateTimeField(_("next try"), null=True)
    lease_until = models.DateTimeField(null=True)  # while it is being handed over; past it nobody knows what became of it
    sent_at = models.DateTimeField(_("sent"), null=True)
    read_at = models.DateTimeField(_("read"), null=True)
    last_error = models.CharField(_("last fault"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(fields=("next_try_at", "id"), condition=Q(state__in=("waiting", "failed")), name="notice_to_send"),
            models.Index(fields=("lease_until",), condition=Q(state="sending"), name="notice_in_hand"),
            models.Index(fields=("member", "id"), condition=Q(member__isnull=False), name="notice_of_member"),
            models.Index(fields=("member",), condition=Q(member__isnull=False, read_at=None), name="notice_unread"),
            models.Index(fields=("state", "id"), condition=~Q(state__in=("sent", "read")), name="notice_stuck"),
            models.Index(fields=("topic", "id"), name="notice_by_topic"),
            models.Index(fields=("created_at",), name="notice_by_day"),
            models.Index(fields=("about",), condition=~Q(about=""), name="notice_about"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="member", member__isnull=False) | Q(kind__in=("sms", "email"), member=None),
                name="notice_to_member_or_outside",
            )
        ]

    def __str__(self) -> str:
        return self.subject
