"""How fast the ledger proves itself: every hash and every row of a big city computed again."""

import os
import re

from bench import Figure
from bench.city import city_with
from bench.faults import BenchFailed


def run(cases: int) -> list[Figure]:
    """The figure with `cases` in the database, as `chengge ledger verify` measures it, its start left out."""
    with city_with(cases) as city:
        said = city.chengge("ledger", "verify")
    found = re.search(r"(\d+) cases, (\d+) entries, ([0-9.]+) s", said)
    if found is None or "No difference" not in said:
        raise BenchFailed(f"`chengge ledger verify` did not find the ledger whole:\n{said}")
    verified, entries, seconds = int(found[1]), int(found[2]), float(found[3])
    beside = f"{entries:,} entries of {verified:,} cases in {seconds:.1f} s, {os.cpu_count()} processes"
    return [Figure("ledger_verify_entries_per_s", entries / seconds, "entries/s", "≥ 100000", beside)]
