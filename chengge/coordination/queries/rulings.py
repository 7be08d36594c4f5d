"""Rulings as people read them: what they say, where they meet others, what runs out, and the open cases like them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from chengge import clock
from chengge.casework.models import Case
from chengge.casework.queries.sight import sight, with_all_below
from chengge.coordination.models import Ruling
from chengge.coordination.queries.hard_cases import READERS
from chengge.domain import rulings as rule
from chengge.domain.boundaries import area_m2
from chengge.domain.codes import code_range
from chengge.domain.errors import NotFound
from chengge.domain.lifecycle import Post
from chengge.domain.responsibility import Outline
from chengge.domain.rulings import EXPIRES_WITHIN, Overlap, Said
from chengge.foundation.models import Component, Division, ProblemClass, ProblemKind
from chengge.foundation.queries import grid_index
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.queries.drawn import border_of
from chengge.foundation.queries.places import outlines_of
from chengge.organization.models import Organization
from chengge.organization.queries import Actor, city_day

STATES = ("draft", "in_force", "expiring", "ended")
SHOWN_WITH = ("organization", "problem_class", "drafted_by__organization", "signed_by", "ended_by", "survey", "meeting")
MOST_LIKE = 100
LEAST_IN_FORCE = Q(state="signed")


@dataclass(frozen=True, slots=True)
class RulingRow:
    """A ruling in words: the classes and the place it is about."""

    ruling: Ruling
    what: str
    where: str
    expires: bool


@dataclass(frozen=True, slots=True)
class Met:
    """Two rulings that speak of the same; `first` is the one that goes before the other."""

    first: Ruling
    second: Ruling
    how: str
    words: str


def rulings(actor: Actor, state: str = "in_force") -> QuerySet[Ruling]:
    """Rulings in sight: drafts and those in force the latest first, expiring ones by their end."""
    today = city_day(clock.now())
    rows = Ruling.objects.filter(ruling_sight(actor)).select_related(*SHOWN_WITH)
    match state:
        case "draft":
            return rows.filter(state="draft").order_by("-drafted_at", "-pk")
        case "expiring":
            return rows.filter(LEAST_IN_FORCE, end__gt=today, end__lte=today + EXPIRES_WITHIN).order_by("end", "pk")
        case "ended":
            return rows.filter(Q(state__in=("ended", "withdrawn")) | Q(state="signed", end__lte=today)).order_by("-drafted_at", "-pk")
    return rows.filter(in_force(today)).order_by("-signed_at", "-pk")


def in_force(day: date) -> Q:
    """Signed, and not over on a day; it may begin later."""
    return Q(state="signed") & (Q(end=None) | Q(end__gt=day))


def ruling_sight(actor: Actor) -> Q:
    """The platform and leaders see all; a department what was signed and concerns it: as the body, by a case, or at the table."""
    if actor.posts & READERS:
        return Q()
    if Post.DEPARTMENT not in actor.posts or actor.organization_id is None:
        return Q(pk__in=[])
    mine = with_all_below(actor.organization_id)
    above = Organization.objects.filter(pk=actor.organization_id).values_list("parent_id", flat=True)
    concerned = (
        Q(organization_id__in=[*mine, *(pk for pk in above if pk)])
        | Q(cases__department_id__in=mine)
        | Q(survey__units__organization_id__in=mine)
        | Q(meeting__units__organization_id__in=mine)
    )
    return Q(pk__in=Ruling.objects.filter(concerned, state__in=("signed", "ended")).values("pk"))


def ruling_in_sight(actor: Actor, ruling_id: int) -> Ruling:
    """A ruling. Raises NotFound."""
    ruling = Ruling.objects.filter(ruling_sight(actor), pk=ruling_id).select_related(*SHOWN_WITH).first()
    if ruling is None:
        raise NotFound("ruling", _("There is no such ruling, or it lies out of your sight."))
    return ruling


def rows_of(listed: Iterable[Ruling]) -> list[RulingRow]:
    """Rulings in words. Two queries."""
    found = list(listed)
    today = city_day(clock.now())
    codes = {one.division_code for one in found if one.division_code}
    divisions = dict(holding_on(Division.objects.filter(code__in=codes), today).values_list("code", "name")) if codes else {}
    majors = _majors({(one.kind, one.major_code) for one in found if one.major_code and not one.problem_class_id})
    return [RulingRow(one, what_words(one, majors), where_words(one, divisions), _expires(one, today)) for one in found]


def _expires(ruling: Ruling, today: date) -> bool:
    return ruling.state == "signed" and rule.expires_soon(ruling.end, today)


def _majors(wanted: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    if not wanted:
        return {}
    rows = ProblemClass.objects.filter(major_code__in={major for _kind, major in wanted}).order_by("valid_from")
    return {(kind, major): name for kind, major, name in rows.values_list("kind", "major_code", "major_name")}


def what_words(ruling: Ruling, majors: dict[tuple[str, str], str]) -> str:
    if ruling.problem_class is not None:
        return ruling.problem_class.name
    if ruling.major_code:
        return majors.get((ruling.kind, ruling.major_code), ruling.major_code)
    return str(ProblemKind(ruling.kind).label) if ruling.kind else _("every class")


def where_words(ruling: Ruling, divisions: dict[int, str]) -> str:
    if ruling.division_code is not None:
        return divisions.get(ruling.division_code, str(ruling.division_code))
    if ruling.polygon is not None:
        return _("an area of %(metres)s m² drawn on the map") % {"metres": f"{area_m2(border_of(ruling.polygon)):,.0f}"}
    if ruling.component_codes:
        count = len(ruling.component_codes)
        return ngettext("%(count)d component", "%(count)d components", count) % {"count": count}
    count = len(ruling.grid_codes)
    return ngettext("%(count)d unit grid", "%(count)d unit grids", count) % {"count": count}


def said_of(listed: Sequence[Ruling]) -> list[Said]:
    """Rulings as the rule compares them. One query for the grids in which components stand, one where an area is drawn."""
    codes = {code for one in listed for code in one.component_codes}
    grids = dict(Component.objects.filter(code__in=codes).values_list("code", "grid_code")) if codes else {}
    drawn = drawn_areas(listed)
    index = grid_index() if drawn else None
    areas = {
        pk: outline.inside | {code for code in outline.partly if rule.overlap_more_than_a_seam(outline.polygon, index.polygon(code))}
        for pk, outline in drawn.items()
        if index is not None
    }
    return [
        Said(
            one.pk,
            one.organization_id,
            one.first_day,
            one.end,
            one.problem_class_id,
            one.kind,
            one.major_code,
            frozenset(one.grid_codes),
            {code: grids.get(code) for code in one.component_codes},
            one.division_code,
            areas.get(one.pk, frozenset()),
            drawn[one.pk].polygon if one.pk in drawn else None,
        )
        for one in listed
    ]


def drawn_areas(listed: Iterable[Ruling]) -> dict[int, Outline]:
    """The outlines of those rulings that hold in a drawn area. One query where there are any."""
    wanted = {one.pk: bytes(one.polygon) for one in listed if one.polygon is not None}
    return dict(zip(wanted, outlines_of(wanted.values()), strict=True)) if wanted else {}


def met(ruling: Ruling) -> list[Met]:
    """Where one ruling meets those that are in force. Two queries."""
    others = Ruling.objects.filter(in_force(city_day(clock.now()))).exclude(pk=ruling.pk).select_related("organization")
    listed = {one.pk: one for one in (*others, ruling)}
    mine, *rest = said_of([ruling, *(one for one in listed.values() if one.pk != ruling.pk)])
    pairs = [pair for other in rest if (pair := rule.overlap(mine, other)) is not None]
    return [_met(pair, listed) for pair in pairs]


def all_met() -> list[Met]:
    """All pairs in force that meet, contradictions first. Two queries."""
    rows = list(Ruling.objects.filter(in_force(city_day(clock.now()))).select_related("organization"))
    listed = {one.pk: one for one in rows}
    return [_met(pair, listed) for pair in rule.overlaps(said_of(rows))]


def _met(pair: Overlap, listed: dict[int, Ruling]) -> Met:
    first, second = listed[pair.first], listed[pair.second]
    said = {"first": first.number or first.subject, "second": second.number or second.subject}
    match pair.how:
        case rule.Meeting.CONTRADICTION:
            words = _("%(first)s and %(second)s give the same to two bodies; only the later day decides: %(first)s holds.") % said
        case rule.Meeting.EXCEPTION:
            words = _("%(first)s is more specific and goes before %(second)s where both speak.") % said
        case rule.Meeting.TWICE:
            words = _("%(first)s and %(second)s say the same twice.") % said
    return Met(first, second, pair.how.value, words)


def contradictions(ruling: Ruling) -> list[Met]:
    """Where a ruling contradicts one that is in force. Two queries."""
    return [one for one in met(ruling) if one.how == rule.Meeting.CONTRADICTION.value]


def open_cases_like(actor: Actor, ruling: Ruling) -> list[Case]:
    """Open cases in sight that the ruling speaks of and that nobody works on yet: filed, returned or dispatched. One or two queries."""
    rows = Case.objects.filter(sight(actor), stage__in=("filed", "returned", "dispatched"))
    if ruling.problem_class_id:
        rows = rows.filter(problem_class_id=ruling.problem_class_id)
    elif ruling.kind:
        rows = rows.filter(problem_class__kind=ruling.kind)
        rows = rows.filter(problem_class__major_code=ruling.major_code) if ruling.major_code else rows
    outline = drawn_areas([ruling]).get(ruling.pk)
    if outline is not None:
        rows = rows.filter(Q(grid_code__in=sorted(outline.touched)) | Q(grid_code=None))
    elif ruling.component_codes:
        rows = rows.filter(component_code__in=ruling.component_codes)
    elif ruling.division_code is not None:
        first, end = code_range(ruling.division_code)
        rows = rows.filter(grid_code__gte=first, grid_code__lt=end)
    else:
        rows = rows.filter(grid_code__in=ruling.grid_codes)
    rows = rows.select_related("problem_class", "department", "organization").order_by("due_at", "pk")
    if outline is None:
        return list(rows[:MOST_LIKE])
    return [case for case in rows[: MOST_LIKE * 10] if outline.holds(case.grid_code, case.lon, case.lat)][:MOST_LIKE]


def state_words(ruling: Ruling) -> str:
    """Where a ruling stands today."""
    today = city_day(clock.now())
    if ruling.state == "signed" and ruling.end is not None and ruling.end <= today:
        return pgettext("ruling", "Run out")
    if ruling.state == "signed" and ruling.first_day > today:
        return pgettext("ruling", "Signed, not yet in force")
    return str(ruling.get_state_display())
