"""Nobody left without an answer: what every reporter is told and asked, and what became of it."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Case, Channel, Report
from chengge.notices.models import Notice
from chengge.organization.models import Dated


class AnswerRule(Dated):
    """What the city promises its reporters: limits in hours of the day and night, whom it visits, what it writes.

    A rule for a channel goes before the one for all channels. Texts may name {number}, {class} and {reason}; an empty one
    is the usual sentence. The link to say how content one is follows the text by itself.
    """

    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, blank=True)
    acknowledge_hours = models.PositiveSmallIntegerField(_("hours to tell of acceptance"), default=24, validators=[MinValueValidator(1)])
    feedback_hours = models.PositiveSmallIntegerField(_("hours to tell of the end"), default=24, validators=[MinValueValidator(1)])
    visit_hours = models.PositiveSmallIntegerField(_("hours for the return visit"), default=72, validators=[MinValueValidator(1)])
    visit_after_hours = models.PositiveSmallIntegerField(_("hours to wait for an answer by link before a call"), default=12)
    visit_percent = models.PositiveSmallIntegerField(
        _("share of reporters visited, percent"), default=100, validators=[MaxValueValidator(100)]
    )
    decide_hours = models.PositiveSmallIntegerField(_("hours to decide on a complaint"), default=24, validators=[MinValueValidator(1)])
    most_tries = models.PositiveSmallIntegerField(
        _("calls before a reporter counts as not reached"), default=3, validators=[MinValueValidator(1)]
    )
    by_message = models.BooleanField(_("tell by message where there is a mobile number or an e-mail address"), default=True)
    accepted_text = models.CharField(_("text: accepted"), max_length=300, blank=True)
    refused_text = models.CharField(_("text: not accepted"), max_length=300, blank=True)
    feedback_text = models.CharField(_("text: ended"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("rule of answers")
        verbose_name_plural = _("rules of answers")
        ordering = ("channel", "-valid_from")
        constraints = [models.UniqueConstraint(fields=("channel",), condition=Q(valid_to=None), name="answer_rule_once")]

    def __str__(self) -> str:
        return self.get_channel_display() or str(_("every channel"))


class Answer(models.Model):
    """One thing that a reporter is owed: word of the acceptance, word of the end, a return visit, a decision on a complaint.

    `round` counts how often the case was reopened: after a reopening the reporter is told and visited again.
    """

    class Step(models.TextChoices):
        ACCEPTANCE = "acceptance", pgettext_lazy("answer", "Acceptance")
        FEEDBACK = "feedback", pgettext_lazy("answer", "Feedback")
        VISIT = "visit", pgettext_lazy("answer", "Return visit")
        COMPLAINT = "complaint", pgettext_lazy("answer", "Complaint")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("answer", "to do")
        DONE = "done", pgettext_lazy("answer", "done")
        MISSED = "missed", pgettext_lazy("answer", "not reached")
        DROPPED = "dropped", pgettext_lazy("answer", "not needed any more")

    class How(models.TextChoices):
        MESSAGE = "message", pgettext_lazy("answer", "by message")
        CALL = "call", pgettext_lazy("answer", "by call")
        LINK = "link", pgettext_lazy("answer", "by link")
        PAGE = "page", pgettext_lazy("answer", "on the tracking page")
        DESK = "desk", pgettext_lazy("answer", "at the desk")

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("outcome", "Accepted")
        REJECTED = "rejected", pgettext_lazy("outcome", "Not accepted")
        TRANSFERRED = "transferred", pgettext_lazy("outcome", "Transferred")
        VOIDED = "voided", pgettext_lazy("outcome", "Voided")
        CLOSED = "closed", pgettext_lazy("outcome", "Dealt with")
        REOPENED = "reopened", pgettext_lazy("outcome", "Reopened")
        DECLINED = "declined", pgettext_lazy("outcome", "Not reopened")

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="answers", db_index=False)
    step = models.CharField(_("step"), max_length=10, choices=Step.choices)
    round = models.PositiveSmallIntegerField(default=0)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="answers", verbose_name=_("case"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    outcome = models.CharField(_("outcome"), max_length=11, choices=Outcome.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    since = models.DateTimeField(_("since"))
    call_from = models.DateTimeField(_("to be called from"))  # not before: a message or the link may do it, or nobody was in
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.OPEN)
    done_at = models.DateTimeField(_("done"), null=True)
    how = models.CharField(_("how"), max_length=7, choices=How.choices, blank=True)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    tries = models.PositiveSmallIntegerField(_("calls"), default=0)
    notice = models.ForeignKey(Notice, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    token_hash = models.CharField(max_length=64, blank=True)  # SHA-256 of what the link to the question of satisfaction carries
    stars = models.PositiveSmallIntegerField(_("satisfaction"), null=True)
    words = models.CharField(_("words"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(fields=("report", "step", "round"), name="answer_owed_once"),
            models.UniqueConstraint(fields=("token_hash",), condition=~Q(token_hash=""), name="answer_by_token"),
            models.CheckConstraint(condition=Q(stars=None) | Q(stars__range=(1, 5)), name="answer_one_to_five_stars"),
        ]
        indexes = [
            models.Index(fields=("step", "due_at", "id"), condition=Q(state="open"), name="answer_to_give"),
            models.Index(fields=("notice",), condition=Q(state="open", notice__isnull=False), name="answer_by_message"),
            models.Index(fields=("step", "since"), name="answer_by_day"),
        ]


class AnswersRead(models.Model):
    """How far the ledger has been read for answers (docs/architecture.md, "reading on"). One row."""

    read_to = models.TextField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_row_of_answers_read")]
