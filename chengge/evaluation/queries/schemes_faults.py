"""What is wrong with a version of a scheme: each fault names its aspect, item and field. With a fault it does not come into effect."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from django.utils.translation import gettext as _

from chengge.domain.scoring import FULL, Way
from chengge.evaluation.indicators import Indicator, Subject, Unit
from chengge.evaluation.models import SchemeAspect, SchemeBand, SchemeGrade, SchemeItem, SchemeVersion, Source
from chengge.evaluation.queries.rules import indicator_of, known_indicators
from chengge.evaluation.queries.schemes_content import ZERO, AspectContent, ItemContent, VersionContent
from chengge.evaluation.queries.schemes_words import fewer_is_better, number_words, unit_of

WHOLE = Decimal(100)
OWN_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
MOST_DAYS = 3660
MOST_SAMPLE = 1_000_000_000
NUMBERS = ("weight", "zero_at", "full_at", "each", "step", "floor", "veto_below", "bonus")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        where: in words: aspect and item.
        aspect, item: their places, from 0; None: of the whole version, or of the whole aspect.
        field: of the item, aspect or version.
    """

    where: str
    message: str
    aspect: int | None = None
    item: int | None = None
    field: str = ""

    def __str__(self) -> str:
        return _("%(where)s: %(message)s") % {"where": self.where, "message": self.message} if self.where else self.message


def faults_of(judged: str, content: VersionContent) -> list[Fault]:
    """Everything that keeps a version from taking effect, in its own order. No query.

    Args:
        judged: whom the scheme judges, one of `Judged`.
    """
    known = known_indicators(content.settings)
    return [*_of_version(content), *_of_grades(content), *_of_aspects(content), *_of_items(judged, content, known)]


def unkeepable(content: VersionContent) -> list[Fault]:
    """What even a draft cannot hold: numbers and names that its columns have no room for, bands and grades that stand there twice."""
    return [*_grades_unkeepable(content), *_aspects_unkeepable(content)]


def item_faults(judged: str, item: ItemContent, known: Mapping[str, Indicator]) -> Iterator[tuple[str, str]]:
    """What is wrong with one item by itself: field and message."""
    yield from _item_unkeepable(item)
    yield from _of_code(judged, item, known)
    yield from _of_numbers(item)
    yield from _of_rule(item, known)


def doubts_of(content: VersionContent) -> list[Fault]:
    """What may be meant so, but seldom is."""
    known = known_indicators(content.settings)
    doubts = []
    for number, aspect in enumerate(content.aspects):
        for place, item in enumerate(aspect.items):
            if fewer_is_better(item, known) and item.way is Way.LINEAR and item.full_at > item.zero_at:
                message = _("fewer is better here, and yet more earns more points")
            elif item.source is not Source.INDICATOR and item.way is Way.LINEAR and max(item.zero_at, item.full_at) <= 1:
                message = _("what comes from an inspection or from outside is points of a hundred, and this line ends at 1")
            elif item.way is Way.PER_COUNT and unit_of(item, known) is Unit.SHARE:
                message = _("“off for each” counts things, and this value is a share: a threshold is usually meant")
            else:
                continue
            doubts.append(Fault(_place(number, aspect, place, item), message, number, place, "way"))
    return doubts


def where_is(content: VersionContent, aspect: int, item: int | None) -> str:
    """The place of an aspect or item in words."""
    found = content.aspects[aspect]
    return _place(aspect, found, item, found.items[item]) if item is not None else _place(aspect, found)


def _of_version(content: VersionContent) -> Iterator[Fault]:
    if not content.aspects:
        yield Fault("", _("There is no aspect yet."))


def _of_grades(content: VersionContent) -> Iterator[Fault]:
    yield from _grades_unkeepable(content)
    where = _("Grades")
    leasts, names = [least for least, _grade in content.grades], [grade for _least, grade in content.grades]
    for name, times in Counter(names).items():
        if times > 1:
            yield Fault(where, _("“%(name)s” stands there twice") % {"name": name}, field="grades")
    if leasts and min(leasts) > 0:
        message = _("whoever has fewer than %(least)s has none: add one from 0") % {"least": number_words(min(leasts))}
        yield Fault(where, message, field="grades")


def _of_aspects(content: VersionContent) -> Iterator[Fault]:
    if content.aspects and (total := sum((aspect.weight for aspect in content.aspects), ZERO)) != WHOLE:
        yield Fault("", _("The weights of the aspects come to %(total)s, not to 100.") % {"total": number_words(total)}, field="weight")
    for name, times in Counter(aspect.name for aspect in content.aspects).items():
        if times > 1:
            yield Fault("", _("Two aspects are called “%(name)s”.") % {"name": name}, field="name")
    for number, aspect in enumerate(content.aspects):
        for field, message in _of_aspect(aspect):
            yield Fault(_place(number, aspect), message, number, None, field)


def _grades_unkeepable(content: VersionContent) -> Iterator[Fault]:
    where = _("Grades")
    if any(high[0] <= low[0] for high, low in pairwise(content.grades)):
        yield Fault(where, _("their scores must fall, the best grade first"), field="grades")
    for least, name in content.grades:
        if least < 0 or not _fits(SchemeGrade, "least", least):
            yield Fault(where, _("%(number)s is no score") % {"number": number_words(least)}, field="grades")
        if not 0 < len(name) <= _longest(SchemeGrade, "grade"):
            yield Fault(where, _("a grade has a name of 1 to 20 letters"), field="grades")
    if not 1 <= content.settings.recurs_within_days <= MOST_DAYS:
        message = _("The days within which a case recurs must be between 1 and %(most)s.") % {"most": MOST_DAYS}
        yield Fault("", message, field="recurs_within_days")
    if len(content.note) > _longest(SchemeVersion, "note"):
        yield Fault("", _("The note is too long."), field="note")


def _aspects_unkeepable(content: VersionContent) -> Iterator[Fault]:
    for number, aspect in enumerate(content.aspects):
        for field, message in _aspect_unkeepable(aspect):
            yield Fault(_place(number, aspect), message, number, None, field)
        for place, item in enumerate(aspect.items):
            for field, message in _item_unkeepable(item):
                yield Fault(_place(number, aspect, place, item), message, number, place, field)


def _aspect_unkeepable(aspect: AspectContent) -> Iterator[tuple[str, str]]:
    if not 0 < len(aspect.name) <= _longest(SchemeAspect, "name"):
        yield "name", _("it needs a name of 1 to 60 letters")
    if len(aspect.name_en) > _longest(SchemeAspect, "name_en"):
        yield "name_en", _("this is too long")
    if aspect.weight < 0 or not _fits(SchemeAspect, "weight", aspect.weight):
        yield "weight", _("%(number)s is no weight") % {"number": number_words(aspect.weight)}


def _item_unkeepable(item: ItemContent) -> Iterator[tuple[str, str]]:
    for field in ("code", "name", "name_en", "basis"):
        if len(getattr(item, field)) > _longest(SchemeItem, field):
            yield field, _("this is too long")
    for field in NUMBERS:
        value = getattr(item, field)
        if value is not None and not _fits(SchemeItem, field, value):
            yield field, _("%(number)s has too many digits") % {"number": number_words(value)}
    for value, points in item.bands:
        if not (_fits(SchemeBand, "least_value", value) and _fits(SchemeBand, "points", points)):
            yield "bands", _("%(number)s has too many digits") % {"number": number_words(value)}
    if any(low[0] >= high[0] for low, high in pairwise(item.bands)):
        yield "bands", _("the values of the bands must rise, each only once")
    if not 1 <= item.least <= MOST_SAMPLE:
        yield "least", _("the smallest sample is 1 or more")


def _of_aspect(aspect: AspectContent) -> Iterator[tuple[str, str]]:
    yield from _aspect_unkeepable(aspect)
    total = sum((item.weight for item in aspect.items), ZERO)
    if not aspect.items:
        yield "items", _("it has no item")
    elif aspect.weight and total not in (WHOLE, aspect.weight):
        said = {"total": number_words(total), "weight": number_words(aspect.weight)}
        yield "weight", _("the weights of its items come to %(total)s; they must come to 100, or to its own weight of %(weight)s") % said
    elif not aspect.weight and total:
        yield "weight", _("it weighs nothing, so its items may only give a bonus or a veto")


def _of_items(judged: str, content: VersionContent, known: Mapping[str, Indicator]) -> Iterator[Fault]:
    seen: set[tuple[str, str, Way]] = set()
    for number, aspect in enumerate(content.aspects):
        for place, item in enumerate(aspect.items):
            where = _place(number, aspect, place, item)
            for field, message in item_faults(judged, item, known):
                yield Fault(where, message, number, place, field)
            if (item.source, item.code, item.way) in seen:
                yield Fault(where, _("the same code is scored by the same kind of rule twice"), number, place, "code")
            seen.add((item.source, item.code, item.way))


def _of_code(judged: str, item: ItemContent, known: Mapping[str, Indicator]) -> Iterator[tuple[str, str]]:
    if item.source is not Source.INDICATOR:
        if not OWN_CODE.fullmatch(item.code):
            yield "code", _("“%(code)s” is no code: letters, digits, dots and dashes, 40 at the most") % {"code": item.code}
        elif item.code in known:
            yield "code", _("“%(code)s” is the code of an indicator; take another for what comes from outside") % {"code": item.code}
        if not item.name:
            yield "name", _("what comes from an inspection or from outside needs a name")
    elif (indicator := indicator_of(item.code, known)) is None:
        yield "code", _("there is no indicator “%(code)s”") % {"code": item.code}
    elif Subject(judged) not in indicator.subjects:
        yield "code", _("the indicator %(code)s cannot be reckoned for whom this scheme judges") % {"code": item.code}
    elif "@" in item.code and not item.name:
        yield "name", _("an indicator narrowed to some classes needs a name of its own")


def _of_numbers(item: ItemContent) -> Iterator[tuple[str, str]]:
    if item.weight < 0 or item.bonus < 0:
        yield "weight", _("a weight and a bonus are never negative")
    if item.weight and item.bonus:
        yield "bonus", _("an item has a weight or gives a bonus, not both")
    if not item.weight and not item.bonus and item.veto_below is None:
        yield "weight", _("it has no weight, gives no bonus and vetoes nothing")


def _of_rule(item: ItemContent, known: Mapping[str, Indicator]) -> Iterator[tuple[str, str]]:
    if not 0 <= item.floor <= FULL:
        yield "floor", _("points lie between 0 and 100")
    if item.way is Way.LINEAR and item.zero_at == item.full_at:
        yield "full_at", _("no points and all points need two different values")
    if item.way is Way.BANDS:
        yield from _of_bands(item)
    elif item.bands:
        yield "bands", _("only a rule of bands has bands")
    if item.each < 0:
        yield "each", _("points off are not negative")
    elif item.way in (Way.PER_COUNT, Way.THRESHOLD, Way.RELATIVE) and not item.each:
        yield "each", _("this rule takes points off: say how many")
    if item.step <= 0:
        yield "step", _("a step is more than nothing")
    if (
        item.way is Way.RELATIVE
        and item.source is Source.INDICATOR
        and (one := indicator_of(item.code, known))
        and one.better.value == "neither"
    ):
        yield "way", _("of %(code)s neither more nor less is better, so it cannot be worse than before") % {"code": item.code}


def _of_bands(item: ItemContent) -> Iterator[tuple[str, str]]:
    if not item.bands:
        yield "bands", _("a rule of bands needs at least one")
    if any(not 0 <= points <= FULL for _value, points in item.bands):
        yield "bands", _("points lie between 0 and 100")


def _place(number: int, aspect: AspectContent, place: int | None = None, item: ItemContent | None = None) -> str:
    name = aspect.name or str(number + 1)
    if place is None or item is None:
        return _("Aspect “%(aspect)s”") % {"aspect": name}
    return _("Aspect “%(aspect)s”, item %(number)s (%(code)s)") % {"aspect": name, "number": place + 1, "code": item.code or "–"}


def _longest(model: type, field: str) -> int:
    return model._meta.get_field(field).max_length  # type: ignore[attr-defined]


def _fits(model: type, field: str, value: Decimal) -> bool:
    """Whether a column keeps the number with all its digits."""
    column = model._meta.get_field(field)  # type: ignore[attr-defined]
    if not value.is_finite():
        return False
    return value == round(value, column.decimal_places) and abs(value) < Decimal(10) ** (column.max_digits - column.decimal_places)
