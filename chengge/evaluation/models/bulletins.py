"""Bulletins: drafted from figures that are kept with them, signed by a second pair of eyes, published, and then never changed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Case
from chengge.evaluation.models.runs import EvaluationRun


class Bulletin(models.Model):
    """One edition of the bulletin of one period. A correction is a new edition that `replaces` the old one; the old one stays.

    Attributes:
        period: as runs name theirs; `begin` and `end` half-open.
        figures: all that it counts, as `queries.bulletin_figures.Figures` has it, read when it was drafted.
        version: rises with every change of the draft, so that nobody writes over what somebody else has just written.
        editors: whoever had a hand in the draft; none of them may sign it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("bulletin", "Draft")
        SIGNED = "signed", pgettext_lazy("bulletin", "Signed")
        PUBLISHED = "published", pgettext_lazy("bulletin", "Published")
        WITHDRAWN = "withdrawn", pgettext_lazy("bulletin", "Withdrawn")

    period = models.CharField(_("period"), max_length=10)
    begin = models.DateTimeField(_("from"))
    end = models.DateTimeField(_("to"))
    edition = models.PositiveSmallIntegerField(_("edition"), default=1)
    title = models.CharField(_("title"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    runs: models.ManyToManyField = models.ManyToManyField(EvaluationRun, related_name="bulletins", blank=True, verbose_name=_("runs"))
    figures = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    editors: models.ManyToManyField = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("editors"))
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("drafted by"))
    drafted_at = models.DateTimeField(_("drafted"))
    changed_at = models.DateTimeField(_("last changed"))
    sent_back_because = models.CharField(_("sent back because"), max_length=200, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("signed by")
    )
    signed_at = models.DateTimeField(_("signed"), null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("published by")
    )
    published_at = models.DateTimeField(_("published"), null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("withdrawn by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_because = models.CharField(_("withdrawn because"), max_length=200, blank=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("bulletin")
        verbose_name_plural = _("bulletins")
        ordering = ("-begin", "-edition")
        indexes = [models.Index(fields=("state", "-begin"), name="bulletin_by_state")]
        constraints = [
            models.UniqueConstraint(fields=("period", "edition"), name="bulletin_edition_once"),
            models.CheckConstraint(condition=Q(end__gt=F("begin")), name="bulletin_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(state="draft") | Q(signed_by__isnull=False), name="bulletin_is_signed_by_somebody"),
            models.CheckConstraint(condition=Q(signed_by=None) | ~Q(signed_by=F("drafted_by")), name="bulletin_signed_by_another"),
        ]

    def __str__(self) -> str:
        return f"{self.period} ({self.edition})"


class BulletinText(models.Model):
    """The words of a section in one language. `drafted` is what was written from the figures; `text` what an evaluator made of it."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=10)
    section = models.CharField(_("section"), max_length=20)
    drafted = models.TextField(blank=True)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("bulletin", "language", "section"), name="bulletin_text_once")]


class BulletinCase(models.Model):
    """A case that a rule has found. `found` is what is told of it, as `Candidate` has it; `words` are the editor's own."""

    class Rule(models.TextChoices):
        LONGEST_OPEN = "longest_open", _("Open longest")
        QUICKEST = "quickest", _("Done quickest")
        MOST_REWORKED = "most_reworked", _("Done again most often")
        MOST_REPORTED = "most_reported", _("Reported by most")

    bulletin = models.ForeignKey(Bulletin, on_delete=models.CASCADE, related_name="cases")
    position = models.PositiveSmallIntegerField()
    rule = models.CharField(_("rule"), max_length=20, choices=Rule.choices)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    found = models.JSONField()
    shown = models.BooleanField(_("is told"), default=False)
    words = models.CharField(_("words"), max_length=300, blank=True)

    class Meta:
        ordering = ("bulletin", "position")
        constraints = [models.UniqueConstraint(fields=("bulletin", "rule", "case"), name="bulletin_case_once")]


class BulletinDocument(models.Model):
    """What was signed: the document in one language for one audience, as the bytes of its canonical JSON, with their SHA-256."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.CASCADE, related_name="documents")
    language = models.CharField(_("language"), max_length=10)
    audience = models.CharField(_("audience"), max_length=10)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("bulletin", "language", "audience"), name="bulletin_document_once")]


class BulletinFile(models.Model):
    """A file of a published bulletin; it lies under its SHA-256. The database refuses to change or drop a row."""

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        DOCX = "docx", "DOCX"

    bulletin = models.ForeignKey(Bulletin, on_delete=models.PROTECT, related_name="files")
    language = models.CharField(_("language"), max_length=10)
    audience = models.CharField(_("audience"), max_length=10)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    document_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("bulletin", "language", "audience", "kind"), name="bulletin_file_once")]
