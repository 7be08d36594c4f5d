"""Joint site surveys: several units look at one place together, each says where it stands, and one conclusion is written."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Case, Evidence
from chengge.organization.models import Organization


class JointSurvey(models.Model):
    """Units that meet at a place to see who answers for it."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("joint survey", "Planned")
        CONCLUDED = "concluded", pgettext_lazy("joint survey", "Concluded")
        CALLED_OFF = "called_off", pgettext_lazy("joint survey", "Called off")

    subject = models.CharField(_("subject"), max_length=120)
    cases = models.ManyToManyField(Case, related_name="joint_surveys", verbose_name=_("cases"))
    place = models.CharField(_("place"), max_length=200)
    lon = models.FloatField(_("longitude"))
    lat = models.FloatField(_("latitude"))
    meets_at = models.DateTimeField(_("when"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    planned_at = models.DateTimeField(_("planned"))
    conclusion = models.CharField(_("conclusion"), max_length=1000, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("joint survey")
        verbose_name_plural = _("joint surveys")
        indexes = [models.Index(fields=("state", "meets_at"), name="joint_survey_by_time")]


class SurveyUnit(models.Model):
    """A unit that is invited to a survey, who came, and where it stands."""

    survey = models.ForeignKey(JointSurvey, on_delete=models.CASCADE, related_name="units")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    attended = models.BooleanField(_("was there"), default=False)
    who = models.CharField(_("who came"), max_length=60, blank=True)
    position = models.CharField(_("position"), max_length=500, blank=True)
    lon = models.FloatField(_("longitude"), null=True)  # where it shows its position on the map
    lat = models.FloatField(_("latitude"), null=True)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    said_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("unit at a survey")
        verbose_name_plural = _("units at surveys")
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("survey", "organization"), name="unit_invited_to_survey_once")]


class SurveyPhoto(models.Model):
    """A photo that was taken at a survey."""

    survey = models.ForeignKey(JointSurvey, on_delete=models.PROTECT, related_name="photos")
    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="joint_survey_photo")
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("photo of a survey")
        verbose_name_plural = _("photos of surveys")
        ordering = ("survey", "position")
        constraints = [models.UniqueConstraint(fields=("survey", "position"), name="survey_photo_has_one_position")]


class SurveySketch(models.Model):
    """Something that was drawn on the map of a survey: a point, a line or an area with a label, as WKB (lon, lat)."""

    survey = models.ForeignKey(JointSurvey, on_delete=models.PROTECT, related_name="sketches")
    shape = models.BinaryField(_("shape"))
    label = models.CharField(_("label"), max_length=60)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    drawn_at = models.DateTimeField(_("drawn"))

    class Meta:
        verbose_name = _("sketch of a survey")
        verbose_name_plural = _("sketches of surveys")
        ordering = ("pk",)
