"""A linear model over runs of characters as plain arrays: what is needed to answer, and nothing that could run.

Probabilities are softmax(sharpness × (weights · v + bias)); v is (1 + ln count) × worth for each run, scaled to length 1. The
worth of a run grows with how rare it is and with how much it tells the labels apart (`training.Features`).
"""

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from chengge.casework.suggestions.grams import counted

FORMAT = 1
Floats = NDArray[np.float32]


class UnreadableModel(ValueError):
    """A file that holds no model of this format."""


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a model beside its arrays.

    Attributes:
        kind: `classes` or `departments`.
        trained_at: ISO 8601, UTC.
        cases: how many closed cases it learned from.
        folds: in how many parts its figures were measured, each part answered by a model that had not seen it.
        threshold: confidence from which a guess is sure.
        top1, top3, macro_f1: shares measured so.
        coverage, precision: the share of texts answered with at least `threshold`, and the share of those answered rightly.
    """

    kind: str
    trained_at: str
    cases: int
    folds: int
    threshold: float
    top1: float
    top3: float
    macro_f1: float
    coverage: float
    precision: float


@dataclass(frozen=True)
class LinearModel:
    """One row of weights for each label, one column for each run of characters.

    Attributes:
        labels: what is guessed, as the caller's own codes.
        seen: how many cases of each label it learned from; none for a class known by its description alone.
        worth, sharpness, head_times: see above, and `grams.counted`.
    """

    card: Card
    labels: NDArray[np.str_]
    seen: NDArray[np.int64]
    vocabulary: NDArray[np.str_]
    worth: Floats
    weights: Floats
    bias: Floats
    sharpness: float
    head_times: int

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each run of characters."""
        return {gram: column for column, gram in enumerate(self.vocabulary.tolist())}

    def scores(self, text: str) -> Floats | None:
        """A score for each label; None for a text with no run that was ever seen."""
        counts = {self.columns[gram]: often for gram, often in counted(text, self.head_times).items() if gram in self.columns}
        if not counts:
            return None
        columns = np.fromiter(counts, dtype=np.int64, count=len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * self.worth[columns]
        values /= np.sqrt(values @ values)
        return np.asarray(self.weights[:, columns] @ values + self.bias, dtype=np.float32)

    def probabilities(self, text: str) -> Floats | None:
        """How likely each label is, all together 1; None for a text with no run that was ever seen."""
        scores = self.scores(text)
        return None if scores is None else softmax(scores * self.sharpness)

    def as_bytes(self) -> bytes:
        """The model as an .npz file: arrays and a line of JSON, no objects."""
        out = BytesIO()
        numbers = {"format": FORMAT, "sharpness": self.sharpness, "head_times": self.head_times, "card": asdict(self.card)}
        told = json.dumps(numbers, ensure_ascii=False)
        arrays = {"labels": self.labels, "seen": self.seen, "vocabulary": self.vocabulary, "worth": self.worth}
        np.savez_compressed(out, allow_pickle=False, card=np.array(told), weights=self.weights, bias=self.bias, **arrays)
        return out.getvalue()

    @classmethod
    def from_bytes(cls, written: bytes) -> "LinearModel":
        """The model that `as_bytes` wrote. Nothing is unpickled.

        Raises:
            UnreadableModel: something else, or arrays that do not fit together.
        """
        try:
            with np.load(BytesIO(written), allow_pickle=False) as arrays:
                told = json.loads(str(arrays["card"]))
                if told["format"] != FORMAT:
                    raise UnreadableModel(f"the model has the format {told['format']}, this version reads {FORMAT}: train anew")
                found = cls(
                    card=Card(**told["card"]),
                    labels=arrays["labels"],
                    seen=arrays["seen"],
                    vocabulary=arrays["vocabulary"],
                    worth=arrays["worth"],
                    weights=arrays["weights"],
                    bias=arrays["bias"],
                    sharpness=float(told["sharpness"]),
                    head_times=int(told["head_times"]),
                )
        except UnreadableModel:
            raise
        except Exception as fault:  # whatever a file that is none makes the readers say
            raise UnreadableModel(f"this is no model: {fault}") from fault
        shape = (len(found.labels), len(found.vocabulary))
        if found.weights.shape != shape or found.bias.shape != shape[:1] or found.seen.shape != shape[:1] or found.worth.shape != shape[1:]:
            raise UnreadableModel("the arrays of the model do not fit together: train anew")
        return found


def softmax(scores: Floats) -> Floats:
    """Along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float32)
