"""Reads of the foundation: places, rules, and who answers for what."""

from chengge.foundation.queries.dated import holding_on, holds_on
from chengge.foundation.queries.places import (
    DivisionNode,
    Located,
    Place,
    area_class_of,
    divisions_tree,
    find_place,
    grid_index,
    locate,
    locate_many,
)
from chengge.foundation.queries.responsibility import Candidate, ancestors_of, candidates
from chengge.foundation.queries.rules import classes, handbook, rules_of, stage_limit

__all__ = [
    "Candidate",
    "DivisionNode",
    "Located",
    "Place",
    "ancestors_of",
    "area_class_of",
    "candidates",
    "classes",
    "divisions_tree",
    "find_place",
    "grid_index",
    "handbook",
    "holding_on",
    "holds_on",
    "locate",
    "locate_many",
    "rules_of",
    "stage_limit",
]
