"""Going on duty and off, and where an inspector is."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.actions.given import is_place
from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.domain.lifecycle import Post
from chengge.organization.models import Duty, Member
from chengge.organization.queries import Actor

# A forgotten check-out must not give tasks to somebody who sleeps.
LONGEST_DUTY = timedelta(hours=12)


@transaction.atomic
def begin_duty(actor: Actor, lon: float | None = None, lat: float | None = None) -> Duty:
    """Go on duty now; tasks of the inspector's responsibility grids come in from here on.

    Raises:
        Forbidden: the member is no inspector.
        Conflict: the member is on duty already.
    """
    now = clock.now()
    member = Member.objects.select_for_update().get(pk=inspector_id(actor))  # two taps on one button make one duty
    if member.duties.filter(starts_at__lte=now, ends_at__gt=now).exists():
        raise Conflict("on_duty", _("You are on duty already."), _("Reload the page."))
    seen = is_place(lon, lat)
    return Duty.objects.create(
        member=member,
        starts_at=now,
        ends_at=now + LONGEST_DUTY,
        lon=lon if seen else None,
        lat=lat if seen else None,
        seen_at=now if seen else None,
    )


@transaction.atomic
def end_duty(actor: Actor) -> None:
    """Go off duty now; open tasks stay with the inspector. Raises Conflict when the member is not on duty."""
    now = clock.now()
    if not Duty.objects.filter(member_id=inspector_id(actor), starts_at__lt=now, ends_at__gt=now).update(ends_at=now):
        raise Conflict("off_duty", _("You are not on duty."), _("Reload the page."))


def note_position(actor: Actor, lon: float, lat: float) -> None:
    """Keep where an inspector on duty is now, for the choice of the nearest. Off duty nothing is kept.

    Raises:
        Refused: it is no point on earth.
    """
    member_id = inspector_id(actor)
    if not is_place(lon, lat):
        raise Refused("place", _("This is no valid position."), _("Wait for a position."), "lon")
    now = clock.now()
    Duty.objects.filter(member_id=member_id, starts_at__lte=now, ends_at__gt=now).update(lon=lon, lat=lat, seen_at=now)


def inspector_id(actor: Actor) -> int:
    """The member id of an inspector. Raises Forbidden for anybody else."""
    if Post.INSPECTOR not in actor.posts or actor.member_id is None:
        raise Forbidden("post", _("Only inspectors go on duty in the field."))
    return actor.member_id
