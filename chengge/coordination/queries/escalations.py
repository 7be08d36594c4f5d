"""How far a hard case has gone up, who is on each step, and how it stands by time and stake."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengge import clock
from chengge.casework.models import Evidence
from chengge.casework.queries.sight import sight
from chengge.casework.reminders import Person, Staff
from chengge.coordination.models import Escalation, HardCase, MadeSafe
from chengge.coordination.models.platform_rules import StepChoice
from chengge.coordination.queries.hard_cases import READERS
from chengge.coordination.queries.platform_rules import WayLimits, used_percent
from chengge.coordination.queries.staff import staff_at
from chengge.coordination.queries.surveys import units_of
from chengge.domain.errors import NotFound
from chengge.domain.escalation import Stake, Standing, Step
from chengge.domain.hard_cases import Way
from chengge.domain.lifecycle import Post
from chengge.domain.worktime import WorkCalendar
from chengge.organization.queries import Actor, city_day

STREET = 10**6  # what a grid code is divided by to give the street
ON_STEP = {
    Step.DISTRICT: (Post.COORDINATOR, Post.LEADER),  # those whose scope is a part of the city
    Step.CITY: (Post.COORDINATOR,),
    Step.DEPUTY: (Post.LEADER,),
}


@dataclass(frozen=True, slots=True)
class StepUp:
    """One step up in words."""

    escalation: Escalation
    why: str


def people_on(step: Step, staff: Staff, grid_code: int | None) -> list[Person]:
    """Who is on a step: on the first, those whose scope is a part of the city and holds the place; above, those of the whole city.

    Those on duty, where any of them are.
    """
    everybody = [person for post in ON_STEP[step] for person in staff.by_post[post]]
    wanted = [one for one in everybody if (one.grid_range is None) == (step is not Step.DISTRICT) and one.reaches(grid_code)]
    return [one for one in wanted if one.on_duty] or wanted


def standings(
    rows: Sequence[HardCase], at: datetime, limits: WayLimits, calendar: WorkCalendar | None
) -> Iterable[tuple[HardCase, Standing]]:
    """How open hard cases stand; like cases are counted among `rows`, which therefore are all that are open."""
    alike = Counter(_kin(row) for row in rows)
    for row in rows:
        limit = limits.of(Way(row.way), city_day(row.found_at))
        yield (
            row,
            Standing(
                used_percent(limit, row.found_at, at, calendar),
                urgent=row.case.urgent,
                ordered=bool(row.case.supervision),
                units=len(row.bodies),
                alike=alike[_kin(row)],
            ),
        )


def _kin(row: HardCase) -> tuple[int, int | None]:
    return row.case.problem_class_id, row.case.grid_code // STREET if row.case.grid_code else None


def steps_of(hard: HardCase) -> list[StepUp]:
    """The steps a hard case has gone up since it was found, in words. One query."""
    rows = Escalation.objects.filter(hard=hard, found_at=hard.found_at).select_related("member")
    return [StepUp(one, why_words(one)) for one in rows]


def steps_left(hard: HardCase) -> list[tuple[int, str]]:
    """The steps above those it has taken on which somebody is; to one of these it may be sent by hand."""
    taken = Escalation.objects.filter(hard=hard, found_at=hard.found_at).aggregate(top=Max("step"))["top"] or 0
    staff, grid = staff_at(clock.now()), hard.case.grid_code
    return [(step, str(label)) for step, label in StepChoice.choices if step > taken and people_on(Step(step), staff, grid)]


def why_words(one: Escalation) -> str:
    """Why it went up."""
    if one.member is not None:
        return _("sent up by %(name)s: %(reason)s") % {"name": one.member, "reason": one.reason}
    said = [stake_words(Stake(stake)) for stake in one.stakes]
    if one.used_percent is not None:
        said.insert(0, _("%(percent)d %% of the limit used up") % {"percent": one.used_percent})
    if not one.told:
        said.append(_("nobody is on this step, passed on"))
    else:
        said.append(ngettext("%(count)d person told", "%(count)d people told", one.told) % {"count": one.told})
    return _("; ").join(said)


def stake_words(stake: Stake) -> str:
    return {
        Stake.URGENT: _("urgent"),
        Stake.ORDERED: _("under an order"),
        Stake.UNITS: _("many bodies in doubt"),
        Stake.ALIKE: _("many cases like it"),
    }[stake]


def meanwhile_of(actor: Actor) -> list[HardCase]:
    """Open hard cases for which the actor's territory answers meanwhile, the most pressing first. Two queries and the tree."""
    mine = units_of(actor)
    if not mine:
        return []
    rows = HardCase.objects.filter(settled_at=None, meanwhile_id__in=mine).select_related("case", "case__problem_class", "meanwhile")
    return list(rows.prefetch_related("made_safe").order_by("rank", "due_at", "pk"))


def meanwhile_in_sight(actor: Actor, number: str) -> HardCase:
    """A hard case for its territory, or for the platform. Raises NotFound."""
    # A condition without terms means all, and would get lost in an OR.
    seen = sight(actor, "case__") if actor.posts & READERS else Q(meanwhile_id__in=units_of(actor))
    hard = HardCase.objects.filter(seen, case__number=number).select_related("case", "case__problem_class", "meanwhile").first()
    if hard is None:
        raise NotFound("hard_case", _("Your unit does not answer for such a case meanwhile."), _("Check the number."))
    return hard


def made_safe_of(hard: HardCase) -> list[MadeSafe]:
    """What was done meanwhile, with photos. Two queries."""
    return list(MadeSafe.objects.filter(hard=hard).select_related("organization", "member").prefetch_related("photos__evidence"))


def safe_photo(actor: Actor, number: str, evidence_id: int) -> str:
    """The SHA-256 of a photo of a place made safe, for whoever sees the case, and for the territory. Raises NotFound."""
    hard = HardCase.objects.filter(case__number=number, made_safe__photos__evidence_id=evidence_id)
    seen = hard.filter(sight(actor, "case__")).exists() or hard.filter(meanwhile_id__in=units_of(actor)).exists()
    digest = Evidence.objects.filter(pk=evidence_id).values_list("sha256", flat=True).first() if seen else None
    if digest is None:
        raise NotFound("photo", _("There is no such photo, or none that you may see."))
    return digest
