"""Dashboards: charts of the facts, each with its table."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.errors import Conflict, Forbidden, NotFound
from chengge.domain.lifecycle import Post
from chengge.evaluation.facts import FactStore
from chengge.evaluation.queries.dashboards.asked import AREAS, MEASURES, STEPS, Asked
from chengge.evaluation.queries.dashboards.charts import CALENDAR, CHANNELS, CLASSES, HOURS_OF_WEEK, TRENDS, majors
from chengge.evaluation.queries.dashboards.heat import HEAT, heat_map
from chengge.evaluation.queries.dashboards.reading import Standing, rows_of, standing
from chengge.evaluation.queries.dashboards.shapes import Chart, Kind
from chengge.evaluation.queries.dashboards.stages import FUNNEL, STAGE_TIMES
from chengge.organization.queries import Actor, city_day

__all__ = [
    "AREAS",
    "KINDS",
    "MEASURES",
    "READERS",
    "STEPS",
    "Asked",
    "Chart",
    "Kind",
    "Standing",
    "asked_of",
    "chart",
    "heat_map",
    "majors",
    "standing",
]

READERS = (Post.EVALUATOR, Post.LEADER, Post.ADMINISTRATOR)
KINDS: dict[str, Kind] = {one.name: one for one in (TRENDS, HEAT, FUNNEL, STAGE_TIMES, CLASSES, CHANNELS, CALENDAR, HOURS_OF_WEEK)}


def asked_of(store: FactStore, given: Mapping[str, Any]) -> Asked:
    """What an address asks for; without a period the last thirty days of the facts. Raises Refused."""
    return Asked.parse(given, standing(store).last_day or city_day(clock.now()))


def chart(store: FactStore, name: str, actor: Actor, asked: Asked) -> Chart:
    """A chart with its figures.

    Raises:
        Forbidden: the member's posts do not read evaluations.
        NotFound: there is no chart of this name.
        Conflict: there are no facts yet.
    """
    if not actor.posts & set(READERS):
        raise Forbidden("post", _("Evaluations are for evaluators and leaders."), _("If you need them, ask your administrator."))
    kind = KINDS.get(name)
    if kind is None:
        hint = _("Choose one of: %(choices)s.") % {"choices": _(", ").join(KINDS)}
        raise NotFound("dashboard", _("There is no dashboard “%(name)s”.") % {"name": name[:40]}, hint, field="name")
    now = standing(store)
    if now.as_of is None:
        raise Conflict("no_facts", _("There are no facts yet."), _("They are made every hour; `chengge facts refresh` makes them now."))
    rows = kind.named(rows_of(store, kind, actor, asked))
    return Chart(name, str(kind.title), str(kind.about), kind.columns, rows, asked.since, asked.until, now.as_of, now.digest)
