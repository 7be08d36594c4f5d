"""How seconded people are reached: kept sealed, shown to whoever says what for, and gone some time after they have left."""

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.privacy import months_before
from chengge.contacts import seal, unseal
from chengge.coordination.actions.inviting import this_second
from chengge.coordination.models import HomeVisit, Secondment, SecondmentCheck, SecondmentDay, SecondmentView
from chengge.coordination.queries.seconded import part_in, secondment_in_sight
from chengge.domain.errors import Forbidden, Refused
from chengge.organization.queries import Actor, city_day

MOST_LETTERS = 120
OVER = (Secondment.State.ENDED, Secondment.State.DECLINED)


@transaction.atomic
def keep_private(actor: Actor, secondment_id: int, phone: str, emergency: str) -> Secondment:
    """Keep how the person, and somebody near to them, are reached. Raises NotFound, Forbidden, Refused."""
    secondment = secondment_in_sight(actor, secondment_id)
    _require_reach(actor, secondment)
    if secondment.state in OVER:
        raise Refused("state", _("Nothing more is kept of somebody who has left."), field="phone")
    for name, value in (("phone", phone), ("emergency", emergency)):
        if len(value.strip()) > MOST_LETTERS:
            raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": MOST_LETTERS}, _("Shorten it."), name)
    secondment.phone_sealed, secondment.emergency_sealed = seal(phone), seal(emergency)
    secondment.save(update_fields=["phone_sealed", "emergency_sealed"])
    return secondment


@transaction.atomic
def show_private(actor: Actor, secondment_id: int, purpose: str) -> tuple[str, str]:
    """Telephone and somebody near, in full; that it was looked at, by whom and what for, is written down.

    One's own may be looked at without being written down.

    Raises:
        NotFound: out of sight. Forbidden: neither platform, home unit nor the person. Refused: no purpose is named.
    """
    secondment = secondment_in_sight(actor, secondment_id)
    _require_reach(actor, secondment)
    if actor.member_id is not None and secondment.member_id != actor.member_id:
        if purpose not in SecondmentView.Purpose.values:
            raise Refused("purpose", _("What do you need it for?"), _("Choose one of the purposes."), "purpose")
        SecondmentView.objects.create(secondment=secondment, member_id=actor.member_id, purpose=purpose, seen_at=this_second())
    return unseal(bytes(secondment.phone_sealed)), unseal(bytes(secondment.emergency_sealed))


@transaction.atomic
def forget_old() -> int:
    """What is kept of people as persons goes so many months after they have left; how many people. Two queries while there is nobody.

    That they were here, their figures, training and signed appraisals stay.
    """
    if settings.SECONDED_MONTHS <= 0:
        return 0
    before = months_before(clock.now(), settings.SECONDED_MONTHS)
    left = Q(state=Secondment.State.ENDED, end_day__lt=city_day(before)) | Q(state=Secondment.State.DECLINED, proposed_at__lt=before)
    kept = (
        ~Q(phone_sealed=b"") | ~Q(emergency_sealed=b"") | Q(checks__remark__gt="") | Q(days__remark__gt="") | Q(home_visits__notes__gt="")
    )
    people = list(Secondment.objects.filter(left).filter(kept).order_by("pk").values_list("pk", flat=True).distinct())
    if not people:
        return 0
    Secondment.objects.filter(pk__in=people).update(phone_sealed=b"", emergency_sealed=b"")
    SecondmentCheck.objects.filter(secondment__in=people).update(remark="")
    SecondmentDay.objects.filter(secondment__in=people).update(remark="")
    HomeVisit.objects.filter(secondment__in=people).update(notes="")
    return len(people)


def _require_reach(actor: Actor, secondment: Secondment) -> None:
    part = part_in(actor, secondment)
    if not (part.own or part.home or part.manages):
        raise Forbidden("reach", _("How somebody is reached is for the platform, the home unit and themselves."))
