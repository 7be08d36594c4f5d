"""What the public portal keeps: what is public at all, words and photos that an operator let the public see, and codes sent to contacts."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Case, Channel, Evidence, Report


def channels_not_public() -> list[str]:
    """Instructions, press, inspections and sensors are the house's own business until the city says otherwise."""
    return [Channel.LEADER.value, Channel.MEDIA.value, Channel.INSPECTION.value, Channel.SENSOR.value]


class PortalRules(models.Model):
    """What the city wants of its portal. One row; without it the defaults hold."""

    hidden_channels = models.JSONField(_("channels whose cases are not public"), default=channels_not_public, blank=True)
    # Classes by kind and code (`event0110`), so that a class that is ended and replaced stays hidden.
    hidden_classes = models.JSONField(_("classes whose cases are not public"), default=list, blank=True)
    shown_days = models.PositiveSmallIntegerField(
        _("days for which a case is listed after its report"), default=90, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    asks_code = models.BooleanField(_("a telephone number or address is confirmed by a code"), default=False)
    reopen_days = models.PositiveSmallIntegerField(
        _("days after closing in which a reporter may ask to go on"), default=7, validators=[MaxValueValidator(365)]
    )
    work_bits = models.PositiveSmallIntegerField(
        _("bits of work asked of the browser"),
        default=15,
        validators=[MaxValueValidator(22)],
        help_text=_("Each bit doubles it; 0 asks none."),
    )
    # Telephones of a whole quarter may share one address of their carrier.
    reports_per_hour = models.PositiveSmallIntegerField(
        _("reports in an hour from one network address"), default=60, validators=[MinValueValidator(1)]
    )

    class Meta:
        verbose_name = _("rules of the portal")
        verbose_name_plural = _("rules of the portal")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_row_of_portal_rules")]

    def __str__(self) -> str:
        return str(_("rules of the portal"))


class PublicWords(models.Model):
    """What an operator decided about one case: words that the public may read, or that it is not public."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="public_words")
    words = models.CharField(_("public words"), max_length=200, blank=True)
    is_hidden = models.BooleanField(_("not public"), default=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("public words")
        verbose_name_plural = _("public words")

    def __str__(self) -> str:
        return self.words


class PublicPhoto(models.Model):
    """A decision about a photo. No row: nobody has looked yet, and it is not shown.

    What is shown is a copy of its own (`sha256`), smaller, with faces and plates made coarse; the evidence stays as it is.
    """

    class State(models.TextChoices):
        APPROVED = "approved", pgettext_lazy("photo", "Shown")
        REFUSED = "refused", pgettext_lazy("photo", "Not shown")

    evidence = models.OneToOneField(Evidence, on_delete=models.CASCADE, related_name="public_photo")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="public_photos")
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    sha256 = models.CharField(max_length=64, blank=True)  # of the copy that is shown
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    covered = models.JSONField(default=list, blank=True)  # rectangles made coarse: left, top, width, height in thousandths
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("public photo")
        verbose_name_plural = _("public photos")

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.evidence_id}"


class ContactCode(models.Model):
    """A code that went to a telephone number or address, to see that it is the reporter's. Only keyed hashes are kept."""

    contact_hash = models.CharField(max_length=64, db_index=True)
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("code for a contact")
        verbose_name_plural = _("codes for contacts")

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"


class PortalReport(models.Model):
    """A report that came by the portal, with what tells a flood: keyed hashes of its words and of the address it came from."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE, primary_key=True, related_name="by_portal")
    words_hash = models.CharField(max_length=64, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("report by the portal")
        verbose_name_plural = _("reports by the portal")
        indexes = [models.Index(fields=("words_hash", "made_at"), condition=~Q(words_hash=""), name="portal_same_words")]

    def __str__(self) -> str:
        return str(self.report_id)
