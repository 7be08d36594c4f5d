"""Training: read the city's history, learn, and put the models in their place."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chengge import clock
from chengge.casework.suggestions.history import classes_described, classes_of_cases, departments_of_cases
from chengge.casework.suggestions.keeping import CLASSES, DEPARTMENTS, forget, keep
from chengge.casework.suggestions.model import Card
from chengge.casework.suggestions.training import FOLDS, RECIPES, Lesson, Recipe, learn
from chengge.domain.errors import Refused


@dataclass(frozen=True, slots=True)
class NothingLearned:
    """There was too little history for a kind of guess; none is kept."""

    kind: str
    why: str


LESSONS: dict[str, tuple[Callable[[], list[Lesson]], Callable[[], list[Lesson]]]] = {
    CLASSES: (classes_of_cases, classes_described),
    DEPARTMENTS: (departments_of_cases, list),
}


def train_all(recipes: Sequence[Recipe] = RECIPES, folds: int = FOLDS) -> Iterator[Card | NothingLearned]:
    """Learn each kind of guess from the closed cases of now, and keep the models; what becomes of each, one after the other."""
    for kind, (cases, descriptions) in LESSONS.items():
        try:
            model = learn(kind, cases(), descriptions(), clock.now(), recipes, folds)
        except Refused as too_little:
            forget(kind)
            yield NothingLearned(kind, str(too_little))
            continue
        keep(model)
        yield model.card


def train_quickly() -> list[Card | NothingLearned]:
    """The same by the recipe that did best on what citizens really wrote, measured in three parts: for a demo city that is waited for."""
    return list(train_all(RECIPES[-1:], folds=3))
