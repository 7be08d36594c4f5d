"""Drawing as SVG: a sheet on which lines, boxes, shapes and words are put, the same for page, PDF and DOCX.

Presentation stands in attributes, not in styles, so that the strictest page may show it. Coordinates are rounded: the same drawing
gives the same text on every machine.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

FONT = "Noto Sans SC"
INK, SOFT, LINE, FAINT = "#1d2935", "#5a6874", "#c9d1d8", "#eceff2"
BLUE, RED, GREEN, GOLD = "#1f5f99", "#b3261e", "#2e7d4f", "#b7791f"
SHADES = ("#e3eef7", "#b9d5ea", "#84b4d8", "#4a8cbf", "#1f5f99", "#123f6b")  # from little to much

Point = tuple[float, float]


@dataclass(slots=True)
class Sheet:
    """A drawing in the making; x goes right, y goes down, in points."""

    width: int
    height: int
    parts: list[str] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, height: float, fill: str, round_by: float = 0) -> None:
        corner = f' rx="{_n(round_by)}"' if round_by else ""
        self.parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 0))}" height="{_n(max(height, 0))}"{corner} fill="{fill}"/>'
        )

    def line(self, begin: Point, end: Point, stroke: str = LINE, width: float = 1, dashes: str = "") -> None:
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.parts.append(
            f'<line x1="{_n(begin[0])}" y1="{_n(begin[1])}" x2="{_n(end[0])}" y2="{_n(end[1])}" '
            f'stroke="{stroke}" stroke-width="{_n(width)}"{dashed}/>'
        )

    def path(self, points: Sequence[Point], stroke: str, width: float = 2, dashes: str = "") -> None:
        told = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.parts.append(
            f'<polyline points="{told}" fill="none" stroke="{stroke}" stroke-width="{_n(width)}" stroke-linejoin="round" '
            f'stroke-linecap="round"{dashed}/>'
        )

    def shape(self, rings: Sequence[Sequence[Point]], fill: str, stroke: str = "#ffffff", width: float = 1) -> None:
        """An area within its rings; a ring inside another is a hole."""
        told = " ".join("M" + " L".join(f"{_n(x)} {_n(y)}" for x, y in ring) + " Z" for ring in rings if ring)
        self.parts.append(
            f'<path d="{told}" fill="{fill}" fill-rule="evenodd" stroke="{stroke}" stroke-width="{_n(width)}" stroke-linejoin="round"/>'
        )

    def dot(self, at: Point, radius: float, fill: str, stroke: str = "#ffffff") -> None:
        self.parts.append(f'<circle cx="{_n(at[0])}" cy="{_n(at[1])}" r="{_n(radius)}" fill="{fill}" stroke="{stroke}" stroke-width="1"/>')

    def words(
        self, at: Point, text: str, size: float = 11, fill: str = INK, anchor: str = "start", bold: bool = False, halo: bool = False
    ) -> None:
        """Words whose baseline is at a point. `halo`: on a white edge, to be read over a map."""
        weight = ' font-weight="700"' if bold else ""
        placed = f'x="{_n(at[0])}" y="{_n(at[1])}" font-family="{FONT}, sans-serif" font-size="{_n(size)}" text-anchor="{anchor}"{weight}'
        if halo:
            # Twice, not with paint-order: not every program that shows SVG knows it.
            edge = 'fill="none" stroke="#ffffff" stroke-width="3" stroke-linejoin="round" stroke-opacity="0.85"'
            self.parts.append(f'<text {placed} {edge} aria-hidden="true">{escape(text)}</text>')
        self.parts.append(f'<text {placed} fill="{fill}">{escape(text)}</text>')

    def svg(self, told: str) -> str:
        """The whole drawing. `told` says what it shows."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" height="{self.height}" '
            f'role="img"><title>{escape(told)}</title>{"".join(self.parts)}</svg>'
        )


def width_of(text: str, size: float = 11) -> float:
    """About how wide words are: a Chinese sign is as wide as high."""
    return sum(size if unicodedata.east_asian_width(sign) in "WF" else size * 0.56 for sign in text)


def cut_to(text: str, width: float, size: float = 11) -> str:
    """Words cut short to a width."""
    if width_of(text, size) <= width:
        return text
    while text and width_of(text + "…", size) > width:
        text = text[:-1]
    return text + "…"


def round_top(highest: float) -> float:
    """The top of an axis: a round number not below the highest value. 1 for nothing."""
    if highest <= 0:
        return 1.0
    unit = 10.0 ** (len(str(int(highest))) - 1) if highest >= 1 else 0.1
    return next(step * unit for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * unit >= highest)


def _n(value: float) -> str:
    return f"{round(value, 1):g}"
