"""Columns of made facts: words by their numbers, empty cells, the order of rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from bench.made_lives import NONE, Numbers


def in_order(group: Numbers, whose: Numbers, turn: Numbers) -> Numbers:
    """The order by group, case and turn."""
    return np.argsort((group.astype(np.int64) << 48) | (whose.astype(np.int64) << 16) | (turn & 0xFFFF), kind="stable")


def ranks(names: Sequence[str]) -> Numbers:
    """The place of each name in the alphabet."""
    order = {name: rank for rank, name in enumerate(sorted(set(names)))}
    return np.array([order[name] for name in names])


def words(known: Sequence[str], number: Numbers) -> Any:
    """Words by their numbers; NONE is an empty cell."""
    missing = number == NONE
    indices = pa.array(np.where(missing, 0, number).astype(np.int32), mask=missing if missing.any() else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array(known, pa.string()))


def are(steps: Sequence[tuple[Any, ...]], action: str) -> Numbers:
    """Which steps are by an action."""
    return np.array([step[0] == action for step in steps])


def or_nothing(values: Numbers, there: Numbers) -> Any:
    return pa.array(values, mask=~there)
