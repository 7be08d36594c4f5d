"""From facts to figures: the facts that are asked for, reckoned once for each state of the facts and each question."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Any

import orjson
from django.core.cache import cache

from chengge.domain.codes import code_range
from chengge.evaluation.facts import FactStore
from chengge.evaluation.facts.store import Manifest
from chengge.evaluation.indicators import Facts, Settings, only_cases, with_duckdb
from chengge.evaluation.indicators.shapes import Table
from chengge.evaluation.queries.dashboards.asked import Asked
from chengge.evaluation.queries.dashboards.shapes import Cell, Kind
from chengge.organization.models import Organization
from chengge.organization.queries import CITY_ZONE, Actor, city_day

KEPT_SECONDS = 6 * 3600
MEMORY = "1GB"
PLATFORM_LEVEL = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the facts stand.

    Attributes:
        as_of: the moment up to which they tell; None: there are none yet.
    """

    as_of: datetime | None
    digest: str
    cases: int

    @property
    def last_day(self) -> date | None:
        """The last day of which the facts tell whole; today's are still coming in."""
        return city_day(self.as_of) - timedelta(days=1) if self.as_of else None


def standing(store: FactStore) -> Standing:
    """Where the facts stand. No query."""
    return _standing(store.manifest())


def rows_of(store: FactStore, kind: Kind, actor: Actor, asked: Asked) -> list[list[Cell]]:
    """The rows of a chart, from the cache where the same was asked of the same facts."""
    if actor.grid_range and asked.area is None:
        first, end = actor.grid_range
        asked = replace(asked, area=first // (end - first))
    return kept(store, [kind.name, actor.grid_range, asked], lambda: kind.figures(open_facts(store, actor, asked), asked))


def kept(store: FactStore, question: list[Any], reckon: Callable[[], list[list[Cell]]]) -> list[list[Cell]]:
    """The answer to a question that was asked of these facts before, else reckoned now. The moment counts, too: it makes things late."""
    now = standing(store)
    name = f"dashboard:{blake2b(orjson.dumps([now.digest, now.as_of, *question]), digest_size=16).hexdigest()}"
    rows: list[list[Cell]] | None = cache.get(name)
    if rows is None:
        rows = reckon()
        cache.set(name, rows, KEPT_SECONDS)
    return rows


def open_facts(store: FactStore, actor: Actor | None, asked: Asked | None) -> Facts:
    """The facts with the cases in sight that lie in the area, are of the class, and are the organization's: populations follow them.

    Without anybody who asks, and without anything asked, all of them.
    """
    facts = with_duckdb(store, Settings(), memory=MEMORY)
    cases = facts.tables["cases"]
    cases.get_backend().raw_sql(f"SET TimeZone = '{CITY_ZONE.key}'")  # days and hours are the city's
    areas = (actor.grid_range if actor else None, code_range(asked.area) if asked and asked.area else None)
    for first, end in filter(None, areas):
        cases = cases.filter((cases.grid_code >= first) & (cases.grid_code < end))
    if asked and asked.class_code:
        cases = cases.filter(cases.class_code.startswith(asked.class_code))
    if asked and asked.organization_id is not None:
        cases = _of_organization(cases, facts, asked.organization_id)
    return facts if cases is facts.tables["cases"] else only_cases(facts, cases)


def is_platform(organization_id: int) -> bool:
    """Whether cases are dispatched to it, rather than passed down to it. One query."""
    return Organization.objects.filter(pk=organization_id, level__lte=PLATFORM_LEVEL).exists()


def in_city(moment: Any) -> Any:
    """A moment as the clocks of the city show it, for days, weeks and hours: the engine's zone is the city's."""
    return moment.cast("timestamp")


def _of_organization(cases: Table, facts: Facts, organization_id: int) -> Table:
    if is_platform(organization_id):
        return cases.filter(cases.department_id == organization_id)
    held = facts.tables["assignments"]
    return cases.semi_join(held.filter(held.organization_id == organization_id), "case_id")


def _standing(manifest: Manifest) -> Standing:
    as_of = datetime.fromtimestamp(manifest.read_at, UTC) if manifest.read_at else None
    cases = sum(kept["rows"] for kept in manifest.files.get("cases", {}).values())
    return Standing(as_of, manifest.digest(), cases)
