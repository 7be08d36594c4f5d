"""How well classes are guessed from what citizens wrote: labelled messages with seven labels, in the same folds beside a plain machine.

Each of the five folds is answered by a model that has not seen it; which recipe weighs the runs of characters is chosen anew
within each fold's own teaching part (nested cross-validation), so that nothing measured was looked at before.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from django.conf import settings
from openpyxl import load_workbook
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from bench import Figure
from chengge.casework.suggestions import training
from chengge.casework.suggestions.training import Lesson

FOLDS, SEED = 5, 12319
AIM = "≥ 0.80"


def run() -> list[Figure]:
    """Macro-F1 over five folds: ours, ours without the words of the labels' own tree, and a LinearSVC on 1–3-grams."""
    folder = Path(settings.BASE_DIR).parent / "shared" / "data" / "complaints"
    if not folder.is_dir():
        raise RuntimeError(f"The labelled messages are not here ({'/'.join(folder.parts[-3:])} beside the repository).")
    lessons = labelled(folder / "e2_labelled.csv")
    labels = sorted({lesson.label for lesson in lessons})
    tree = [lesson for lesson in described(folder / "e1.xlsx") if lesson.label in labels]
    truth = [lesson.label for lesson in lessons]
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    parts = [(taught.tolist(), asked.tolist()) for taught, asked in folds.split(truth, truth)]
    plain = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 3)), LinearSVC())
    baseline = macro_f1(truth, cross_val_predict(plain, [lesson.text for lesson in lessons], truth, cv=parts).tolist())
    beside = f"LinearSVC on 1–3-grams {baseline:.3f}, same folds"
    return [
        Figure("suggestions_macro_f1", macro_f1(truth, guessed(lessons, tree, labels, parts)), "", AIM, beside),
        Figure("suggestions_macro_f1_without_tree", macro_f1(truth, guessed(lessons, [], labels, parts)), "", AIM, beside),
    ]


def labelled(path: Path) -> list[Lesson]:
    """Title and text of each message, and its label of the first level."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [Lesson(f"{row['留言主题'].strip()} {row['留言详情'].strip()}", row["一级分类"]) for row in csv.DictReader(file)]


def described(path: Path) -> list[Lesson]:
    """What the tree of labels calls the second and third level under each label: what a catalogue is to a city."""
    rows = load_workbook(path, read_only=True).active.iter_rows(min_row=2, values_only=True)
    return [Lesson(f"{second or ''} {third or ''}".strip(), first) for first, second, third in rows if first]


def guessed(
    lessons: Sequence[Lesson], tree: Sequence[Lesson], labels: Sequence[str], parts: Sequence[tuple[list[int], list[int]]]
) -> list[str]:
    """The label guessed for each message by a model, and a recipe, that know only the other parts."""
    found = [""] * len(lessons)
    for taught, asked in parts:
        own = [lessons[case] for case in taught]
        recipe = training.best_recipe(own, tree, labels, training.RECIPES, training.FOLDS)
        fitted = training.fit(training.Taught.of(own, tree, recipe), recipe)
        scores = fitted.scores(training.Taught.of([lessons[case] for case in asked], [], recipe).texts)
        for case, place in zip(asked, np.argmax(scores, axis=1).tolist(), strict=True):
            found[case] = str(fitted.labels[place])
    return found


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    return float(f1_score(truth, said, average="macro"))
