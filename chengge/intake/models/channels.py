"""Machine channels: who may send, with which keys, how often, and all that they sent."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Channel, Report

# Channels by which a program speaks to the city; people use the others through pages of ours.
MACHINE_CHANNELS = (
    Channel.HOTLINE,
    Channel.APP,
    Channel.OPEN311,
    Channel.EMAIL,
    Channel.SMS,
    Channel.VIDEO,
    Channel.SENSOR,
    Channel.UPPER,
)


class Source(models.Model):
    """A program that sends in by one channel: a switchboard, a gateway, an app, a mailbox, another platform."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    channel = models.CharField(_("channel"), max_length=10, choices=[(one.value, one.label) for one in MACHINE_CHANNELS])
    jurisdiction = models.CharField(_("jurisdiction"), max_length=60, blank=True)  # Open311's jurisdiction_id; empty: the whole city
    may_report = models.BooleanField(_("may report"), default=True)
    rate_per_minute = models.PositiveIntegerField(_("requests a minute"), default=120)
    answers_to = models.CharField(_("answers go to"), max_length=100, blank=True)  # e-mail or telephone of who hears how an order ended
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("created by")
    )
    paused_at = models.DateTimeField(_("paused"), null=True)
    seen_at = models.DateTimeField(_("last seen"), null=True)  # to the minute
    trouble = models.CharField(_("trouble"), max_length=300, blank=True)  # of what the city fetches itself: why the last look failed

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ("channel", "name")

    def __str__(self) -> str:
        return self.name


class ChannelKey(models.Model):
    """A key of a source. Of its secret only the SHA-256 is kept, and its last four characters, to tell keys apart."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="keys")
    secret_hash = models.CharField(max_length=64, unique=True)
    ending = models.CharField(max_length=4)
    made_at = models.DateTimeField(_("made"))
    ends_at = models.DateTimeField(_("ends"), null=True)  # set when another key takes its place

    class Meta:
        verbose_name = _("key of a source")
        verbose_name_plural = _("keys of sources")
        ordering = ("id",)


class InboundMessage(models.Model):
    """What came in by a machine channel, as it came, and what became of it. Kept for some days; its words are encrypted."""

    class State(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("message", "being taken in")
        TAKEN = "taken", pgettext_lazy("message", "taken")
        IGNORED = "ignored", pgettext_lazy("message", "set aside")
        REFUSED = "refused", pgettext_lazy("message", "refused")

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="messages", db_index=False)
    message_id = models.CharField(_("message number"), max_length=200)
    title = models.CharField(_("about"), max_length=120, blank=True)  # says nothing of a person
    sealed = models.BinaryField(default=b"")  # JSON text, encrypted; photos stand in it by their SHA-256
    received_at = models.DateTimeField(_("received"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RECEIVED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    report = models.ForeignKey(Report, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("report"))

    class Meta:
        verbose_name = _("message that came in")
        verbose_name_plural = _("messages that came in")
        constraints = [models.UniqueConstraint(fields=("source", "message_id"), name="message_came_once")]
        indexes = [
            models.Index(fields=("received_at", "id"), name="message_by_time"),
            models.Index(fields=("source", "received_at"), name="message_of_source"),
            models.Index(fields=("received_at",), condition=Q(state__in=("received", "refused")), name="message_to_look_at"),
        ]


class RateCount(models.Model):
    """How often somebody came within the span that runs (`intake.limits`). `who` is a keyed hash."""

    kind = models.CharField(max_length=40)
    who = models.CharField(max_length=32)
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    taken = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("kind", "who"), name="one_count_at_a_time")]
        indexes = [models.Index(fields=("ends_at",), name="count_by_end")]
