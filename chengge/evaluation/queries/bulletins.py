"""Bulletins: who may read what of them, what a draft looks like, what was signed and published."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import orjson
import shapely
from django.conf import settings
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.documents.document import CaseTold, Document, from_plain
from chengge.documents.pdf import as_pdf
from chengge.documents.word import as_docx
from chengge.domain.errors import Conflict, NotFound
from chengge.domain.lifecycle import Post
from chengge.evaluation.bulletin.compose import Audience, Chosen, Material, Shape, compose, default_title, told_case
from chengge.evaluation.models import Bulletin, BulletinCase, BulletinDocument, BulletinFile, EvaluationRun, Judged
from chengge.evaluation.periods import Period, month_of, period_of
from chengge.evaluation.queries import bulletin_figures
from chengge.evaluation.queries.bulletin_figures import Candidate
from chengge.foundation.models import Division
from chengge.foundation.queries.dated import holding_on
from chengge.organization.models import Member, MemberPost
from chengge.organization.queries import Actor, city_day

WRITING = frozenset({Post.EVALUATOR})
SIGNING = frozenset({Post.EVALUATOR, Post.LEADER})
PUBLISHING = frozenset({Post.LEADER})
READING_DRAFTS = frozenset({Post.EVALUATOR, Post.LEADER, Post.ADMINISTRATOR})
OPEN_TO_ALL = (Bulletin.State.PUBLISHED, Bulletin.State.WITHDRAWN)
METRES_PER_DEGREE = 111_320
SECOND_LEVEL = 2
TOLERANCE = 2e-5  # degrees, about two metres: finer than any line of a printed map
STREET_FROM, COMMUNITY_FROM, COMMUNITY_TO = 10**8, 10**11, 10**12


@dataclass(frozen=True, slots=True)
class CaseChoice:
    """Whether a case that a rule has found is told, and the editor's words on it."""

    shown: bool
    words: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """What an evaluator has made of a draft.

    Attributes:
        texts: by (language, section); sections that are not named stay as they are.
        cases: by id of the `BulletinCase`.
    """

    title: str = ""
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    cases: Mapping[int, CaseChoice] = field(default_factory=dict)


def reads_drafts(actor: Actor) -> bool:
    """Whether the actor sees drafts, and the editions for use within the house."""
    return bool(actor.posts & READING_DRAFTS)


def require_edition(actor: Actor, audience: Audience) -> None:
    """Raises NotFound for an edition that the actor may not read."""
    if audience is Audience.INTERNAL and not reads_drafts(actor):
        raise NotFound("audience", _("There is no such edition, or none that you may read."), field="audience")


def bulletins_in_sight(actor: Actor) -> QuerySet[Bulletin]:
    """All bulletins for those who make them, published ones for everybody of the house. The latest period first."""
    rows = Bulletin.objects.defer("figures").select_related("drafted_by", "signed_by", "published_by", "withdrawn_by", "replaced_by")
    rows = rows.order_by("-begin", "-edition")
    return rows if reads_drafts(actor) else rows.filter(state__in=OPEN_TO_ALL)


def bulletin_at(actor: Actor, number: int) -> Bulletin:
    """The bulletin of a number, with its figures. Raises NotFound where there is none that the actor may read."""
    found = bulletins_in_sight(actor).defer(None).filter(pk=number).first()
    if found is None:
        raise NotFound("bulletin", _("There is no such bulletin, or none that you may read."), field="bulletin")
    return found


def published() -> QuerySet[Bulletin]:
    """What the public sees: published and not replaced by a published correction, the latest period first."""
    rows = Bulletin.objects.defer("figures").filter(state=Bulletin.State.PUBLISHED).prefetch_related("files")
    return rows.exclude(replaced_by__state=Bulletin.State.PUBLISHED).order_by("-begin", "-edition")


def published_at(period: str, edition: int) -> Bulletin:
    """A bulletin as the public may open it, also when it was replaced or withdrawn since. Raises NotFound."""
    rows = Bulletin.objects.defer("figures").filter(period=period, edition=edition, state__in=OPEN_TO_ALL)
    found = rows.select_related("replaces", "replaced_by").first()
    if found is None:
        raise NotFound("bulletin", _("There is no such bulletin, or it has not been published."), field="bulletin")
    return found


def runs_of(period: Period) -> list[EvaluationRun]:
    """The runs of a period that no other has replaced, in the order of their schemes."""
    rows = EvaluationRun.objects.filter(period=period.name, replaced_by=None)
    return list(rows.select_related("version__scheme").order_by("version__scheme__code", "-pk"))


def leading_runs(period: Period) -> list[EvaluationRun]:
    """The runs that a bulletin tells of unless its evaluator chooses others: one for each kind of subject that the city itself judges.

    Where several schemes judge the same, that of the last bulletin goes on; else that which looks at most. Organizations below the second
    level, and those whom another body judges, are told of where they are judged.
    """
    last = Bulletin.objects.filter(end__lte=period.begin, state=Bulletin.State.PUBLISHED).order_by("-begin", "-edition").first()
    before = set(last.runs.values_list("version__scheme_id", flat=True)) if last else set()
    runs = EvaluationRun.objects.filter(pk__in=[run.pk for run in runs_of(period)]).annotate(items=Count("version__aspects__items"))
    ordered = sorted(
        runs.select_related("version__scheme"),
        key=lambda run: (run.version.scheme_id not in before, -run.items, run.version.scheme.code),
    )
    found: dict[tuple[str, str, str], EvaluationRun] = {}
    for run in ordered:
        scheme = run.version.scheme
        if scheme.judged != Judged.CITY and scheme.under_id is None and (scheme.level or SECOND_LEVEL) == SECOND_LEVEL:
            found.setdefault((scheme.judged, scheme.organization_kind, scheme.post), run)
    return sorted(found.values(), key=lambda run: run.version.scheme.code)


def next_periods(most: int = 6) -> list[Period]:
    """The last months that are over and have no bulletin yet, the latest first."""
    told = set(Bulletin.objects.exclude(state=Bulletin.State.WITHDRAWN).values_list("period", flat=True))
    period = month_of(city_day(clock.now()))
    found = []
    for _step in range(most):
        period = period.before
        if period.name not in told:
            found.append(period)
    return found


def may_sign(actor: Actor, bulletin: Bulletin) -> bool:
    """Four eyes: an evaluator or leader who has had no hand in the draft."""
    return bool(actor.posts & SIGNING) and not bulletin.editors.filter(pk=actor.member_id).exists()


def material_of(bulletin: Bulletin) -> Material:
    """All that a bulletin's document is composed from. Six queries."""
    figures = bulletin_figures.from_plain(bulletin.figures)
    texts: dict[str, dict[str, str]] = {}
    for row in bulletin.texts.all():
        texts.setdefault(row.language, {})[row.section] = row.text
    chosen = BulletinCase.objects.filter(bulletin=bulletin, shown=True).order_by("position")
    corrects = (bulletin.replaces.edition, bulletin.reason) if bulletin.replaces else None
    signed_at = bulletin.signed_at or clock.now()
    return Material(
        figures=figures,
        title=bulletin.title,
        edition=bulletin.edition,
        day=city_day(signed_at),
        texts=texts,
        cases=[Chosen(Candidate(**row.found), row.words) for row in chosen],
        shapes=shapes_on(period_of(bulletin.period)),
        signatures={"drafted": _name(bulletin.drafted_by), "signed": _name(bulletin.signed_by)},
        corrects=corrects,
    )


def document_of(bulletin: Bulletin, language: str, audience: Audience) -> Document:
    """What was signed; of a draft, what would be. Raises Conflict where what was signed is no longer what it was."""
    row = BulletinDocument.objects.filter(bulletin=bulletin, language=language, audience=audience.value).first()
    if row is None:
        return compose(material_of(bulletin), language, audience)
    content = bytes(row.content)
    if sha256(content).hexdigest() != row.sha256:
        raise Conflict("document", _("The signed text of this bulletin is no longer what it was."), _("Bring it back from a backup."))
    return from_plain(orjson.loads(content))


def previewed(bulletin: Bulletin, edited: Edited | None, language: str) -> Document:
    """The public edition of a draft as it would be with what an evaluator is about to keep."""
    material = material_of(bulletin)
    if edited is None:
        return compose(material, language, Audience.PUBLIC)
    texts = {name: dict(own) for name, own in material.texts.items()}
    for (name, section), text in edited.texts.items():
        texts.setdefault(name, {})[section] = text
    chosen = [
        Chosen(Candidate(**row.found), edited.cases[row.pk].words)
        for row in bulletin.cases.order_by("position")
        if row.pk in edited.cases and edited.cases[row.pk].shown
    ]
    return compose(replace(material, title=edited.title, texts=texts, cases=chosen), language, Audience.PUBLIC)


def told_of_case(row: BulletinCase) -> CaseTold:
    """A case as the document would tell it, in the language that is active."""
    return told_case(Chosen(Candidate(**row.found), row.words))


def content_of(bulletin: Bulletin, language: str, audience: Audience, kind: str) -> bytes:
    """A file: of a published bulletin the archived one, of any other as it would be now."""
    if bulletin.state in OPEN_TO_ALL:
        return file_of(bulletin, language, audience, kind)[1]
    document = document_of(bulletin, language, audience)
    day = city_day(bulletin.signed_at or clock.now())
    return as_pdf(document, day) if kind == BulletinFile.Kind.PDF else as_docx(document, day)


def file_of(bulletin: Bulletin, language: str, audience: Audience, kind: str) -> tuple[BulletinFile, bytes]:
    """A file of a published bulletin.

    Raises:
        NotFound: it has none of this kind.
        Conflict: what lies there is not what was published.
    """
    row = bulletin.files.filter(language=language, audience=audience.value, kind=kind).first()
    if row is None:
        raise NotFound("file", _("This bulletin has no such file."), field="file")
    path = path_of(row.sha256, row.kind)
    content = path.read_bytes() if path.is_file() else b""
    if sha256(content).hexdigest() != row.sha256:
        raise Conflict("file", _("The file of this bulletin is not what was published."), _("Bring it back from a backup."))
    return row, content


def path_of(digest: str, kind: str) -> Path:
    """Where the file with this SHA-256 lies."""
    return Path(settings.MEDIA_ROOT) / "bulletins" / digest[:2] / f"{digest}.{kind}"


def shapes_on(period: Period) -> tuple[Shape, ...]:
    """Streets and communities with their borders on the last day of a period. One query."""
    rows = holding_on(Division.objects.filter(code__gte=STREET_FROM, code__lt=COMMUNITY_TO, polygon__isnull=False), period.last)
    listed = rows.order_by("code").values_list("code", "name", "polygon")
    return tuple(_shape(str(code), name, bytes(polygon or b"")) for code, name, polygon in listed if code < 10**9 or code >= COMMUNITY_FROM)


def title_of(bulletin: Bulletin) -> str:
    """What a bulletin is called, without its period."""
    return bulletin.title or default_title()


def members_with(posts: Iterable[Post]) -> QuerySet[Member]:
    """Members who hold one of some posts today."""
    day = city_day(clock.now())
    held = holding_on(MemberPost.objects.filter(post__in=[post.value for post in posts]), day)
    return Member.objects.filter(is_active=True, pk__in=held.values("member_id")).order_by("pk")


@lru_cache(maxsize=512)
def _shape(code: str, name: str, border: bytes) -> Shape:
    shape = shapely.simplify(shapely.from_wkb(border), TOLERANCE)
    shrink = math.cos(math.radians(shapely.get_y(shapely.centroid(shape))))
    return Shape(code, name, shape, float(shapely.area(shape)) * METRES_PER_DEGREE**2 * shrink)


def _name(member: Member | None) -> str:
    return str(member) if member else ""
