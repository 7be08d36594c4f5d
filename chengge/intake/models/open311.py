"""What Open311 and the app's API keep: jurisdictions, questions asked with a class, and how a report came."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Report
from chengge.intake.models.channels import Source


class Jurisdiction(models.Model):
    """A city or district that is addressed by a `jurisdiction_id`. With one row or none the parameter need not be sent."""

    jurisdiction_id = models.CharField(_("jurisdiction_id"), max_length=60, unique=True, help_text=_("Usually the address of its website."))
    name = models.CharField(_("name"), max_length=60)
    division_code = models.BigIntegerField(
        _("division"), null=True, blank=True, help_text=_("Code of the city, district or street; empty: everything that is kept here.")
    )

    class Meta:
        verbose_name = _("jurisdiction")
        verbose_name_plural = _("jurisdictions")
        ordering = ("jurisdiction_id",)

    def __str__(self) -> str:
        return self.name


class ServiceAttribute(models.Model):
    """A question that is asked with a class, as GeoReport v2 defines it. It belongs to the class's code, whatever row holds it today."""

    class Datatype(models.TextChoices):
        STRING = "string", pgettext_lazy("datatype", "one line of text")
        NUMBER = "number", pgettext_lazy("datatype", "a number")
        DATETIME = "datetime", pgettext_lazy("datatype", "a date and time")
        TEXT = "text", pgettext_lazy("datatype", "several lines of text")
        SINGLE = "singlevaluelist", pgettext_lazy("datatype", "one of a list")
        MULTIPLE = "multivaluelist", pgettext_lazy("datatype", "several of a list")

    service_code = models.CharField(_("class"), max_length=20, help_text=_("Kind and code, such as event0110 or component0103."))
    code = models.SlugField(_("code"), max_length=40)
    order = models.PositiveSmallIntegerField(_("order"))
    variable = models.BooleanField(_("asks for an answer"), default=True, help_text=_("No: the description only informs."))
    required = models.BooleanField(_("must be answered"), default=False)
    datatype = models.CharField(_("kind of answer"), max_length=16, choices=Datatype.choices, default=Datatype.STRING)
    description = models.CharField(_("question"), max_length=300)
    datatype_description = models.CharField(_("how to answer"), max_length=200, blank=True)
    options = models.TextField(_("list to choose from"), blank=True, help_text=_("One a line: key = name."))

    class Meta:
        verbose_name = _("question of a service")
        verbose_name_plural = _("questions of services")
        ordering = ("service_code", "order")
        constraints = [
            models.UniqueConstraint(fields=("service_code", "code"), name="service_attribute_once"),
            models.UniqueConstraint(fields=("service_code", "order"), name="service_attribute_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.service_code} {self.code}"

    @property
    def choices(self) -> dict[str, str]:
        """The list to choose from: names by their keys, in the order written."""
        pairs = (line.partition("=") for line in self.options.splitlines() if line.strip())
        return {key.strip(): (name if separator else key).strip() for key, separator, name in pairs}

    @property
    def is_list(self) -> bool:
        return self.datatype in (self.Datatype.SINGLE, self.Datatype.MULTIPLE)

    def clean(self) -> None:
        if self.is_list and not self.choices:
            raise ValidationError({"options": _now("A list needs something to choose from: one a line, key = name.")})
        if self.is_list and len(self.choices) != len([line for line in self.options.splitlines() if line.strip()]):
            raise ValidationError({"options": _now("A key stands twice in the list.")})


class ApiReport(models.Model):
    """How a report came by Open311 or the app: from which source and device, and what was told beside the report itself."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE, primary_key=True, related_name="by_api")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("source"))
    device_mark = models.CharField(max_length=64, blank=True)  # `contacts.mark` of the device
    email_mark = models.CharField(max_length=64, blank=True)  # of an e-mail address told beside a telephone number
    fingerprint = models.CharField(max_length=64, blank=True)  # of who said what where: the same again within minutes is a repeat
    token_hash = models.CharField(max_length=64, blank=True)
    sealed = models.BinaryField(default=b"")  # JSON text, encrypted: e-mail, telephone, account, device, answers, address of media
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("report by an interface")
        verbose_name_plural = _("reports by interfaces")
        indexes = [
            models.Index(fields=("fingerprint", "received_at"), condition=~Q(fingerprint=""), name="api_report_again"),
            models.Index(fields=("email_mark",), condition=~Q(email_mark=""), name="api_report_by_email"),
            models.Index(fields=("source", "device_mark", "received_at"), name="api_report_of_device"),
        ]
        constraints = [models.UniqueConstraint(fields=("token_hash",), condition=~Q(token_hash=""), name="api_report_token")]

    def __str__(self) -> str:
        return str(self.report_id)
