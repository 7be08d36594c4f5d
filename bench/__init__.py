"""Speeds of the house: each module measures one thing and has `run()`, which returns its figures and prints nothing.

A figure compares with a peer or a limit measured in the same run. Nothing here is a test: speeds are looked at, not asserted.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table that `chengge bench` prints; its name stays the same for ever."""

    name: str
    value: float
    unit: str
    aim: str  # such as "≥ 2000000" or "≤ 20", in the same unit; empty where there is none
    beside: str  # what a peer, or a slower way, took in the same run
