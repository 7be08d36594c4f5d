"""Who the city is made of: organizations on four levels, members and their posts, working calendars, duty and its roster."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.domain.lifecycle import Axis, Post


class OrganizationKind(models.TextChoices):
    SUPERVISION_CENTRE = "supervision_centre", _("Supervision centre")
    COMMAND_CENTRE = "command_centre", _("Command centre")
    DEPARTMENT = "department", pgettext_lazy("organization", "Department")
    TERRITORY = (
        "territory",
        _("Territory"),
    )  # a street or district office that answers by 属地管理
    CREW = "crew", _("Crew")


class AxisChoice(models.TextChoices):
    SUPERVISION = Axis.SUPERVISION.value, _("Supervision")
    COMMAND = Axis.COMMAND.value, _("Command")
    NEITHER = Axis.NEITHER.value, _("Neither axis")


class PostChoice(models.TextChoices):
    INSPECTOR = Post.INSPECTOR.value, _("Inspector")
    OPERATOR = Post.OPERATOR.value, _("Operator")
    SHIFT_LEADER = Post.SHIFT_LEADER.value, _("Shift leader")
    EVALUATOR = Post.EVALUATOR.value, _("Evaluator")
    DISPATCHER = Post.DISPATCHER.value, _("Dispatcher")
    DEPARTMENT = Post.DEPARTMENT.value, _("Department clerk")
    COORDINATOR = Post.COORDINATOR.value, _("Coordinator")
    LEADER = Post.LEADER.value, _("Leader")
    ADMINISTRATOR = Post.ADMINISTRATOR.value, _("Administrator")


class Dated(models.Model):
    """A row that holds from a day to before another day; open-ended while `valid_to` is empty."""

    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        abstract = True


class WorkingCalendar(models.Model):
    """A named set of working hours; `version` rises with every change, so that a built calendar is known to be stale."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    work_day_hours = models.PositiveSmallIntegerField(_("working hours in a working day"), default=8)
    first_year = models.PositiveSmallIntegerField(_("first year"), default=2020)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("working calendar")
        verbose_name_plural = _("working calendars")

    def __str__(self) -> str:
        return self.name


class CalendarSeason(models.Model):
    """Working hours of one part of the year, from month-day to month-day inclusive; may wrap the year end."""

    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.CASCADE, related_name="seasons")
    name = models.CharField(_("name"), max_length=30)
    first_day = models.CharField(_("first day"), max_length=5, help_text="MM-DD")
    last_day = models.CharField(_("last day"), max_length=5, help_text="MM-DD")
    weekdays = models.CharField(
        _("weekdays"),
        max_length=7,
        default="12345",
        help_text=_("1 is Monday, 7 is Sunday"),
    )
    spans = models.CharField(_("daily spans"), max_length=80, help_text="08:00-12:00 14:00-18:00")

    class Meta:
        verbose_name = _("season")
        verbose_name_plural = _("seasons")
        ordering = ("first_day",)


class CalendarDay(models.Model):
    """One day that is not what its weekday says: a holiday, or a make-up working day (调休)."""

    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.CASCADE, related_name="days")
    day = models.DateField(_("day"))
    works = models.BooleanField(_("is a working day"))
    name = models.CharField(_("name"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("holiday or make-up day")
        verbose_name_plural = _("holidays and make-up days")
        ordering = ("day",)
        constraints = [models.UniqueConstraint(fields=("calendar", "day"), name="one_word_on_a_day")]


class Organization(Dated):
    """A body of the city. Level 1 is a centre; 2 a department or district; 3 a section or street; 4 a crew."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    short_name = models.CharField(_("short name"), max_length=30)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganizationKind.choices)
    level = models.PositiveSmallIntegerField(_("level"))
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    division_code = models.BigIntegerField(_("division"), null=True, blank=True)
    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.PROTECT, verbose_name=_("calendar"))
    phone = models.CharField(_("phone"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(condition=Q(level__range=(1, 4)), name="organization_on_four_levels"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="organization_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class Member(AbstractUser):
    """A person who signs in. Posts say what they may do, organization and division where."""

    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        related_name="members",
        verbose_name=_("organization"),
    )
    full_name = models.CharField(_("name"), max_length=40)
    axis = models.CharField(_("axis"), max_length=12, choices=AxisChoice.choices, default=AxisChoice.NEITHER)
    division_code = models.BigIntegerField(
        _("scope"),
        null=True,
        blank=True,
        help_text=_("Division whose cases the member sees; empty: all"),
    )
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    must_choose_password = models.BooleanField(
        _("first password"),
        default=False,
        help_text=_("Was handed a password, and chooses another before anything else"),
    )

    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ("username",)

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name


class MemberPost(Dated):
    """A post that a member holds. All posts of a member lie on one axis (checked in actions and by a trigger)."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="posts")
    post = models.CharField(_("post"), max_length=20, choices=PostChoice.choices)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint(
                fields=("member", "post"),
                condition=Q(valid_to=None),
                name="post_held_once",
            ),
        ]


class Substitution(models.Model):
    """A member stands in for another from a day up to and including another: holds the other's posts, with their scope.

    What is done in that right says in the ledger for whom. `ended_at` calls it off at once.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="substitutions", db_index=False, verbose_name=_("member"))
    substitute = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("substitute"))
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    arranged_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    arranged_at = models.DateTimeField(_("arranged"))
    ended_at = models.DateTimeField(_("called off"), null=True)

    class Meta:
        verbose_name = _("substitution")
        verbose_name_plural = _("substitutions")
        ordering = ("first_day", "id")
        indexes = [
            models.Index(fields=("substitute", "last_day"), name="substitution_of_substitute"),
            models.Index(fields=("member", "last_day"), name="substitution_of_member"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(member=F("substitute")), name="substitute_is_another"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="substitution_ends_after_it_starts"),
        ]


class Duty(models.Model):
    """A span of time in which a member is on duty. An inspector on duty gets the tasks of their responsibility grids."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="duties")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        indexes = [
            models.Index(fields=("member", "ends_at"), name="duty_of_member"),
            models.Index(fields=("ends_at",), name="duty_now"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="duty_ends_after_it_starts",
            )
        ]


class Shift(Dated):
    """A named span of the day that inspectors are planned for; one that ends no later than it starts runs past midnight."""

    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=30)
    starts = models.TimeField(_("starts"))
    ends = models.TimeField(_("ends"))
    grace_minutes = models.PositiveSmallIntegerField(_("minutes of grace"), default=10, help_text=_("Later than this is late for duty"))
    everywhere = models.BooleanField(
        _("every grid is walked"), default=True, help_text=_("A responsibility grid that nobody walks in this shift is shown as a gap")
    )

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ("starts", "code")
        constraints = [models.UniqueConstraint(fields=("code",), condition=Q(valid_to=None), name="shift_code_once")]

    def __str__(self) -> str:
        return self.name


class RosterEntry(models.Model):
    """A member is planned to walk a responsibility grid in a shift of a day. The grid is named by its code, which stays its own."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="roster", verbose_name=_("member"))
    day = models.DateField(_("day"))
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="+", verbose_name=_("shift"))
    responsibility_grid = models.CharField(_("responsibility grid"), max_length=20)
    planned_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    planned_at = models.DateTimeField(_("planned"))

    class Meta:
        verbose_name = _("roster entry")
        verbose_name_plural = _("roster")
        ordering = ("day", "shift", "responsibility_grid", "member")
        constraints = [models.UniqueConstraint(fields=("day", "member", "shift", "responsibility_grid"), name="planned_once")]
        indexes = [models.Index(fields=("responsibility_grid", "day"), name="roster_of_grid")]


class ApiToken(models.Model):
    """A key with which a program acts for a member. Of its secret only the SHA-256 is kept; a new password (`password_mark`) ends it."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=60, blank=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    password_mark = models.CharField(max_length=16)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name or str(self.pk)


class KeptAnswer(models.Model):
    """What the API answered to a request with an Idempotency-Key, so that the same request sent again gets the same answer."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)  # null only inside the transaction that makes the answer
    body = models.TextField(default="")
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("member", "key"), name="answer_kept_once")]
        indexes = [models.Index(fields=("kept_at",), name="answer_by_age")]
