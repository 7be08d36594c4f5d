"""Who works in the demo city: organizations on four levels, a person on every post, responsibility grids, and who is on duty when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import shapely
from django.contrib.auth.hashers import make_password

from chengge.domain.lifecycle import AXIS_OF_POST, Post
from chengge.foundation.models import ResponsibilityGrid, ResponsibilityGridUnit
from chengge.lab.calendars import CREWS, OFFICE
from chengge.lab.city import City, names
from chengge.lab.city.partition import grown, lifted
from chengge.lab.handbook import rows_of
from chengge.organization.actions import put_organizations
from chengge.organization.actions.authority import COMMAND_LINE
from chengge.organization.models import Duty, Member, MemberPost, Organization, WorkingCalendar
from chengge.organization.queries import CITY_ZONE

PASSWORD = "chengge"  # noqa: S105 (the demo city's, known to everybody on purpose)
SUPERVISION, COMMAND = "JD", "ZH"
FIXED_DEPARTMENT, FIXED_SECTION, FIXED_CREW = "HW", "HW-2", "HW-2-1"

# User name, post, organization: whom a visitor signs in as.
FIXED: tuple[tuple[str, Post, str], ...] = (
    ("admin", Post.ADMINISTRATOR, COMMAND),
    ("operator", Post.OPERATOR, SUPERVISION),
    ("leader", Post.SHIFT_LEADER, SUPERVISION),
    ("dispatcher", Post.DISPATCHER, COMMAND),
    ("dept", Post.DEPARTMENT, FIXED_DEPARTMENT),
    ("section", Post.DEPARTMENT, FIXED_SECTION),
    ("crew", Post.DEPARTMENT, FIXED_CREW),
    ("inspector", Post.INSPECTOR, SUPERVISION),
    ("coordinator", Post.COORDINATOR, COMMAND),
    ("evaluator", Post.EVALUATOR, SUPERVISION),
    ("mayor", Post.LEADER, COMMAND),
)
# Prefix of the user names, post, organization, and how many besides the fixed one.
CENTRAL: tuple[tuple[str, Post, str, int], ...] = (
    ("shouli", Post.OPERATOR, SUPERVISION, 13),
    ("zhiban", Post.SHIFT_LEADER, SUPERVISION, 7),
    ("kaoping", Post.EVALUATOR, SUPERVISION, 2),
    ("paiqian", Post.DISPATCHER, COMMAND, 9),
    ("xietiao", Post.COORDINATOR, COMMAND, 2),
    ("lingdao", Post.LEADER, COMMAND, 2),
)
INSPECTORS = 60
CLERKS_ON_LEVEL = {2: 3, 3: 2, 4: 1}
# Shifts as hours of the day; the late one of the night ends on the next morning.
EARLY, LATE, NIGHT = (7.0, 14.5), (13.5, 21.5), (21.5, 31.0)
FIXED_SHIFT = (6.5, 22.0)
FIXED_INSPECTOR_SHIFT = (0.0, 24.0)  # Whoever visits at whatever hour finds tasks.
NIGHT_INSPECTORS = 4
RESPONSIBILITY_GRIDS_OF = (18, 34)  # least and most unit grids


@dataclass(frozen=True, slots=True)
class Staff:
    organizations: dict[str, Organization]
    street_offices: list[Organization]
    members: dict[str, Member]
    inspectors: list[Member]


def write_organizations(city: City, calendars: dict[str, WorkingCalendar], day: date) -> tuple[dict[str, Organization], list[Organization]]:
    """The organizations by code, and the street offices in the order of the streets."""
    found: dict[str, Organization] = {}
    offices: list[Organization] = []

    def add(code: str, name: str, short: str, kind: str, level: int, parent: str, phone: str, division: int | None = None) -> Organization:
        calendar = calendars[CREWS if level == 4 or code.startswith(("HW", "ZF")) else OFFICE]
        found[code] = Organization(
            code=code,
            name=name,
            short_name=short,
            kind=kind,
            level=level,
            parent=found.get(parent),
            calendar=calendar,
            phone=phone,
            division_code=division,
            valid_from=day,
        )
        return found[code]

    old_town = next((row.code for row in city.divisions if row.name.startswith(names.OLD_TOWN_STREET)), None)
    for row in rows_of("organizations"):
        above = found.get(row["parent"])
        name = row["name"] if above is None or above.level == 1 else f"{above.name}{row['name']}"
        division = old_town if row["code"].startswith(FIXED_SECTION) else None
        add(row["code"], name, row["short_name"], row["kind"], int(row["level"]), row["parent"], row["phone"], division)
    for serial, street in enumerate((row for row in city.divisions if 10**8 < row.code < 10**9), start=1):
        code, short = f"JD{serial:02d}", street.name.removesuffix("街道")
        offices.append(
            add(code, f"清沄区{street.name}办事处", f"{short}街道办", "territory", 2, COMMAND, f"86141{serial:02d}", street.code)
        )
        add(f"{code}-1", f"{street.name}城市管理办公室", f"{short}城管办", "department", 3, code, "", street.code)
        add(f"{code}-1-1", f"{street.name}市容巡查队", f"{short}巡查队", "crew", 4, f"{code}-1", "", street.code)
        add(f"{code}-1-2", f"{street.name}综合保洁队", f"{short}保洁队", "crew", 4, f"{code}-1", "", street.code)
    put_organizations(COMMAND_LINE, list(found.values()), [])
    return found, offices


def write_members(organizations: dict[str, Organization], seed: int, day: date) -> tuple[dict[str, Member], list[Member]]:
    """Everybody by user name, and the inspectors, the fixed one first. All have the demo's password, hashed once."""
    chance = np.random.default_rng([seed, 20])
    hashed = make_password(PASSWORD)
    taken: set[str] = set()
    members: list[Member] = []
    posts: list[MemberPost] = []
    for username, post, code in _wanted(organizations):
        member = Member(
            username=username,
            full_name=_unused_name(chance, taken),
            organization=organizations[code],
            axis=AXIS_OF_POST[post].value,
            phone=f"199{chance.integers(10**8):08d}",
            password=hashed,
            is_staff=post is Post.ADMINISTRATOR,
            is_superuser=post is Post.ADMINISTRATOR,
        )
        members.append(member)
        posts.append(MemberPost(member=member, post=post.value, valid_from=day))
    Member.objects.bulk_create(members)
    MemberPost.objects.bulk_create(posts)
    inspectors = [post.member for post in posts if post.post == Post.INSPECTOR.value]
    return {member.username: member for member in members}, inspectors


def _wanted(organizations: dict[str, Organization]) -> Iterator[tuple[str, Post, str]]:
    yield from FIXED
    for number in range(1, INSPECTORS):
        yield f"jiandu{number:02d}", Post.INSPECTOR, SUPERVISION
    for prefix, post, code, count in CENTRAL:
        for number in range(1, count + 1):
            yield f"{prefix}{number:02d}", post, code
    for code, organization in organizations.items():
        if organization.level > 1:
            for number in range(1, CLERKS_ON_LEVEL[organization.level] + 1):
                yield f"{code.lower().replace('-', '')}_{number:02d}", Post.DEPARTMENT, code


def _unused_name(chance: np.random.Generator, taken: set[str]) -> str:
    while (name := names.person(chance)) in taken:
        pass
    taken.add(name)
    return name


def write_responsibility_grids(city: City, inspectors: list[Member], day: date) -> list[tuple[ResponsibilityGrid, list[int]]]:
    """Connected sets of unit grids, each inside one street, and the two inspectors (early and late shift) of each."""
    streets = city.grid_codes // 10**6
    group_of = grown(
        np.ones(len(city.grid_codes)), city.neighbours, *RESPONSIBILITY_GRIDS_OF, lambda one, other: streets[one] == streets[other]
    )
    street_names = {row.code: row.name.removesuffix("街道") for row in city.divisions}
    found: list[tuple[ResponsibilityGrid, list[int]]] = []
    serials: dict[int, int] = {}
    groups = sorted(range(group_of.max() + 1), key=lambda group: int(city.grid_codes[group_of == group].min()))
    for group in groups:
        codes = city.grid_codes[group_of == group].tolist()
        street = codes[0] // 10**6
        serials[street] = serials.get(street, 0) + 1
        grid = ResponsibilityGrid(
            code=f"ZR{street}{serials[street]:02d}", name=f"{street_names[street]}第{serials[street]}责任网格", valid_from=day
        )
        found.append((grid, codes))
    ResponsibilityGrid.objects.bulk_create([grid for grid, _codes in found])
    ResponsibilityGridUnit.objects.bulk_create(
        [ResponsibilityGridUnit(responsibility_grid=grid, grid_code=code) for grid, codes in found for code in codes]
    )
    through = ResponsibilityGrid.inspectors.through
    pairs = _pairs(inspectors, _compact_order(city, group_of, groups))
    through.objects.bulk_create([through(responsibilitygrid=found[index][0], member=member) for index, member in pairs])
    return found


def _compact_order(city: City, group_of: np.ndarray, groups: list[int]) -> list[int]:
    """Positions in `groups`, neighbours after each other, beginning in the old town (whose grids are the fixed inspector's)."""
    between = lifted(city.neighbours, group_of)
    position = {group: index for index, group in enumerate(groups)}
    next_to: dict[int, set[int]] = {}
    for one, other in between:
        next_to.setdefault(position[one], set()).add(position[other])
        next_to.setdefault(position[other], set()).add(position[one])
    centres = shapely.get_coordinates(shapely.centroid([shapely.MultiPoint(_centres(city)[group_of == group]) for group in groups]))
    tower = next(place for place in city.places if place.name == "鼓楼")
    left = set(range(len(groups)))
    here = int(np.hypot(centres[:, 0] - tower.x, centres[:, 1] - tower.y).argmin())
    order = []
    while left:
        order.append(here)
        left.discard(here)
        near = (next_to.get(here, set()) & left) or left
        here = min(near, key=lambda index: (np.hypot(*(centres[index] - centres[order[-1]])), index)) if near else here
    return order


def _centres(city: City) -> np.ndarray:
    return shapely.get_coordinates(shapely.centroid(city.grid_polygons))


def _pairs(inspectors: list[Member], order: list[int]) -> Iterator[tuple[int, Member]]:
    """Two inspectors for every responsibility grid, an early and a late one; neighbouring grids have the same two."""
    early, late = inspectors[::2], inspectors[1::2]
    for rank, index in enumerate(order):
        pair = rank * len(early) // len(order)
        yield index, early[pair]
        yield index, late[min(pair, len(late) - 1)]


def write_duties(
    city: City,
    inspectors: list[Member],
    members: dict[str, Member],
    grids: list[tuple[ResponsibilityGrid, list[int]]],
    first: date,
    last: date,
) -> None:
    """Everybody's shifts from `first` to `last`: two by day and a small one by night."""
    homes = _homes(city, inspectors, grids)
    duties = []
    days = [first + timedelta(days=shift) for shift in range((last - first).days + 1)]
    for day in days:
        week = day.toordinal() // 7
        for number, member in enumerate(inspectors):
            place = homes.get(member.pk, (None, None))
            if number == 0:
                duties.append(_duty(member, day, FIXED_INSPECTOR_SHIFT, place))
            elif (day.toordinal() + number) % 7 != 0:  # one day off in seven
                duties.append(_duty(member, day, EARLY if (number + week) % 2 else LATE, place))
        on_call = [inspectors[1 + (day.toordinal() * NIGHT_INSPECTORS + turn) % (len(inspectors) - 1)] for turn in range(NIGHT_INSPECTORS)]
        duties += [_duty(member, day, NIGHT, homes.get(member.pk, (None, None))) for member in on_call]
        for prefix, _post, _code, count in CENTRAL:
            for number in range(1, count + 1):
                shift = (EARLY, LATE, NIGHT)[(number + day.toordinal()) % 3]
                duties.append(_duty(members[f"{prefix}{number:02d}"], day, shift, (None, None)))
        duties += [_duty(members[name], day, FIXED_SHIFT, (None, None)) for name in ("operator", "leader", "dispatcher")]
    Duty.objects.bulk_create(duties, batch_size=2000)


def _homes(city: City, inspectors: list[Member], grids: list[tuple[ResponsibilityGrid, list[int]]]) -> dict[int, tuple[float, float]]:
    """Where each inspector begins: in the middle of the first of their grids."""
    centres = dict(zip(city.grid_codes.tolist(), _centres(city).tolist(), strict=True))
    codes_of = {grid.pk: codes for grid, codes in grids}
    found: dict[int, tuple[float, float]] = {}
    through = ResponsibilityGrid.inspectors.through
    wanted = (
        through.objects.filter(member__in=inspectors).order_by("responsibilitygrid_id").values_list("member_id", "responsibilitygrid_id")
    )
    for member_id, grid_id in wanted:
        middle = np.mean([centres[code] for code in codes_of[grid_id]], axis=0)
        found.setdefault(member_id, (round(float(middle[0]), 6), round(float(middle[1]), 6)))
    return found


def _duty(member: Member, day: date, hours: tuple[float, float], place: tuple[float | None, float | None]) -> Duty:
    midnight = datetime.combine(day, time(), CITY_ZONE)
    return Duty(
        member=member,
        starts_at=midnight + timedelta(hours=hours[0]),
        ends_at=midnight + timedelta(hours=hours[1]),
        lon=place[0],
        lat=place[1],
    )


def extend_duties(until: datetime) -> None:
    """Plan duty up to a moment by repeating the last planned weeks, so that a simulation may go on for ever."""
    week = timedelta(days=7)
    last = Duty.objects.order_by("-starts_at").first()
    while last is not None and last.starts_at < until + week:
        pattern = list(Duty.objects.filter(starts_at__gt=last.starts_at - week, starts_at__lte=last.starts_at))
        Duty.objects.bulk_create(
            [
                Duty(member_id=duty.member_id, starts_at=duty.starts_at + week, ends_at=duty.ends_at + week, lon=duty.lon, lat=duty.lat)
                for duty in pattern
            ],
            batch_size=2000,
        )
        last = Duty.objects.order_by("-starts_at").first()
