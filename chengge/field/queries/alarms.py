"""Alarms as lists: for the shift leader by what is to be done, for the inspector on the phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from chengge.domain.errors import Refused
from chengge.field.models import Alarm, AlarmKind
from chengge.field.queries.days import day_span
from chengge.field.queries.watching import inspectors_in_reach
from chengge.organization.queries import Actor
from chengge.organization.typed import day
from chengge.rest.pages import page_before

PAGE_SIZE = 30
WAITING = (Alarm.State.OPEN, Alarm.State.ESCALATED, Alarm.State.EXPLAINED)
ALL = "all"
MOST_ON_PHONE = 5


@dataclass(frozen=True, slots=True)
class AlarmFilter:
    """What of the alarms is wanted. `state` empty: everything that is not closed."""

    state: str = ""
    kind: str = ""
    who: str = ""
    first: date | None = None
    last: date | None = None

    @classmethod
    def parse(cls, said: Mapping[str, str]) -> "AlarmFilter":
        """From an address. Raises Refused for what is no state, kind or day."""
        state, kind = said.get("state", ""), said.get("kind", "")
        if state not in ("", ALL, *Alarm.State.values):
            raise Refused("state", _("There is no such state."), field="state")
        if kind not in ("", *AlarmKind.values):
            raise Refused("kind", _("There is no such alarm."), field="kind")
        return cls(state, kind, said.get("who", "").strip()[:40], day(said, "first"), day(said, "last"))

    def without_state(self) -> Q:
        wanted = Q(kind=self.kind) if self.kind else Q()
        if self.who:
            wanted &= Q(member__full_name__icontains=self.who) | Q(member__username=self.who)
        if self.first:
            wanted &= Q(began_at__gte=day_span(self.first)[0])
        if self.last:
            wanted &= Q(began_at__lt=day_span(self.last)[1])
        return wanted

    def condition(self) -> Q:
        wanted = self.without_state()
        if self.state == "":
            return wanted & Q(state__in=WAITING)
        return wanted if self.state == ALL else wanted & Q(state=self.state)


@dataclass(frozen=True, slots=True)
class AlarmPage:
    rows: Sequence[Alarm]
    next: str | None
    counts: Mapping[str, int]  # of what fulfils the filter but for its state: by state, and "" for all that is not closed


def alarms_in_sight(actor: Actor) -> QuerySet[Alarm]:
    """Alarms of the actor's area: by their place, and without one by the inspector's grids."""
    if actor.grid_range is None:
        return Alarm.objects.all()
    low, high = actor.grid_range
    homeless = Q(grid_code=None, member__in=inspectors_in_reach(actor).values("pk"))
    return Alarm.objects.filter(Q(grid_code__gte=low, grid_code__lt=high) | homeless)


def alarm_page(actor: Actor, wanted: AlarmFilter, cursor: str) -> AlarmPage:
    """The newest first. Two queries."""
    seen = alarms_in_sight(actor)
    rows, after = page_before(seen.filter(wanted.condition()).select_related("member", "closed_by", "task__case"), "id", cursor, PAGE_SIZE)
    counted = dict(seen.filter(wanted.without_state()).order_by().values("state").annotate(n=Count("pk")).values_list("state", "n"))
    return AlarmPage(rows, after, counted | {"": sum(counted.get(state, 0) for state in WAITING)})


def alarms_to_explain(member_id: int) -> list[Alarm]:
    """What the inspector has not explained yet, the newest first. One query."""
    rows = Alarm.objects.filter(member_id=member_id, state__in=(Alarm.State.OPEN, Alarm.State.ESCALATED))
    return list(rows.order_by("-pk")[:MOST_ON_PHONE])
