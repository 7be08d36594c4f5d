"""What may stand in the columns of casework."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.domain.lifecycle import ENDS, ClockKind, Request, Stage


class StageChoice(models.TextChoices):
    REPORTED = Stage.REPORTED.value, pgettext_lazy("stage", "Reported")
    VERIFYING = Stage.VERIFYING.value, pgettext_lazy("stage", "Verifying")
    ACCEPTED = Stage.ACCEPTED.value, pgettext_lazy("stage", "Accepted")
    FILED = Stage.FILED.value, pgettext_lazy("stage", "Filed")
    DISPATCHED = Stage.DISPATCHED.value, pgettext_lazy("stage", "Dispatched")
    HANDLING = Stage.HANDLING.value, pgettext_lazy("stage", "Handling")
    RETURNED = Stage.RETURNED.value, pgettext_lazy("stage", "Returned")
    HANDLED = Stage.HANDLED.value, pgettext_lazy("stage", "Handled")
    CHECKING = Stage.CHECKING.value, pgettext_lazy("stage", "Checking")
    CHECKED = Stage.CHECKED.value, pgettext_lazy("stage", "Checked")
    CLOSED = Stage.CLOSED.value, pgettext_lazy("stage", "Closed")
    REJECTED = Stage.REJECTED.value, pgettext_lazy("stage", "Rejected")
    VOIDED = Stage.VOIDED.value, pgettext_lazy("stage", "Voided")
    TRANSFERRED = Stage.TRANSFERRED.value, pgettext_lazy("stage", "Transferred")
    MERGED = Stage.MERGED.value, pgettext_lazy("stage", "Merged")


class ClockChoice(models.TextChoices):
    ACCEPTANCE = ClockKind.ACCEPTANCE.value, pgettext_lazy("clock", "Acceptance")
    VERIFY = ClockKind.VERIFY.value, pgettext_lazy("clock", "Verify")
    FILING = ClockKind.FILING.value, pgettext_lazy("clock", "Filing")
    DISPATCH = ClockKind.DISPATCH.value, pgettext_lazy("clock", "Dispatch")
    HANDLING = ClockKind.HANDLING.value, pgettext_lazy("clock", "Handling")
    LEVEL = ClockKind.LEVEL.value, pgettext_lazy("clock", "Lower level")
    CHECK_SENDING = (
        ClockKind.CHECK_SENDING.value,
        pgettext_lazy("clock", "Sending the check"),
    )
    CHECK = ClockKind.CHECK.value, pgettext_lazy("clock", "Check")
    CLOSING = ClockKind.CLOSING.value, pgettext_lazy("clock", "Closing")


class Channel(models.TextChoices):
    INSPECTOR = "inspector", pgettext_lazy("channel", "Inspector")
    HOTLINE = "hotline", pgettext_lazy("channel", "Hotline")
    WEB = "web", pgettext_lazy("channel", "Web")
    APP = "app", pgettext_lazy("channel", "App")
    OPEN311 = "open311", pgettext_lazy("channel", "Open311")
    EMAIL = "email", pgettext_lazy("channel", "E-mail")
    SMS = "sms", pgettext_lazy("channel", "SMS")
    VIDEO = "video", pgettext_lazy("channel", "Video")
    SENSOR = "sensor", pgettext_lazy("channel", "Sensor")
    LEADER = "leader", pgettext_lazy("channel", "Leader")
    MEDIA = "media", pgettext_lazy("channel", "Media")
    INSPECTION = "inspection", pgettext_lazy("channel", "Inspection")
    UPPER = "upper", pgettext_lazy("channel", "Upper platform")


class Asked(models.TextChoices):
    """What the department asks for, while nobody has answered."""

    RETURN = Request.RETURN.value, pgettext_lazy("side path", "Return")
    EXTENSION = Request.EXTENSION.value, pgettext_lazy("side path", "Extension")
    SUSPENSION = Request.SUSPENSION.value, pgettext_lazy("side path", "Suspension")
    APPEAL = Request.APPEAL.value, pgettext_lazy("side path", "Appeal")


class Supervision(models.TextChoices):
    """Whether a supervision order is in force, and whether the department has answered it."""

    ORDERED = "ordered", pgettext_lazy("supervision", "to be answered")
    ANSWERED = "answered", pgettext_lazy("supervision", "answered")


class Basis(models.TextChoices):
    """Why something is asked or ordered, as one of a few words (`lifecycle.BASES`)."""

    WRONG_DEPARTMENT = "wrong_department", pgettext_lazy("basis", "Wrong department")
    NEEDS_NO_HANDLING = "needs_no_handling", pgettext_lazy("basis", "Needs no handling")
    OUT_OF_JURISDICTION = "out_of_jurisdiction", pgettext_lazy("basis", "Out of jurisdiction")
    SEASON = "season", pgettext_lazy("basis", "Bound to a season")
    PROJECT = "project", pgettext_lazy("basis", "Bound to a project")
    TIMEOUT = "timeout", pgettext_lazy("basis", "Timeout")
    LEADER = "leader", pgettext_lazy("basis", "Leader's instruction")
    IMPORTANCE = "importance", pgettext_lazy("basis", "Importance")


class Degree(models.IntegerChoices):
    """How pressing a supervision order is."""

    ORDINARY = 1, pgettext_lazy("degree", "Ordinary")
    URGENT = 2, pgettext_lazy("degree", "Urgent")
    MOST_URGENT = 3, pgettext_lazy("degree", "Most urgent")


class Origin(models.TextChoices):
    """How an entry came into the ledger; only simulation and history import may act at a time that is not now."""

    LIVE = "live", _("live")
    SIMULATED = "simulated", _("simulated")
    IMPORTED = "imported", _("imported")


IS_OPEN = ~Q(stage__in=sorted(stage.value for stage in ENDS))
