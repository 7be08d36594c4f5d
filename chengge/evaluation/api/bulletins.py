"""Bulletins: those that were published, for everybody of the house; drafts for those who make them."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from chengge.documents.document import as_plain, digest_of
from chengge.domain.errors import NotFound
from chengge.evaluation.bulletin.compose import Audience
from chengge.evaluation.models import Bulletin, BulletinFile
from chengge.evaluation.queries.bulletins import bulletin_at, bulletins_in_sight, document_of, require_edition, title_of
from chengge.organization.gates import actor_at
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import Id, Outgoing, PageCursor, PageSize
from chengge.rest.pages import page_before

router = Router(tags=["bulletins"])
Language = Literal["zh-hans", "en"]


class BulletinFileOut(Outgoing):
    language: Language
    audience: Audience
    kind: Literal["pdf", "docx"]
    size_bytes: int
    sha256: str
    document_sha256: str = Field(description="Of the document that the file tells")


class BulletinOut(Outgoing):
    id: int
    period: str = Field(examples=["2026-10"])
    edition: int = Field(description="1, and higher for corrections")
    title: str
    state: Literal["draft", "signed", "published", "withdrawn"]
    signed_at: datetime | None
    published_at: datetime | None
    withdrawn_because: str
    replaces: int | None = Field(description="Id of the edition that this one corrects")
    reason: str = Field(description="Why it was corrected")
    runs: list[int] = Field(description="Ids of the runs that it tells of")
    files: list[BulletinFileOut] = Field(
        description="Empty until it is published; those with names for evaluators, leaders and administrators"
    )


class BulletinsOut(Outgoing):
    items: list[BulletinOut]
    next: str | None


class DocumentOut(Outgoing):
    sha256: str
    document: dict[str, Any] = Field(description="Head, sections of paragraphs, figures, tables, pictures (SVG) and cases, and its sources")


@router.get("/evaluation/bulletins", response=answers({200: BulletinsOut}, 422))
def bulletins(request: HttpRequest, cursor: PageCursor = "", limit: PageSize = 50) -> BulletinsOut:
    """Bulletins, the latest first."""
    actor = actor_at(request)
    rows, following = page_before(bulletins_in_sight(actor).prefetch_related("files", "runs"), "id", cursor, limit)
    return BulletinsOut(items=[_out(row, actor) for row in rows], next=following)


@router.get("/evaluation/bulletins/{bulletin_id}", response=answers({200: BulletinOut}, 404))
@single_thing
def bulletin(request: HttpRequest, bulletin_id: Id) -> BulletinOut:
    """One bulletin."""
    actor = actor_at(request)
    return _out(bulletin_at(actor, bulletin_id), actor)


@router.get("/evaluation/bulletins/{bulletin_id}/document", response=answers({200: DocumentOut}, 404, 409))
@single_thing
def document(request: HttpRequest, bulletin_id: Id, language: Language = "zh-hans", audience: Audience = Audience.PUBLIC) -> DocumentOut:
    """What it says, as page, PDF and DOCX tell it: as it was signed; of a draft, as it stands."""
    actor = actor_at(request)
    require_edition(actor, audience)
    told = document_of(bulletin_at(actor, bulletin_id), language, audience)
    return DocumentOut(sha256=digest_of(told), document=as_plain(told))


def _out(row: Bulletin, actor: Any) -> BulletinOut:
    names = ("id", "period", "edition", "state", "signed_at", "published_at", "withdrawn_because", "reason")
    return BulletinOut(
        **{name: getattr(row, name) for name in names},
        title=title_of(row),
        replaces=row.replaces_id,
        runs=sorted(run.pk for run in row.runs.all()),
        files=[_file(one) for one in row.files.all() if _may_read(actor, one)],
    )


def _file(row: BulletinFile) -> BulletinFileOut:
    return BulletinFileOut(**{name: getattr(row, name) for name in BulletinFileOut.model_fields})


def _may_read(actor: Any, row: BulletinFile) -> bool:
    try:
        require_edition(actor, Audience(row.audience))
    except NotFound:
        return False
    return True
