"""Charts of a bulletin: numbers over days, ranked values, ranks with what is noise in them. Pure: numbers in, SVG out."""

from collections.abc import Sequence
from dataclasses import dataclass

from chengge.documents.document import Picture
from chengge.documents.drawing import BLUE, FAINT, GOLD, INK, LINE, RED, SOFT, Sheet, cut_to, round_top, width_of

WIDTH = 640
ROW = 22
HOLLOW = "#ffffff"
STEPS = 4


@dataclass(frozen=True, slots=True)
class Series:
    """One line over the days."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """One value. `shown` is how it is written; `before` that of the period before, None where there is none."""

    name: str
    value: float
    shown: str
    before: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A rank, and between which ranks it lies when the cases are drawn anew."""

    name: str
    rank: int
    low: int
    high: int


def over_days(caption: str, told: str, days: Sequence[str], lines: Sequence[Series]) -> Picture:
    """Lines over the days; the days are written as often as there is room."""
    height, left, right, top, bottom = 210, 40, WIDTH - 12, 34, 180
    sheet = Sheet(WIDTH, height)
    highest = round_top(max((value for line in lines for value in line.values), default=0))
    step_y = (bottom - top) / STEPS
    for step in range(STEPS + 1):
        y = bottom - step * step_y
        sheet.line((left, y), (right, y), LINE if step == 0 else FAINT)
        sheet.words((left - 6, y + 4), f"{highest * step / STEPS:g}", 10, SOFT, "end")
    step_x = (right - left) / max(len(days), 1)
    middles = [left + (index + 0.5) * step_x for index in range(len(days))]
    every = max(1, -(-len(days) // 16))
    for index in range(0, len(days), every):
        sheet.words((middles[index], bottom + 17), days[index], 10, SOFT, "middle")
    at = float(left)
    for line, (stroke, dashes) in zip(lines, ((BLUE, ""), (GOLD, ""), (RED, "5 3")), strict=False):
        points = [(x, bottom - value / highest * (bottom - top)) for x, value in zip(middles, line.values, strict=True)]
        sheet.path(points, stroke, 2.2, dashes)
        for point in points if len(points) <= 40 else ():
            sheet.dot(point, 2.6, stroke)
        sheet.line((at, 14), (at + 18, 14), stroke, 2.6, dashes)
        sheet.words((at + 24, 18), line.name, 11, INK)
        at += 24 + width_of(line.name) + 22
    return Picture(caption, told, sheet.svg(told), WIDTH, height)


def ranked_dots(
    caption: str, told: str, dots: Sequence[Dot], begin: float, end: float, ticks: Sequence[tuple[float, str]], before: str
) -> Picture:
    """Values as dots on a scale that need not begin at nought, the best first, each joined to where it stood before.

    Args:
        begin, end: the ends of the scale.
        ticks: values at which the scale is written, with what is written.
        before: what the period before is called.
    """
    compared = any(dot.before is not None for dot in dots)
    top = 44 if compared else 24
    height = top + len(dots) * ROW + 6
    name_width = min(190.0, max((width_of(dot.name) for dot in dots), default=0) + 14)
    left, right = name_width + 6, WIDTH - max((width_of(dot.shown) for dot in dots), default=0) - 18
    sheet = Sheet(WIDTH, height)

    def at(value: float) -> float:
        return left + (right - left) * (min(max(value, begin), end) - begin) / (end - begin)

    if compared:
        sheet.dot((left + 5, 10), 4, HOLLOW, SOFT)
        sheet.words((left + 14, 14), before, 10, SOFT)
    for value, label in ticks:
        sheet.line((at(value), top - 6), (at(value), height - 4), FAINT)
        sheet.words((at(value), top - 10), label, 10, SOFT, "middle")
    for index, dot in enumerate(dots):
        y = top + index * ROW + ROW / 2
        sheet.words((name_width - 2, y + 4), cut_to(dot.name, name_width - 4), 11, INK, "end")
        sheet.line((left, y), (right, y), FAINT)
        if dot.before is not None:
            sheet.line((at(dot.before), y), (at(dot.value), y), "#9dbbd6", 3)
            sheet.dot((at(dot.before), y), 4, HOLLOW, SOFT)
        sheet.dot((at(dot.value), y), 5.5, BLUE)
        sheet.words((right + 12, y + 4), dot.shown, 11, INK, bold=True)
    return Picture(caption, told, sheet.svg(told), WIDTH, height)


def ranks_with_noise(caption: str, told: str, places: Sequence[Place], best: str, worst: str) -> Picture:
    """Each rank as a dot on the span in which it lies: where spans overlap, the order is no more than chance."""
    top = 30
    height = top + len(places) * ROW + 8
    name_width = min(190.0, max((width_of(place.name) for place in places), default=0) + 14)
    left, right = name_width + 12, WIDTH - 20
    last = max((place.high for place in places), default=1)
    sheet = Sheet(WIDTH, height)
    step = (right - left) / max(last - 1, 1)
    every = max(1, -(-last // 16))
    for rank in range(1, last + 1):
        x = left + (rank - 1) * step
        sheet.line((x, top - 6), (x, height - 6), FAINT)
        if (rank - 1) % every == 0:
            sheet.words((x, top - 11), str(rank), 10, SOFT, "middle")
    sheet.words((name_width - 2, top - 11), f"{best} → {worst}", 10, SOFT, "end")
    for index, place in enumerate(places):
        y = top + index * ROW + ROW / 2
        sheet.words((name_width - 2, y + 4), cut_to(place.name, name_width - 4), 11, INK, "end")
        begin, end = left + (place.low - 1) * step, left + (place.high - 1) * step
        sheet.line((begin, y), (end, y), "#9dbbd6", 6)
        sheet.dot((left + (place.rank - 1) * step, y), 5, BLUE)
    return Picture(caption, told, sheet.svg(told), WIDTH, height)
