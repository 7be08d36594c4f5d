"""Organizations and members, as far as everybody who is signed in may know them."""

from datetime import date
from typing import Annotated, TypeVar

from django.db.models import Model, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router

from chengge import clock
from chengge.domain.errors import NotFound
from chengge.domain.lifecycle import Post
from chengge.organization.models import Member, MemberPost, Organization, OrganizationKind
from chengge.organization.queries import city_day
from chengge.rest.answers import answers, single_thing
from chengge.rest.fields import Id, Named, Outgoing, PageCursor, PageSize
from chengge.rest.pages import page_after

router = Router()
Row = TypeVar("Row", bound=Model)


class OrganizationOut(Outgoing):
    id: int
    code: str
    name: str
    short_name: str
    kind: OrganizationKind
    level: int
    parent_id: int | None
    division_code: str | None
    calendar_id: int
    valid_from: date
    valid_to: date | None


class OrganizationPage(Outgoing):
    items: list[OrganizationOut]
    next: str | None


class MemberOut(Outgoing):
    id: int
    name: str
    posts: list[Post]
    organization: Named | None


class MemberPage(Outgoing):
    items: list[MemberOut]
    next: str | None


@router.get("/organizations", response=answers({200: OrganizationPage}))
def organizations(
    request: HttpRequest,
    level: Annotated[int | None, Query(ge=1, le=4)] = None,
    kind: OrganizationKind | None = None,
    parent_id: Id | None = None,
    text: Annotated[str, Query(max_length=40, pattern=r"^[^\x00]*$", description="Part of the name")] = "",
    cursor: PageCursor = "",
    size: PageSize = 50,
) -> OrganizationPage:
    """Organizations that exist today, by code."""
    rows = _held_today(Organization.objects.all())
    wanted = {"level": level, "kind": kind, "parent_id": parent_id}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None}, name__icontains=text)
    found, following = page_after(rows, "code", cursor, size)
    return OrganizationPage(items=list(map(organization_out, found)), next=following)


@router.get("/organizations/{organization_id}", response=answers({200: OrganizationOut}, 404))
@single_thing
def organization(request: HttpRequest, organization_id: Id) -> OrganizationOut:
    """One organization, an ended one too."""
    found = Organization.objects.filter(pk=organization_id).first()
    if found is None:
        raise NotFound("organization", _("There is no such organization."), field="organization_id")
    return organization_out(found)


@router.get("/members", response=answers({200: MemberPage}))
def members(
    request: HttpRequest,
    organization_id: Id | None = None,
    post: Post | None = None,
    cursor: PageCursor = "",
    size: PageSize = 50,
) -> MemberPage:
    """Members by number: name, posts held today, organization; nothing more personal."""
    rows = members_of_today(Member.objects.filter(is_active=True))
    if organization_id is not None:
        rows = rows.filter(organization_id=organization_id)
    if post is not None:
        rows = rows.filter(pk__in=_held_today(MemberPost.objects.filter(post=post)).values("member_id"))
    found, following = page_after(rows, "id", cursor, size)
    return MemberPage(items=list(map(member_out, found)), next=following)


@router.get("/members/{member_id}", response=answers({200: MemberOut}, 404))
@single_thing
def member(request: HttpRequest, member_id: Id) -> MemberOut:
    """One member: name, posts held today, organization."""
    found = members_of_today(Member.objects.filter(is_active=True, pk=member_id)).first()
    if found is None:
        raise NotFound("member", _("There is no such member."), field="member_id")
    return member_out(found)


def _held_today(rows: QuerySet[Row]) -> QuerySet[Row]:
    day = city_day(clock.now())
    return rows.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


def organization_out(row: Organization) -> OrganizationOut:
    return OrganizationOut(
        **{
            name: getattr(row, name)
            for name in ("id", "code", "name", "short_name", "kind", "level", "parent_id", "calendar_id", "valid_from", "valid_to")
        },
        division_code=None if row.division_code is None else str(row.division_code),
    )


def members_of_today(rows: QuerySet[Member]) -> QuerySet[Member]:
    """Members with the posts they hold today in `held`."""
    held = Prefetch("posts", queryset=_held_today(MemberPost.objects.all()), to_attr="held")
    return rows.select_related("organization").prefetch_related(held)


def member_out(row: Member) -> MemberOut:
    held = {post.post for post in row.held}  # type: ignore[attr-defined]
    body = row.organization
    return MemberOut(
        id=row.pk,
        name=str(row),
        posts=[post for post in Post if post in held],
        organization=None if body is None else Named(id=body.pk, name=body.name),
    )
