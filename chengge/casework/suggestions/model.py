"""A linear model over runs of characters as plain arrays: what is needed to answer, and nothing that could run.

Probabilities are softmax(sharpness × (weights · tf-idf + bias)); tf-idf is (1 + ln count) × idf, scaled to length 1.
"""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from functools import cached_property
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from chengge.casework.suggestions.grams import grams

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
        seen: how many cases of each label it learned from.
    """

    card: Card
    labels: NDArray[np.str_]
    seen: NDArray[np.int64]
    vocabulary: NDArray[np.str_]
    idf: Floats
    weights: Floats
    bias: Floats
    sharpness: float

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each run of characters."""
        return {gram: column for column, gram in enumerate(self.vocabulary.tolist())}

    def scores(self, text: str) -> Floats | None:
        """A score for each label; None for a text with no run that was ever seen."""
        counts = Counter(gram for gram in grams(text) if gram in self.columns)
        if not counts:
            return None
        columns = np.fromiter((self.columns[gram] for gram in counts), dtype=np.int64, count=len(counts))
        often = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (1 + np.log(often)) * self.idf[columns]
        values /= np.sqrt(values @ values)
        return np.asarray(self.weights[:, columns] @ values + self.bias, dtype=np.float32)

    def probabilities(self, text: str) -> Floats | None:
        """How likely each label is, all together 1; None for a text with no run that was ever seen."""
        scores = self.scores(text)
        return None if scores is None else softmax(scores * self.sharpness)

    def as_bytes(self) -> bytes:
        """The model as an .npz file: arrays and a line of JSON, no objects."""
        out = BytesIO()
        told = json.dumps({"format": FORMAT, "sharpness": self.sharpness, "card": asdict(self.card)}, ensure_ascii=False)
        np.savez_compressed(
            out, card=np.array(told), labels=self.labels, seen=self.seen, vocabulary=self.vocabulary, idf=self.idf, weights=self.weights,
            bias=self.bias,
        )  # fmt: skip
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
                    idf=arrays["idf"],
                    weights=arrays["weights"],
                    bias=arrays["bias"],
                    sharpness=float(told["sharpness"]),
                )
        except UnreadableModel:
            raise
        except Exception as fault:  # whatever a file that is none makes the readers say
            raise UnreadableModel(f"this is no model: {fault}") from fault
        shape = (len(found.labels), len(found.vocabulary))
        if found.weights.shape != shape or found.bias.shape != shape[:1] or found.seen.shape != shape[:1] or found.idf.shape != shape[1:]:
            raise UnreadableModel("the arrays of the model do not fit together: train anew")
        return found


def softmax(scores: Floats) -> Floats:
    """Along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float32)
