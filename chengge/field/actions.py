"""All writes of the field: duty, position, and problems that the inspector has disposed of on the spot."""

from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.actions import Given, Reported, Said, perform, report
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
    member = Member.objects.select_for_update().get(pk=_inspector(actor))  # two taps on one button make one duty
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
    if not Duty.objects.filter(member_id=_inspector(actor), starts_at__lt=now, ends_at__gt=now).update(ends_at=now):
        raise Conflict("off_duty", _("You are not on duty."), _("Reload the page."))


def note_position(actor: Actor, lon: float, lat: float) -> None:
    """Keep where an inspector on duty is now, for the choice of the nearest. Off duty nothing is kept.

    Raises:
        Refused: it is no point on earth.
    """
    member_id = _inspector(actor)
    if not is_place(lon, lat):
        raise Refused("place", _("This is no valid position."), _("Wait for a position."), "lon")
    now = clock.now()
    Duty.objects.filter(member_id=member_id, starts_at__lte=now, ends_at__gt=now).update(lon=lon, lat=lat, seen_at=now)


def report_disposed(actor: Actor, said: Said, after: Given, *, key: str | None = None) -> Reported:
    """Report a small problem together with its disposal on the spot (自行处置): first the report, then the disposal.

    Sent again under the same `key` it goes on where it stopped.

    Args:
        after: the rule the problem falls under, the photos after, and where the inspector stands.

    Raises:
        Refused: something is missing; a report that was made already stays, and waits for the disposal.
    """
    if after.rule_id is None:
        raise Refused("rule", _("A filing condition is needed."), _("Choose the condition that the problem meets."), "rule")
    if not after.photos:
        raise Refused("photo", _("A photo after the disposal is needed."), _("Take one on the spot."), "after")
    made = report(actor, said, key=key)
    if made.case_id is not None:
        perform(made.case_id, "self_dispose", actor, replace(after, lon=said.lon, lat=said.lat), key=key and f"{key[:60]}-own")
    return made


def _inspector(actor: Actor) -> int:
    """The member id of an inspector. Raises Forbidden for anybody else."""
    if Post.INSPECTOR not in actor.posts or actor.member_id is None:
        raise Forbidden("post", _("Only inspectors go on duty in the field."))
    return actor.member_id
