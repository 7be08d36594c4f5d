"""How many positions a second come in over HTTP and are judged against the fences of 5 000 inspectors; and the judging alone.

Gateways send batches of many members. Every batch is parsed, checked against duty, placed in its unit grids, judged with the
memory of its members, written, and its alarms with it, in one transaction.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
import shapely
from django.contrib.auth.hashers import make_password
from numpy.typing import NDArray

from bench import Figure
from bench.load import AnswerUnexpected, Connection, Load, keep_busy
from bench.locate import COLUMNS, FIRST_CODE, ROWS, city, median_seconds
from chengge.domain.fences import Bounds, Fences, Fixes, Rest, Verdict, judge, nothing_known
from chengge.domain.gridindex import GridIndex
from chengge.lab.scratch import Scratch, database_url, scratch_database
from chengge.lab.server import web_server
from chengge.lab.visitor import Visitor

INSPECTORS = 5000
BLOCK_COLUMNS, BLOCK_ROWS = 5, 4  # unit grids of one responsibility grid, which two inspectors share
CLIENTS, FIXES_OF_EACH, SECONDS = 4, 2, 20
BATCHES = 400  # that each client has ready
EVERY_SECONDS = 10
ALONE_FIXES = 200_000
MARGIN_M, ACCURACY_M = 30.0, 8.0
SHARE_OUTSIDE = 0.05
PASSWORD = "a password of the bench"  # noqa: S105 (of a database that is thrown away)
ADMINISTRATOR = 1

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Town:
    """A large city: its grids, and the ground of each inspector (numbers of grids). `home` is the middle of that ground."""

    grids: NDArray[np.object_]
    codes: Longs
    members: Longs
    ground: list[list[int]]
    home: Floats


def run() -> list[Figure]:
    """Figures with 50 000 unit grids and 5 000 inspectors on duty."""
    town = _town()
    alone = _alone(town)
    with scratch_database("bench_positions") as scratch:
        _settle(town, scratch)
        with web_server(scratch.environment, scratch.folder / "web.log") as address:
            load, kept = _over_http(address, town)
        alarms, rows = scratch.ask("SELECT count(*) FROM field_alarm"), scratch.ask("SELECT count(*) FROM field_trackpoint")
    if rows < kept:
        raise RuntimeError(f"{kept} positions were acknowledged and only {rows} are in the table")
    batch = INSPECTORS // CLIENTS * FIXES_OF_EACH
    note = (
        f"{CLIENTS} gateways, batches of {batch:,} fixes of {INSPECTORS // CLIENTS:,} members, {INSPECTORS:,} inspectors in "
        f"{len(town.grids):,} unit grids; p50 {load.percentile_ms(50):.0f} ms, p99 {load.percentile_ms(99):.0f} ms a batch; "
        f"{alarms:,} alarms raised"
    )
    return [Figure("positions_per_s", load.per_second * batch, "positions/s", "≥ 10000", note), alone]


def _town() -> Town:
    grids = city(np.random.default_rng(1))
    members = np.arange(INSPECTORS, dtype=np.int64) + ADMINISTRATOR + 1
    across = COLUMNS // BLOCK_COLUMNS
    ground = []
    for block in np.arange(INSPECTORS) // 2:
        row, column = divmod(int(block), across)
        if (row + 1) * BLOCK_ROWS > ROWS:
            raise RuntimeError(f"{INSPECTORS} inspectors do not fit into {len(grids)} grids")
        first = row * BLOCK_ROWS * COLUMNS + column * BLOCK_COLUMNS
        ground.append([first + i * COLUMNS + j for i in range(BLOCK_ROWS) for j in range(BLOCK_COLUMNS)])
    middles = shapely.get_coordinates(shapely.centroid(grids))
    home = np.array([middles[own].mean(axis=0) for own in ground])
    return Town(grids, FIRST_CODE + np.arange(len(grids), dtype=np.int64), members, ground, home)


def _walk(town: Town, who: NDArray[np.intp], seed: int) -> Iterator[tuple[Floats, Floats]]:
    """Places of some inspectors, one tick after the other: strolling over their ground and a little beyond; a few are far off."""
    random = np.random.default_rng(seed)
    half = np.array([BLOCK_COLUMNS * 0.00104, BLOCK_ROWS * 0.0009]) / 2
    off = (random.random(len(who)) < SHARE_OUTSIDE)[:, None] * half * 4
    place = random.uniform(-1, 1, (len(who), 2)) * half
    while True:
        place = np.clip(place + random.normal(0, 8e-5, place.shape), -1.1 * half, 1.1 * half)
        there = town.home[who] + place + off
        yield there[:, 0], there[:, 1]


# --- The judging alone ------------------------------------------------------------------------------------------------------------------


def _alone(town: Town) -> Figure:
    """Verdicts of many fixes, beside plain Shapely and GeoPandas: the distance of every fix to its member's grids."""
    index = GridIndex.of(town.codes, town.grids)
    fences = Fences.of(index, {member: town.codes[own].tolist() for member, own in zip(town.members.tolist(), town.ground, strict=True)})
    fixes = _many_fixes(town)
    found = fences.verdicts(fixes, index.locate_many(fixes.lon, fixes.lat), MARGIN_M)
    number = fences.number_of(fixes.member)
    areas = fences.areas[number]
    bare = shapely.from_wkb(shapely.to_wkb(fences.areas))[number]  # not prepared, as plain code has them
    x, y = fences.places(number, fixes.lon, fixes.lat)
    points = shapely.points(x, y)

    def plain(grounds: NDArray[np.object_]) -> NDArray[np.int8]:
        return _verdicts_of(shapely.distance(grounds, points), fixes.accuracy_m)

    if not np.array_equal(found, plain(areas)):
        raise RuntimeError("some fixes are judged otherwise than by plain Shapely: the figures would mean nothing")
    seconds = median_seconds(lambda: fences.verdicts(fixes, index.locate_many(fixes.lon, fixes.lat), MARGIN_M))
    codes = index.locate_many(fixes.lon, fixes.lat)
    whole_seconds = median_seconds(
        lambda: judge(nothing_known(town.members), fixes, codes, found, Bounds(4, 120, 3), Rest(50, 1800)),
    )
    plain_seconds = median_seconds(lambda: plain(bare))
    shares = ", ".join(f"{(found == verdict).mean():.1%} {verdict.name.lower()}" for verdict in (Verdict.INSIDE, Verdict.OUTSIDE))
    beside = (
        f"plain Shapely, distance of every fix to its member's grids: {len(fixes) / plain_seconds:,.0f} fixes/s; "
        f"{_geopandas(bare, x, y, fixes, found)}; the same verdict for all {len(fixes):,} fixes ({shares}); "
        f"counting, alarms and rest on top: {len(fixes) / whole_seconds:,.0f} fixes/s"
    )
    return Figure("fence_fixes_per_s", len(fixes) / seconds, "fixes/s", "", beside)


def _many_fixes(town: Town) -> Fixes:
    who = np.arange(len(town.members))
    walk = _walk(town, who, 3)
    ticks = [next(walk) for _ in range(ALONE_FIXES // len(who))]
    return Fixes(
        np.tile(town.members, len(ticks)),
        np.repeat(1_795_000_000 + EVERY_SECONDS * np.arange(len(ticks), dtype=np.int64), len(who)),
        np.concatenate([lon for lon, _lat in ticks]),
        np.concatenate([lat for _lon, lat in ticks]),
        np.full(len(ticks) * len(who), ACCURACY_M),
    ).in_order()


def _verdicts_of(distances_m: Floats, accuracy_m: Floats) -> NDArray[np.int8]:
    certain = np.where(distances_m > MARGIN_M + accuracy_m, Verdict.OUTSIDE, Verdict.UNSURE)
    return np.where(distances_m <= MARGIN_M, Verdict.INSIDE, certain).astype(np.int8)


def _geopandas(grounds: NDArray[np.object_], x: Floats, y: Floats, fixes: Fixes, found: NDArray[np.int8]) -> str:
    try:
        import geopandas
    except ImportError:
        return "GeoPandas is not installed"
    areas = geopandas.GeoSeries(grounds)

    def plain() -> NDArray[np.int8]:
        points = geopandas.GeoSeries(geopandas.points_from_xy(x, y))
        return _verdicts_of(areas.distance(points, align=False).to_numpy(), fixes.accuracy_m)

    if not np.array_equal(found, plain()):
        raise RuntimeError("some fixes are judged otherwise than by GeoPandas: the figures would mean nothing")
    return f"GeoPandas {len(fixes) / median_seconds(plain):,.0f} fixes/s"


# --- Over HTTP --------------------------------------------------------------------------------------------------------------------------


def _over_http(address: str, town: Town) -> tuple[Load, int]:
    """What the gateways saw, and how many positions were acknowledged."""
    token = Visitor.sign_in(address, "gateway", PASSWORD).token
    begins = int(datetime.now(UTC).timestamp()) - 40 * 3600
    shares = np.array_split(np.arange(INSPECTORS), CLIENTS)
    bodies = [_bodies(town, who, number, begins) for number, who in enumerate(shares)]
    headers = {"Authorization": f"Bearer {token}"}
    for _round in range(8):  # Every web process builds its fences before the time is taken.
        first = Connection(address, headers)
        first.post("/api/v1/positions/batch", json.dumps({"fixes": []}).encode(), f"warm-{_round}")
        first.post("/api/v1/positions/batch", _body([[int(town.members[0]), begins - 60 + _round, 120.01, 30.01, ACCURACY_M]]), "warm")
        first.close()
    kept = [0] * CLIENTS

    def client(number: int) -> Callable[[], None]:
        connection = Connection(address, headers)
        waiting = iter(bodies[number])

        def send() -> None:
            body = next(waiting, None)
            if body is None:
                raise AnswerUnexpected(f"the {BATCHES} batches of a gateway were not enough: raise BATCHES")
            status, answer = connection.post("/api/v1/positions/batch", body, "a-batch")
            told = json.loads(answer)
            if status != 200 or told["kept"] != len(shares[number]) * FIXES_OF_EACH:
                raise AnswerUnexpected(f"a batch was answered {status}: {answer[:300]!r}")
            kept[number] += told["kept"]

        return send

    return keep_busy(CLIENTS, SECONDS, client), sum(kept)


def _bodies(town: Town, who: NDArray[np.intp], seed: int, begins: int) -> list[bytes]:
    walk = _walk(town, who, seed)
    members = town.members[who].tolist()
    found = []
    for batch in range(BATCHES):
        rows: list[list[float]] = []
        for tick in range(FIXES_OF_EACH):
            at = begins + (batch * FIXES_OF_EACH + tick) * EVERY_SECONDS
            lon, lat = next(walk)
            places = zip(members, lon.round(6).tolist(), lat.round(6).tolist(), strict=True)
            rows += [[member, at, east, north, ACCURACY_M] for member, east, north in places]
        found.append(_body(rows))
    return found


def _body(rows: list[list[float]]) -> bytes:
    return json.dumps({"fixes": rows}, separators=(",", ":")).encode()


def _settle(town: Town, scratch: Scratch) -> None:
    """Write the city's grids and its inspectors, all on duty, and an administrator for the gateways."""
    now = datetime.now(UTC)
    since = now.date() - timedelta(days=400)
    grid_ids = {own[0]: number for number, own in enumerate(town.ground[::2], 1)}
    password = make_password(PASSWORD)
    people = [(ADMINISTRATOR, "gateway"), *((int(member), f"i{member}") for member in town.members)]
    tables: dict[str, tuple[str, list[tuple[object, ...]]]] = {
        "foundation_unitgrid": (
            "code, polygon, area_m2, area_class, land_use, other_code, valid_from",
            [(int(code), border, 10_000, "B", "", "", since) for code, border in zip(town.codes, shapely.to_wkb(town.grids), strict=True)],
        ),
        "foundation_responsibilitygrid": (
            "id, code, name, valid_from",
            [(number, f"R{number}", f"R{number}", since) for number in grid_ids.values()],
        ),
        "foundation_responsibilitygridunit": (
            "responsibility_grid_id, grid_code",
            [(grid_ids[own[0]], int(town.codes[grid])) for own in town.ground[::2] for grid in own],
        ),
        "organization_member": (
            "id, username, password, full_name, first_name, last_name, email, axis, phone, language, is_active, is_staff, is_superuser, "
            "date_joined",
            [(pk, name, password, name, "", "", "", "neither", "", "en", True, False, False, now) for pk, name in people],
        ),
        "organization_memberpost": (
            "member_id, post, valid_from",
            [(pk, "administrator" if pk == ADMINISTRATOR else "inspector", since) for pk, _name in people],
        ),
        "organization_duty": (
            "member_id, starts_at, ends_at",
            [(int(member), now - timedelta(days=3), now + timedelta(days=3)) for member in town.members],
        ),
        "foundation_responsibilitygrid_inspectors": (
            "responsibilitygrid_id, member_id",
            [(grid_ids[own[0]], int(member)) for member, own in zip(town.members, town.ground, strict=True)],
        ),
    }
    with psycopg.connect(database_url(scratch.database), autocommit=True) as connected:
        for table, (columns, rows) in tables.items():
            with connected.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        connected.execute("INSERT INTO foundation_revision (name, number) VALUES ('grids', 1) ON CONFLICT DO NOTHING")
        connected.execute("VACUUM ANALYZE")
