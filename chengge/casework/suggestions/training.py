"""Learning a model from texts whose labels are known. Needs scikit-learn; answering does not.

A linear support vector machine, one label against the rest, over runs of one to three characters (docs/likeness.md says why).
Which of a few recipes weighs the runs is chosen by cross-validation on the city's own cases. The texts by which catalogue and
handbook describe a class are learned with the cases, so that a class seen seldom or never is known at all.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from scipy import sparse
from sklearn.metrics import f1_score
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from chengge.casework.suggestions.grams import clean, counted
from chengge.casework.suggestions.model import Card, Floats, LinearModel, softmax
from chengge.domain.errors import Refused

LEAST_TEXTS = 100
LEAST_OF_LABEL = 5  # for a label that nothing describes
FOLDS = 5
SEED = 12319
MOST_GRAMS = 20_000
MOST_TO_CHOOSE_BY = 4000  # texts; recipes differ by more than these can leave open
SEEN_IN_TEXTS = 2  # a run that stands in one text alone says nothing about others
COST = 1.0
WRONG_IN_HISTORY = 0.02  # of closed cases are taken to be classed wrongly, so that no confidence grows without bound
WANTED_PRECISION = 0.9
LEAST_ANSWERED = 0.02  # of the texts; a threshold that answers fewer was reached by chance
# Whatever history says: less than three in ten is no idea, and a history without a fault gives no reason to ask for more than six.
LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 0.3, 0.6
NEVER = 1.01
UNLEARNED = -2.0  # a score below what any label gets that was learned

Counts = Sequence[Counter[str]]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text and what it turned out to be."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """How runs of characters are weighed.

    Attributes:
        head_times: how often more a run counts in the first characters: people say first what it is about.
        telling: a power: 0 weighs a run by its rarity alone, 1 also by how well it tells one label from the rest.
    """

    head_times: int
    telling: float


# The last one did best on what citizens really wrote (docs/likeness.md).
RECIPES = (Recipe(0, 0.0), Recipe(2, 0.0), Recipe(0, 1.0), Recipe(2, 1.0))


@dataclass(frozen=True, slots=True)
class Taught:
    """What is learned from: the counted runs of cases with their labels, then those of descriptions with theirs."""

    texts: Counts
    labels: tuple[str, ...]
    described: Counts
    described_labels: tuple[str, ...]

    @classmethod
    def of(cls, lessons: Sequence[Lesson], described: Sequence[Lesson], recipe: Recipe) -> "Taught":
        return cls(
            [counted(lesson.text, recipe.head_times) for lesson in lessons],
            tuple(lesson.label for lesson in lessons),
            [counted(lesson.text, recipe.head_times) for lesson in described],
            tuple(lesson.label for lesson in described),
        )

    def only(self, cases: Sequence[int]) -> "Taught":
        """Some of the cases, and all that is described."""
        chosen = [self.texts[case] for case in cases]
        return Taught(chosen, tuple(self.labels[case] for case in cases), self.described, self.described_labels)


@dataclass(frozen=True, slots=True)
class Features:
    """Columns for runs of characters, and what each is worth."""

    columns: dict[str, int]
    worth: Floats

    @classmethod
    def of(cls, taught: Taught, recipe: Recipe) -> "Features":
        """worth = (ln((1 + n) / (1 + texts with it)) + 1) × (max over labels |ln(share within the label / share without)|) ^ telling

        Only cases say how well a run tells labels apart; descriptions are too few of each.
        """
        stands_in: Counter[str] = Counter()
        for counts in (*taught.texts, *taught.described):
            stands_in.update(counts.keys())
        often = [(count, gram) for gram, count in stands_in.items() if count >= SEEN_IN_TEXTS]
        often.sort(key=lambda one: (-one[0], one[1]))
        often = often[:MOST_GRAMS]
        total = len(taught.texts) + len(taught.described)
        rarity = np.array([math.log((1 + total) / (1 + count)) + 1 for count, _gram in often], dtype=np.float32)
        found = cls({gram: column for column, (_count, gram) in enumerate(often)}, rarity)
        if not recipe.telling:
            return found
        telling = _telling(found.counts(taught.texts) > 0, np.asarray(taught.labels)) ** recipe.telling
        return cls(found.columns, np.asarray(rarity * telling, dtype=np.float32))

    def counts(self, texts: Counts) -> sparse.csr_matrix:
        """One row for each text, (1 + ln count) in each column."""
        starts, places, values = [0], [], []
        for counts in texts:
            for gram, often in counts.items():
                column = self.columns.get(gram)
                if column is not None:
                    places.append(column)
                    values.append(1 + math.log(often))
            starts.append(len(places))
        return sparse.csr_matrix((np.array(values, dtype=np.float32), places, starts), shape=(len(texts), len(self.columns)))

    def rows(self, texts: Counts) -> sparse.csr_matrix:
        """What the model multiplies with: weighted and scaled to length 1."""
        return normalize(self.counts(texts).multiply(self.worth).tocsr())


@dataclass(frozen=True, slots=True)
class Fitted:
    """Features with a row of weights for each label."""

    features: Features
    labels: NDArray[np.str_]
    weights: Floats
    bias: Floats

    def scores(self, texts: Counts) -> Floats:
        """One row for each text, one column for each label."""
        return np.asarray(self.features.rows(texts) @ self.weights.T + self.bias, dtype=np.float32)


def learn(
    kind: str,
    lessons: Sequence[Lesson],
    described: Sequence[Lesson],
    at: datetime,
    recipes: Sequence[Recipe] = RECIPES,
    folds: int = FOLDS,
) -> LinearModel:
    """A model of all lessons, with figures from `folds` parts of them, each answered by a model that had not seen it.

    Args:
        lessons: the latest first; by the first of them the recipe is chosen.
        described: texts of catalogue and handbook with their labels, learned besides; never measured with.

    Raises:
        Refused: too few lessons.
    """
    known = Counter(lesson.label for lesson in lessons)
    told = {lesson.label for lesson in described}
    usable = [lesson for lesson in lessons if lesson.label in told or known[lesson.label] >= LEAST_OF_LABEL]
    labels = sorted(told | {lesson.label for lesson in usable})
    if len(usable) < LEAST_TEXTS or len({lesson.label for lesson in usable}) < 2:
        raise Refused(
            "history",
            _("There is too little history to learn from: %(count)d closed cases that can be used.") % {"count": len(usable)},
            _("Train again when at least %(least)d cases are closed.") % {"least": LEAST_TEXTS},
        )
    recipe = best_recipe(usable[:MOST_TO_CHOOSE_BY], described, labels, recipes, folds)
    taught = Taught.of(usable, described, recipe)
    scores = unseen_scores(taught, recipe, labels, folds_of(usable, folds))
    sharpness = sharpest(scores, taught.labels, labels)
    likely = softmax(scores * sharpness)
    threshold, coverage, precision = threshold_of(likely, taught.labels, labels)
    fitted = fit(taught, recipe)
    card = Card(
        kind=kind,
        trained_at=at.isoformat(),
        cases=len(usable),
        folds=folds,
        threshold=threshold,
        top1=hits(likely, taught.labels, labels, 1),
        top3=hits(likely, taught.labels, labels, 3),
        macro_f1=macro_f1(likely, taught.labels, labels),
        coverage=coverage,
        precision=precision,
    )
    return LinearModel(
        card=card,
        labels=fitted.labels,
        seen=np.array([known[label] for label in fitted.labels.tolist()], dtype=np.int64),
        vocabulary=np.array(list(fitted.features.columns)),
        worth=fitted.features.worth,
        weights=fitted.weights,
        bias=fitted.bias,
        sharpness=sharpness,
        head_times=recipe.head_times,
    )


def best_recipe(
    lessons: Sequence[Lesson], described: Sequence[Lesson], labels: Sequence[str], recipes: Sequence[Recipe], folds: int
) -> Recipe:
    """The recipe with the highest macro-F1 over the folds; the later one of equals."""
    if len(recipes) == 1:
        return recipes[0]
    fold_of = folds_of(lessons, folds)

    def measured(recipe: Recipe) -> float:
        taught = Taught.of(lessons, described, recipe)
        return macro_f1(unseen_scores(taught, recipe, labels, fold_of), taught.labels, labels)

    return max(reversed(recipes), key=measured)


def fit(taught: Taught, recipe: Recipe) -> Fitted:
    """A row of weights for each label."""
    features = Features.of(taught, recipe)
    rows, truth = features.rows([*taught.texts, *taught.described]), [*taught.labels, *taught.described_labels]
    machine = LinearSVC(C=COST, class_weight="balanced", random_state=SEED).fit(rows, truth)
    weights, bias = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:  # scikit-learn keeps one row for two labels
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return Fitted(features, np.array(machine.classes_, dtype=np.str_), weights.astype(np.float32), bias.astype(np.float32))


def unseen_scores(taught: Taught, recipe: Recipe, labels: Sequence[str], fold_of: Sequence[int]) -> Floats:
    """The scores of every case by a model learned from the other folds (and all that is described); columns as `labels`."""
    found = np.full((len(taught.texts), len(labels)), UNLEARNED, dtype=np.float32)
    place_of = {label: place for place, label in enumerate(labels)}
    for fold in sorted(set(fold_of)):
        asked = [case for case, its_fold in enumerate(fold_of) if its_fold == fold]
        fitted = fit(taught.only([case for case, its_fold in enumerate(fold_of) if its_fold != fold]), recipe)
        places = [place_of[label] for label in fitted.labels.tolist()]
        found[np.ix_(asked, places)] = fitted.scores([taught.texts[case] for case in asked])
    return found


def folds_of(lessons: Sequence[Lesson], folds: int, seed: int = SEED) -> list[int]:
    """Which fold each lesson is in: each label spread evenly, and the very same text never in two folds."""
    groups: dict[str, list[int]] = {}
    for place, lesson in enumerate(lessons):
        groups.setdefault(clean(lesson.text), []).append(place)
    by_label: dict[str, list[list[int]]] = {}
    for places in groups.values():
        by_label.setdefault(lessons[places[0]].label, []).append(places)
    chance = Random(seed)  # noqa: S311
    found = [0] * len(lessons)
    sizes = [0] * folds
    for label in sorted(by_label):
        chance.shuffle(by_label[label])
        for places in by_label[label]:
            smallest = min(range(folds), key=lambda fold: (sizes[fold], fold))
            sizes[smallest] += len(places)
            for place in places:
                found[place] = smallest
    return found


def sharpest(scores: Floats, truth: Sequence[str], labels: Sequence[str]) -> float:
    """The factor before the softmax under which the truth is likeliest: by it, 80 % confidence is right in 80 of 100 cases."""
    right = _positions(truth, labels)
    rows = np.arange(len(right))

    def surprise(factor: float) -> float:
        unlikely = -np.log(softmax(scores * factor) + 1e-9)
        return float(((1 - WRONG_IN_HISTORY) * unlikely[rows, right] + WRONG_IN_HISTORY * unlikely.mean(axis=1)).mean())

    return float(min(np.geomspace(0.5, 50, 60), key=surprise))


def threshold_of(likely: Floats, truth: Sequence[str], labels: Sequence[str]) -> tuple[float, float, float]:
    """The least confidence from which at least `WANTED_PRECISION` of the answers were right; with the share answered, and the share right.

    Where that is not to be had, nothing is ever sure.
    """
    confidence = likely.max(axis=1)
    right = likely.argmax(axis=1) == _positions(truth, labels)
    order = np.argsort(-confidence, kind="stable")
    answered = np.arange(1, len(order) + 1)
    precision = np.cumsum(right[order]) / answered
    # Of equal confidences all or none are answered.
    last_of_equals = np.append(np.diff(confidence[order]) < 0, True)
    fit_to_use = np.flatnonzero(last_of_equals & (precision >= WANTED_PRECISION) & (answered >= LEAST_ANSWERED * len(order)))
    if not fit_to_use.size:
        return NEVER, 0.0, 0.0
    reached = float(confidence[order[fit_to_use[-1]]])
    threshold = round(min(max(reached - 5e-5, LOWEST_THRESHOLD), HIGHEST_THRESHOLD), 4)
    sure = confidence >= threshold
    return threshold, round(float(sure.mean()), 4), round(float(right[sure].mean()), 4)


def hits(likely: Floats, truth: Sequence[str], labels: Sequence[str], most: int) -> float:
    """The share of texts whose truth is among the `most` likeliest labels."""
    best = np.argsort(-likely, axis=1, kind="stable")[:, :most]
    return round(float((best == _positions(truth, labels)[:, None]).any(axis=1).mean()), 4)


def macro_f1(likely: Floats, truth: Sequence[str], labels: Sequence[str]) -> float:
    """The mean of the F1 of the labels that occur, each as weighty as any other."""
    said = [labels[place] for place in likely.argmax(axis=1).tolist()]
    return round(float(f1_score(list(truth), said, average="macro", labels=sorted(set(truth)), zero_division=0.0)), 4)


def _positions(truth: Sequence[str], labels: Sequence[str]) -> NDArray[np.int64]:
    place_of = {label: place for place, label in enumerate(labels)}
    return np.array([place_of[label] for label in truth], dtype=np.int64)


def _telling(stands: sparse.csr_matrix, labels: NDArray[np.str_]) -> Floats:
    """How well each run tells one label from the rest, at best: |ln| of the ratio of the two shares, one text added to each."""
    within_all = np.asarray(stands.sum(axis=0), dtype=np.float64).ravel()
    best = np.zeros(stands.shape[1])
    for label in np.unique(labels):
        of_label = np.flatnonzero(labels == label)
        within = np.asarray(stands[of_label].sum(axis=0), dtype=np.float64).ravel()
        share = (within + 1) / (len(of_label) + 2)
        share_of_rest = (within_all - within + 1) / (len(labels) - len(of_label) + 2)
        best = np.maximum(best, np.abs(np.log(share / share_of_rest)))
    return np.asarray(best, dtype=np.float32)
