"""The case: its row is a fold of its ledger entries, and can be thrown away and rebuilt."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengge.casework.models.choices import IS_OPEN, Asked, Channel, StageChoice, Supervision
from chengge.foundation.models import AreaClass, HandbookRule, ProblemClass, ProblemKind
from chengge.organization.models import Organization


class Case(models.Model):
    """The present of a case: a fold of its ledger entries. Due and yellow are those of the clock it is judged by now."""

    number = models.CharField(_("number"), max_length=20, db_collation="C")  # so that one index finds it whole and by its beginning
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
    asked = models.CharField(
        _("asked for"), max_length=10, choices=Asked.choices, blank=True, default="", db_default=""
    )  # until it is answered
    extension_count = models.PositiveSmallIntegerField(_("extensions"), default=0, db_default=0)  # granted to the department that has it
    suspension_count = models.PositiveSmallIntegerField(_("suspensions"), default=0, db_default=0)
    suspended_until = models.DateTimeField(_("suspended until"), null=True)
    supervision = models.CharField(_("supervision order"), max_length=8, choices=Supervision.choices, blank=True, default="", db_default="")
    urge_count = models.PositiveSmallIntegerField(_("urged"), default=0, db_default=0)
    appealed = models.BooleanField(_("appealed"), default=False, db_default=False)
    excused = models.BooleanField(_("excused"), default=False, db_default=False)  # left out of overdue statistics; the raw fact stays
    undo_until = models.DateTimeField(_("may be undone until"), null=True)  # dispatched by itself; none where a person dispatched it
    # Who has a part of it to do; none while it was given out in no parts, or all are back.
    part_holders = ArrayField(models.BigIntegerField(), null=True, verbose_name=_("parts with"))
    parts_back = models.PositiveSmallIntegerField(_("parts back"), default=0, db_default=0)  # of which feedback has come to the holder
    fed_back = models.BooleanField(_("fed back"), default=False, db_default=False)  # what the level below did has come to the holder
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
        constraints = [models.UniqueConstraint(fields=("number",), name="case_number_given_once")]
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
            models.Index(fields=("asked",), condition=~Q(asked=""), name="case_asked"),
            models.Index(fields=("suspended_until",), condition=Q(suspended_until__isnull=False), name="case_suspended"),
            models.Index(fields=("supervision",), condition=~Q(supervision=""), name="case_under_order"),
            models.Index(fields=("merged_into",), condition=Q(merged_into__isnull=False), name="case_merged"),
            GinIndex(fields=("part_holders",), condition=Q(part_holders__isnull=False), name="case_in_parts"),
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
