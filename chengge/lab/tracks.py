"""Inspectors of the demo city walk the streets of their own grids: tracks of the last days, and on as time goes by.

Where somebody is at a moment follows from their duty and the seed alone, so the past and the running city are one walk. A few
leave their grids, stand still or lose their signal; some of that is explained and closed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from random import Random

import numpy as np
import shapely
from numpy.typing import NDArray

from chengge import clock
from chengge.domain.coordinates import LocalMetres
from chengge.domain.fences import Fences
from chengge.domain.lifecycle import Post
from chengge.field.actions.alarms import close, explain
from chengge.field.actions.patrols import count_day, keep_months, look_for_unvisited
from chengge.field.actions.rounds import go_round
from chengge.field.actions.tracks import MOST_FIXES, take_gateway_positions
from chengge.field.models import Alarm
from chengge.field.queries.fences import fences
from chengge.foundation.models import BaseMapFeature
from chengge.lab.simulate import Simulation
from chengge.organization.models import Duty, Member, MemberPost
from chengge.organization.queries import CITY_ZONE, Actor, actor_of, city_day

DAYS = 3  # before today
EVERY_SECONDS, EVERY_SECONDS_NOW = 60, 20
A_WHILE = timedelta(minutes=40)
PACE_M_PER_S = 0.8
NOISE_M = 4.0
LEAVES, STANDS, LOST = 0.06, 0.05, 0.05  # shares of duties
EXPLANATIONS = ("协助交警疏导事故现场", "参加中队例会", "送伤者去医院", "设备没电，已更换电池", "雨大，在值勤点避雨", "上级指派到邻区支援")
REASONS = ("情况属实", "未报备，已提醒", "解释不成立，按规定扣分", "已电话核实")


@dataclass(frozen=True, slots=True)
class Shift:
    """One duty of one inspector, in epoch seconds."""

    member_id: int
    starts: int
    ends: int

    def dice(self, about: str) -> Random:
        return Random(f"{self.member_id} {self.starts // 3600} {about}")  # noqa: S311 (play, not secrets)


@dataclass(frozen=True, slots=True)
class Way:
    """A closed walk through the streets of one fence. Metres around its middle; `along` is how far each corner is from the first."""

    frame: LocalMetres
    corners: NDArray[np.float64]
    along: NDArray[np.float64]
    away: tuple[float, float]  # a place well outside the fence

    def at(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places so far along the way, there and back again."""
        whole = self.along[-1]
        folded = np.abs((metres + whole) % (2 * whole) - whole)
        return np.column_stack([np.interp(folded, self.along, self.corners[:, axis]) for axis in (0, 1)])


class Walkers:
    """Everybody who walks, by the ground that is theirs."""

    def __init__(self) -> None:
        self.ground: Fences = fences()
        self._ways: dict[int, Way] = {}

    @cached_property
    def _streets(self) -> NDArray[np.object_]:
        kinds = (BaseMapFeature.Kind.ARTERIAL, BaseMapFeature.Kind.STREET, BaseMapFeature.Kind.LANE)
        rows = BaseMapFeature.objects.filter(kind__in=kinds).values_list("shape", flat=True)
        return shapely.from_wkb(np.array([bytes(shape) for shape in rows], dtype=object))

    @cached_property
    def gateway(self) -> Actor:
        """In whose name positions come in."""
        post = MemberPost.objects.filter(post=Post.ADMINISTRATOR.value, valid_to=None).select_related("member").order_by("pk").first()
        if post is None:
            raise ValueError("no administrator, in whose name a gateway sends positions")
        return actor_of(post.member)

    def fixes(self, shift: Shift, moments: NDArray[np.int64]) -> NDArray[np.float64]:
        """Rows as a gateway sends them; fewer than moments where the signal was lost."""
        fence = int(self.ground.number_of(np.array([shift.member_id]))[0])
        moments = moments[(moments >= shift.starts) & (moments < shift.ends)]
        if fence < 0 or not len(moments):
            return np.zeros((0, 5))
        way = self._way(fence)
        since = moments - shift.starts
        begins = shift.dice("begins").random() * way.along[-1]
        walked = since - self._rested(shift, since)
        places = way.at(begins + walked * PACE_M_PER_S)
        places = places + (np.array(way.away) - places) * self._away(shift, since)[:, None]
        noise = np.random.default_rng([shift.member_id, int(moments[0])]).normal(0, NOISE_M, (len(moments), 2))
        accuracy = 4 + np.abs(noise).sum(axis=1)
        lon, lat = way.frame.from_metres(places[:, 0] + noise[:, 0], places[:, 1] + noise[:, 1])
        rows = np.column_stack([np.full(len(moments), shift.member_id), moments, lon.round(6), lat.round(6), accuracy.round(1)])
        return rows[self._heard(shift, since)]

    def _away(self, shift: Shift, since: NDArray[np.int64]) -> NDArray[np.float64]:
        """How far (0 to 1) on the way to a place outside: ten minutes there, some time there, ten minutes back."""
        dice = shift.dice("leaves")
        if dice.random() >= LEAVES:
            return np.zeros(len(since))
        goes = dice.uniform(0.15, 0.7) * (shift.ends - shift.starts)
        stays = dice.uniform(300, 1500)
        found: NDArray[np.float64] = np.interp(since, [goes, goes + 600, goes + 600 + stays, goes + 1200 + stays], [0, 1, 1, 0])
        return found

    def _rested(self, shift: Shift, since: NDArray[np.int64]) -> NDArray[np.float64]:
        """Seconds not walked so far: a rest of 25 minutes every hour and a half, and for some one that is far too long."""
        rested = (since // 5400) * 1500 + np.clip(since % 5400 - 3900, 0, 1500)
        dice = shift.dice("stands")
        if dice.random() < STANDS:
            stops = dice.uniform(0.2, 0.7) * (shift.ends - shift.starts)
            rested = rested + np.clip(since - stops, 0, dice.uniform(2100, 3600))
        return rested.astype(np.float64)

    def _heard(self, shift: Shift, since: NDArray[np.int64]) -> NDArray[np.bool_]:
        dice = shift.dice("lost")
        if dice.random() >= LOST:
            return np.ones(len(since), dtype=np.bool_)
        from_second = dice.uniform(0.3, 0.8) * (shift.ends - shift.starts)
        return (since < from_second) | (since > from_second + dice.uniform(1200, 3000))

    def _way(self, fence: int) -> Way:
        if fence not in self._ways:
            self._ways[fence] = self._laid(fence)
        return self._ways[fence]

    def _laid(self, fence: int) -> Way:
        """Streets inside the fence put after each other, always on with the nearest end."""
        lon, lat, east, north = self.ground.frames[fence].tolist()
        frame = LocalMetres(lon, lat, east, north)
        area = self.ground.areas[fence]
        west, south = frame.from_metres(*area.bounds[:2])
        right, top = frame.from_metres(*area.bounds[2:])
        near = self._streets[shapely.intersects(self._streets, shapely.box(west, south, right, top))]
        flat = shapely.transform(near, lambda places: np.column_stack(frame.to_metres(places[:, 0], places[:, 1])))
        inside = shapely.get_parts(shapely.intersection(flat, area.buffer(5)))
        lines = [shapely.get_coordinates(line) for line in inside if line.geom_type == "LineString" and line.length > 30]
        if not lines:
            lines = [shapely.get_coordinates(area.convex_hull.exterior)]
        corners = [lines.pop(0)]
        while lines:
            here = corners[-1][-1]
            ends = np.array([[np.hypot(*(line[0] - here)), np.hypot(*(line[-1] - here))] for line in lines])
            number, turned = np.unravel_index(ends.argmin(), ends.shape)
            line = lines.pop(int(number))
            corners.append(line[::-1] if turned else line)
        whole = np.concatenate(corners)
        along = np.concatenate([[0.0], np.hypot(*np.diff(whole, axis=0).T).cumsum()])
        out = area.bounds[2] + 350.0, area.bounds[3] + 150.0
        return Way(frame, whole, along, out)

    def walk(self, simulation: Simulation, every_seconds: int = EVERY_SECONDS_NOW) -> None:
        """Let everybody walk on beside a simulation: positions of the present come in every so often."""

        def step(now: int) -> None:
            take_now(self)
            simulation.plan_at(now + every_seconds, step)

        simulation.plan_at(int(clock.now().timestamp()) + every_seconds, step)


def take_now(walkers: Walkers) -> None:
    """Positions of everybody on duty at this moment."""
    now = clock.now()
    second = np.array([int(now.timestamp())])
    rows = [walkers.fixes(shift, second) for shift in shifts_between(now, now + timedelta(seconds=1))]
    together = np.concatenate(rows) if rows else np.zeros((0, 5))
    if len(together):
        take_gateway_positions(walkers.gateway, together)  # type: ignore[arg-type]


def shifts_between(since: datetime, until: datetime) -> list[Shift]:
    """Duties of inspectors that touch a span. One query."""
    inspectors = MemberPost.objects.filter(post=Post.INSPECTOR.value, valid_to=None).values("member_id")
    rows = Duty.objects.filter(starts_at__lt=until, ends_at__gt=since, member__in=inspectors).order_by("member_id", "starts_at")
    return [
        Shift(member, int(starts.timestamp()), int(ends.timestamp()))
        for member, starts, ends in rows.values_list("member_id", "starts_at", "ends_at")
    ]


def live(days: int = DAYS) -> None:
    """Tracks of the last days and of today until now, their alarms in every state, and their days added up."""
    now = clock.now()
    keep_months()
    walkers = Walkers()
    today = datetime.combine(city_day(now), time(), CITY_ZONE)
    for back in range(days, -1, -1):
        since = today - timedelta(days=back)
        until = min(since + timedelta(days=1), now)
        heard = since
        for stop in sorted({max(since, until - A_WHILE), until}):  # so that some alarms have waited too long
            with clock.pretend(stop):
                for rows in _batches(walkers, heard, stop):
                    take_gateway_positions(walkers.gateway, rows)  # type: ignore[arg-type]
                go_round()
            heard = stop
        with clock.pretend(until):
            count_day(city_day(since))
            if back:
                look_for_unvisited(city_day(since))
                _deal_with_alarms(since)
    _leave_some_in_every_state(today)


def _batches(walkers: Walkers, since: datetime, until: datetime) -> Iterator[NDArray[np.float64]]:
    """All fixes of a span in the order of time, as many at once as a gateway may send."""
    moments = np.arange(int(since.timestamp()), int(until.timestamp()), EVERY_SECONDS)
    rows = [walkers.fixes(shift, moments + shift.member_id % EVERY_SECONDS) for shift in shifts_between(since, until)]
    together = np.concatenate(rows) if rows else np.zeros((0, 5))
    together = together[together[:, 1] < until.timestamp()]
    together = together[np.argsort(together[:, 1], kind="stable")]
    for first in range(0, len(together), MOST_FIXES):
        yield together[first : first + MOST_FIXES]


def _deal_with_alarms(since: datetime) -> None:
    """Most alarms of a past day were explained, and all of them closed."""
    leaders = _members(Post.SHIFT_LEADER)
    for alarm in Alarm.objects.filter(began_at__gte=since).exclude(state=Alarm.State.CLOSED).select_related("member"):
        dice = Random(f"{alarm.kind} {alarm.began_at}")  # noqa: S311
        explained = dice.random() < 0.7
        if explained:
            explain(actor_of(alarm.member), alarm.pk, dice.choice(EXPLANATIONS))
        excused = explained and dice.random() < 0.75
        close(dice.choice(leaders), alarm.pk, excused, "" if excused else dice.choice(REASONS[1:]))


def _leave_some_in_every_state(today: datetime) -> None:
    """Of today's alarms every third is explained, every sixth closed; the others wait."""
    leaders = _members(Post.SHIFT_LEADER)
    rows = Alarm.objects.filter(raised_at__gte=today).exclude(state=Alarm.State.CLOSED).select_related("member").order_by("pk")
    for number, alarm in enumerate(rows):
        dice = Random(f"{alarm.kind} {alarm.began_at}")  # noqa: S311
        if number % 3 == 1:
            explain(actor_of(alarm.member), alarm.pk, dice.choice(EXPLANATIONS))
        if number % 6 == 5:
            close(dice.choice(leaders), alarm.pk, False, dice.choice(REASONS[1:]))


def _members(post: Post) -> list[Actor]:
    posts = MemberPost.objects.filter(post=post.value, valid_to=None).values("member_id")
    return [actor_of(member) for member in Member.objects.filter(pk__in=posts).order_by("pk")]
