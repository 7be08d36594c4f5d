"""Pictures for simulated cases: street scenes drawn by the lab, before and after, each marked as simulated.

A scene and a variant always give the same picture, so it is stored once and shown by many cases.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

WIDTH, HEIGHT = 960, 720  # in which scenes are drawn
KEPT_SIZE = (800, 600)
HORIZON = 290
KERB = (520, 455)  # x of the kerb at the lower edge and at the horizon
SCENES = (
    "rubbish",
    "parking",
    "stall",
    "sign",
    "hole",
    "street",
    "bin",
    "pole",
    "green",
    "site",
    "cover",
    "water",
    "flood",
)  # the commonest first
VARIANTS = 2
VIEWS = ("far", "near", "done", "check")
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the problem stands in the picture: its middle at the ground and its size, in pixels."""

    x: int
    y: int
    size: int


def picture(scene: str, variant: int, view: str) -> bytes:
    """A JPEG: the problem from afar or near, the same place with the problem gone, or that place seen again by the inspector."""
    chance = Random(f"{scene} {variant}")  # noqa: S311 (pictures, not secrets)
    image = Image.new("RGB", (WIDTH, HEIGHT))
    spot = Spot(chance.randint(300, 640), chance.randint(520, 600), chance.randint(150, 200))
    _street(ImageDraw.Draw(image), chance, scene)
    _draw_scene(image, scene, spot, chance, view in ("far", "near"))
    if view == "near":
        half = int(spot.size * 1.15)
        left, top = min(max(spot.x - half, 0), WIDTH - 2 * half), min(max(spot.y - half, 0), HEIGHT - int(1.5 * half))
        box = (left, top, left + 2 * half, top + int(1.5 * half))
    else:
        box = (40, 30, WIDTH - 60, HEIGHT - 45) if view == "check" else (0, 0, WIDTH, HEIGHT)
    image = image.resize(KEPT_SIZE, Image.Resampling.BILINEAR, box)
    return _as_photo(image, Random(f"{scene} {variant} {view}"), dusk=variant % 5 == 4)  # noqa: S311


def _street(draw: ImageDraw.ImageDraw, chance: Random, scene: str) -> None:
    """Sky, houses, pavement, road, trees and lamps in one perspective."""
    top, low = chance.choice([((120, 164, 210), (214, 228, 238)), ((176, 184, 190), (222, 224, 224)), ((146, 178, 206), (240, 228, 208))])
    for y in range(HORIZON + 10):
        share = y / HORIZON
        draw.line([(0, y), (WIDTH, y)], fill=_mix(top, low, share))
    x = -30
    while x < WIDTH:
        wide, high = chance.randint(70, 150), chance.randint(70, 235)
        _house(draw, chance, x, HORIZON - high, wide, high)
        x += wide + chance.choice([0, 4, 18])
    if scene == "water":
        draw.rectangle([0, HORIZON, WIDTH, HEIGHT], fill=(104, 132, 134))
        for _ in range(150):
            y = chance.randint(HORIZON + 4, 520)
            x = chance.randint(0, WIDTH)
            draw.line([(x, y), (x + chance.randint(20, 90), y)], fill=_near((122, 150, 150), 14, chance), width=2)
        draw.polygon([(0, 520), (WIDTH, 470), (WIDTH, HEIGHT), (0, HEIGHT)], fill=(168, 164, 154))
        for post in range(0, WIDTH, 64):
            draw.line([(post, 520 - post * 50 // WIDTH), (post, 468 - post * 50 // WIDTH)], fill=(206, 204, 196), width=7)
        draw.line([(0, 474), (WIDTH, 424)], fill=(214, 212, 204), width=6)
        draw.line([(0, 498), (WIDTH, 448)], fill=(200, 198, 190), width=4)
        return
    ground = (128, 144, 96) if scene == "green" else (178, 174, 166)
    draw.rectangle([0, HORIZON, WIDTH, HEIGHT], fill=ground)
    draw.polygon([(KERB[0], HEIGHT), (KERB[1], HORIZON), (WIDTH, HORIZON), (WIDTH, HEIGHT)], fill=(98, 99, 102))
    draw.line([(KERB[0], HEIGHT), (KERB[1], HORIZON)], fill=(206, 203, 196), width=11)
    for step in range(7):
        near, far = HEIGHT - step * 62, HEIGHT - step * 62 - 30
        draw.line([(_along(near, 840), near), (_along(far, 840), far)], fill=(222, 222, 214), width=max(2, 8 - step))
    if scene != "green":
        for row in range(HORIZON + 14, HEIGHT, 34):
            draw.line([(0, row), (_along(row, KERB[0]), row)], fill=(162, 158, 150), width=1)
        for column in range(-400, KERB[0], 66):
            draw.line([(column, HEIGHT), (KERB[1] - (KERB[0] - column) // 4, HORIZON)], fill=(166, 162, 154), width=1)
    for step in range(4):
        y = HORIZON + 36 + step * 62
        _tree(draw, chance, _along(y, 210) - step * 30, y, 52 + step * 30)
    lamp = _along(430, KERB[0]) - 16
    draw.line([(lamp, 430), (lamp, 140)], fill=(92, 94, 98), width=6)
    draw.line([(lamp, 142), (lamp + 62, 128)], fill=(92, 94, 98), width=5)
    draw.ellipse([lamp + 46, 120, lamp + 82, 134], fill=(226, 226, 214))


def _along(y: int, x_below: int) -> int:
    """x at height y of a line that runs from x_below at the lower edge to the vanishing point."""
    share = (HEIGHT - y) / (HEIGHT - HORIZON)
    return int(x_below + (470 - x_below) * share)


def _house(draw: ImageDraw.ImageDraw, chance: Random, x: int, y: int, wide: int, high: int) -> None:
    wall = _near(chance.choice([(206, 198, 184), (188, 178, 168), (214, 206, 196), (176, 186, 192), (196, 170, 150)]), 10, chance)
    draw.rectangle([x, y, x + wide, HORIZON + 8], fill=wall)
    for row in range(y + 10, HORIZON - 20, 20):
        for column in range(x + 8, x + wide - 10, 17):
            draw.rectangle(
                [column, row, column + 9, row + 11], fill=_near(chance.choice([(96, 112, 126), (130, 146, 158), (74, 86, 98)]), 8, chance)
            )
    sign = _near(chance.choice([(176, 52, 44), (36, 92, 148), (210, 148, 40), (58, 122, 80)]), 10, chance)
    draw.rectangle([x + 4, HORIZON - 22, x + wide - 4, HORIZON - 8], fill=sign)
    for letter in range(x + 14, x + wide - 18, 16):
        draw.rectangle([letter, HORIZON - 19, letter + 9, HORIZON - 11], fill=(244, 240, 226))


def _tree(draw: ImageDraw.ImageDraw, chance: Random, x: int, y: int, size: int) -> None:
    draw.line([(x, y), (x, y - size)], fill=(96, 78, 60), width=max(4, size // 9))
    for _ in range(26):
        dx, dy, r = chance.gauss(0, size * 0.32), chance.gauss(0, size * 0.26), size * chance.uniform(0.14, 0.28)
        middle = x + dx, y - size * 1.25 + dy
        draw.ellipse([middle[0] - r, middle[1] - r, middle[0] + r, middle[1] + r], fill=_near((74, 112, 62), 22, chance))


def _draw_scene(image: Image.Image, scene: str, spot: Spot, chance: Random, problem: bool) -> None:
    draw = ImageDraw.Draw(image, "RGBA")
    _PAINTERS.get(scene, _rubbish)(draw, spot, chance, problem)


def _cover(draw: ImageDraw.ImageDraw, spot: Spot, chance: Random, problem: bool) -> None:
    wide, high = spot.size, spot.size * 2 // 5
    box = [spot.x - wide // 2, spot.y - high // 2, spot.x + wide // 2, spot.y + high // 2]
    draw.ellipse(box, fill=(70, 70, 72, 255), outline=(126, 124, 120, 255), width=9)
    if problem:
        draw.ellipse([box[0] + 14, box[1] + 8, box[2] - 14, box[3] - 4], fill=(14, 14, 16, 255))
        draw.polygon(
            [
                (spot.x + 20, spot.y - 30),
                (spot.x + wide // 2 + 60, spot.y - 44),
                (spot.x + wide // 2 + 76, spot.y - 16),
                (spot.x + 44, spot.y - 2),
            ],
            fill=(88, 88, 90, 255),
        )
        return
    for ring in range(3):
        inset = 16 + ring * 17
        draw.ellipse(
            [box[0] + inset, box[1] + inset * 2 // 5, box[2] - inset, box[3] - inset * 2 // 5], outline=(104, 104, 104, 255), width=4
        )


def _hole(draw: ImageDraw.ImageDraw, spot: Spot, chance: Random, problem: bool) -> None:
    edge = [
        (
            spot.x + spot.size * 0.7 * chance.uniform(0.75, 1.2) * np.cos(angle),
            spot.y + spot.size * 0.26 * chance.uniform(0.75, 1.2) * np.sin(angle),
        )
        for angle in np.linspace(0, 2 * np.pi, 17)
    ]
    draw.polygon(edge, fill=(58, 52, 46, 255) if problem else (74, 75, 78, 255))
    if problem:
        for _ in range(60):
            x, y = spot.x + chance.gauss(0, spot.size * 0.3), spot.y + chance.gauss(0, spot.size * 0.09)
            draw.ellipse([x - 5, y - 3, x + 5, y + 3], fill=(*_near((112, 104, 94), 24, chance), 255))


def _rubbish(draw: ImageDraw.ImageDraw, spot: Spot, chance: Random, problem: bool) -> None:
    if not problem:
        return
    for _ in range(58):
        x, y = spot.x + chance.gauss(0, spot.size * 0.42), spot.y + chance.gauss(0, spot.size * 0.15)
        size = chance.uniform(8, 34)
        colour = chance.choice(
            [(238, 238, 236), (40, 42, 46), (196, 60, 48), (60, 110, 170), (208, 178, 120), (120, 96, 72), (70, 130, 80)]
        )
        if chance.random() < 0.5:
            draw.ellipse([x - size, y - size * 0.8, x + size, y + size * 0.4], fill=(*_near(colour, 16, chance), 255))
        else:
            draw.polygon(
                [(x - size, y), (x - size * 0.3, y - size), (x + size, y - size * 0.4), (x + size * 0.5, y + size * 0.3)],
                fill=(*_near(colour, 16, chance), 255),
            )


def _bin(draw: ImageDraw.ImageDraw, spot: Spot, chance: Random, problem: bool) -> None:
    x, y, high = spot.x, spot.y, spot.size
    for shift, colour in ((-46, (52, 110, 176)), (46, (70, 140, 84))):
        draw.rectangle([x + shift - 40, y - high, x + shift + 40, y], fill=(*colour, 255))
        draw.rectangle([x + shift - 46, y - high - 12, x + shift + 46, y - high + 10], fill=(*_mix(colour, (0, 0, 0), 0.25), 255))
    if problem:
        _rubbish(draw, Spot(x, y - high - 4, high * 2 // 3), chance, True)
        _rubbish(draw, Spot(x + 20, y + 14, high), chance, True)


def _stall(draw: ImageDraw.ImageDraw, spot: Spot, chance: Random, problem: bool) -> None:
    if not problem:
        return
    for shift in (-150, 10):
        x, y = spot.x + shift, spot.y
        draw.line([(x - 66, y), (x - 66, y - 170)], fill=(120, 120, 120, 255), width=5)
        draw.line([(x + 66, y), (x + 66, y - 170)], fill=(120, 120, 120, 255), width=5)
        draw.polygon(
            [(x - 92, y - 168), (x, y - 226), (x + 92, y - 168)],
            fill=(*chance.choice([(196, 54, 46), (40, 100, 164), (226, 158, 44)]), 255),
        )
        draw.rectangle([x - 72, y - 66, x + 72, y - 8], fill=(150, 116, 78, 255))
        for _ in range(26):
            gx, gy = x + chance.randint(-64, 64), y - 72 + chance.randint(-9, 9)
            draw.ellipse(
                [gx - 10, gy - 10, gx + 10, gy + 8],
                fill=(*chance.choice([(226, 120, 40), (190, 40, 40), (120, 168, 60), (238, 206, 90)]), 255),
            )


def _parking(draw: ImageDraw.ImageDraw, spot: Spot, chance: Random, problem: bool) -> None:
    if not problem:
        return
    for shift in (-170, 60):
        x, y, colour = (
            spot.x + shift,
            spot.y + chance.randint(-10, 10),
            chance.choice([(228, 228, 230), (44, 48, 54), (150, 36, 38), (70, 96, 130)]),
        )
        draw.rounded_rectangle([x - 108, y - 66, x + 108, y], 20, fill=(*colour, 255))
        draw.polygon(
            [(x - 70, y - 62), (x - 44, y - 112), (x + 46, y - 112), (x + 76, y - 62)], fill=(*_mix(colour, (20, 30, 40), 0.5), 255)
        )
        draw.polygon([(x - 56, y - 66), (x - 36, y - 104), (x - 2, y - 104), (x - 2, y - 66)], fill=(168, 190, 204, 255))
        draw.polygon([(x + 6, y - 66), (x + 6, y - 104), (x + 38, y - 104), (x + 60, y - 66)], fill=(168, 190, 204, 255))
        for wheel in (-64, 64):
            draw.ellipse([x + wheel - 24, y - 24, x + wheel + 24, y + 22], fill=(24, 24, 26, 255), outline=(140, 140, 142, 255), width=6)
        draw.rectangle([x - 26, y - 20, x + 26, y - 6], fill=(36, 84, 170, 255))


def _sign(draw: ImageDraw.ImageDraw, spot: Spot, chance: Random, problem: bool) -> None:
    x, y = spot.x, spot.y
    draw.rectangle([x - 150, y - 230, x + 150, y - 20], fill=(204, 198, 188, 255), outline=(150, 144, 136, 255), width=5)
    if not problem:
        draw.rectangle([x - 120, y - 200, x + 120, y - 60], fill=(58, 116, 84, 255))
        return
    for _ in range(16):
        px, py = x + chance.randint(-130, 96), y + chance.randint(-218, -70)
        draw.polygon(
            [(px, py), (px + 46, py + chance.randint(-7, 7)), (px + 44, py + 34), (px + 2, py + 30)],
            fill=(*chance.choice([(244, 238, 210), (250, 250, 248), (246, 206, 120), (238, 160, 150)]), 255),
        )
        for line in range(3):
            draw.line([(px + 6, py + 8 + line * 8), (px + 36, py + 8 + line * 8)], fill=(60, 60, 60, 255), width=3)


def _pole(draw: ImageDraw.ImageDraw, spot: Spot, chance: Random, problem: bool) -> None:
    x, y = spot.x, spot.y
    lean = 130 if problem else 0
    draw.line([(x, y), (x + lean, y - 330)], fill=(128, 128, 126, 255), width=16)
    draw.rectangle([x - 26, y - 10, x + 26, y + 12], fill=(150, 146, 140, 255))
    for wire in range(3):
        start = x + lean, y - 322 + wire * 22
        sag = 190 if problem else 24
        points = [
            (start[0] + (WIDTH - start[0]) * s, start[1] + sag * 4 * s * (1 - s) + (0 if problem else -30 * s))
            for s in np.linspace(0, 1, 20)
        ]
        draw.line(points, fill=(30, 30, 32, 255), width=4)


def _green(draw: ImageDraw.ImageDraw, spot: Spot, chance: Random, problem: bool) -> None:
    x, y = spot.x, spot.y
    if problem:
        draw.line([(x - 210, y + 10), (x + 130, y - 46)], fill=(104, 82, 60, 255), width=26)
        for _ in range(70):
            bx, by, r = x + 150 + chance.gauss(0, 60), y - 56 + chance.gauss(0, 34), chance.uniform(10, 28)
            draw.ellipse([bx - r, by - r, bx + r, by + r], fill=(*_near((112, 122, 62), 26, chance), 255))
        return
    for _ in range(110):
        bx, by, r = x + chance.gauss(0, 150), y + chance.gauss(0, 16), chance.uniform(8, 20)
        draw.ellipse([bx - r, by - r, bx + r, by + r], fill=(*_near((82, 134, 66), 18, chance), 255))


def _water(draw: ImageDraw.ImageDraw, spot: Spot, chance: Random, problem: bool) -> None:
    if problem:
        _rubbish(draw, Spot(spot.x, 440, spot.size), chance, True)
        _rubbish(draw, Spot(spot.x - 160, 410, spot.size // 2), chance, True)


def _flood(draw: ImageDraw.ImageDraw, spot: Spot, chance: Random, problem: bool) -> None:
    shade = (112, 124, 132, 235) if problem else (90, 92, 96, 120)
    size = 1.9 if problem else 0.9
    edge = [
        (
            spot.x + 120 + spot.size * size * chance.uniform(0.85, 1.1) * np.cos(angle),
            spot.y + 30 + spot.size * 0.42 * size * chance.uniform(0.85, 1.1) * np.sin(angle),
        )
        for angle in np.linspace(0, 2 * np.pi, 23)
    ]
    draw.polygon(edge, fill=shade)
    if problem:
        for ring in range(5):
            radius = 16 + ring * 20
            draw.ellipse(
                [spot.x + 120 - radius, spot.y + 30 - radius // 3, spot.x + 120 + radius, spot.y + 30 + radius // 3],
                outline=(160, 172, 178, 200),
                width=3,
            )


def _site(draw: ImageDraw.ImageDraw, spot: Spot, chance: Random, problem: bool) -> None:
    y = spot.y - 60
    for panel in range(-1, 6):
        left = panel * 150 + 20
        tilt = 30 if problem and panel in (2, 3) else 0
        draw.polygon(
            [(left, y), (left + tilt, y - 170), (left + 146 + tilt, y - 170), (left + 146, y)],
            fill=(44, 112, 168, 255),
            outline=(224, 226, 228, 255),
        )
    if problem:
        draw.polygon(
            [(spot.x - 170, spot.y + 60), (spot.x - 40, spot.y - 70), (spot.x + 60, spot.y - 20), (spot.x + 190, spot.y + 60)],
            fill=(164, 132, 92, 255),
        )
        for _ in range(50):
            x, by = spot.x + chance.gauss(0, 90), spot.y + 30 + chance.gauss(0, 16)
            draw.rectangle([x - 11, by - 6, x + 11, by + 6], fill=(*_near((172, 92, 66), 20, chance), 255))


_PAINTERS: dict[str, Callable[[ImageDraw.ImageDraw, Spot, Random, bool], None]] = {
    "street": _rubbish,
    "cover": _cover,
    "sign": _sign,
    "green": _green,
    "pole": _pole,
    "stall": _stall,
    "rubbish": _rubbish,
    "water": _water,
    "parking": _parking,
    "site": _site,
    "hole": _hole,
    "bin": _bin,
    "flood": _flood,
}


def _as_photo(image: Image.Image, chance: Random, dusk: bool) -> bytes:
    """Soften, grain, shade the corners, and write that it is simulated."""
    wide, high = image.size
    image = ImageEnhance.Color(image.filter(ImageFilter.BoxBlur(0.6))).enhance(chance.uniform(0.8, 1.0))
    light = 0.62 if dusk else chance.uniform(0.92, 1.06)
    grain = np.random.default_rng(chance.getrandbits(32)).integers(-13, 14, (high, wide, 1), dtype=np.int16)
    pixels = np.asarray(image) * (_shade(wide, high) * np.float32(light)) + grain
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    ImageDraw.Draw(image).text((wide - 90, high - 22), "SIMULATED", fill=(226, 226, 220))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


@cache
def _shade(wide: int, high: int) -> np.ndarray:
    y, x = np.mgrid[-1 : 1 : high * 1j, -1 : 1 : wide * 1j]
    return (1 - 0.16 * (x**2 + y**2)).astype(np.float32)[:, :, None]


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (int(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _near(colour: Colour, by: int, chance: Random) -> Colour:
    shift = chance.randint(-by, by)
    red, green, blue = (min(max(value + shift, 0), 255) for value in colour)
    return red, green, blue
