"""A made-up city whose true owners are known, and what its lists say of them: each row wrong or missing with a stated chance.

What is true is never told to whoever dispatches. Component bodies, the list of responsibilities (class × street, with exceptions for
single communities) and the handbook are written down from it row by row; each row names somebody else or is left out as often as
`WRONG_OR_MISSING` says, and some are claimed by a second body as well.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from chengge.domain.responsibility import ClassOf, Named, Register, Scope

STREETS, COMMUNITIES, GRIDS = 8, 8, 60  # streets, communities in each, grids in each of those
PLATFORMS = 24  # besides the streets' own offices
COMPONENT_CLASSES, EVENT_CLASSES = 50, 70
SPOTS = 9_000  # places where something goes wrong again and again, some far more often than others
CASES, DAYS = 40_000, 365
WRONG_OR_MISSING = 0.15
CLAIMED_TWICE = 0.03
EXCEPTIONS = 0.08  # of the communities of an event class belong to somebody else than their street's
VARIES = 0.3  # of the event classes are divided street by street
STREET_OFFICES = 1000  # their ids begin here
MAINTAINED_BY_CHOICE = 0.25  # of the components are looked after by another body than is usual for the class
DISTRICT = 990101


@dataclass(frozen=True, slots=True)
class Spot:
    """A place and what goes wrong there; `owner_id` is the true one.

    Attributes:
        bodies: who maintains, owns and manages the component, as it is written down; none for events.
    """

    one: ClassOf
    grid_code: int
    component_code: int | None
    bodies: tuple[int | None, int | None, int | None]
    owner_id: int

    @property
    def community(self) -> int:
        return self.grid_code // 1000


@dataclass(frozen=True, slots=True)
class City:
    """The lists, and the spots. The register is made anew for each way of dispatching, as rulings are written into it."""

    named: tuple[Named, ...]
    handbook: tuple[tuple[int, int, int], ...]
    offices: tuple[tuple[int, int], ...]
    spots: tuple[Spot, ...]
    platforms: tuple[int, ...]

    def register(self) -> Register:
        made = Register({pk: pk for pk in self.platforms})
        made.name(self.named)
        made.write_in_handbook(self.handbook)
        made.settle(self.offices)
        return made


def found(seed: int) -> City:
    """The same seed makes the same city."""
    dice = random.Random(f"{seed} city")  # noqa: S311 (a made-up city)
    streets = [DISTRICT * 1000 + number for number in range(1, STREETS + 1)]
    communities = [street * 1000 + number for street in streets for number in range(1, COMMUNITIES + 1)]
    grids = [community * 1000 + number for community in communities for number in range(1, GRIDS + 1)]
    offices = tuple((STREET_OFFICES + number, street) for number, street in enumerate(streets))
    departments = list(range(1, PLATFORMS + 1))
    components = [ClassOf(number, "component", f"{number % 6 + 1:02d}") for number in range(COMPONENT_CLASSES)]
    events = [ClassOf(COMPONENT_CLASSES + number, "event", f"{number % 7 + 1:02d}") for number in range(EVENT_CLASSES)]
    usual = {one.id: dice.choice(departments) for one in (*components, *events)}

    truth: dict[tuple[int, int], int] = {}  # class and community: who truly answers
    named: list[Named] = []

    def write(body: int, one: ClassOf, division: int) -> None:
        for told in _as_written(dice, body, departments):
            named.append(Named(len(named) + 1, told, Scope(class_id=one.id), division))

    for one in events:
        varies = dice.random() < VARIES
        for street in streets:
            of_street = dice.choice([STREET_OFFICES + streets.index(street), *departments[:6]]) if varies else usual[one.id]
            write(of_street, one, street)
            for community in communities:
                if community // 1000 == street:
                    owner = dice.choice(departments) if dice.random() < EXCEPTIONS else of_street
                    truth[one.id, community] = owner
                    if owner != of_street:
                        write(owner, one, community)
    handbook = tuple((pk, pk, body) for pk, right in usual.items() for body in _as_written(dice, right, departments)[:1])
    spots = tuple(_spots(dice, components, events, grids, usual, truth, departments))
    return City(tuple(named), handbook, offices, spots, (*departments, *(pk for pk, _street in offices)))


def _as_written(dice: random.Random, right: int, departments: list[int]) -> list[int]:
    """What a row says: the right body, a wrong one, none; or the right one and a second that claims the same."""
    chance = dice.random()
    other = dice.choice([pk for pk in departments if pk != right])
    if chance < WRONG_OR_MISSING / 2:
        return [other]
    if chance < WRONG_OR_MISSING:
        return []
    return [right, other] if chance > 1 - CLAIMED_TWICE else [right]


def _spots(
    dice: random.Random,
    components: list[ClassOf],
    events: list[ClassOf],
    grids: list[int],
    usual: dict[int, int],
    truth: dict[tuple[int, int], int],
    departments: list[int],
) -> Iterator[Spot]:
    for number in range(SPOTS):
        grid = dice.choice(grids)
        if number % 2:
            one = dice.choice(events)
            yield Spot(one, grid, None, (None, None, None), truth[one.id, grid // 1000])
            continue
        one = dice.choice(components)
        owner = dice.choice(departments) if dice.random() < MAINTAINED_BY_CHOICE else usual[one.id]
        told = _as_written(dice, owner, departments)
        bodies = (told[0] if told else None, told[1] if len(told) > 1 else None, None)
        yield Spot(one, grid, DISTRICT * 10**10 + number, bodies, owner)


def year(city: City, seed: int) -> list[tuple[int, Spot]]:
    """The cases of a year in their order: the day, and the spot. A few spots come again and again, most of them seldom."""
    dice = random.Random(f"{seed} year")  # noqa: S311
    weights = [1 / (place + 8) ** 0.7 for place in range(len(city.spots))]
    spots = dice.choices(dice.sample(city.spots, len(city.spots)), weights, k=CASES)
    return list(zip(sorted(dice.randrange(DAYS) for _ in range(CASES)), spots, strict=True))
