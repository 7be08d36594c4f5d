"""Limits as handbooks write them: 2紧急工作时, 4小时, 5个工作日.

Source of the units: GB/T 30428.8. Urgent units and calendar days run on through nights and holidays; working units
count working time only.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Unit(StrEnum):
    MINUTE = "minute"  # 分钟, runs on
    URGENT_HOUR = "urgent_hour"  # 紧急工作时, runs on
    URGENT_DAY = "urgent_day"  # 紧急工作日, runs on
    WORK_MINUTE = "work_minute"  # 工作分钟: what is left when a handbook writes 0.5小时
    WORK_HOUR = "work_hour"  # 工作时
    WORK_DAY = "work_day"  # 工作日
    NATURAL_DAY = "natural_day"  # 自然日, runs on

    @property
    def continuous(self) -> bool:
        """Whether nights, weekends and holidays count."""
        return self not in (Unit.WORK_MINUTE, Unit.WORK_HOUR, Unit.WORK_DAY)


class LimitError(ValueError):
    """A limit that cannot be read, or that is none."""


_SECONDS = {
    Unit.MINUTE: 60,
    Unit.URGENT_HOUR: 3600,
    Unit.URGENT_DAY: 24 * 3600,
    Unit.WORK_MINUTE: 60,
    Unit.WORK_HOUR: 3600,
    Unit.NATURAL_DAY: 24 * 3600,
}

_WRITTEN = {
    Unit.MINUTE: "分钟",
    Unit.URGENT_HOUR: "紧急工作时",
    Unit.URGENT_DAY: "紧急工作日",
    Unit.WORK_MINUTE: "工作分钟",
    Unit.WORK_HOUR: "工作时",
    Unit.WORK_DAY: "工作日",
    Unit.NATURAL_DAY: "自然日",
}

_SAID = {
    **{written: unit for unit, written in _WRITTEN.items()},
    **{unit.value: unit for unit in Unit},
    "紧急工作小时": Unit.URGENT_HOUR,
    "紧急小时": Unit.URGENT_HOUR,
    "紧急工作天": Unit.URGENT_DAY,
    "紧急日": Unit.URGENT_DAY,
    "工作小时": Unit.WORK_HOUR,
    "工作天": Unit.WORK_DAY,
    "自然天": Unit.NATURAL_DAY,
    "日历日": Unit.NATURAL_DAY,
    "日历天": Unit.NATURAL_DAY,
}
_BARE_HOUR = ("小时",)
_BARE_DAY = ("天", "日")

# What a part of a unit is counted in; a part of a working day has no answer without knowing its hours.
_SMALLER = {
    Unit.URGENT_DAY: (Unit.URGENT_HOUR, 24),
    Unit.NATURAL_DAY: (Unit.URGENT_HOUR, 24),
    Unit.URGENT_HOUR: (Unit.MINUTE, 60),
    Unit.WORK_HOUR: (Unit.WORK_MINUTE, 60),
}

_UNITS = "|".join(sorted([*_SAID, *_BARE_HOUR, *_BARE_DAY], key=len, reverse=True))
_LIMIT = re.compile(rf"(?P<number>\d+(?:\.\d+)?|[一二两三四五六七八九十百]+|半)(?P<half>个半)?个?(?P<unit>{_UNITS})")
_BEFORE_A_NUMBER = re.compile(r"[-+~.—–−至到或个一二两三四五六七八九十百半]$")
_NUMERALS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")} | {"两": 2}


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take: a whole number of units, more than none."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if isinstance(self.amount, bool) or not isinstance(self.amount, int) or self.amount <= 0:
            raise LimitError(f"a limit is a whole number of units above 0, not {self.amount!r}")

    @classmethod
    def parse(cls, text: str, bare_hour: Unit = Unit.WORK_HOUR, bare_day: Unit = Unit.WORK_DAY) -> "Limit":
        """The limit that a handbook's cell names, whatever condition stands around it (种植季节15工作日).

        Args:
            text: such as `2紧急工作时`, `4小时`, `5个工作日`, `三天`, `0.5小时`.
            bare_hour: what a plain 小时 means in this city's handbook.
            bare_day: what a plain 天 or 日 means there.

        Raises:
            LimitError: none, several, or a range of limits; or a part of a unit that cannot be counted in whole ones.
        """
        clean = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
        found = list(_LIMIT.finditer(clean))
        if not found:
            raise LimitError(f"no limit in {text!r}: expected a number and a unit, such as 4工作时, 2紧急工作时, 5工作日 or 30分钟")
        if len(found) > 1:
            named = ", ".join(match.group() for match in found)
            raise LimitError(f"{text!r} names several limits ({named}): write one row for each")
        match = found[0]
        if _BEFORE_A_NUMBER.search(clean[: match.start()]):
            raise LimitError(f"{text!r} is a range or an unclear number: write one limit, such as 5工作日")
        said = match["unit"]
        unit = bare_hour if said in _BARE_HOUR else bare_day if said in _BARE_DAY else _SAID[said]
        amount = _number(match["number"]) + (Fraction(1, 2) if match["half"] else 0)
        return cls._in_whole_units(amount, unit, text)

    @classmethod
    def _in_whole_units(cls, amount: Fraction, unit: Unit, text: str) -> "Limit":
        while amount.denominator != 1:
            if unit not in _SMALLER:
                raise LimitError(f"{text!r} is not a whole number of {_WRITTEN[unit]}: write it in a smaller unit, such as 4工作时")
            unit, factor = _SMALLER[unit]
            amount *= factor
        return cls(int(amount), unit)

    @property
    def continuous(self) -> bool:
        """Whether nights, weekends and holidays count."""
        return self.unit.continuous

    def seconds(self, work_day_hours: float = 8) -> int:
        """The limit in seconds, of working time or of all time as `continuous` says.

        Args:
            work_day_hours: working hours that one 工作日 stands for; its seconds must come out whole.
        """
        if self.unit is not Unit.WORK_DAY:
            return self.amount * _SECONDS[self.unit]
        return self.amount * seconds_of_hours(work_day_hours)

    def written(self) -> str:
        """As a handbook's sheet has it; `parse` reads it back."""
        return f"{self.amount}{_WRITTEN[self.unit]}"


def seconds_of_hours(hours: float) -> int:
    """A working day's hours in seconds.

    Raises:
        LimitError: not above 0 and at most 24, or not a whole number of seconds.
    """
    seconds = round(hours * 3600)
    if not 0 < hours <= 24 or abs(seconds - hours * 3600) > 1e-6:
        raise LimitError(f"a working day has more than 0 and at most 24 hours, in whole seconds, not {hours!r}")
    return seconds


def _number(said: str) -> Fraction:
    if said == "半":
        return Fraction(1, 2)
    if said[0].isdigit():
        return Fraction(said)
    hundreds, _, rest = said.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    if any(len(part) > 1 for part in (hundreds, tens, ones)) or (said.startswith("百")):
        raise LimitError(f"cannot read the number {said!r}: write it in digits")
    ten_count = _NUMERALS.get(tens, 1) if ten else 0
    return Fraction(100 * _NUMERALS.get(hundreds, 0) + 10 * ten_count + _NUMERALS.get(ones, 0))
