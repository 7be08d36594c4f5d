"""Dispatch by itself as the platform looks at it: class by class, with its running accuracy, and what was dispatched lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import ByItselfSwitch, SelfDispatch
from chengge.casework.queries import sight
from chengge.casework.queries.by_itself import (
    GROUNDS,
    SHARE_DAYS,
    Share,
    Values,
    outcomes,
    records,
    shares,
    switches,
    values_for,
    values_on,
    window_of,
)
from chengge.domain.by_itself import Record
from chengge.domain.errors import NotFound
from chengge.domain.lifecycle import Post
from chengge.foundation.models import ProblemClass
from chengge.foundation.queries.dated import holding_on
from chengge.organization.queries import Actor, city_day

READERS = frozenset({Post.COORDINATOR, Post.DISPATCHER, Post.LEADER, Post.ADMINISTRATOR})
STATES = ("on", "stopped", "off")
LATEST = 30


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class, whether its cases go by themselves, and how that went."""

    problem_class: ProblemClass
    values: Values
    switch: ByItselfSwitch | None
    record: Record
    share: Share

    @property
    def state(self) -> str:
        """on; stopped: by itself, under its bar; off: nobody switched it on, or somebody off."""
        if self.switch is None:
            return "off"
        return "on" if self.switch.is_on else "stopped" if self.switch.member_id is None else "off"

    @property
    def accuracy(self) -> str:
        return percent_words(self.record)

    @property
    def least_percent(self) -> int:
        return round(self.values.least * 100)

    @property
    def bar_percent(self) -> int:
        return round(self.values.bar * 100)

    @property
    def is_under_bar(self) -> bool:
        return self.record.accuracy is not None and self.record.accuracy < self.values.bar


@dataclass(frozen=True, slots=True)
class Overview:
    """All classes together."""

    lines: Sequence[ClassLine]

    @property
    def record(self) -> Record:
        """What is judged of the classes that are on."""
        on = [line.record for line in self.lines if line.state == "on"]
        return Record(sum(one.right for one in on), sum(one.wrong for one in on), sum(one.open for one in on))

    @property
    def accuracy(self) -> str:
        return percent_words(self.record)

    @property
    def share(self) -> Share:
        return Share(sum(line.share.dispatched for line in self.lines), sum(line.share.by_itself for line in self.lines))

    @property
    def share_words(self) -> str:
        share = self.share.share
        return "–" if share is None else _("%(percent)s %%") % {"percent": round(share * 100)}

    @property
    def days(self) -> int:
        return SHARE_DAYS

    def count(self, state: str) -> int:
        return sum(line.state == state for line in self.lines)


@dataclass(frozen=True, slots=True)
class Latest:
    """One dispatch by itself, and what became of it."""

    made: SelfDispatch
    wrong: bool | None

    @property
    def ground(self) -> str:
        return str(GROUNDS.get(self.made.ground, self.made.ground))

    @property
    def percent(self) -> int:
        return round(self.made.certainty * 100)


def overview(text: str = "") -> Overview:
    """Every class of the catalogue of today, those that are on first. Five queries.

    Args:
        text: only classes whose name holds it.
    """
    at = clock.now()
    named = Q(name__icontains=text) | Q(major_name__icontains=text) if text else Q()
    rows = list(holding_on(ProblemClass.objects.filter(named), city_day(at)).order_by("-kind", "major_code", "minor_code"))
    latest, values = switches(), values_on(city_day(at))
    since = {row.pk: window_of(values_for(row.pk, values), latest.get(row.pk), at) for row in rows if row.pk in latest}
    judged, shared = records(since), shares(at)
    lines = [
        ClassLine(row, values_for(row.pk, values), latest.get(row.pk), judged.get(row.pk, Record()), shared.get(row.pk, Share()))
        for row in rows
    ]
    return Overview(sorted(lines, key=lambda line: (STATES.index(line.state), -line.share.dispatched)))


def standing() -> Overview:
    """The same as it stood at the beginning of this minute: a desk shows it every time it is opened."""
    return _standing(str(connection.settings_dict["NAME"]), int(clock.now().timestamp()) // 60)


@lru_cache(maxsize=2)
def _standing(_database: str, _minute: int) -> Overview:
    return overview()


def class_line(class_id: int) -> ClassLine:
    """One class. Raises NotFound."""
    at = clock.now()
    row = ProblemClass.objects.filter(pk=class_id).first()
    if row is None:
        raise NotFound("class", _("There is no such class."), _("Choose a class of the catalogue."))
    switch, values = switches().get(class_id), values_for(class_id, values_on(city_day(at)))
    judged = records({class_id: window_of(values, switch, at)})
    return ClassLine(row, values, switch, judged[class_id], shares(at).get(class_id, Share()))


def switched(class_id: int) -> list[ByItselfSwitch]:
    """Who switched it when and why, the latest first. One query."""
    return list(ByItselfSwitch.objects.filter(problem_class_id=class_id).select_related("member").order_by("-pk")[:LATEST])


def latest(actor: Actor, class_id: int) -> list[Latest]:
    """What went by itself lately and is in sight. Two queries."""
    rows = SelfDispatch.objects.filter(sight(actor, "case__"), problem_class_id=class_id)
    made = list(rows.select_related("case", "platform", "body").order_by("-at", "-pk")[:LATEST])
    wrong = outcomes(one.pk for one in made)
    return [Latest(one, wrong.get(one.pk)) for one in made]


def percent_words(record: Record) -> str:
    """The accuracy with its interval; a dash while nothing is judged."""
    interval = record.interval()
    if record.accuracy is None or interval is None:
        return "–"
    said = {"share": round(record.accuracy * 100), "low": round(interval[0] * 100), "high": round(interval[1] * 100)}
    return _("%(share)d %% (%(low)d–%(high)d %%)") % said
