"""Hard cases: what the rule finds among the open cases, and the queue as the platform works it off."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengge import clock
from chengge.casework.queries.sight import sight
from chengge.coordination.models import Escalation, HardCase, MadeSafe
from chengge.coordination.models.platform_rules import StepChoice
from chengge.coordination.queries.platform_rules import way_limits
from chengge.domain import hard_cases as rule
from chengge.domain.coordinates import LocalMetres
from chengge.domain.errors import NotFound
from chengge.domain.hard_cases import Waiting, Way, Why
from chengge.domain.lifecycle import ENDS, Post
from chengge.domain.responsibility import Claim, ClassOf, Register, ancestors_of
from chengge.foundation.queries import grid_index
from chengge.foundation.queries.responsibility import Written, written_on
from chengge.foundation.words import words_of
from chengge.organization.models import Organization
from chengge.organization.queries import Actor, city_day

# Who works on the platform, who reads all of it, and who may look at what concerns them.
WORKERS = frozenset({Post.COORDINATOR, Post.DISPATCHER})
READERS = WORKERS | {Post.LEADER}
CONCERNED = READERS | {Post.DEPARTMENT}

BESIDE_M = 25.0  # so near to another grid it may be meant as well: a place told by telephone is known to some 20 m

# A department that has taken a case up has accepted it; only what waits for a dispatch, or for somebody to take it up, is looked at.
LOOKED_AT = f"""
SELECT sitting.id, sitting.problem_class_id, sitting.rule_id, sitting.grid_code, sitting.component_code, sitting.stage,
       sitting.return_count, sitting.urgent OR sitting.supervision <> '', sitting.lon, sitting.lat,
       part.id, part.maintaining_body_id, part.owning_body_id, part.managing_body_id
FROM casework_case sitting LEFT JOIN foundation_component part ON part.code = sitting.component_code
WHERE sitting.stage NOT IN ({", ".join(repr(str(stage.value)) for stage in sorted(ENDS))})
  AND (sitting.stage IN ('filed', 'returned') OR (sitting.stage = 'dispatched' AND sitting.return_count >= {rule.RETURNED_OFTEN}))
ORDER BY sitting.id
"""  # noqa: S608 (constants of ours)


@dataclass(frozen=True, slots=True)
class Found:
    """A case that the rule finds hard.

    Attributes:
        bodies: ids of the platforms that may answer with nearly the same right.
        meanwhile_id: the territory that answers until it is settled.
    """

    case_id: int
    whys: tuple[Why, ...]
    way: Way
    bodies: tuple[int, ...]
    meanwhile_id: int | None


@dataclass(frozen=True, slots=True)
class HardRow:
    """A hard case as the queue shows it: reasons, the way and why that way, in words; the bodies that may answer.

    Attributes:
        step: how far up it has gone since it was found; empty: nowhere.
        is_safe: the territory has written down how it made the place safe.
    """

    hard: HardCase
    reasons: tuple[str, ...]
    way_why: str
    limit: str
    bodies: tuple[Organization, ...]
    step: str
    is_safe: bool

    @property
    def is_late(self) -> bool:
        return self.hard.settled_at is None and self.hard.due_at is not None and self.hard.due_at < clock.now()


def found_now() -> list[Found]:
    """The hard ones among the open cases, by the rule of `domain.hard_cases`. Three queries while nothing changes."""
    written = written_on(city_day(clock.now()))
    with connection.cursor() as cursor:
        cursor.execute(LOOKED_AT)
        rows = cursor.fetchall()
    found = []
    for pk, class_id, rule_id, grid, component, stage, returns, pressing, lon, lat, part, *bodies in rows:
        one = written.classes.get(class_id)
        if one is None:
            continue
        claims = written.register.claims(one, rule_id, grid, component, (bodies[0], bodies[1], bodies[2]), lon, lat)
        waiting = Waiting(
            claims,
            placed=stage == "dispatched",
            return_count=returns,
            ownerless=part is not None and not any(bodies),
            differs_beside=bool(returns) and not part and _differs_beside(written, one, rule_id, grid, lon, lat, claims),
            pressing=pressing,
        )
        whys = rule.reasons(waiting)
        if whys:
            best = tuple(claim.platform_id for claim in rule.rivals(claims))
            found.append(Found(pk, whys, rule.way_of(waiting, whys), best, _territory(written.register, grid)))
    return found


def _differs_beside(
    written: Written, one: ClassOf, rule_id: int | None, grid: int | None, lon: float, lat: float, claims: list[Claim]
) -> bool:
    """Whether somebody else would answer for the same just beside the place."""
    frame = LocalMetres.around(lon, lat)
    west, south = map(float, frame.from_metres(-BESIDE_M, -BESIDE_M))
    east, north = map(float, frame.from_metres(BESIDE_M, BESIDE_M))
    here = claims[0].platform_id if claims else None
    for code in grid_index().in_window(west, south, east, north):
        if int(code) != grid:
            beside = written.register.claims(one, rule_id, int(code))
            if (beside[0].platform_id if beside else None) != here:
                return True
    if grid is None or not any(grid in outline.partly for outline in written.register.drawn.get(grid, ())):
        return False
    for east_m, north_m in ((BESIDE_M, 0), (0, BESIDE_M), (-BESIDE_M, 0), (0, -BESIDE_M)):  # a drawn border may part the grid itself
        at = tuple(map(float, frame.from_metres(east_m, north_m)))
        beside = written.register.claims(one, rule_id, grid_index().locate(*at), None, (None, None, None), *at)
        if (beside[0].platform_id if beside else None) != here:
            return True
    return False


def _territory(register: Register, grid: int | None) -> int | None:
    for division in reversed(ancestors_of(grid)):
        if register.territories.get(division):
            return register.territories[division][0]
    return None


def hard_cases(actor: Actor, way: str = "", why: str = "", settled: str = "") -> QuerySet[HardCase]:
    """Hard cases in sight: open ones by way and limit, settled ones the latest first."""
    rows = HardCase.objects.filter(sight(actor, "case__")).select_related("case", "case__problem_class", "case__organization", "meanwhile")
    if way in HardCase.WayChoice.values:
        rows = rows.filter(way=way)
    if why in HardCase.Reason.values:
        rows = rows.filter(whys__contains=[why])
    if settled:
        return rows.filter(settled_at__isnull=False).order_by("-settled_at", "-pk")
    return rows.filter(settled_at=None).order_by("rank", "due_at", "pk")


def count_hard(actor: Actor) -> dict[str, int]:
    """How many open ones of each way, and how many are late. One query."""
    counts = {way.value: Count("pk", filter=Q(way=way.value)) for way in Way} | {"late": Count("pk", filter=Q(due_at__lt=clock.now()))}
    return dict(HardCase.objects.filter(sight(actor, "case__"), settled_at=None).aggregate(**counts))


def hard_in_sight(actor: Actor, number: str) -> HardCase:
    """The hard case with this number. Raises NotFound."""
    rows = HardCase.objects.filter(sight(actor, "case__"), case__number=number)
    hard = rows.select_related("case", "case__problem_class", "case__rule", "case__department", "case__organization", "meanwhile").first()
    if hard is None:
        raise NotFound("hard_case", _("This case is not among the hard ones, or it lies out of your sight."), _("Check the number."))
    return hard


def hard_case_of(case_id: int) -> HardCase | None:
    """The hard case behind a case in sight, settled or not; None where it never was hard."""
    return HardCase.objects.filter(pk=case_id).first()


def rows_of(hard: Iterable[HardCase]) -> list[HardRow]:
    """Hard cases in words. Four queries."""
    listed, limits = list(hard), way_limits()
    bodies = Organization.objects.in_bulk({pk for one in listed for pk in one.bodies})
    ups = Escalation.objects.filter(Q(told__gt=0) | Q(member__isnull=False), hard__in=listed, found_at=F("hard__found_at"))
    steps = dict(ups.order_by("step").values_list("hard_id", "step"))  # the last one wins
    safe = set(MadeSafe.objects.filter(hard__in=listed).values_list("hard_id", flat=True))
    return [
        HardRow(
            one,
            tuple(reason_words(one, why) for why in one.whys),
            way_words(Way(one.way)),
            words_of(limits.of(Way(one.way), city_day(one.found_at))),
            tuple(bodies[pk] for pk in one.bodies if pk in bodies),
            str(StepChoice(steps[one.pk]).label) if one.pk in steps else "",
            one.pk in safe,
        )
        for one in listed
    ]


def reason_words(hard: HardCase, why: str) -> str:
    """Why a case is hard, in a sentence."""
    match Why(why):
        case Why.NO_CANDIDATE:
            return _("Nobody but the territory answers for this class at this place.")
        case Why.SEVERAL:
            count = len(hard.bodies)
            return ngettext("%(count)d body answers with the same right.", "%(count)d bodies answer with the same right.", count) % {
                "count": count
            }
        case Why.RETURNED:
            count = hard.case.return_count
            return ngettext("Returned %(count)d time.", "Returned %(count)d times.", count) % {"count": count}
        case Why.OWNERLESS:
            return _("The component has no managing, owning or maintaining body.")
        case Why.BORDER:
            return _("Returned once, and within %(metres)d m somebody else would answer.") % {"metres": BESIDE_M}


def way_words(way: Way) -> str:
    """What is done in each way, and with what it meets."""
    match way:
        case Way.KEY:
            return _("It presses: decide now, the territory acts meanwhile.")
        case Way.SIMPLE:
            return _("One doubt, few bodies: a joint survey on the spot is enough.")
        case Way.ORDINARY:
            return _("Decide on paper, by the register, the handbook and precedents.")
        case Way.DIFFICULT:
            return _("It came back too often: all together, in a meeting that ends with a ruling.")
