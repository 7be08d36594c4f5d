"""How long a click takes that opens a score: its items, the cases behind each, the next grade; over HTTP, in the demo city's last month."""

import time
from statistics import median, quantiles

from bench import Figure
from chengge.lab.scratch import scratch_database
from chengge.lab.server import web_server
from chengge.lab.visitor import Visitor

PASSWORD = "chengge"  # noqa: S105 (the demo city's)
SCHEME = "departments"
MOST_SCORES = 12
DAYS = 30


def run() -> list[Figure]:
    """The middle of all clicks, with the slow ones beside it."""
    with scratch_database("bench_scores") as city:
        city.chengge("demo", "--days", str(DAYS))
        with web_server(city.environment, city.folder / "web.log") as address:
            took_ms = clicks(Visitor.sign_in(address, "evaluator", PASSWORD))
    slow = quantiles(took_ms, n=100)
    told = f"{len(took_ms):,} clicks; p95 {slow[94]:.0f} ms, p99 {slow[98]:.0f} ms"
    return [Figure("explain_click_ms", median(took_ms), "ms", "≤ 300", told)]


def clicks(evaluator: Visitor) -> list[float]:
    """Every way down from some scores of the latest run, each in milliseconds. The first of each kind is not counted: it warms up."""
    (latest, *_others) = evaluator.get("/evaluation/runs", scheme=SCHEME)["runs"]
    base = f"/evaluation/runs/{latest['id']}"
    scores = [one for one in evaluator.get(base)["scores"] if one["score"] is not None][:MOST_SCORES]
    took_ms: list[float] = []
    for number, score in enumerate(scores):
        opened = f"{base}/scores/{score['id']}"
        parts = evaluator.get(opened)["parts"]
        ways = [opened, f"{opened}/next-grade", *(f"{opened}/items/{part['position']}/cases" for part in parts)]
        for way in ways:
            began = time.perf_counter()
            evaluator.get(way)
            if number:
                took_ms.append((time.perf_counter() - began) * 1000)
    return took_ms
