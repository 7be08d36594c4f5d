"""The API's operations for schemes: by what somebody is judged, version by version."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from chengge.domain.scoring import Missing, Way
from chengge.evaluation.models import Judged, Scheme, SchemeVersion, Source
from chengge.evaluation.queries.rules import known_indicators
from chengge.evaluation.queries.schemes import scheme_seen_by, schemes_seen_by, state_of, version_seen_by, versions_seen_by
from chengge.evaluation.queries.schemes_content import ItemContent, content_of
from chengge.evaluation.queries.schemes_diff import ChangeKind, changes_between
from chengge.evaluation.queries.schemes_words import item_name, number_words, rule_words
from chengge.foundation.pages.manage.common import today
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import Id, Named, Outgoing, PageCursor, PageSize
from chengge.rest.pages import page_after

router = Router(tags=["evaluation"])

Number = Annotated[str, Field(description="An exact decimal number, as text", examples=["0.95"])]


class SchemeOut(Outgoing):
    id: int
    code: str
    name: str
    name_en: str
    judged: Judged
    level: int | None = Field(description="Level of the organizations judged; null: any")
    organization_kind: str
    under: Named | None = Field(description="The body that judges those below it; null: the city judges")
    post: str = Field(description="Of the people judged")
    about: str


class SchemePage(Outgoing):
    items: list[SchemeOut]
    next: str | None


class SchemeVersionOut(Outgoing):
    id: int
    number: int
    state: str = Field(description="draft, coming, now or past", examples=["now"])
    valid_from: date | None
    valid_to: date | None = Field(description="The first day on which it holds no more")
    note: str


class SchemeWithVersions(SchemeOut):
    versions: list[SchemeVersionOut] = Field(description="The newest first; drafts only for who reads all schemes")


class SchemeBandOut(Outgoing):
    least_value: Number
    points: Number


class SchemeItemOut(Outgoing):
    source: Source
    code: str = Field(description="Of the indicator; D2@c01 is D2 over component class 01 alone", examples=["D2"])
    name: str
    weight: Number
    way: Way
    rule: str = Field(description="The rule in words")
    zero_at: Number
    full_at: Number
    bands: list[SchemeBandOut]
    each: Number
    step: Number
    floor: Number
    least: int = Field(description="Smallest sample that is judged")
    missing: Missing = Field(description="What becomes of it with nothing to judge by")
    veto_below: Number | None
    bonus: Number
    basis: str


class SchemeAspectOut(Outgoing):
    name: str
    name_en: str
    weight: Number
    items: list[SchemeItemOut]


class SchemeGradeOut(Outgoing):
    grade: str
    least: Number


class SchemeVersionDetail(SchemeVersionOut):
    scheme: SchemeOut
    settings: dict[str, str | int] = Field(
        description="The open denominators", examples=[{"filed_of": "reported", "public_of": "filed", "recurs_within_days": 30}]
    )
    aspects: list[SchemeAspectOut]
    grades: list[SchemeGradeOut] = Field(description="The best first")


class SchemeChangeOut(Outgoing):
    kind: ChangeKind
    where: str = Field(description="Aspect, item or setting, in words")
    what: str = Field(description="The property that changed; empty for what was added or removed")
    old: str
    new: str


@router.get("/schemes", response=answers({200: SchemePage}))
def list_schemes(request: HttpRequest, cursor: PageCursor = "", limit: PageSize = 50) -> SchemePage:
    """Schemes that I may read: all for who evaluates, leads or keeps the house, else those by which I am judged."""
    rows, following = page_after(schemes_seen_by(request.actor), "id", cursor, limit)  # type: ignore[attr-defined]
    return SchemePage(items=[scheme_out(row) for row in rows], next=following)


@router.get("/schemes/{scheme_id}", response=answers({200: SchemeWithVersions}, 404))
@single_thing
def get_scheme(request: HttpRequest, scheme_id: Id) -> SchemeWithVersions:
    """A scheme with its versions."""
    actor = request.actor  # type: ignore[attr-defined]
    found = scheme_seen_by(actor, scheme_id)
    versions = [version_out(row) for row in versions_seen_by(actor).filter(scheme=found)]
    return SchemeWithVersions(**scheme_out(found).model_dump(), versions=versions)


@router.get("/scheme-versions/{version_id}", response=answers({200: SchemeVersionDetail}, 404))
@single_thing
def get_scheme_version(request: HttpRequest, version_id: Id) -> SchemeVersionDetail:
    """All that a version says: aspects, items with their rules, grades, open denominators."""
    found = version_seen_by(request.actor, version_id)  # type: ignore[attr-defined]
    content = content_of(found)
    known = known_indicators(content.settings)
    return SchemeVersionDetail(
        **version_out(found).model_dump(),
        scheme=scheme_out(found.scheme),
        settings=asdict(content.settings),
        aspects=[
            SchemeAspectOut(
                name=aspect.name,
                name_en=aspect.name_en,
                weight=number_words(aspect.weight),
                items=[_item_out(item, known) for item in aspect.items],
            )
            for aspect in content.aspects
        ],
        grades=[SchemeGradeOut(grade=grade, least=number_words(least)) for least, grade in content.grades],
    )


@router.get("/scheme-versions/{version_id}/changes", response=answers({200: list[SchemeChangeOut]}, 404))
def get_scheme_changes(
    request: HttpRequest,
    version_id: Id,
    against: Annotated[Id, Query(description="The version to compare with; its values are the old ones")],
) -> list[SchemeChangeOut]:
    """What differs between two versions: added, removed, changed with old and new."""
    actor = request.actor  # type: ignore[attr-defined]
    new, old = version_seen_by(actor, version_id), version_seen_by(actor, against)
    return [
        SchemeChangeOut(kind=one.kind, where=one.where, what=one.what, old=one.old, new=one.new)
        for one in changes_between(content_of(old), content_of(new))
    ]


def scheme_out(row: Scheme) -> SchemeOut:
    names = ("id", "code", "name", "name_en", "judged", "level", "organization_kind", "post", "about")
    under = Named(id=row.under.pk, name=row.under.name) if row.under is not None else None
    return SchemeOut(**{name: getattr(row, name) for name in names}, under=under)


def version_out(row: SchemeVersion) -> SchemeVersionOut:
    return SchemeVersionOut(
        id=row.pk, number=row.number, state=state_of(row, today()), valid_from=row.valid_from, valid_to=row.valid_to, note=row.note
    )


def _item_out(item: ItemContent, known: dict[str, Any]) -> SchemeItemOut:
    numbers = ("weight", "zero_at", "full_at", "each", "step", "floor", "bonus")
    return SchemeItemOut(
        source=item.source,
        code=item.code,
        name=item_name(item, known),
        way=item.way,
        rule=rule_words(item, known),
        bands=[SchemeBandOut(least_value=number_words(value), points=number_words(points)) for value, points in item.bands],
        least=item.least,
        missing=item.missing,
        veto_below=None if item.veto_below is None else number_words(item.veto_below),
        basis=item.basis,
        **{name: number_words(getattr(item, name)) for name in numbers},
    )
