"""The life of a case as a picture (SVG), drawn from the rule book.

Only where each stage stands, and how far some lines bend, is chosen here.
"""

from collections import defaultdict
from collections.abc import Mapping
from math import hypot

from chengge.domain.lifecycle import OPEN, REPORT, TRANSITIONS, Axis, Stage, Transition

WIDTH, HEIGHT = 1720, 900
BESIDE_FROM, BESIDE_LINE = 700, 20  # below the stages: what leaves the case where it is
BOX_WIDTH, BOX_HEIGHT = 164, 52
PLACES: dict[Stage, tuple[int, int]] = {
    Stage.REPORTED: (140, 320),
    Stage.VERIFYING: (140, 80),
    Stage.TRANSFERRED: (140, 540),
    Stage.MERGED: (285, 640),
    Stage.ACCEPTED: (430, 320),
    Stage.REJECTED: (430, 80),
    Stage.FILED: (430, 540),
    Stage.DISPATCHED: (810, 540),
    Stage.RETURNED: (810, 320),
    Stage.VOIDED: (640, 80),
    Stage.HANDLING: (1110, 540),
    Stage.HANDLED: (1110, 320),
    Stage.CHECKING: (1367, 320),
    Stage.CHECKED: (1624, 320),
    Stage.CLOSED: (1624, 80),
}
COMMAND_SIDE = (330, 485, 880, 110)  # where the command axis works: left, top, width, height
# How far the middle of a line lies off the straight way, in pixels to its right. A pair of opposite lines bends a little by itself.
BENDS: dict[tuple[Stage, Stage], int] = {
    (Stage.REPORTED, Stage.CHECKED): -182,
    (Stage.CHECKED, Stage.REPORTED): 132,
    (Stage.CHECKED, Stage.HANDLED): 45,
    (Stage.CHECKING, Stage.DISPATCHED): -215,
    (Stage.HANDLING, Stage.FILED): 66,
}
PAIR_BEND = 26
MOST_IN_BOX = 2  # so many actions that leave a stage as it is fit below its name; more stand below the picture
COLOURS = {Axis.SUPERVISION: "#1d5fa8", Axis.COMMAND: "#b4540a"}
INK, PALE, END = "#1f2937", "#f3f6fa", "#6b7280"


def picture() -> str:
    """The whole SVG. A stage that stands nowhere raises KeyError: give it a place."""
    between: dict[tuple[Stage, Stage], list[Transition]] = defaultdict(list)
    words: dict[Stage, str] = defaultdict(str)
    loops: dict[Stage, list[Transition]] = defaultdict(list)
    for row in TRANSITIONS:
        if row.is_overlay:
            continue
        if row.sources == frozenset(OPEN) and row.target:
            words[row.target] = f"{row.action}: from every open stage"
            continue
        for source in (stage for stage in Stage if stage in row.sources):
            if row.target_from(source) is source:
                loops[source].append(row)
            else:
                between[source, row.target_from(source)].append(row)
    words |= {stage: " ".join(("↻", *(row.action for row in rows))) for stage, rows in loops.items() if len(rows) <= MOST_IN_BOX}
    aside = {stage: rows for stage, rows in loops.items() if len(rows) > MOST_IN_BOX}
    lines = [_line(ends, rows, (ends[1], ends[0]) in between) for ends, rows in between.items()]
    boxes = [_box(stage, words[stage]) for stage in Stage]
    return "".join((_head(), *(shape for shape, _label in lines), *boxes, *(label for _shape, label in lines), _beside(aside), "</svg>\n"))


def _head() -> str:
    left, top, width, height = COMMAND_SIDE
    x, y = PLACES[Stage.REPORTED]
    arrows = "".join(
        f'<marker id="{axis}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
        for axis, colour in COLOURS.items()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="15" role="img">\n'
        "<title>The life of a case: stages, and the actions that lead from one to the next</title>\n"
        f'<defs>{arrows}</defs>\n<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n'
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="14" fill="#fdf3ea"/>\n'
        f'<text x="{left + 14}" y="{top + height - 10}" fill="{COLOURS[Axis.COMMAND]}">command axis</text>\n'
        f'<text x="20" y="{HEIGHT - 14}" fill="{INK}">blue: supervision acts; brown: command acts; ↻ the stage stays as it is</text>\n'
        f'<text x="{x - 30}" y="{y + BOX_HEIGHT - 6}" text-anchor="end" fill="{INK}">▴ {REPORT}</text>\n'
    )


def _beside(loops: Mapping[Stage, list[Transition]]) -> str:
    """What is done without leaving the stage, line by line: by whom it may be, and from where."""
    groups: dict[frozenset[Stage], list[Transition]] = defaultdict(list)
    for stage, rows in loops.items():
        groups[frozenset({stage})] += rows
    for row in TRANSITIONS:
        if row.is_overlay:
            groups[row.sources].append(row)
    lines: list[str] = []
    for sources, rows in groups.items():
        stages = ", ".join(stage.value for stage in Stage if stage in sources)
        for axis, colour in COLOURS.items():
            if actions := [row.action for row in rows if row.axis is axis]:
                lines.append(f'<tspan x="20" dy="{BESIDE_LINE if lines else 0}" fill="{colour}">↻ {stages}: {", ".join(actions)}</tspan>')
    return f'<text x="20" y="{BESIDE_FROM}" font-size="13">{"".join(lines)}</text>\n'


def _box(stage: Stage, words: str) -> str:
    """A stage, with a line of words below its name."""
    x, y = PLACES[stage]
    left, top = x - BOX_WIDTH // 2, y - BOX_HEIGHT // 2
    edge, fill = (END, PALE) if stage.is_end else (INK, "#ffffff")
    below = f'<text x="{x}" y="{y + 19}" text-anchor="middle" font-size="11" fill="{END}">{words}</text>' if words else ""
    return (
        f'<rect x="{left}" y="{top}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="8" fill="{fill}" stroke="{edge}" stroke-width="1.5"/>'
        f'<text x="{x}" y="{y + (1 if words else 6)}" text-anchor="middle" font-size="17" fill="{INK}">{stage}</text>{below}\n'
    )


def _line(ends: tuple[Stage, Stage], rows: list[Transition], has_opposite: bool) -> tuple[str, str]:
    """The arrow between two stages, and its label: one line for each action."""
    (ax, ay), (bx, by) = PLACES[ends[0]], PLACES[ends[1]]
    bend = BENDS.get(ends, PAIR_BEND if has_opposite else 0)
    length = hypot(bx - ax, by - ay)
    aside_x, aside_y = -(by - ay) / length, (bx - ax) / length
    control = ((ax + bx) / 2 + 2 * bend * aside_x, (ay + by) / 2 + 2 * bend * aside_y)
    start, stop = _border((ax, ay), control), _border((bx, by), control)
    axis = rows[0].axis
    curve = f"M{start[0]:.0f} {start[1]:.0f}Q{control[0]:.0f} {control[1]:.0f} {stop[0]:.0f} {stop[1]:.0f}"
    shape = f'<path d="{curve}" fill="none" stroke="{COLOURS[axis]}" stroke-width="1.6" marker-end="url(#{axis})"/>\n'
    middle = tuple((one + 2 * turn + other) / 4 for one, turn, other in zip(start, control, stop, strict=True))
    side = bend or (-1 if aside_y > 0 else 1)  # beside a straight line: above it
    return shape, _label(middle, (aside_x * side, aside_y * side), [row.action for row in rows], COLOURS[axis])


def _border(box: tuple[int, int], towards: tuple[float, float]) -> tuple[float, float]:
    """Where the way from the middle of a box towards a place leaves the box."""
    across, down = towards[0] - box[0], towards[1] - box[1]
    share = min((BOX_WIDTH / 2 + 2) / abs(across) if across else float("inf"), (BOX_HEIGHT / 2 + 2) / abs(down) if down else float("inf"))
    return box[0] + across * share, box[1] + down * share


def _label(middle: tuple[float, ...], aside: tuple[float, float], actions: list[str], colour: str) -> str:
    """Beside the line, on the side to which it bends."""
    if abs(aside[0]) > abs(aside[1]):
        anchor, x = ("start", middle[0] + 6) if aside[0] > 0 else ("end", middle[0] - 6)
        y = middle[1] + 5 - 9 * (len(actions) - 1)
    else:
        anchor, x = "middle", middle[0]
        y = middle[1] + 18 if aside[1] > 0 else middle[1] - 7 - 18 * (len(actions) - 1)
    words = "".join(f'<tspan x="{x:.0f}" dy="{18 if place else 0}">{action}</tspan>' for place, action in enumerate(actions))
    halo = 'stroke="#ffffff" stroke-width="3" paint-order="stroke"'
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}" {halo}>{words}</text>\n'
