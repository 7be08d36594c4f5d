"""Guesses from a text: which class, which department, how sure."""

from dataclasses import dataclass

import numpy as np
from django.db.models import Q

from chengge import clock
from chengge.casework.suggestions.keeping import CLASSES, DEPARTMENTS, kept
from chengge.casework.suggestions.model import LinearModel
from chengge.foundation.models import ProblemClass
from chengge.foundation.queries import holding_on
from chengge.organization.models import Organization
from chengge.organization.queries import city_day

MOST_GUESSES = 3
LEAST_CONFIDENCE = 0.05  # a guess less likely than this helps nobody
LEAST_CHARACTERS = 2
PARTED = "-"  # in the labels of classes: kind-major-minor


@dataclass(frozen=True, slots=True)
class Guess:
    """A class or an organization. `confidence`: 0 … 1; `seen`: how many past cases of it the model learned from."""

    id: int
    name: str
    confidence: float
    seen: int = 0

    @property
    def percent(self) -> int:
        return round(self.confidence * 100)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """At most three guesses each, the likeliest first; `sure` where the likeliest class is as likely as the city asked for."""

    classes: tuple[Guess, ...] = ()
    departments: tuple[Guess, ...] = ()
    sure: bool = False


NO_IDEA = Suggestion()


def suggest(text: str) -> Suggestion:
    """Guesses from what somebody says. Nothing, and not sure, where no model is trained or the likeliest class is below its threshold.

    No query without a model; else at most two.
    """
    if len(text.strip()) < LEAST_CHARACTERS:
        return NO_IDEA
    classes = _classes(text)
    departments = departments_said(text)
    return Suggestion(classes, departments, bool(classes)) if classes or departments else NO_IDEA


def label_of_class(kind: str, major_code: str, minor_code: str) -> str:
    """By code, not by id: a class that the catalogue writes anew stays the same class."""
    return PARTED.join((kind, major_code, minor_code))


def _classes(text: str) -> tuple[Guess, ...]:
    ranked = _ranked(kept(CLASSES), text)
    if not ranked:
        return ()
    wanted = Q()
    for label, _confidence, _seen in ranked:
        kind, major, minor = label.split(PARTED)
        wanted |= Q(kind=kind, major_code=major, minor_code=minor)
    rows = holding_on(ProblemClass.objects.filter(wanted), city_day(clock.now())).order_by("pk")
    found = {label_of_class(row.kind, row.major_code, row.minor_code): row for row in rows}
    return tuple(Guess(found[label].pk, found[label].name, confidence, seen) for label, confidence, seen in ranked if label in found)


def departments_said(text: str) -> tuple[Guess, ...]:
    """Guesses of the department alone, the likeliest first. No query without a model or a sure guess, else one."""
    ranked = _ranked(kept(DEPARTMENTS), text)
    if not ranked:
        return ()
    rows = holding_on(Organization.objects.filter(code__in=[label for label, _confidence, _seen in ranked]), city_day(clock.now()))
    found = {row.code: row for row in rows}
    return tuple(Guess(found[label].pk, found[label].short_name, confidence, seen) for label, confidence, seen in ranked if label in found)


def _ranked(model: LinearModel | None, text: str) -> list[tuple[str, float, int]]:
    """The likeliest labels with their confidence and how often they were seen; none where the likeliest is below the threshold."""
    probabilities = None if model is None else model.probabilities(text)
    if model is None or probabilities is None or float(probabilities.max()) < model.card.threshold:
        return []
    best = np.argsort(-probabilities, kind="stable")[:MOST_GUESSES]
    likely = [position for position in best.tolist() if probabilities[position] >= LEAST_CONFIDENCE]
    return [(str(model.labels[at]), round(float(probabilities[at]), 3), int(model.seen[at])) for at in likely]
