"""Component surveys (部件在线更新): what an inspector found otherwise than the register says, and what the office decided."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Evidence
from chengge.foundation.models import Component, ComponentVersion, ProblemClass
from chengge.organization.models import Organization


class ComponentSurvey(models.Model):
    """One finding at one component. The register follows only when somebody in the office approves it."""

    class Kind(models.TextChoices):
        NEW = "new", pgettext_lazy("survey", "New")
        MOVED = "moved", pgettext_lazy("survey", "Moved")
        CHANGED = "changed", pgettext_lazy("survey", "Changed")
        GONE = "gone", pgettext_lazy("survey", "Gone")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("survey", "Waiting")
        APPROVED = "approved", pgettext_lazy("survey", "Approved")
        REFUSED = "refused", pgettext_lazy("survey", "Refused")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    component = models.ForeignKey(Component, on_delete=models.PROTECT, null=True, related_name="surveys", verbose_name=_("component"))
    problem_class = models.ForeignKey(ProblemClass, on_delete=models.PROTECT, related_name="+", verbose_name=_("class"))
    name = models.CharField(_("name"), max_length=60, blank=True)
    lon = models.FloatField(_("longitude"))
    lat = models.FloatField(_("latitude"))
    accuracy_m = models.FloatField(_("accuracy (m)"), null=True)
    grid_code = models.BigIntegerField(_("unit grid"), null=True)
    found_state = models.CharField(_("state found"), max_length=10, choices=Component.State.choices, default=Component.State.INTACT)
    owning_body = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("owning body")
    )
    words = models.CharField(_("words"), max_length=500, blank=True)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="surveys", verbose_name=_("inspector"))
    key = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(_("made"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("component survey")
        verbose_name_plural = _("component surveys")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=("member", "key"), condition=~Q(key=""), name="survey_sent_once"),
            models.CheckConstraint(condition=Q(kind="new") | Q(component__isnull=False), name="survey_names_its_component"),
        ]
        indexes = [models.Index(fields=("state", "-id"), name="survey_by_state")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"


class SurveyPhoto(models.Model):
    """A photo of a survey, in the order in which they were taken."""

    survey = models.ForeignKey(ComponentSurvey, on_delete=models.PROTECT, related_name="photos")
    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="survey_photo")
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("photo of a survey")
        verbose_name_plural = _("photos of surveys")
        ordering = ("survey", "position")


class SurveyDecision(models.Model):
    """Everything that was decided about a survey, in order: approved, refused, or taken back."""

    class Kind(models.TextChoices):
        APPROVE = "approve", pgettext_lazy("survey decision", "Approved")
        REFUSE = "refuse", pgettext_lazy("survey decision", "Refused")
        UNDO = "undo", pgettext_lazy("survey decision", "Taken back")

    survey = models.ForeignKey(ComponentSurvey, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(_("decision"), max_length=7, choices=Kind.choices)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("time"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    version = models.OneToOneField(ComponentVersion, on_delete=models.PROTECT, null=True, related_name="survey_decision")

    class Meta:
        verbose_name = _("decision on a survey")
        verbose_name_plural = _("decisions on surveys")
        ordering = ("survey", "id")
