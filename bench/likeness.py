"""How well like cases are found: a made-up district whose truth is known, where several people report the same problem.

Problems lie along streets; some are reported two to four times, each reporter standing somewhere near with a fix of their own
accuracy, saying it in their own words, often choosing a neighbouring class or none. Beside them lie other problems of the same
classes, as close as a city puts them; each is closed after some days, and may then be found for a week as one that came back.
A report should be offered an earlier one of its own problem, and none of another's.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from time import perf_counter

from bench import Figure
from chengge.domain.coordinates import LocalMetres
from chengge.domain.likeness import COMPONENT, EVENT, Sighting, likeness, reach_m

LON, LAT = 120.18, 30.32
SIDE_M, DAYS, PROBLEMS, SEED = 4000, 14, 2800, 4  # 200 a day on 16 km²
DAY_S = 86400.0
REPEATED_SHARE = 0.25
SHOWN_FROM = 0.3

# Class: kind, major class, id, and ways to say it.
SAID = (
    (COMPONENT, "01", 1, ("井盖破损", "下水井盖坏了", "路中间的井盖塌了一块", "井盖松动，车过有响声")),
    (COMPONENT, "01", 2, ("污水井冒水", "下水道井盖往外冒污水", "污水井盖缺失", "窨井盖没了")),
    (COMPONENT, "01", 3, ("路灯不亮", "这一段晚上路灯全灭", "灯杆歪了", "路灯一闪一闪")),
    (COMPONENT, "03", 4, ("垃圾箱满了", "果皮箱破损", "垃圾桶翻倒没人扶", "垃圾箱门掉了")),
    (COMPONENT, "04", 5, ("行道树倒伏", "树枝断了挂在半空", "树歪了快倒了", "树池缺了砖")),
    (EVENT, "01", 6, ("垃圾成堆没人收", "路边好多生活垃圾", "暴露垃圾发臭", "墙角堆着装修垃圾")),
    (EVENT, "01", 7, ("路面积水", "下雨后积水过不去人", "马路上一大滩水", "污水漫到人行道")),
    (EVENT, "04", 8, ("流动摊贩占道", "摆摊的占了人行道", "卖水果的三轮车挡路", "夜宵摊油烟大")),
    (EVENT, "04", 9, ("机动车乱停放", "小车停在盲道上", "车停人行道没法走", "违停堵住出口")),
    (EVENT, "04", 10, ("共享单车乱堆", "单车倒了一片", "电动车停到机动车道", "共享单车占盲道")),
)
PLACES = ("石桥路口", "华丰菜场门口", "东新路公交站", "小学北门", "地铁口", "医院对面")
OPENINGS = ("", "", "你好，", "市民反映", "麻烦看一下，")


@dataclass(frozen=True, slots=True)
class Told:
    """One report, and which problem it really is."""

    sighting: Sighting
    problem: int
    closed_s: float


def run() -> list[Figure]:
    """Share of repeated reports that are offered an earlier one of their own problem, and share of offers that are right."""
    told = sorted(reports(Random(SEED)), key=lambda one: one.sighting.at_s)  # noqa: S311
    began = perf_counter()
    offers = list(offered(told))
    seconds = perf_counter() - began
    by_threshold = {threshold: measured(told, offers, threshold) for threshold in (SHOWN_FROM, 0.5, 0.7)}
    precision, recall, first_right = by_threshold[SHOWN_FROM]
    beside = "; ".join(f"from {threshold}: precision {one[0]:.3f}, recall {one[1]:.3f}" for threshold, one in by_threshold.items())
    baseline = measured(told, list(nearest_of_class(told)), 0.5)
    plain = f"same class within 50 m, open: precision {baseline[0]:.3f}, recall {baseline[1]:.3f}"
    return [
        Figure("likeness_precision", precision, "", "", f"{plain}; {beside}"),
        Figure("likeness_recall", recall, "", "", plain),
        Figure("likeness_first_right", first_right, "", "", "share of offers whose likeliest one is right"),
        Figure("likeness_pairs_per_s", sum(len(one) for one in offers) / seconds, "pairs/s", "", "scored, one after the other"),
    ]


def reports(chance: Random) -> Iterator[Told]:
    """What is said in the district within a fortnight."""
    around = LocalMetres.around(LON, LAT)
    for problem in range(PROBLEMS):
        kind, major, class_id, words = chance.choice(SAID)
        # Every second problem lies on one of forty busy stretches, as stalls and parked cars do.
        middle = (chance.randrange(7) * 600 + 100, chance.randrange(6) * 600 + 100)
        east, north = (
            (middle[0] + chance.gauss(0, 120), middle[1] + chance.gauss(0, 20))
            if chance.random() < 0.5
            else (chance.uniform(0, SIDE_M), chance.uniform(0, SIDE_M))
        )
        at_s, place = chance.uniform(0, DAYS * DAY_S), chance.choice(PLACES)
        closed_s = at_s + chance.expovariate(1 / (DAY_S * (4 if kind == COMPONENT else 1.5))) + DAY_S / 2
        times = chance.choice((2, 2, 3, 4)) if chance.random() < REPEATED_SHARE else 1
        for _ in range(times):
            accuracy_m = chance.choice((None, 5.0, 8.0, 12.0, 20.0, 40.0))
            spread = (3.0 if kind == COMPONENT else 25.0) + (20.0 if accuracy_m is None else accuracy_m) * 0.6
            lon, lat = around.from_metres(east + chance.gauss(0, spread), north + chance.gauss(0, spread))
            text = f"{chance.choice(OPENINGS)}{place if chance.random() < 0.6 else ''}{chance.choice(words)}"
            seen = Sighting(lon, lat, text, at_s, class_id, kind, major, accuracy_m)
            if chance.random() < 0.15:
                other = chance.choice([one for one in SAID if one[1] == major])
                seen = replace(seen, class_id=other[2], kind=other[0])
            elif chance.random() < 0.1:
                seen = replace(seen, class_id=None, kind="", major_code="")
            yield Told(seen, problem, closed_s)
            at_s += chance.expovariate(1 / (DAY_S * (1.5 if kind == COMPONENT else 0.4)))


def offered(told: list[Told]) -> Iterator[list[tuple[float, int]]]:
    """For each report the earlier ones in reach with their scores, as (score, position)."""
    yield from _each_with_earlier(told, lambda asked, known: likeness(asked, known).score)


def nearest_of_class(told: list[Told]) -> Iterator[list[tuple[float, int]]]:
    """What a desk does without a score: the same class within fifty metres."""

    def plain(asked: Sighting, known: Sighting) -> float:
        found = likeness(asked, known)
        return float(found.kin == 1.0 and found.distance_m <= 50 and not found.came_back)

    yield from _each_with_earlier(told, plain)


def _each_with_earlier(told: list[Told], score: Callable[[Sighting, Sighting], float]) -> Iterator[list[tuple[float, int]]]:
    cells: dict[tuple[int, int], list[int]] = {}
    side_degrees = reach_m(None) / 90_000
    for place, one in enumerate(told):
        column, row = int(one.sighting.lon / side_degrees), int(one.sighting.lat / side_degrees)
        near = [other for c in (-1, 0, 1) for r in (-1, 0, 1) for other in cells.get((column + c, row + r), ())]
        yield [(score(one.sighting, as_it_stands(told[other], one.sighting.at_s)), other) for other in near]
        cells.setdefault((column, row), []).append(place)


def as_it_stands(one: Told, at_s: float) -> Sighting:
    """The case that was opened by a report, at some later moment."""
    return replace(one.sighting, closed_s=one.closed_s) if one.closed_s <= at_s else one.sighting


def measured(told: list[Told], offers: list[list[tuple[float, int]]], threshold: float) -> tuple[float, float, float]:
    """Precision of the offers, recall over repeated reports, and how often the likeliest offer is right."""
    seen: Counter[int] = Counter()
    right = given = found = repeated = first_right = first = 0
    for one, scored in zip(told, offers, strict=True):
        shown = sorted((offer for offer in scored if offer[0] >= threshold), reverse=True)[:5]
        own = [told[other].problem == one.problem for _score, other in shown]
        given += len(own)
        right += sum(own)
        if own:
            first += 1
            first_right += own[0]
        if seen[one.problem]:
            repeated += 1
            found += any(own)
        seen[one.problem] += 1
    return right / max(given, 1), found / max(repeated, 1), first_right / max(first, 1)
