"""Names for an invented place: streets (街道), communities, roads, water, compounds, schools. Each is given once.

The words are those that Chinese towns like; the city (澜川市), its district (清沄区) and its river (沄江) do not exist.
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

CITY = "澜川市"
DISTRICT = "清沄区"
RIVER = "沄江"
CANAL = "柳溪"
HILL = "栖云山"
NORTH_LAKE = "鉴月湖"
HILL_LAKE = "洗砚池"

OLD_TOWN_STREET = "鼓楼前"
NORTH_LAKE_STREET = "鉴月湖"
HILL_STREET = "栖云山"
WORKS_STREET = "南埠"
OTHER_STREETS = ("柳溪", "望沄", "白鹭洲", "石塔", "青枫", "长堤", "新渡", "桃林")

_WORDS = tomllib.loads((Path(__file__).parent.parent / "data" / "names.toml").read_text(encoding="utf-8"))
ROAD_STEMS = tuple(_WORDS["roads"].split())
LANE_STEMS = tuple(_WORDS["lanes"].split())
COMPOUND_STEMS = tuple(_WORDS["compounds"].split())
COMPOUND_ENDS = ("花园", "苑", "小区", "家园", "华庭", "新村", "里", "府", "公馆", "雅苑", "名邸", "佳园")
OLD_COMMUNITY_STEMS = tuple(_WORDS["old_communities"].split())
COMMUNITY_STEMS = tuple(_WORDS["communities"].split())
PARK_STEMS = tuple(_WORDS["parks"].split())
SCHOOL_STEMS = tuple(_WORDS["schools"].split())
SURNAMES = str(_WORDS["surnames"])
GIVEN = tuple(_WORDS["given"].split())


@dataclass(slots=True)
class NameBook:
    """Hands out names, none twice."""

    chance: np.random.Generator
    given: set[str] = field(default_factory=set)

    def one_of(self, stems: tuple[str, ...], ends: tuple[str, ...]) -> str:
        """A stem with an ending that nobody has yet; a number is put between when the stems are used up."""
        for number in ("", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"):
            order = self.chance.permutation(len(stems))
            for index in order[: len(stems)]:
                name = f"{stems[index]}{number}{ends[int(self.chance.integers(len(ends)))]}"
                if name not in self.given:
                    self.given.add(name)
                    return name
        raise ValueError("all names are given")

    def take(self, name: str) -> str:
        """A name that is already settled."""
        self.given.add(name)
        return name


def person(chance: np.random.Generator) -> str:
    """A person's name, two or three characters."""
    return SURNAMES[int(chance.integers(len(SURNAMES)))] + GIVEN[int(chance.integers(len(GIVEN)))]
