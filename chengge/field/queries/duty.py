"""Whose phone it is, whether they are on duty, and for which grids."""

from datetime import datetime

from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.errors import NotFound
from chengge.foundation.models import ResponsibilityGrid
from chengge.foundation.queries.dated import holding_on
from chengge.organization.models import Duty
from chengge.organization.queries import Actor, city_day


def member_of(actor: Actor) -> int:
    """The member behind an actor. Raises NotFound for machines, which have no phone."""
    if actor.member_id is None:
        raise NotFound("member", _("Only a member has a phone of their own."))
    return actor.member_id


def current_duty(member_id: int | None, at: datetime) -> Duty | None:
    """The duty a member is on at a moment, if any. One query."""
    if member_id is None:
        return None
    return Duty.objects.filter(member_id=member_id, starts_at__lte=at, ends_at__gt=at).order_by("-starts_at").first()


def grid_names(actor: Actor) -> str:
    """The responsibility grids of an inspector: the first by name, the others by their number. One query."""
    mine = holding_on(ResponsibilityGrid.objects.filter(inspectors=member_of(actor)), city_day(clock.now()))
    names = list(mine.order_by("code").values_list("name", flat=True))
    return f"{names[0]} +{len(names) - 1}" if len(names) > 1 else "".join(names)
