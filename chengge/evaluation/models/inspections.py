"""Inspections: campaigns, their checklist, the places drawn, what assessors found; and scores brought in from outside."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengge.casework.models import Evidence, Report
from chengge.evaluation.models.schemes import Judged
from chengge.organization.models import Organization


class Campaign(models.Model):
    """Somebody goes and looks: an open check, a secret visit, or a spot check of the mayor.

    Attributes:
        begin, end: first and last day; the results count for the period in which the last day falls.
        division_code: where places are drawn from; none: the whole city.
        places, minimum: how many are drawn in all, and at least from each stratum.
        second_percent: share of the places that a second assessor scores.
        bound_percent: of an item's points; two marks further apart need a third look.
        seed, frame_digest: of the draw; set once, with `drawn_at`.
        result_digest: SHA-256 over the settled marks of all places, fixed when they are published.
    """

    class Kind(models.TextChoices):
        OPEN = "open", pgettext_lazy("inspection", "Open check")
        SECRET = "secret", pgettext_lazy("inspection", "Secret visit")
        SPOT = "spot", pgettext_lazy("inspection", "Mayor's spot check")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("inspection", "Draft")
        RUNNING = "running", pgettext_lazy("inspection", "Running")
        PUBLISHED = "published", pgettext_lazy("inspection", "Published")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.DRAFT)
    begin = models.DateField(_("first day"))
    end = models.DateField(_("last day"))
    division_code = models.BigIntegerField(_("area"), null=True, blank=True)
    places = models.PositiveSmallIntegerField(_("places"))
    minimum = models.PositiveSmallIntegerField(_("at least from each stratum"), default=1)
    second_percent = models.PositiveSmallIntegerField(_("scored twice (%)"), default=20, validators=[MaxValueValidator(100)])
    bound_percent = models.PositiveSmallIntegerField(_("third look above (%)"), default=20, validators=[MaxValueValidator(100)])
    assessors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("assessors"))
    about = models.CharField(_("about"), max_length=500, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    made_at = models.DateTimeField(_("made"))
    seed = models.PositiveBigIntegerField(_("seed"), null=True)
    frame_digest = models.CharField(_("digest of the frame"), max_length=64, blank=True)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    drawn_at = models.DateTimeField(_("drawn"), null=True)
    result_digest = models.CharField(_("digest of the result"), max_length=64, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    published_at = models.DateTimeField(_("published"), null=True)

    class Meta:
        verbose_name = pgettext_lazy("inspection", "campaign")
        verbose_name_plural = pgettext_lazy("inspection", "campaigns")
        ordering = ("-begin", "-id")
        indexes = [models.Index(fields=("state", "end"), name="campaign_by_end")]
        constraints = [
            models.CheckConstraint(condition=Q(end__gte=F("begin")), name="campaign_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(drawn_at__isnull=False, seed__isnull=False), name="campaign_runs_when_drawn"
            ),
            models.CheckConstraint(condition=~Q(state="published") | ~Q(result_digest=""), name="campaign_published_with_a_digest"),
        ]

    def __str__(self) -> str:
        return self.name


class SampleFrame(models.Model):
    """The unit grids from which a campaign drew, as `domain.sampling.frame_text` writes them, so that anybody can draw again."""

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, primary_key=True, related_name="frame")
    text = models.TextField()


class ChecklistItem(models.Model):
    """What is looked at in every place.

    Attributes:
        code: of the scheme item that the points go to.
        most: points when nothing is wrong.
        photo: when a photo must prove the mark.
        organization: who answers for it; none: the office of the street.
    """

    class Photo(models.TextChoices):
        NO = "no", pgettext_lazy("photo of a checklist item", "No photo needed")
        LOST = "lost", pgettext_lazy("photo of a checklist item", "Photo when points are taken off")
        ALWAYS = "always", pgettext_lazy("photo of a checklist item", "Photo always")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(_("scheme item"), max_length=40)
    text = models.CharField(_("what is looked at"), max_length=200)
    most = models.PositiveSmallIntegerField(_("points"), validators=[MinValueValidator(1), MaxValueValidator(100)])
    photo = models.CharField(_("photo"), max_length=6, choices=Photo.choices, default=Photo.LOST)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist items")
        ordering = ("campaign", "position")
        constraints = [
            models.UniqueConstraint(fields=("campaign", "position"), name="checklist_item_has_one_position"),
            models.CheckConstraint(condition=Q(most__gte=1, most__lte=100), name="checklist_item_has_points"),
        ]

    def __str__(self) -> str:
        return self.text


class InspectionPlace(models.Model):
    """A unit grid that was drawn. `left_out` says why nobody could look there; such a place counts for nothing."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="drawn")
    number = models.PositiveSmallIntegerField(_("number"))
    grid_code = models.BigIntegerField(_("unit grid"))
    street_code = models.BigIntegerField(_("street"))
    area_class = models.CharField(_("area class"), max_length=1, blank=True)
    lon = models.FloatField(_("longitude"))
    lat = models.FloatField(_("latitude"))
    twice = models.BooleanField(_("scored twice"), default=False)
    left_out = models.CharField(_("left out because"), max_length=200, blank=True)
    left_out_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("place of an inspection")
        verbose_name_plural = _("places of inspections")
        ordering = ("campaign", "number")
        constraints = [
            models.UniqueConstraint(fields=("campaign", "number"), name="inspection_place_number_once"),
            models.UniqueConstraint(fields=("campaign", "grid_code"), name="inspection_place_once"),
        ]


class Visit(models.Model):
    """One look at a place: the first, the second by somebody else, or the third that settles what the two differ in.

    Attributes:
        lon, lat, accuracy_m: where the assessor stood when it was sent in.
        inside: whether that was in the unit grid.
    """

    class Turn(models.IntegerChoices):
        FIRST = 1, pgettext_lazy("inspection", "First look")
        SECOND = 2, pgettext_lazy("inspection", "Second look")
        THIRD = 3, pgettext_lazy("inspection", "Third look")

    place = models.ForeignKey(InspectionPlace, on_delete=models.CASCADE, related_name="visits")
    turn = models.PositiveSmallIntegerField(choices=Turn.choices)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("assessor"))
    key = models.CharField(max_length=64, blank=True)
    submitted_at = models.DateTimeField(_("sent in"), null=True)
    lon = models.FloatField(_("longitude"), null=True)
    lat = models.FloatField(_("latitude"), null=True)
    accuracy_m = models.FloatField(_("accuracy (m)"), null=True)
    inside = models.BooleanField(_("in the unit grid"), null=True)
    words = models.CharField(_("remarks"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("visit of an inspection")
        verbose_name_plural = _("visits of inspections")
        ordering = ("place", "turn")
        constraints = [
            models.UniqueConstraint(fields=("place", "turn"), name="visit_once_in_a_turn"),
            models.UniqueConstraint(fields=("place", "member"), name="visit_by_another_each_time"),
        ]


class Mark(models.Model):
    """The points of an item at a visit; none where the item does not apply there. `report` is what the finding was reported as."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="marks")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="+")
    points = models.PositiveSmallIntegerField(_("points"), null=True)
    words = models.CharField(_("remarks"), max_length=200, blank=True)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        ordering = ("visit", "item__position")
        constraints = [models.UniqueConstraint(fields=("visit", "item"), name="item_marked_once_at_a_visit")]


class VisitPhoto(models.Model):
    """A photo of a visit, of one item or of the place as a whole."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="photos")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, null=True, related_name="+")
    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="visit_photo")
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("photo of a visit")
        verbose_name_plural = _("photos of visits")
        ordering = ("visit", "position")
        constraints = [models.UniqueConstraint(fields=("visit", "position"), name="visit_photo_has_one_position")]


class ImportedSet(models.Model):
    """A table of scores that somebody else gave: a survey, the media, another body. It counts once a second person has approved it.

    Attributes:
        begin, end: first and last day that it tells of.
        table_digest, evidence_digest: SHA-256 of the table as it came, and of the evidence as it is kept.
        evidence_type: "image/jpeg" or "application/pdf".
    """

    class Kind(models.TextChoices):
        SURVEY = "survey", pgettext_lazy("imported scores", "Survey of residents")
        MEDIA = "media", pgettext_lazy("imported scores", "Media")
        BODY = "body", pgettext_lazy("imported scores", "Another body")

    class State(models.TextChoices):
        PREVIEW = "preview", pgettext_lazy("imported scores", "Preview")
        WAITING = "waiting", pgettext_lazy("imported scores", "Waiting for a second person")
        APPROVED = "approved", pgettext_lazy("imported scores", "Approved")
        REFUSED = "refused", pgettext_lazy("imported scores", "Refused")

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices)
    body = models.CharField(_("made by"), max_length=80)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PREVIEW)
    judged = models.CharField(_("judged"), max_length=12, choices=Judged.choices)
    begin = models.DateField(_("first day"))
    end = models.DateField(_("last day"))
    table_name = models.CharField(_("table"), max_length=120)
    table_digest = models.CharField(max_length=64)
    evidence_name = models.CharField(_("evidence"), max_length=120)
    evidence_digest = models.CharField(max_length=64)
    evidence_type = models.CharField(max_length=20)
    evidence_bytes = models.PositiveIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    made_at = models.DateTimeField(_("brought in"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(_("decided"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("set of imported scores")
        verbose_name_plural = _("sets of imported scores")
        ordering = ("-made_at", "-id")
        indexes = [models.Index(fields=("state", "end"), name="imported_by_end")]
        constraints = [
            models.CheckConstraint(condition=Q(end__gte=F("begin")), name="imported_ends_after_it_begins"),
            models.CheckConstraint(
                condition=~Q(state="approved") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("made_by"))), name="imported_by_two_people"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ImportedScore(models.Model):
    """A row of such a table: the points of one subject at one scheme item, 0 to 100; `sample` is how many were asked."""

    of_set = models.ForeignKey(ImportedSet, on_delete=models.CASCADE, related_name="scores")
    row = models.PositiveIntegerField(_("row"))
    code = models.CharField(_("scheme item"), max_length=40)
    subject_id = models.CharField(max_length=20, blank=True)
    subject = models.CharField(_("subject"), max_length=80)
    points = models.DecimalField(_("points"), max_digits=7, decimal_places=4)
    sample = models.PositiveIntegerField(_("asked"), default=1)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("imported score")
        verbose_name_plural = _("imported scores")
        ordering = ("of_set", "row")
        constraints = [
            models.UniqueConstraint(fields=("of_set", "code", "subject_id"), name="imported_once_in_a_set"),
            models.CheckConstraint(condition=Q(points__gte=0, points__lte=100, sample__gte=1), name="imported_points_are_of_a_hundred"),
        ]
