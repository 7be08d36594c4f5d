"""Which schemes there are, who may read them, and which version judges a day."""

from datetime import date, datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from chengge.domain.errors import NotFound
from chengge.domain.lifecycle import Post
from chengge.evaluation.models import Judged, Scheme, SchemeVersion
from chengge.organization.models import Organization
from chengge.organization.queries import Actor, city_day

READ_ALL = frozenset({Post.EVALUATOR, Post.LEADER, Post.ADMINISTRATOR})
MAY_WRITE = frozenset({Post.EVALUATOR, Post.ADMINISTRATOR})
STREET_DIGITS, COMMUNITY_DIGITS = 9, 12


def in_effect_on(day: date) -> Q:
    """Versions that hold on a day."""
    return Q(state=SchemeVersion.State.IN_EFFECT, valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day))


def version_in_effect(scheme: Scheme, day: date) -> SchemeVersion | None:
    """The version that judges a day; None before the first. One query."""
    return SchemeVersion.objects.filter(in_effect_on(day), scheme=scheme).select_related("scheme").first()


def versions_for(begin: datetime, end: datetime) -> list[SchemeVersion]:
    """Every version of every scheme that holds at any time from `begin` to before `end`, by scheme, the earliest first. One query."""
    first, last = city_day(begin), city_day(end - timedelta(microseconds=1))
    held = Q(state=SchemeVersion.State.IN_EFFECT, valid_from__lte=last) & (Q(valid_to=None) | Q(valid_to__gt=first))
    return list(SchemeVersion.objects.filter(held).select_related("scheme").order_by("scheme__code", "valid_from"))


def schemes_seen_by(actor: Actor) -> QuerySet[Scheme]:
    """The schemes that a member may read: all for who evaluates, leads or keeps the house, else those by which they are judged."""
    everything = Scheme.objects.select_related("under").order_by("code")
    return everything if actor.posts & READ_ALL else everything.filter(_judging(actor)).distinct()


def versions_seen_by(actor: Actor) -> QuerySet[SchemeVersion]:
    """The versions of those schemes; drafts only for who reads them all."""
    versions = SchemeVersion.objects.select_related("scheme", "scheme__under", "made_by", "released_by").order_by("-number")
    if actor.posts & READ_ALL:
        return versions
    return versions.filter(state=SchemeVersion.State.IN_EFFECT, scheme__in=schemes_seen_by(actor))


def scheme_seen_by(actor: Actor, scheme_id: int) -> Scheme:
    """Raises NotFound where there is none, or none that the member may read."""
    found = schemes_seen_by(actor).filter(pk=scheme_id).first()
    if found is None:
        raise NotFound("scheme", _("There is no such scheme, or you are not judged by it."), field="scheme_id")
    return found


def version_seen_by(actor: Actor, version_id: int) -> SchemeVersion:
    """Raises NotFound where there is none, or none that the member may read."""
    found = versions_seen_by(actor).filter(pk=version_id).first()
    if found is None:
        raise NotFound("scheme_version", _("There is no such version of a scheme, or you may not read it."), field="version_id")
    return found


def schemes_with_versions(actor: Actor) -> list[Scheme]:
    """The schemes that a member may read, each with `shown_versions`, the newest first. Two queries, more for who is judged."""
    versions = versions_seen_by(actor)
    return list(schemes_seen_by(actor).prefetch_related(Prefetch("versions", versions, to_attr="shown_versions")))


def state_of(version: SchemeVersion, day: date) -> str:
    """draft, coming, now or past: where a version stands on a day."""
    if version.state == SchemeVersion.State.DRAFT or version.valid_from is None:
        return "draft"
    if version.valid_from > day:
        return "coming"
    return "now" if version.valid_to is None or version.valid_to > day else "past"


def _judging(actor: Actor) -> Q:
    """The schemes that judge the member in a post, the member's organization, or its area."""
    by_post = Q(judged=Judged.MEMBER, post__in=[post.value for post in actor.posts])
    own = Organization.objects.filter(pk=actor.organization_id or 0).first()
    if own is None or Post.DEPARTMENT not in actor.posts:
        return by_post
    above = [row.pk for row in _chain(own)]
    by_body = (
        Q(judged=Judged.ORGANIZATION)
        & (Q(level=None) | Q(level=own.level))
        & (Q(organization_kind="") | Q(organization_kind=own.kind))
        & (Q(under=None) | Q(under__in=above[1:]))
    )
    judging_others = Q(under=own.pk)
    by_area = Q(judged__in=_areas(own.division_code))
    return by_post | by_body | judging_others | by_area


def _chain(own: Organization) -> list[Organization]:
    """The organization and all above it, four at the most."""
    chain = [own]
    while chain[-1].parent is not None:
        chain.append(chain[-1].parent)
    return chain


def _areas(division_code: int | None) -> list[str]:
    digits = len(str(division_code or ""))
    if digits == STREET_DIGITS:
        return [Judged.STREET]
    return [Judged.COMMUNITY] if digits == COMMUNITY_DIGITS else []
