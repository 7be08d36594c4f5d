"""How likely two sightings speak of one problem: a number from 0 to 1, and what it is made of.

    score = near × recent × (1 − (1 − class) × (1 − words))

- `near`: exp(−½ (d / s)²); d is the distance, s² = spread² + accuracy² + accuracy². How far apart two people put one
  problem depends on how big it is (`SPREAD_M`) and on how well each knew where they stood.
- `recent`: what is open stays what it is, but the longer ago it was said, the likelier somebody speaks of something new.
- `class` and `words` both speak for sameness by themselves, so they are joined as a noisy-or: either is enough, both together
  are more, and where there is neither the score is 0 however near it lies.

All three of it only ever fall with distance, time and difference, and (but for a case that was closed) it does not matter
which of the two is asked about. The constants are the domain's own decision; docs/likeness.md gives the reasons and measures them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import exp, hypot, sqrt

from chengge.domain.bigrams import terms
from chengge.domain.coordinates import LocalMetres

COMPONENT, EVENT = "component", "event"

# How far apart two people put the same thing, in metres. A component is one thing that both stand beside; an event spreads
# along a pavement or round a market, and its reporters stand where they first see it.
SPREAD_M = {COMPONENT: 15.0, EVENT: 60.0}
# Of a place that was marked on a map or told on the telephone, which has no accuracy of its own.
UNKNOWN_ACCURACY_M = 20.0
WORST_ACCURACY_M = 100.0  # a fix that is worse still is a guess; it must not make the whole town alike

# While a case is open its score falls towards this share, with this span. A broken component stays broken until it is mended;
# events come and go by the day.
LASTING_SHARE = {COMPONENT: 0.7, EVENT: 0.4}
LASTING_S = {COMPONENT: 14 * 86400.0, EVENT: 2 * 86400.0}
# A closed case may have come back; after a week it is a new problem.
CAME_BACK_SHARE = 0.8
CAME_BACK_S = 7 * 86400.0

SAME_CLASS, SAME_MAJOR_CLASS = 1.0, 0.45
# What the same class is worth by itself: more where one of the two said nothing than where both described it and have no word in common.
CLASS_WEIGHT, CLASS_WEIGHT_BESIDE_WORDS = 0.85, 0.6
WORDS_WEIGHT = 0.9
SAME_COMPONENT, OTHER_COMPONENT = 0.95, 0.15

LEAST_NEAR = 0.05  # below this a place is not looked at
# What people say before and after what they have to say.
STOCK_PHRASES = (
    "市民反映", "居民反映", "群众反映", "市民投诉", "群众投诉", "来电人称", "市民称", "来电反映", "巡查时看到", "巡查发现", "现场发现",
    "希望尽快处理", "请尽快处理", "请尽快到场", "请核实处理", "请有关部门", "有关部门", "相关部门", "存在安全隐患", "影响出行", "附近",
    "你好", "您好", "麻烦", "谢谢", "请问", "需要", "这里", "那里", "现在", "一直", "非常", "严重",
)  # fmt: skip
MOST_COMMON = 3  # runs of words that are told


@dataclass(frozen=True, slots=True)
class Sighting:
    """A problem as one person saw it, or a case as it stands.

    Attributes:
        class_id, kind, major_code: of the catalogue; None and "" where nobody said what it is.
        text: what it is, in the reporter's words; place: where, in words.
        at_s: when it was seen, epoch seconds.
        accuracy_m: of the position; None for a place that was marked or told.
        closed_s: when the case was closed, epoch seconds; None for what is open.
    """

    lon: float
    lat: float
    text: str
    at_s: float
    class_id: int | None = None
    kind: str = ""
    major_code: str = ""
    accuracy_m: float | None = None
    component_code: int | None = None
    place: str = ""
    closed_s: float | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a score is made of.

    Attributes:
        score: 0 … 1.
        near, recent, kin, words: its parts, each 0 … 1; `kin` is 1 for the same class, 0.45 for the same major class.
        same_component: both name the same one; None where not both name one.
        gap_s: seconds between the two; for a closed case since it was closed.
        came_back: the other one is closed.
    """

    score: float
    near: float
    recent: float
    kin: float
    words: float
    distance_m: float
    gap_s: float
    same_component: bool | None
    came_back: bool


def likeness(asked: Sighting, known: Sighting) -> Likeness:
    """How like a known case is to what is asked about."""
    metres = _distance_m(asked, known)
    same_component = _same_component(asked, known)
    near = 1.0 if same_component else _near(metres, _spread_m(asked, known))
    gap_s, recent = _recent(asked, known)
    kin, words = _kin(asked, known), words_alike(asked, known)
    score = near * recent * _sameness(asked, known, kin, words, same_component)
    return Likeness(score, near, recent, kin, words, metres, gap_s, same_component, known.closed_s is not None)


def reach_m(accuracy_m: float | None) -> float:
    """How far round a place another sighting of the same problem is looked for, in metres."""
    spread = hypot(max(SPREAD_M.values()), _accuracy_m(accuracy_m), UNKNOWN_ACCURACY_M)
    return spread * 2.4477  # where `near` has fallen to `LEAST_NEAR`: sqrt(−2 ln 0.05)


def words_alike(asked: Sighting, known: Sighting) -> float:
    """Cosine of the two sets of words and character pairs, 0 … 1; 0 where one is empty.

    What names the place of either counts for nothing: that both stand at the same crossing is what the distance says already.
    """
    one, two = _own_words(asked, known), _own_words(known, asked)
    return len(one & two) / sqrt(len(one) * len(two)) if one and two else 0.0


def common_words(asked: Sighting, known: Sighting) -> tuple[str, ...]:
    """The longest runs that both texts hold, at most `MOST_COMMON`, in the order of the first: what to show for `words_alike`."""
    shared = _own_words(asked, known) & _own_words(known, asked)
    found: dict[str, None] = {}
    text, other = asked.text.lower(), known.text.lower()
    start = 0
    while start < len(text) - 1:
        end = start + 1
        while end < len(text) and text[start : end + 1] in other and _goes_on(text[end - 1 : end + 1], shared):
            end += 1
        run = text[start:end]
        if len(run) > 1 and run.isalnum() and any(pair in run for pair in shared):
            found[run] = None
        start = max(end, start + 1)
    longest = set(sorted(found, key=len, reverse=True)[:MOST_COMMON])
    return tuple(run for run in found if run in longest)


def _goes_on(pair: str, shared: frozenset[str]) -> bool:
    """Whether a common run may hold this pair of characters; words of letters are terms as a whole."""
    return pair in shared or (pair.isascii() and pair.isalnum())


def _kinds(*sightings: Sighting) -> Iterable[str]:
    """The kinds to measure by: those that are known, else either."""
    return {sighting.kind for sighting in sightings if sighting.kind} or {EVENT}


def _spread_m(asked: Sighting, known: Sighting) -> float:
    return hypot(max(SPREAD_M[kind] for kind in _kinds(asked, known)), _accuracy_m(asked.accuracy_m), _accuracy_m(known.accuracy_m))


def _accuracy_m(accuracy_m: float | None) -> float:
    return UNKNOWN_ACCURACY_M if accuracy_m is None else min(max(accuracy_m, 0.0), WORST_ACCURACY_M)


def _near(metres: float, spread_m: float) -> float:
    return exp(-0.5 * (metres / spread_m) ** 2)


def _recent(asked: Sighting, known: Sighting) -> tuple[float, float]:
    """Seconds between the two, and the share that is left after them."""
    if known.closed_s is not None:
        gap_s = max(asked.at_s - known.closed_s, 0.0)
        return gap_s, CAME_BACK_SHARE * exp(-gap_s / CAME_BACK_S) if gap_s <= CAME_BACK_S else 0.0
    gap_s = abs(asked.at_s - known.at_s)
    kinds = _kinds(asked, known)
    return gap_s, max(LASTING_SHARE[kind] + (1 - LASTING_SHARE[kind]) * exp(-gap_s / LASTING_S[kind]) for kind in kinds)


def _kin(asked: Sighting, known: Sighting) -> float:
    if asked.class_id is None or known.class_id is None:
        return 0.0
    if asked.class_id == known.class_id:
        return SAME_CLASS
    return SAME_MAJOR_CLASS if (asked.kind, asked.major_code) == (known.kind, known.major_code) else 0.0


def _same_component(asked: Sighting, known: Sighting) -> bool | None:
    if asked.component_code is None or known.component_code is None:
        return None
    return asked.component_code == known.component_code


def _sameness(asked: Sighting, known: Sighting, kin: float, words: float, same_component: bool | None) -> float:
    both_described = bool(_own_words(asked, known) and _own_words(known, asked))
    by_class = kin * (CLASS_WEIGHT_BESIDE_WORDS if both_described else CLASS_WEIGHT)
    if same_component:
        by_class = max(by_class, SAME_COMPONENT)
    either = 1 - (1 - by_class) * (1 - WORDS_WEIGHT * words)
    return either * OTHER_COMPONENT if same_component is False else either


def _distance_m(asked: Sighting, known: Sighting) -> float:
    """Flat metres round the middle of the two, so that both directions give the same."""
    middle = LocalMetres.around((asked.lon + known.lon) / 2, (asked.lat + known.lat) / 2)
    east, north = middle.to_metres(asked.lon, asked.lat)
    other_east, other_north = middle.to_metres(known.lon, known.lat)
    return hypot(east - other_east, north - other_north)


def _own_words(one: Sighting, other: Sighting) -> frozenset[str]:
    """What the first says beside the places of both."""
    return _pairs(one.text) - _pairs(one.place) - _pairs(other.place)


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    """Words and pairs of characters, stock phrases left out; single characters say too little."""
    for phrase in STOCK_PHRASES:
        text = text.replace(phrase, " ")
    return frozenset(term for term in terms(text) if len(term) > 1)
