"""How many reports a second come in over HTTP, and how many lists of a desk go out, with eight clients and a web server of our own."""

import http.cookiejar
import itertools
import json
import urllib.request
from collections.abc import Callable
from secrets import token_hex

from bench import Figure
from bench.city import city_with
from bench.load import AnswerUnexpected, Connection, Load, keep_busy
from chengge.lab.server import web_server
from chengge.lab.visitor import Visitor

CLIENTS = 8
SECONDS = 20
PASSWORD = "chengge"  # noqa: S105 (the demo city's)
OPERATORS = ("operator", *(f"shouli{number:02d}" for number in range(1, CLIENTS)))
# Whose desks are asked for, and by whom.
DESKS = (
    ("operator", "operator"),
    ("shift_leader", "leader"),
    ("dispatcher", "dispatcher"),
    ("department", "dept"),
    ("operator", "shouli01"),
    ("shift_leader", "zhiban01"),
    ("dispatcher", "paiqian01"),
    ("evaluator", "evaluator"),
)
ROWS = 20
DIFFERENT_REPORTS = 2000


def run(cases: int) -> list[Figure]:
    """Figures with `cases` in the database."""
    with city_with(cases) as city, web_server(city.environment, city.folder / "web.log") as address:
        pages = desk_pages(address)
        lists = desk_lists(address)
        made = reports(address)
    where = f"{CLIENTS} clients, {cases:,} cases; p50 {{:.0f}} ms, p99 {{:.0f}} ms"
    by_api = f"the same list by the API: {lists.per_second:.0f} lists/s, p95 {lists.percentile_ms(95):.0f} ms"
    return [
        Figure("reports_http_per_s", made.per_second, "reports/s", "≥ 300", where.format(made.percentile_ms(50), made.percentile_ms(99))),
        Figure("reports_http_p99_ms", made.percentile_ms(99), "ms", "≤ 80", f"{len(made.took_ms):,} reports in {made.seconds:.0f} s"),
        Figure("desk_list_per_s", pages.per_second, "lists/s", "≥ 150", where.format(pages.percentile_ms(50), pages.percentile_ms(99))),
        Figure("desk_list_p95_ms", pages.percentile_ms(95), "ms", "≤ 80", by_api),
    ]


def reports(address: str) -> Load:
    """Clients that report one problem after the other, each as an operator of its own, all over the city."""
    bodies = _bodies(Visitor.sign_in(address, "operator", PASSWORD))
    tokens = [Visitor.sign_in(address, username, PASSWORD).token for username in OPERATORS]
    run_name = token_hex(4)

    def client(number: int) -> Callable[[], None]:
        connection = Connection(address, {"Authorization": f"Bearer {tokens[number]}"})
        numbers = itertools.count()
        mine = itertools.cycle(bodies[number::CLIENTS])

        def report() -> None:
            status, body = connection.post("/api/v1/reports", next(mine), f"{run_name}-{number}-{next(numbers)}")
            if status != 201:
                raise AnswerUnexpected(f"a report was answered {status}: {body[:300]!r}")

        return report

    return keep_busy(CLIENTS, SECONDS, client)


def desk_pages(address: str) -> Load:
    """Clients that ask for the list of their desk as the browser does, signed in by session."""
    cookies = [_signed_in(address, username) for _desk, username in DESKS]

    def client(number: int) -> Callable[[], None]:
        connection = Connection(address, {"Cookie": cookies[number], "HX-Request": "true"})
        return lambda: _expect(connection.get(f"/desk/{DESKS[number][0]}/rows/"))

    return keep_busy(CLIENTS, SECONDS, client)


def desk_lists(address: str) -> Load:
    """Clients that ask for the same lists by the API."""
    tokens = [Visitor.sign_in(address, username, PASSWORD).token for _desk, username in DESKS]

    def client(number: int) -> Callable[[], None]:
        connection = Connection(address, {"Authorization": f"Bearer {tokens[number]}"})
        return lambda: _expect(connection.get(f"/api/v1/cases?desk={DESKS[number][0]}&size={ROWS}"))

    return keep_busy(CLIENTS, SECONDS, client)


def _bodies(operator: Visitor) -> list[bytes]:
    """Reports on components all over the city."""
    found: list[bytes] = []
    cursor = ""
    while len(found) < DIFFERENT_REPORTS:
        page = operator.get("/components", size=200, cursor=cursor)
        found += [
            json.dumps(
                {
                    "channel": "hotline",
                    "class_id": row["class_id"],
                    "description": f"{row['name']}损坏，请尽快处理",
                    "place": "路口东北角",
                    "lon": row["lon"],
                    "lat": row["lat"],
                    "component_code": row["code"],
                    "reporter_name": "王女士",
                    "contact": "13800001234",
                }
            ).encode()
            for row in page["items"]
        ]
        if page["next"] is None:
            break
        cursor = page["next"]
    return found


def _signed_in(address: str, username: str) -> str:
    """The cookie of a browser that is signed in."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with browser.open(f"{address}/api/v1/session") as answer:
        csrf = json.load(answer)["csrf_token"]
    body = json.dumps({"username": username, "password": PASSWORD}).encode()
    headers = {"Content-Type": "application/json", "X-CSRFToken": csrf}
    browser.open(urllib.request.Request(f"{address}/api/v1/session", body, headers)).close()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def _expect(answer: tuple[int, bytes]) -> None:
    status, body = answer
    if status != 200 or not body:
        raise AnswerUnexpected(f"a list was answered {status}: {body[:300]!r}")
