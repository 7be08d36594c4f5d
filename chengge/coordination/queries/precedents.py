"""Precedents of a case: rulings and settled cases like it, by class, place and words, ranked, with reasons."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengge import clock
from chengge.casework.models import Case
from chengge.casework.queries.sight import sight
from chengge.coordination.models import Ruling
from chengge.coordination.queries.rulings import drawn_areas
from chengge.domain import precedents as rule
from chengge.domain.likeness import Sighting, words_alike
from chengge.domain.precedents import Likeness
from chengge.domain.responsibility import Outline
from chengge.organization.models import Organization
from chengge.organization.queries import Actor, city_day

LOOKS_BACK = timedelta(days=730)
MOST_CASES, MOST_RULINGS = 400, 1000
BESIDE = 0.99  # in a unit grid that a drawn area touches, but not in the area


@dataclass(frozen=True, slots=True)
class Precedent:
    """An earlier settlement. Exactly one of `ruling` and `case` is given.

    Attributes:
        body: who answered.
        reasons: why it speaks for the case, in words, the weightiest first.
    """

    like: Likeness
    body: Organization
    reasons: tuple[str, ...]
    ruling: Ruling | None = None
    case: Case | None = None

    @property
    def percent(self) -> int:
        return round(self.like.score * 100)


def precedents(actor: Actor, case: Case, limit: int = 8) -> list[Precedent]:
    """What speaks for somebody to answer for this case, the strongest first. Two queries, three where areas are drawn."""
    found = [*_rulings(case), *_cases(actor, case)]
    found = [one for one in found if one.like.score >= rule.LEAST]
    return sorted(found, key=lambda one: (-one.like.score, one.case.pk if one.case else 0))[:limit]


def _rulings(case: Case) -> Iterator[Precedent]:
    today = city_day(clock.now())
    rows = Ruling.objects.filter(state__in=("signed", "ended")).select_related("organization", "problem_class")
    asked = _class_of(case)
    found = list(rows.order_by("-first_day", "-pk")[:MOST_RULINGS])
    outlines = drawn_areas(found)
    for ruling in found:
        of_class = rule.kin(asked, (ruling.kind, ruling.major_code, ruling.problem_class_id))
        place = _place(case, ruling, outlines.get(ruling.pk))
        words = words_alike(_sighting(case), Sighting(0, 0, f"{ruling.subject} {ruling.basis}", 0))
        weight = rule.RULING_HOLDS if _holds(ruling, today) else rule.RULING_ENDED
        like = rule.weigh(of_class, place, words, weight)
        yield Precedent(like, ruling.organization, (*_reasons(like), _("ruled on purpose")), ruling=ruling)


def _cases(actor: Actor, case: Case) -> Iterator[Precedent]:
    """Closed cases of the class in the district that had been doubtful once: returned, or in the queue of hard cases."""
    doubtful = Q(return_count__gt=0) | Q(hard__isnull=False)
    rows = Case.objects.filter(sight(actor), doubtful, stage="closed", problem_class_id=case.problem_class_id, department__isnull=False)
    rows = rows.exclude(pk=case.pk).filter(reported_at__gt=clock.now() - LOOKS_BACK)
    for known in rows.select_related("department", "problem_class").order_by("-reported_at")[:MOST_CASES]:
        if known.department is None:
            continue
        words = words_alike(_sighting(case), _sighting(known))
        like = rule.weigh(rule.SAME_CLASS, rule.near(case.grid_code, known.grid_code), words, rule.SETTLED_CASE)
        count = known.return_count
        came = ngettext("returned %(count)d time before", "returned %(count)d times before", count) % {"count": count} if count else ""
        yield Precedent(like, known.department, tuple(filter(None, (*_reasons(like), came))), case=known)


def _reasons(like: Likeness) -> tuple[str, ...]:
    said = []
    if like.kin >= rule.SAME_CLASS:
        said.append(_("same class"))
    elif like.kin >= rule.SAME_MAJOR:
        said.append(_("same major class"))
    near = {1.0: _("same unit grid"), 0.7: _("same community"), 0.4: _("same street"), 0.15: _("same district")}
    if like.near in near:
        said.append(near[like.near])
    if like.words >= 0.1:
        said.append(_("words alike to %(percent)d %%") % {"percent": round(like.words * 100)})
    return tuple(said)


def _place(case: Case, ruling: Ruling, outline: Outline | None) -> float:
    if case.component_code is not None and case.component_code in ruling.component_codes:
        return 1.0
    if outline is not None:
        if outline.holds(case.grid_code, case.lon, case.lat):
            return 1.0
        return max((rule.near(case.grid_code, code) for code in outline.touched), default=0.0) * BESIDE
    if ruling.division_code is not None and case.grid_code is not None:
        return 1.0 if str(case.grid_code).startswith(str(ruling.division_code)) else 0.0
    return max((rule.near(case.grid_code, code) for code in ruling.grid_codes), default=0.0)


def _holds(ruling: Ruling, day: date) -> bool:
    return ruling.state == "signed" and ruling.first_day <= day and (ruling.end is None or ruling.end > day)


def _class_of(case: Case) -> tuple[str, str, int]:
    return case.problem_class.kind, case.problem_class.major_code, case.problem_class_id


def _sighting(case: Case) -> Sighting:
    return Sighting(case.lon, case.lat, case.description, 0, place=case.place)
