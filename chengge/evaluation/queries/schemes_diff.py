"""What differs between two versions of a scheme: added, removed, changed with old and new."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from chengge.evaluation.indicators import Indicator
from chengge.evaluation.queries.rules import known_indicators
from chengge.evaluation.queries.schemes_content import AspectContent, ItemContent, VersionContent
from chengge.evaluation.queries.schemes_words import in_language, item_name, number_words, rule_words, settings_words, terms_words

# An item found in both versions: the aspect it stands in, and itself.
Placed = tuple[AspectContent, ItemContent]


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        where: aspect, item, or setting, in words.
        what: the property that changed; "" for what was added or removed whole.
        old, new: in words; "" where there was or is nothing.
    """

    kind: ChangeKind
    where: str
    what: str
    old: str
    new: str


def changes_between(old: VersionContent, new: VersionContent) -> list[Change]:
    """Every difference: settings and grades first, then aspects, then items in the order of the new version.

    An item is the same if it has the same source and code; where a code stands several times, the first is the first.
    """
    return [*_settings(old, new), *_grades(old, new), *_aspects(old, new), *_items(old, new)]


def _settings(old: VersionContent, new: VersionContent) -> Iterator[Change]:
    for (what, before), (_what, after) in zip(settings_words(old.settings), settings_words(new.settings), strict=True):
        yield from _changed(_("Settings"), what, before, after)


def _grades(old: VersionContent, new: VersionContent) -> Iterator[Change]:
    before, after = ({name: least for least, name in one.grades} for one in (old, new))
    yield from _three_ways(_("Grades"), _("from score"), before, after)


def _aspects(old: VersionContent, new: VersionContent) -> Iterator[Change]:
    before, after = ({aspect.name: aspect for aspect in one.aspects} for one in (old, new))
    for name, aspect in after.items():
        where, weight = _aspect_words(aspect), number_words(aspect.weight)
        if name not in before:
            yield Change(ChangeKind.ADDED, where, "", "", _("weight %(weight)s") % {"weight": weight})
            continue
        yield from _changed(where, _("Weight"), number_words(before[name].weight), weight)
        yield from _changed(where, _("English name"), before[name].name_en, aspect.name_en)
    for name in before.keys() - after.keys():
        yield Change(
            ChangeKind.REMOVED, _aspect_words(before[name]), "", _("weight %(weight)s") % {"weight": number_words(before[name].weight)}, ""
        )


def _items(old: VersionContent, new: VersionContent) -> Iterator[Change]:
    before, after = _by_code(old), _by_code(new)
    known_before, known_after = known_indicators(old.settings), known_indicators(new.settings)
    for key, (aspect, item) in after.items():
        where = _item_words(item, known_after)
        if key in before:
            yield from _of_item(where, before[key], (aspect, item), known_before, known_after)
        else:
            yield Change(ChangeKind.ADDED, where, "", "", _summary(aspect, item, known_after))
    for key, (aspect, item) in before.items():
        if key not in after:
            yield Change(ChangeKind.REMOVED, _item_words(item, known_before), "", _summary(aspect, item, known_before), "")


def _of_item(
    where: str, old: Placed, new: Placed, known_before: Mapping[str, Indicator], known_after: Mapping[str, Indicator]
) -> Iterator[Change]:
    (aspect_before, before), (aspect_after, after) = old, new
    yield from _changed(where, _("Aspect"), _aspect_words(aspect_before), _aspect_words(aspect_after))
    yield from _changed(where, _("Weight"), number_words(before.weight), number_words(after.weight))
    yield from _changed(where, _("Rule"), rule_words(before, known_before), rule_words(after, known_after))
    yield from _changed(where, _("Terms"), " ".join(terms_words(before, known_before)), " ".join(terms_words(after, known_after)))
    yield from _changed(where, _("Name"), before.name, after.name)
    yield from _changed(where, _("English name"), before.name_en, after.name_en)
    yield from _changed(where, _("Basis"), before.basis, after.basis)


def _by_code(content: VersionContent) -> dict[tuple[str, str, int], Placed]:
    times: dict[tuple[str, str], int] = defaultdict(int)
    found: dict[tuple[str, str, int], Placed] = {}
    for aspect in content.aspects:
        for item in aspect.items:
            key = (item.source.value, item.code)
            found[(*key, times[key])] = (aspect, item)
            times[key] += 1
    return found


def _three_ways(where: str, what: str, before: Mapping[str, Decimal], after: Mapping[str, Decimal]) -> Iterator[Change]:
    for name in after:
        said = f"{where} {name}"
        if name not in before:
            yield Change(ChangeKind.ADDED, said, "", "", f"{what} {number_words(after[name])}")
        else:
            yield from _changed(said, what, number_words(before[name]), number_words(after[name]))
    for name in before:
        if name not in after:
            yield Change(ChangeKind.REMOVED, f"{where} {name}", "", f"{what} {number_words(before[name])}", "")


def _changed(where: str, what: str, old: str, new: str) -> Iterator[Change]:
    if old != new:
        yield Change(ChangeKind.CHANGED, where, what, old, new)


def _aspect_words(aspect: AspectContent) -> str:
    return in_language(aspect.name, aspect.name_en)


def _item_words(item: ItemContent, known: Mapping[str, Indicator]) -> str:
    return f"{item.code} {item_name(item, known)}"


def _summary(aspect: AspectContent, item: ItemContent, known: Mapping[str, Indicator]) -> str:
    said = {"aspect": _aspect_words(aspect), "weight": number_words(item.weight), "rule": rule_words(item, known)}
    return _("%(aspect)s, weight %(weight)s: %(rule)s") % said
