"""Cameras and sensors: what they are called, where they stand, what their messages mean, and the alarms that came of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Report
from chengge.foundation.models import ProblemClass
from chengge.intake.models.channels import InboundMessage


class Camera(models.Model):
    """A camera whose pictures another platform looks through."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    place = models.CharField(_("place"), max_length=200, blank=True)
    lon = models.FloatField(_("longitude"))
    lat = models.FloatField(_("latitude"))
    grid_code = models.BigIntegerField(_("unit grid"), null=True)
    active = models.BooleanField(_("in use"), default=True)
    seen_at = models.DateTimeField(_("last seen"), null=True)

    class Meta:
        verbose_name = _("camera")
        verbose_name_plural = _("cameras")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class VideoEventType(models.Model):
    """What a video platform calls a kind of event, the class it is here, and how sure the platform must be."""

    code = models.CharField(_("event type"), max_length=60, unique=True)
    problem_class = models.ForeignKey(ProblemClass, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("class"))
    least_confidence = models.FloatField(_("least confidence"), default=0.8)
    urgent = models.BooleanField(_("urgent"), default=False)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("video event type")
        verbose_name_plural = _("video event types")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code


class Device(models.Model):
    """A sensor: where it is, what it measures, and from which value on it is in alarm."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    problem_class = models.ForeignKey(ProblemClass, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("class"))
    component_code = models.BigIntegerField(_("component"), null=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    lon = models.FloatField(_("longitude"))
    lat = models.FloatField(_("latitude"))
    grid_code = models.BigIntegerField(_("unit grid"), null=True)
    quantity = models.CharField(_("measures"), max_length=40, blank=True)
    unit = models.CharField(_("unit"), max_length=12, blank=True)
    low = models.FloatField(_("alarm below"), null=True)
    high = models.FloatField(_("alarm above"), null=True)
    calm_minutes = models.PositiveIntegerField(_("quiet after a case (min)"), default=30)
    urgent = models.BooleanField(_("urgent"), default=False)
    active = models.BooleanField(_("in use"), default=True)
    seen_at = models.DateTimeField(_("last seen"), null=True)
    last_value = models.FloatField(_("last value"), null=True)

    class Meta:
        verbose_name = _("sensor")
        verbose_name_plural = _("sensors")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class Alarm(models.Model):
    """One problem that a camera or a sensor tells of, from the first message until its case has ended."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="alarms", db_index=False)
    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, null=True, related_name="alarms", db_index=False)
    event_type = models.ForeignKey(VideoEventType, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField(_("began"))
    last_at = models.DateTimeField(_("last message"))
    count = models.PositiveIntegerField(_("messages"), default=1)
    recovered_at = models.DateTimeField(_("recovered"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)  # when the end of its case was noticed

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        constraints = [
            models.UniqueConstraint(fields=("device",), condition=Q(ended_at=None, device__isnull=False), name="one_alarm_of_a_device"),
            models.UniqueConstraint(
                fields=("camera", "event_type"), condition=Q(ended_at=None, camera__isnull=False), name="one_alarm_of_a_camera"
            ),
        ]
        indexes = [models.Index(fields=("began_at", "id"), name="alarm_by_time")]


class SourceEvent(models.Model):
    """One message of an alarm."""

    class Kind(models.TextChoices):
        ALARM = "alarm", pgettext_lazy("sensor", "alarm")
        REPEAT = "repeat", pgettext_lazy("sensor", "still in alarm")
        RECOVERY = "recovery", pgettext_lazy("sensor", "recovered")

    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, related_name="events")
    message = models.ForeignKey(InboundMessage, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    at = models.DateTimeField(_("at"))
    value = models.FloatField(_("value"), null=True)  # what the sensor measured, or how sure the video platform is
