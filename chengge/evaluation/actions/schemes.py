"""Schemes: made, drafted, put into effect. A version in effect is never changed; the next one ends it on the day it begins."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.evaluation.models import (
    EvaluationRun,
    Judged,
    Scheme,
    SchemeAspect,
    SchemeBand,
    SchemeGrade,
    SchemeItem,
    SchemeVersion,
)
from chengge.evaluation.queries.schemes import MAY_WRITE
from chengge.evaluation.queries.schemes_content import ItemContent, VersionContent, content_of
from chengge.evaluation.queries.schemes_faults import Fault, faults_of, unkeepable
from chengge.organization.models import Organization, OrganizationKind, PostChoice
from chengge.organization.queries import Actor, city_day
from chengge.organization.typed import FIRST_DAY, LAST_DAY

MOST_ITEMS, MOST_ASPECTS = 600, 60
MOST_FAULTS_TOLD = 8


@dataclass(frozen=True, slots=True)
class SchemeValues:
    """What a scheme is, over all its versions; see `models.Scheme`."""

    code: str
    name: str
    judged: str
    name_en: str = ""
    level: int | None = None
    organization_kind: str = ""
    under_id: int | None = None
    post: str = ""
    about: str = ""


class FaultyScheme(Refused):
    """A version that does not come into effect, or a draft that cannot be kept; `faults` says all that is wrong."""

    def __init__(self, message: str, hint: str, faults: Sequence[Fault]) -> None:
        told = [str(fault) for fault in faults[:MOST_FAULTS_TOLD]]
        if len(faults) > MOST_FAULTS_TOLD:
            told.append(_("and %(count)s more") % {"count": len(faults) - MOST_FAULTS_TOLD})
        super().__init__("faulty_scheme", f"{message} {_('; ').join(told)}", hint)
        self.faults = tuple(faults)


@transaction.atomic
def make_scheme(actor: Actor, values: SchemeValues) -> Scheme:
    """A scheme without a version yet.

    Raises:
        Forbidden: neither an evaluator nor an administrator.
        Refused: the code is taken or none; what it judges is not said completely.
    """
    _require_writer(actor)
    _check_values(values)
    return Scheme.objects.create(
        code=values.code, name=values.name, name_en=values.name_en, judged=values.judged, level=values.level,
        organization_kind=values.organization_kind, under_id=values.under_id, post=values.post, about=values.about,
    )  # fmt: skip


@transaction.atomic
def make_draft(actor: Actor, scheme_id: int, content: VersionContent) -> SchemeVersion:
    """A new draft, with what `content` says: nothing, what another version says (`content_of`), or what a workbook says.

    Raises:
        Forbidden: neither an evaluator nor an administrator.
        NotFound: there is no such scheme.
        Refused: more aspects or items than a scheme may have, or numbers and names that cannot be kept (FaultyScheme).
    """
    _require_writer(actor)
    scheme = _lock_scheme(scheme_id)
    last = SchemeVersion.objects.filter(scheme=scheme).aggregate(last=Max("number"))["last"] or 0
    version = SchemeVersion(scheme=scheme, number=last + 1, state=SchemeVersion.State.DRAFT, revision=0)
    return _write(actor, version, content)


@transaction.atomic
def edit_draft(actor: Actor, version_id: int, content: VersionContent, seen_revision: int) -> SchemeVersion:
    """Let a draft say this and nothing else.

    Args:
        seen_revision: `revision` of the draft as the member saw it.

    Raises:
        Forbidden, NotFound.
        Conflict: it is in effect already, or somebody else has changed it meanwhile.
        Refused: more aspects or items than a scheme may have, or numbers and names that cannot be kept (FaultyScheme).
    """
    _require_writer(actor)
    version = _lock_draft(version_id)
    if version.revision != seen_revision:
        raise Conflict(
            "moved",
            _("%(name)s has changed this draft meanwhile.") % {"name": version.made_by or _("Somebody")},
            _("Look at it as it is now, then make your change again."),
        )
    return _write(actor, version, content)


@transaction.atomic
def discard_draft(actor: Actor, version_id: int) -> None:
    """Throw a draft away. Raises Forbidden, NotFound, Conflict (it is in effect)."""
    _require_writer(actor)
    version = _lock_draft(version_id)
    SchemeBand.objects.filter(item__aspect__version=version).delete()
    version.delete()


@transaction.atomic
def put_into_effect(actor: Actor, version_id: int, day: date) -> SchemeVersion:
    """From `day` on everybody is judged by this version; the one before ends on that day.

    Two people stand behind every version: who wrote it last does not put it into effect. The command line of the server is neither.

    Raises:
        Forbidden: neither evaluator nor administrator, or who wrote it last.
        Conflict: it is in effect already.
        FaultyScheme: something is wrong with it; each fault names aspect and item.
        Refused (field `day`): it would overlap with another version, or a run has judged by the one before after that day.
    """
    _require_writer(actor)
    version = _lock_draft(version_id)
    if actor.member_id is not None and version.made_by_id == actor.member_id:
        raise Forbidden(
            "four_eyes",
            _("You wrote this version last; somebody else has to put it into effect."),
            _("Ask another evaluator or an administrator to look at it."),
        )
    if faults := faults_of(version.scheme.judged, content_of(version)):
        raise FaultyScheme(_("This version cannot take effect."), _("Mend it in the draft."), faults)
    before = _open_version(version.scheme)
    _check_day(version.scheme, before, day)
    if before is not None:
        before.valid_to = day
        before.save(update_fields=["valid_to"])
    version.state = SchemeVersion.State.IN_EFFECT
    version.valid_from, version.valid_to = day, None
    version.released_by_id, version.released_at = actor.member_id, clock.now()
    version.save(update_fields=["state", "valid_from", "valid_to", "released_by", "released_at"])
    return version


@transaction.atomic
def take_back(actor: Actor, version_id: int) -> SchemeVersion:
    """Make a version whose day has not come a draft again; the one before goes on.

    Raises:
        Forbidden, NotFound.
        Conflict: it judges already, or is a draft.
    """
    _require_writer(actor)
    version = _lock_version(version_id)
    if version.state != SchemeVersion.State.IN_EFFECT or version.valid_from is None or version.valid_from <= city_day(clock.now()):
        raise Conflict(
            "scheme_state",
            _("Only a version whose first day is still to come can be taken back."),
            _("Make a new version that holds from a later day."),
        )
    before = SchemeVersion.objects.filter(scheme=version.scheme, state=SchemeVersion.State.IN_EFFECT, valid_to=version.valid_from).first()
    version.state, version.valid_from, version.valid_to = SchemeVersion.State.DRAFT, None, None
    version.released_by, version.released_at = None, None
    version.save(update_fields=["state", "valid_from", "valid_to", "released_by", "released_at"])
    if before is not None:
        before.valid_to = None
        before.save(update_fields=["valid_to"])
    return version


def _require_writer(actor: Actor) -> None:
    if not actor.posts & MAY_WRITE:
        raise Forbidden("post", _("Only evaluators and administrators write schemes."), _("Ask an evaluator."))


def _check_values(values: SchemeValues) -> None:
    if Scheme.objects.filter(code=values.code).exists():
        raise Refused("taken", _("There is a scheme “%(code)s” already.") % {"code": values.code}, _("Take another code."), field="code")
    if values.judged not in Judged.values:
        raise Refused("judged", _("Say whom the scheme judges."), field="judged")
    if not values.name.strip() or not values.code.strip():
        raise Refused("name", _("A scheme needs a code and a name."), field="name")
    if values.judged == Judged.MEMBER and values.post not in PostChoice.values:
        raise Refused("post", _("Say in which post people are judged."), field="post")
    if values.judged != Judged.MEMBER and values.post:
        raise Refused("post", _("Only a scheme that judges people has a post."), field="post")
    if values.judged != Judged.ORGANIZATION and (values.level or values.organization_kind):
        raise Refused("level", _("Only a scheme that judges organizations has a level and a kind."), field="level")
    if values.judged not in (Judged.ORGANIZATION, Judged.MEMBER) and values.under_id:
        raise Refused("under", _("Areas are judged by the city, not by a body."), field="under")
    if values.level is not None and not 2 <= values.level <= 4:
        raise Refused("level", _("The levels that are judged are 2, 3 and 4."), field="level")
    if values.organization_kind and values.organization_kind not in OrganizationKind.values:
        raise Refused("kind", _("There is no such kind of organization."), field="organization_kind")
    if values.under_id is not None and not Organization.objects.filter(pk=values.under_id).exists():
        raise Refused("under", _("There is no such organization."), field="under")


def _check_day(scheme: Scheme, before: SchemeVersion | None, day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Refused("day", _("This day lies too far away."), field="day")
    if before is not None and before.valid_from is not None and day <= before.valid_from:
        raise Refused(
            "day",
            _("Version %(number)s holds from %(day)s on; two versions never hold on one day.")
            % {"number": before.number, "day": before.valid_from},
            _("Choose a later day."),
            field="day",
        )
    judged = EvaluationRun.objects.filter(version__scheme=scheme).aggregate(last=Max("end"))["last"]
    if judged is not None and day < city_day(judged):
        raise Refused(
            "day",
            _("Scores up to %(day)s have been worked out by the version that held then.") % {"day": city_day(judged)},
            _("Choose this day or a later one."),
            field="day",
        )


def _open_version(scheme: Scheme) -> SchemeVersion | None:
    return SchemeVersion.objects.filter(scheme=scheme, state=SchemeVersion.State.IN_EFFECT, valid_to=None).first()


def _lock_scheme(scheme_id: int) -> Scheme:
    found = Scheme.objects.select_for_update(of=("self",)).filter(pk=scheme_id).first()
    if found is None:
        raise NotFound("scheme", _("There is no such scheme."), field="scheme_id")
    return found


def _lock_version(version_id: int) -> SchemeVersion:
    """The version, with its scheme locked: whoever changes another version of it waits."""
    scheme_id = SchemeVersion.objects.filter(pk=version_id).values_list("scheme_id", flat=True).first()
    if scheme_id is None:
        raise NotFound("scheme_version", _("There is no such version of a scheme."), field="version_id")
    _lock_scheme(scheme_id)
    return SchemeVersion.objects.select_related("scheme", "made_by").get(pk=version_id)


def _lock_draft(version_id: int) -> SchemeVersion:
    version = _lock_version(version_id)
    if version.state != SchemeVersion.State.DRAFT:
        raise Conflict(
            "scheme_state",
            _("Version %(number)s is in effect, and a version in effect is never changed.") % {"number": version.number},
            _("Make a new draft from it."),
        )
    return version


def _write(actor: Actor, version: SchemeVersion, content: VersionContent) -> SchemeVersion:
    """Write the rows of a draft anew."""
    if len(content.aspects) > MOST_ASPECTS or content.item_count > MOST_ITEMS:
        raise Refused(
            "too_big",
            _("A scheme has %(aspects)s aspects and %(items)s items at the most.") % {"aspects": MOST_ASPECTS, "items": MOST_ITEMS},
        )
    if faults := unkeepable(content):
        raise FaultyScheme(_("This cannot be kept."), _("Mend it and try again."), faults)
    for one in fields(content.settings):
        setattr(version, one.name, getattr(content.settings, one.name))
    version.note = content.note
    version.made_by_id, version.made_at = actor.member_id, clock.now()
    version.revision += 1
    version.save()
    SchemeBand.objects.filter(item__aspect__version=version).delete()
    SchemeItem.objects.filter(aspect__version=version).delete()
    version.aspects.all().delete()
    version.grades.all().delete()
    SchemeGrade.objects.bulk_create([SchemeGrade(version=version, grade=grade, least=least) for least, grade in content.grades])
    aspects = SchemeAspect.objects.bulk_create(
        [
            SchemeAspect(version=version, position=position, name=one.name, name_en=one.name_en, weight=one.weight)
            for position, one in enumerate(content.aspects, 1)
        ]
    )
    rows = [
        (_row(aspect, position, item), item)
        for aspect, one in zip(aspects, content.aspects, strict=True)
        for position, item in enumerate(one.items, 1)
    ]
    SchemeItem.objects.bulk_create([row for row, _item in rows])
    SchemeBand.objects.bulk_create(
        [SchemeBand(item=row, least_value=value, points=points) for row, item in rows for value, points in item.bands]
    )
    return version


def _row(aspect: SchemeAspect, position: int, item: ItemContent) -> SchemeItem:
    return SchemeItem(
        aspect=aspect, position=position, source=item.source, code=item.code, name=item.name, name_en=item.name_en, weight=item.weight,
        way=item.way, zero_at=item.zero_at, full_at=item.full_at, each=item.each, step=item.step, floor=item.floor, least=item.least,
        missing=item.missing, veto_below=item.veto_below, bonus=item.bonus, basis=item.basis,
    )  # fmt: skip
