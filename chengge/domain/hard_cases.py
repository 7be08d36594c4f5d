"""Which cases nobody can place, why, and in what way they are settled.

The ways follow the principle 重点快速处置，一般有效处置，简单现场处置，疑难集中处置: what is weighty is settled at once, the usual on
paper, the simple on the spot, the difficult by everybody together. The limits are our own decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from chengge.domain.responsibility import Claim, Ground
from chengge.domain.worktime import Limit, Unit

# Below the smallest step between two claims of different weight (`responsibility.FOR_AREA`): nobody can tell which of two is meant.
NEARLY_THE_SAME = 0.005
RETURNED_OFTEN = 2
RETURNED_TOO_OFTEN = 3
FEW = 2  # bodies that can be brought to one place within a day


class Why(StrEnum):
    """Why a case is hard."""

    NO_CANDIDATE = "no_candidate"
    SEVERAL = "several"
    RETURNED = "returned"
    OWNERLESS = "ownerless"
    BORDER = "border"


class Way(StrEnum):
    """In what way a hard case is settled, the most pressing first."""

    KEY = "key"  # 重点快速处置
    SIMPLE = "simple"  # 简单现场处置
    ORDINARY = "ordinary"  # 一般有效处置
    DIFFICULT = "difficult"  # 疑难集中处置


ORDER: dict[Way, int] = {way: rank for rank, way in enumerate(Way)}
LIMITS: dict[Way, Limit] = {
    Way.KEY: Limit(2, Unit.URGENT_HOUR),
    Way.SIMPLE: Limit(1, Unit.WORK_DAY),
    Way.ORDINARY: Limit(2, Unit.WORK_DAY),
    Way.DIFFICULT: Limit(5, Unit.WORK_DAY),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case as the rule looks at it.

    Attributes:
        placed: a department has it in hand; who may answer is no question then, only how often it came back.
        ownerless: it names a component that has no managing, owning or maintaining body.
        differs_beside: just beside the place somebody else would answer for the same.
        pressing: urgent by its filing condition, or under a supervision order.
    """

    claims: Sequence[Claim]
    placed: bool
    return_count: int
    ownerless: bool
    differs_beside: bool
    pressing: bool


def rivals(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims that weigh nearly as much as the best, none of them the territory's; the best one alone where it stands out."""
    named = [claim for claim in claims if claim.ground is not Ground.TERRITORY]
    return tuple(claim for claim in named if named[0].score - claim.score < NEARLY_THE_SAME)


def reasons(case: Waiting) -> tuple[Why, ...]:
    """Why the case is hard; empty where it is not."""
    found = []
    if not case.placed:
        best = rivals(case.claims)
        ruled = bool(best) and best[0].ground is Ground.RULING
        if not best:
            found.append(Why.NO_CANDIDATE)
        if len(best) > 1 and not ruled:
            found.append(Why.SEVERAL)
        if case.ownerless and not ruled:
            found.append(Why.OWNERLESS)
        if case.differs_beside and case.return_count and not ruled:
            found.append(Why.BORDER)
    if case.return_count >= RETURNED_OFTEN:
        found.append(Why.RETURNED)
    return tuple(found)


def way_of(case: Waiting, whys: Sequence[Why]) -> Way:
    """How a hard case is settled.

    What presses is settled at once. What came back three times, or for two reasons of which one is that it came back, needs everybody
    round one table. Where only the place is in doubt, or just two bodies stand against each other, a look at the spot is enough. The
    rest is decided on paper.
    """
    if case.pressing:
        return Way.KEY
    if case.return_count >= RETURNED_TOO_OFTEN or (Why.RETURNED in whys and len(whys) > 1):
        return Way.DIFFICULT
    if whys and set(whys) <= {Why.BORDER, Why.SEVERAL} and len(rivals(case.claims)) <= FEW:
        return Way.SIMPLE
    return Way.ORDINARY
