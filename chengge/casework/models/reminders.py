"""Who is reminded of a clock, and that it was done."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models.cases import Case
from chengge.casework.models.choices import ClockChoice
from chengge.organization.models import Dated


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
