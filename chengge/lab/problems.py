"""What goes wrong in a city on a day: how much, when, what, where, and who notices."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from math import cos, radians
from random import Random

from chengge.domain.lifecycle import Post
from chengge.lab.world import AREA_WEIGHT, Rule, Trouble, World
from chengge.organization.queries import CITY_ZONE

# Share of a day's reports in each hour, by who reports.
INSPECTORS_BY_HOUR = (0, 0, 0, 0, 0, 0, 1, 5, 11, 13, 11, 7, 3, 5, 11, 12, 10, 6, 3, 4, 3, 1, 0.3, 0.1)
CITIZENS_BY_HOUR = (0.4, 0.2, 0.2, 0.2, 0.3, 1, 3, 6, 8, 8, 7, 6, 5, 5, 6, 6, 6, 7, 7, 6, 5, 4, 2, 1)
WHEN_BY_HOUR = {
    "day": (1,) * 24,
    "morning": (1,) * 6 + (3,) * 4 + (1,) * 14,
    "evening": (0.6,) * 6 + (0.35,) * 11 + (2.8,) * 6 + (1.2,),
    "night": (4,) * 6 + (0.3,) * 14 + (3,) * 4,
    "rain": (1,) * 24,
}
WEEKEND_SHARE = 0.72
RAINY_DAYS_SHARE = 0.16
# How many times as often problems come in a weather, by their `when` or by what they look like.
FAIR: dict[str, float] = {}
RAIN = {"rain": 7.0}
STORM = {"rain": 5.0, "rubbish": 2.6, "bin": 3.0, "green": 2.5, "pole": 3.0, "flood": 3.0}
IN_THE_EYE = 0.5  # of the reports of a storm
CHANNELS = {
    "inspector": 0.755,
    "hotline": 0.115,
    "app": 0.05,
    "web": 0.022,
    "video": 0.03,
    "sensor": 0.008,
    "leader": 0.006,
    "media": 0.003,
    "sms": 0.004,
    "email": 0.003,
    "upper": 0.004,
}
BY_MACHINE = frozenset({"sensor"})
BY_CITIZEN = frozenset({"hotline", "app", "web", "sms", "email", "media"})
WITHOUT_PLACE = 0.03  # of citizens' reports; somebody has to call back
BESIDE_M = 7.0
DEGREE_M = 111_320.0

OPENINGS = ("", "", "", "现场发现", "巡查时看到")
CITIZEN_OPENINGS = ("市民反映", "来电人称", "群众投诉", "附近居民反映", "过路市民称")
CITIZEN_ENDINGS = ("，希望尽快处理", "，已有几天，请有关部门管一管", "，影响出行", "，请核实处理", "")
DANGERS = ("，老人小孩经过容易受伤", "，存在安全隐患", "，请尽快到场")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, and who says so when. `key` names it for ever: all chance in its life is drawn from it."""

    key: str
    at: int
    channel: str
    reporter_id: int | None
    class_id: int
    scene: str
    small: bool
    lon: float
    lat: float
    grid_code: int
    component_code: int | None
    place: str
    description: str
    urgent: bool
    has_place: bool


def rule_of(world: World, key: str, class_id: int, area_class: str) -> Rule:
    """The filing condition that a problem fulfils; dangerous ones are rarer."""
    rules = world.rules(class_id, area_class)
    weights = [0.35 if rule.urgent else 1.0 for rule in rules]
    return Random(f"{key} rule").choices(rules, weights)[0]  # noqa: S311 (play, not secrets)


def problems_of_day(world: World, day: date, seed: int, per_day: int, first_serial: int) -> list[Problem]:
    """Everything that is reported on a day, in order of time. The same seed and day, the same problems."""
    chance = Random(f"{seed} {day}")  # noqa: S311
    share = WEEKEND_SHARE if day.weekday() >= 5 else 1.0
    rain = chance.random() < RAINY_DAYS_SHARE
    count = round(per_day * share * chance.uniform(0.88, 1.12) * (1.15 if rain else 1.0))
    midnight = int(datetime.combine(day, time(), CITY_ZONE).timestamp())
    moments = []
    for _ in range(count):
        channel = chance.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        hour = chance.choices(range(24), INSPECTORS_BY_HOUR if channel == "inspector" else CITIZENS_BY_HOUR)[0]
        moments.append((midnight + hour * 3600 + chance.randrange(3600), channel))
    return list(ProblemMaker(world, RAIN if rain else FAIR).make(sorted(moments), seed, first_serial))


def problems_of_rush(world: World, start: int, end: int, count: int, seed: int, first_serial: int) -> list[Problem]:
    """A storm of reports between two moments, whatever the hour; it is strongest on the beat of the first inspector."""
    chance = Random(f"{seed} rush {start}")  # noqa: S311
    channels = {"inspector": 0.55, "hotline": 0.28, "app": 0.1, "web": 0.04, "video": 0.03}
    moments = sorted((chance.randrange(start, end), chance.choices(list(channels), list(channels.values()))[0]) for _ in range(count))
    inspectors = world.of_post[Post.INSPECTOR]
    return list(ProblemMaker(world, STORM, world.beats.get(inspectors[0], []) if inspectors else []).make(moments, seed, first_serial))


class ProblemMaker:
    """Turns moments into problems; more of them in the `eye` of a storm, where there is one."""

    def __init__(self, world: World, weather: dict[str, float], eye: list[int] | None = None) -> None:
        self.world, self.eye = world, eye or []
        self.weights = {
            hour: list(
                accumulate(
                    trouble.weight * WHEN_BY_HOUR[trouble.when][hour] * weather.get(trouble.when, weather.get(trouble.scene, 1.0))
                    for trouble in world.troubles
                )
            )
            for hour in range(24)
        }
        self.grids = sorted(world.things_of_grid)
        self.grid_weights = list(
            accumulate(AREA_WEIGHT[world.area_of_grid.get(grid, "")] * min(len(world.things_of_grid[grid]), 40) for grid in self.grids)
        )

    def make(self, moments: list[tuple[int, str]], seed: int, first_serial: int) -> Iterator[Problem]:
        for serial, (at, channel) in enumerate(moments, start=first_serial):
            key = f"sim-{seed}-{serial}"
            yield self.problem(key, at, channel, Random(key))  # noqa: S311

    def problem(self, key: str, at: int, channel: str, chance: Random) -> Problem:
        world = self.world
        hour = datetime.fromtimestamp(at, CITY_ZONE).hour
        weights = self.weights[hour]
        trouble = world.troubles[bisect_right(weights, chance.random() * weights[-1])]
        reporter_id, beat = self._reporter(channel, at, chance)
        thing = self._thing(trouble, beat, chance)
        is_component = trouble.kind == "component" and world.class_ids[thing] == trouble.class_id
        lon, lat, grid = self._spot(thing, 0.0 if is_component else BESIDE_M, chance)
        rule = rule_of(world, key, trouble.class_id, world.area_of_grid.get(grid, ""))
        return Problem(
            key=key,
            at=at,
            channel=channel,
            reporter_id=reporter_id,
            class_id=trouble.class_id,
            scene=trouble.scene,
            small=trouble.small,
            lon=lon,
            lat=lat,
            grid_code=grid,
            component_code=int(world.codes[thing]) if is_component else None,
            place=world.places[thing],
            description=_told(channel, world.places[thing], rule, chance),
            urgent=rule.urgent and chance.random() < 0.7,
            has_place=channel not in BY_CITIZEN or chance.random() >= WITHOUT_PLACE,
        )

    def _spot(self, thing: int, beside_m: float, chance: Random) -> tuple[float, float, int]:
        """A place at a component or beside it, and the unit grid it really lies in."""
        world = self.world
        for reach in (beside_m, 0.0):
            east, north = chance.uniform(-reach, reach), chance.uniform(-reach, reach)
            lat = round(float(world.lats[thing]) + north / DEGREE_M, 7)
            lon = round(float(world.lons[thing]) + east / (DEGREE_M * cos(radians(lat))), 7)
            found = world.index.locate(lon, lat)
            if found is not None:
                return lon, lat, found
        return lon, lat, int(world.grids[thing])

    def _reporter(self, channel: str, at: int, chance: Random) -> tuple[int | None, list[int]]:
        """Who enters it into the system, and where that person walks; citizens' reports come from anywhere."""
        world = self.world
        struck = self.eye if self.eye and chance.random() < IN_THE_EYE else []
        if channel == "inspector":
            there = [member for member in world.on_duty(Post.INSPECTOR, at) if world.beats.get(member)]
            if there:
                member = chance.choice(there)
                return member, struck or world.beats[member]
        if channel in BY_MACHINE:
            return None, struck
        return chance.choice(world.on_duty(Post.OPERATOR, at)), struck

    def _thing(self, trouble: Trouble, beat: list[int], chance: Random) -> int:
        """A component at which, or beside which, the problem lies."""
        world = self.world
        if trouble.kind == "component" and trouble.class_id in world.things_of_class:
            things = world.things_of_class[trouble.class_id]
            for _ in range(12):
                thing = int(things[chance.randrange(len(things))])
                if not beat or world.grids[thing] in beat:
                    return thing
            if not beat:
                return thing
        for _ in range(30):
            grid = chance.choice(beat) if beat else self.grids[bisect_right(self.grid_weights, chance.random() * self.grid_weights[-1])]
            if world.things_of_grid.get(grid) and chance.random() < _fits(
                trouble.where, world.use_of_grid.get(grid, ""), world.area_of_grid.get(grid, "")
            ):
                return chance.choice(world.things_of_grid[grid])
        return chance.choice(world.things_of_grid[self.grids[bisect_right(self.grid_weights, chance.random() * self.grid_weights[-1])]])


def _fits(where: str, use: str, area_class: str) -> float:
    """How likely a class of events is on such ground, against ground that suits it best."""
    match where:
        case "water":
            return 1.0 if use in ("水域", "滨河绿地") else 0.02
        case "green":
            return 1.0 if use in ("公园绿地", "滨河绿地", "广场") else 0.25
        case "edge":
            return {"C": 1.0, "B": 0.6, "A": 0.25}.get(area_class, 0.5)
        case "centre":
            return {"A": 1.0, "B": 0.6, "C": 0.22}.get(area_class, 0.3) * (1.0 if use not in ("水域", "铁路") else 0.1)
    return {"A": 1.0, "B": 0.8, "C": 0.55}.get(area_class, 0.6)


def _told(channel: str, place: str, rule: Rule, chance: Random) -> str:
    """The report in words: what the handbook describes, told by an inspector or a citizen."""
    danger = chance.choice(DANGERS) if rule.urgent and chance.random() < 0.5 else ""
    if channel in BY_CITIZEN:
        return f"{chance.choice(CITIZEN_OPENINGS)}{place}{rule.condition}{danger}{chance.choice(CITIZEN_ENDINGS)}。"
    if channel == "video":
        return f"视频巡查发现{place}{rule.condition}。"
    if channel in BY_MACHINE:
        return f"监测设备报警：{place}{rule.condition}。"
    return f"{chance.choice(OPENINGS)}{place}{rule.condition}{danger}。"


def days_between(first: date, last: date) -> list[date]:
    """All days from the first to the last."""
    return [first + timedelta(days=shift) for shift in range((last - first).days + 1)]
