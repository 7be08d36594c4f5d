"""Public cases as cards, with the photos that were approved."""

from collections.abc import Sequence
from dataclasses import dataclass

from chengge.intake.queries.portal import PublicCase, ShownPhoto, shown_photos


@dataclass(frozen=True, slots=True)
class Card:
    """A case on a list: with a photo before and one after, or one photo, or none."""

    facts: PublicCase
    pair: tuple[ShownPhoto, ...] = ()
    photo: ShownPhoto | None = None


def cards_of(cases: Sequence[PublicCase]) -> list[Card]:
    """One query."""
    photos = shown_photos([case.id for case in cases])
    return [_card(case, photos.get(case.id, [])) for case in cases]


def _card(case: PublicCase, photos: list[ShownPhoto]) -> Card:
    before, after = [one for one in photos if not one.is_after], [one for one in photos if one.is_after]
    if before and after:
        return Card(case, (before[0], after[-1]))
    return Card(case, photo=photos[0] if photos else None)
