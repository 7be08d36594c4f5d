"""The case and what hangs on it. Nothing here is written but by `casework.actions` (docs/architecture.md, "one door").

`Case`, `Clock`, `ClockPause` and `Assignment` are folds of the ledger: they can be thrown away and rebuilt.
"""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.domain.lifecycle import ENDS, ClockKind, Stage
from chengge.foundation.models import (
    AreaClass,
    HandbookRule,
    LimitUnit,
    ProblemClass,
    ProblemKind,
)
from chengge.organization.models import Dated, Organization, PostChoice, WorkingCalendar


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
    UPPER = "upper", pgettext_lazy("channel", "Upper platform")


class Origin(models.TextChoices):
    """How an entry came into the ledger; only simulation and history import may act at a time that is not now."""

    LIVE = "live", _("live")
    SIMULATED = "simulated", _("simulated")
    IMPORTED = "imported", _("imported")


class CurrentTransaction(models.Func):
    """The number of the transaction that writes the row (PostgreSQL's xid8, as a bigint)."""

    template = "(pg_current_xact_id()::text::bigint)"
    allowed_default = True
    output_field = models.BigIntegerField()


IS_OPEN = ~Q(stage__in=sorted(stage.value for stage in ENDS))


class Case(models.Model):
    """The present of a case: a fold of its ledger entries. Due and yellow are those of the clock it is judged by now."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    stage = models.CharField(_("stage"), max_length=12, choices=StageChoice.choices)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    kind = models.CharField(_("kind"), max_length=10, choices=ProblemKind.choices)
    problem_class = models.ForeignKey(
        ProblemClass,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("class"),
    )
    rule = models.ForeignKey(
        HandbookRule,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("filing condition"),
    )
    description = models.CharField(_("description"), max_length=1000, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    lon = models.FloatField(_("longitude"))
    lat = models.FloatField(_("latitude"))
    grid_code = models.BigIntegerField(_("unit grid"), null=True)
    area_class = models.CharField(_("area class"), max_length=1, choices=AreaClass.choices, blank=True)
    component_code = models.BigIntegerField(_("component"), null=True)
    urgent = models.BooleanField(_("urgent"), default=False)
    department = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("responsible department"),
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("held by"),
    )
    level = models.PositiveSmallIntegerField(_("level"), null=True)
    self_disposed = models.BooleanField(_("disposed of by the inspector"), default=False)
    rework_count = models.PositiveSmallIntegerField(_("reworks"), default=0)
    return_count = models.PositiveSmallIntegerField(_("returns"), default=0)
    wrong_dispatch_count = models.PositiveSmallIntegerField(_("wrong dispatches"), default=0)
    reopen_count = models.PositiveSmallIntegerField(_("reopened"), default=0)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="merged",
        db_index=False,
        verbose_name=_("merged into"),
    )
    reported_at = models.DateTimeField(_("reported"))
    filed_at = models.DateTimeField(_("filed"), null=True)
    dispatched_at = models.DateTimeField(_("dispatched"), null=True)
    handled_at = models.DateTimeField(_("handled"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    yellow_at = models.DateTimeField(_("yellow from"), null=True)
    entry_count = models.PositiveIntegerField(default=0)
    last_hash = models.BinaryField()
    changed_at = models.DateTimeField(_("last moved"))

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        indexes = [
            models.Index(fields=("stage", "due_at", "id"), condition=IS_OPEN, name="case_on_desk"),
            models.Index(
                fields=("organization", "due_at", "id"),
                condition=IS_OPEN,
                name="case_at_organization",
            ),
            models.Index(fields=("grid_code",), condition=IS_OPEN, name="case_open_in_grid"),
            models.Index(fields=("reported_at", "id"), name="case_by_day"),
            models.Index(fields=("department", "reported_at"), name="case_by_department"),
            models.Index(fields=("grid_code", "reported_at"), name="case_by_grid"),
            models.Index(fields=("merged_into",), condition=Q(merged_into__isnull=False), name="case_merged"),
        ]

    def __str__(self) -> str:
        return self.number


class CaseText(models.Model):
    """Search terms of a case, beside it: so that moving a case never touches the text index."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="text")
    terms = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=("terms",), name="case_terms")]


class CaseSerial(models.Model):
    """The next free serial of a county on a day."""

    day = models.DateField()
    county = models.PositiveIntegerField()
    taken = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("day", "county"), name="one_serial_a_day")]


class Report(models.Model):
    """What one reporter said. Several reports may hang on one case; one that lacks a place or class waits for an answer."""

    class State(models.TextChoices):
        INCOMPLETE = "incomplete", _("waits for an answer")
        ATTACHED = "attached", _("attached to a case")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="reports")
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    reporter_name = models.CharField(_("reporter"), max_length=40, blank=True)
    contact = models.BinaryField(_("contact (encrypted)"), default=b"")
    contact_mark = models.CharField(max_length=64, blank=True, default="", db_default="")  # finds the same contact again (`contacts.mark`)
    problem_class = models.ForeignKey(
        ProblemClass,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    description = models.CharField(_("description"), max_length=1000, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    lon = models.FloatField(_("longitude"), null=True)
    lat = models.FloatField(_("latitude"), null=True)
    accuracy_m = models.FloatField(_("accuracy (m)"), null=True)
    component_code = models.BigIntegerField(_("component"), null=True)
    other_number = models.CharField(_("number in the other system"), max_length=60, blank=True)
    reported_at = models.DateTimeField(_("reported"))
    key = models.CharField(max_length=64, null=True)
    token_hash = models.CharField(max_length=64, blank=True)  # SHA-256 of what a reporter without an account follows the report by
    erased_at = models.DateTimeField(null=True)  # the person behind it was forgotten, by age or on request

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = [
            models.Index(fields=("member", "reported_at"), name="report_by_member"),
            models.Index(
                fields=("reported_at",),
                condition=Q(state="incomplete"),
                name="report_incomplete",
            ),
            models.Index(fields=("contact_mark",), condition=~Q(contact_mark=""), name="report_by_contact"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("member", "key"),
                condition=Q(key__isnull=False),
                name="report_sent_once",
            ),
            models.UniqueConstraint(fields=("key",), condition=Q(key__isnull=False, member=None), name="machine_report_sent_once"),
        ]


class LedgerEntry(models.Model):
    """One thing that happened to a case. Append-only (a trigger refuses UPDATE, DELETE and TRUNCATE), chained by hash.

    `body` is the canonical JSON text of the entry; `hash` is SHA-256 over the hash before it and `body`. The other
    columns repeat what is looked for; `chengge ledger verify` compares them with the body.
    `transaction_id` lets readers stay below what is still uncommitted (docs/architecture.md, "reading on").
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entries", db_index=False)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    action = models.CharField(max_length=24)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    post = models.CharField(max_length=20, choices=PostChoice.choices, blank=True)
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    from_stage = models.CharField(max_length=12, blank=True)
    to_stage = models.CharField(max_length=12)
    reason = models.CharField(max_length=500, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.LIVE)
    key = models.CharField(max_length=64, null=True)
    body = models.TextField()
    hash = models.BinaryField()
    recorded_at = models.DateTimeField(db_default=Now())
    transaction_id = models.BigIntegerField(db_default=CurrentTransaction())

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        constraints = [
            models.UniqueConstraint(fields=("case", "seq"), name="ledger_in_order"),
            models.UniqueConstraint(
                fields=("member", "key"),
                condition=Q(key__isnull=False),
                name="ledger_entry_sent_once",
            ),
            models.UniqueConstraint(fields=("key",), condition=Q(key__isnull=False, member=None), name="machine_entry_sent_once"),
        ]
        indexes = [models.Index(fields=("transaction_id",), name="ledger_by_transaction")]


class SaidText(models.Model):
    """A description or place as somebody said it, which an entry names by `digest`. Once forgotten, salt and text are empty."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="said")
    digest = models.CharField(max_length=71)
    salt = models.BinaryField(null=True)
    text = models.CharField(max_length=1000, null=True)


class Clock(models.Model):
    """One limit running on a case. Seconds are working seconds of its calendar, or all seconds where it is continuous."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks", db_index=False)
    ordinal = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=14, choices=ClockChoice.choices)
    level = models.PositiveSmallIntegerField(null=True)
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    started_at = models.DateTimeField()
    limit_amount = models.PositiveIntegerField()
    limit_unit = models.CharField(max_length=12, choices=LimitUnit.choices)
    limit_seconds = models.PositiveIntegerField()
    continuous = models.BooleanField()
    calendar = models.ForeignKey(
        WorkingCalendar,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    yellow_at = models.DateTimeField()
    due_at = models.DateTimeField()
    running_since = models.DateTimeField()  # start, or the last time it was resumed
    worked_seconds = models.PositiveIntegerField(default=0)  # used up before `running_since`; all of it once stopped
    paused_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    overdue = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [models.UniqueConstraint(fields=("case", "ordinal"), name="clock_in_order")]
        indexes = [
            models.Index(
                fields=("due_at",),
                condition=Q(stopped_at=None, paused_at=None),
                name="clock_running_due",
            )
        ]


class ClockPause(models.Model):
    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="pauses")
    paused_at = models.DateTimeField()
    resumed_at = models.DateTimeField(null=True)


class Assignment(models.Model):
    """A case in the hands of one organization on one level, from when to when, and how it ended."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    ordinal = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=24, blank=True)  # the action that ended it

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [models.UniqueConstraint(fields=("case", "ordinal"), name="assignment_in_order")]


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


class SavedFilter(models.Model):
    """A search that a member keeps for a desk; `query` is the desk's URL query."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters")
    desk = models.CharField(max_length=20)
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("member", "desk", "name"), name="filter_name_once")]
        ordering = ("name",)


class ContactView(models.Model):
    """Somebody looked at how a reporter is reached: who, when, and what for. Never changed, and it does not hold the contact."""

    class Purpose(models.TextChoices):
        CALL_BACK = "call_back", pgettext_lazy("purpose", "To call back")
        ASK = "ask", pgettext_lazy("purpose", "To ask what is missing")
        RETURN_VISIT = "return_visit", pgettext_lazy("purpose", "For the return visit")

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="contact_views", verbose_name=_("report"))
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("member"))
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices)
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("look at a contact")
        verbose_name_plural = _("looks at contacts")
        indexes = [models.Index(fields=("seen_at", "id"), name="contact_view_by_time")]


class ErasureRecord(models.Model):
    """That somebody was forgotten: when, by whom, on whose wish, and how much of what went. It holds nothing of the person."""

    class Ground(models.TextChoices):
        REQUEST = "request", pgettext_lazy("erasure", "On the person's request")
        AGE = "age", pgettext_lazy("erasure", "By age")

    ground = models.CharField(_("ground"), max_length=8, choices=Ground.choices)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("carried out by")
    )
    reference = models.CharField(_("reference of the request"), max_length=60, blank=True)
    erased_at = models.DateTimeField(_("erased"))
    report_ids = models.JSONField(_("reports"), default=list)
    counts = models.JSONField(_("what went"), default=dict)  # how many of what, by a short code

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        indexes = [models.Index(fields=("erased_at", "id"), name="erasure_by_time")]


class NotAlike(models.Model):
    """Two cases that somebody looked at and found to be two problems, so that they are not offered as one again."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")  # the one with the smaller id
    other = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    said_at = models.DateTimeField()

    class Meta:
        verbose_name = _("not the same")
        verbose_name_plural = _("not the same")
        constraints = [
            models.UniqueConstraint(fields=("case", "other"), name="not_alike_once"),
            models.CheckConstraint(condition=Q(case__lt=models.F("other")), name="not_alike_in_order"),
        ]


class ReminderRule(Dated):
    """When somebody is reminded of a clock that runs out or has run out, who, and by which words.

    `amount` is minutes, or for `share_left` the percent of the limit that is left. `text` may name {clock}, {number}, {class},
    {place}, {due} and {holder}; empty, the usual words of the topic are taken.
    """

    class Moment(models.TextChoices):
        SHARE_LEFT = "share_left", pgettext_lazy("moment", "share of the limit left (%)")
        BEFORE = "before", pgettext_lazy("moment", "minutes before due")
        DUE = "due", pgettext_lazy("moment", "when due")
        AFTER = "after", pgettext_lazy("moment", "minutes after due")
        AFTER_WORK = "after_work", pgettext_lazy("moment", "working minutes after due")

    class To(models.TextChoices):
        HOLDER = "holder", pgettext_lazy("reminder", "Who has to act")
        ABOVE = "above", pgettext_lazy("reminder", "The level above")
        SHIFT_LEADER = "shift_leader", pgettext_lazy("reminder", "Shift leader")
        DISPATCHER = "dispatcher", pgettext_lazy("reminder", "Dispatcher")
        LEADER = "leader", pgettext_lazy("reminder", "Leader")

    class Topic(models.TextChoices):
        DUE_SOON = "due_soon", pgettext_lazy("topic", "Due soon")
        OVERDUE = "overdue", pgettext_lazy("topic", "Overdue")
        ESCALATION = "escalation", pgettext_lazy("topic", "Passed upwards")

    clock = models.CharField(_("clock"), max_length=14, choices=ClockChoice.choices)
    moment = models.CharField(_("moment"), max_length=10, choices=Moment.choices)
    amount = models.PositiveIntegerField(_("amount"), default=0)
    to = models.CharField(_("to"), max_length=12, choices=To.choices)
    topic = models.CharField(_("topic"), max_length=10, choices=Topic.choices)
    text = models.CharField(_("text"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("reminder rule")
        verbose_name_plural = _("reminder rules")
        constraints = [
            models.UniqueConstraint(fields=("clock", "moment", "amount", "to"), condition=Q(valid_to=None), name="reminder_rule_once"),
            models.CheckConstraint(condition=~Q(moment="share_left") | Q(amount__range=(1, 99)), name="reminder_share_is_percent"),
        ]


class Reminder(models.Model):
    """That people were reminded of a clock by a rule. The due moment belongs to it: a clock that was paused or retimed reminds anew.

    A clock is named by case and ordinal, since its row can be thrown away and rebuilt.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False)
    ordinal = models.PositiveSmallIntegerField()
    rule = models.ForeignKey(ReminderRule, on_delete=models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    told = models.PositiveSmallIntegerField()  # how many members
    went_up = models.BooleanField(default=False)  # nobody was on the post it was meant for

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [models.UniqueConstraint(fields=("case", "ordinal", "rule", "due_at"), name="reminded_once")]
        indexes = [
            models.Index(fields=("at",), name="reminder_by_time"),
            models.Index(fields=("at",), condition=Q(went_up=True), name="reminder_went_up"),
        ]
