"""Charts of a bulletin: numbers over days, ranked bars, ranks with what is noise in them. Pure: numbers in, SVG out."""

from collections.abc import Sequence
from dataclasses import dataclass

from chengge.evaluation.bulletin.document import Picture
from chengge.evaluation.bulletin.drawing import BLUE, FAINT, GOLD, INK, LINE, RED, SOFT, Sheet, cut_to, round_top, width_of

WIDTH = 640
BAR, GAP = 15, 9
STEPS = 4


@dataclass(frozen=True, slots=True)
class Series:
    """One line over the days."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `shown` is the value as it is written; `before` that of the period before, None where there is none."""

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


def ranked_bars(caption: str, told: str, bars: Sequence[Bar], top_value: float, before_label: str = "") -> Picture:
    """Bars lying one below the other, each with its value, and a mark where it stood in the period before."""
    legend = 24 if before_label and any(bar.before is not None for bar in bars) else 4
    height = legend + len(bars) * (BAR + GAP) + 6
    name_width = min(190.0, max((width_of(bar.name) for bar in bars), default=0) + 12)
    shown_width = max((width_of(bar.shown) for bar in bars), default=0) + 12
    left, right = name_width, WIDTH - shown_width
    top_value = top_value or 1
    sheet = Sheet(WIDTH, height)
    if legend > 4:
        sheet.line((left, 8), (left, 18), RED, 2.4)
        sheet.words((left + 8, 17), before_label, 10, SOFT)
    for index, bar in enumerate(bars):
        y = legend + index * (BAR + GAP)
        sheet.words((left - 8, y + BAR - 3.5), cut_to(bar.name, name_width - 10), 11, INK, "end")
        sheet.box(left, y, right - left, BAR, FAINT, 2)
        sheet.box(left, y, (right - left) * min(bar.value / top_value, 1), BAR, BLUE, 2)
        if bar.before is not None:
            x = left + (right - left) * min(bar.before / top_value, 1)
            sheet.line((x, y - 2), (x, y + BAR + 2), RED, 2.4)
        sheet.words((right + 8, y + BAR - 3.5), bar.shown, 11, INK, bold=True)
    return Picture(caption, told, sheet.svg(told), WIDTH, height)


def ranks_with_noise(caption: str, told: str, places: Sequence[Place], best: str, worst: str) -> Picture:
    """Each rank as a dot on the span in which it lies: where spans overlap, the order is no more than chance."""
    row = 22
    top = 30
    height = top + len(places) * row + 8
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
        y = top + index * row + row / 2
        sheet.words((name_width - 2, y + 4), cut_to(place.name, name_width - 4), 11, INK, "end")
        begin, end = left + (place.low - 1) * step, left + (place.high - 1) * step
        sheet.line((begin, y), (end, y), "#9dbbd6", 6)
        sheet.dot((left + (place.rank - 1) * step, y), 5, BLUE)
    return Picture(caption, told, sheet.svg(told), WIDTH, height)
