"""The schemes that come with Chengge: data in `evaluation/shipped/`, one file each, loaded as drafts or put into effect from a day."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.db import transaction

from chengge.domain.scoring import Missing, Way
from chengge.evaluation.actions.schemes import SchemeValues, make_draft, make_scheme, put_into_effect
from chengge.evaluation.indicators import Settings
from chengge.evaluation.models import Scheme, SchemeVersion, Source
from chengge.evaluation.queries.schemes_content import AspectContent, ItemContent, VersionContent, content_of
from chengge.organization.queries import Actor

FOLDER = Path(__file__).parent.parent / "shipped"
DECIMALS = ("weight", "zero_at", "full_at", "each", "step", "floor", "veto_below", "bonus")
TEXTS = ("name", "name_en", "basis")


class Outcome(StrEnum):
    UNCHANGED = "unchanged"
    DRAFTED = "drafted"
    IN_EFFECT = "in effect"


@dataclass(frozen=True, slots=True)
class Shipped:
    """A scheme as its file tells it."""

    values: SchemeValues
    content: VersionContent


@dataclass(frozen=True, slots=True)
class Loaded:
    version: SchemeVersion
    outcome: Outcome


def shipped_schemes() -> list[Shipped]:
    """Every shipped scheme, by code.

    Raises:
        ValueError: a file is not as it must be; the message names it.
    """
    return [read_scheme(path) for path in sorted(FOLDER.glob("*.toml"))]


def read_scheme(path: Path) -> Shipped:
    """A scheme of a TOML file. Raises ValueError, naming the file."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        names = ("code", "name", "judged", "name_en", "level", "organization_kind", "post", "about")
        values = SchemeValues(**{name: told[name] for name in names if name in told})
        content = VersionContent(
            aspects=tuple(_aspect(one) for one in told["aspects"]),
            grades=tuple((Decimal(least), grade) for grade, least in told["grades"]),
            settings=Settings(**told.get("settings", {})),
            note=told.get("note", ""),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise ValueError(f"{path.name}: {fault!r}") from fault
    return Shipped(values, content)


@transaction.atomic
def load_shipped(actor: Actor, day: date | None = None) -> list[Loaded]:
    """Bring every shipped scheme into the city; a scheme that has a version saying the same already is left alone.

    Args:
        day: put what is new into effect from this day on; None: leave it as a draft.

    Raises:
        Refused: the actor may not, or a version does not come into effect (nothing is loaded then).
    """
    return [_load(actor, one, day) for one in shipped_schemes()]


def _load(actor: Actor, shipped: Shipped, day: date | None) -> Loaded:
    scheme = Scheme.objects.filter(code=shipped.values.code).first() or make_scheme(actor, shipped.values)
    for version in SchemeVersion.objects.filter(scheme=scheme).order_by("-number"):
        if content_of(version) == shipped.content:
            is_draft = version.state == SchemeVersion.State.DRAFT
            return _begun(actor, version, day) if is_draft and day is not None else Loaded(version, Outcome.UNCHANGED)
    return _begun(actor, make_draft(actor, scheme.pk, shipped.content), day)


def _begun(actor: Actor, draft: SchemeVersion, day: date | None) -> Loaded:
    if day is None:
        return Loaded(draft, Outcome.DRAFTED)
    return Loaded(put_into_effect(actor, draft.pk, day), Outcome.IN_EFFECT)


def _aspect(told: Mapping[str, Any]) -> AspectContent:
    items = tuple(_item(one) for one in told["items"])
    return AspectContent(told["name"], Decimal(told["weight"]), items, told.get("name_en", ""))


def _item(told: Mapping[str, Any]) -> ItemContent:
    unknown = told.keys() - {"code", "source", "way", "missing", "least", "bands", *DECIMALS, *TEXTS}
    if unknown:
        raise ValueError(f"item {told.get('code')}: unknown {', '.join(sorted(unknown))}")
    numbers: dict[str, Any] = {"weight": Decimal(0)} | {name: Decimal(told[name]) for name in DECIMALS if name in told}
    return ItemContent(
        code=told["code"],
        source=Source(told.get("source", Source.INDICATOR)),
        way=Way(told["way"]),
        missing=Missing(told.get("missing", Missing.LEAVE_OUT)),
        least=told.get("least", 1),
        bands=tuple((Decimal(value), Decimal(points)) for value, points in told.get("bands", ())),
        **{name: told[name] for name in TEXTS if name in told},
        **numbers,
    )
