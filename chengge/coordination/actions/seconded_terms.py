"""Terms that are over: the house ends the post on the day after, and the secondment once somebody has taken over."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.coordination.actions.seconded import tell_home
from chengge.coordination.actions.seconded_post import ended_words, house_keepers, take_post_back
from chengge.coordination.models import Secondment
from chengge.domain.lifecycle import Post
from chengge.organization.queries import MACHINE, city_day


def end_terms() -> int:
    """Take back the posts of those whose term is over, end their secondment where the hand-over was accepted; how many.

    Each is told once. A secondment without an accepted hand-over stays open, without its post, for the platform to see to.
    """
    today = city_day(clock.now())
    over = Secondment.objects.filter(state=Secondment.State.BEGUN, last_day__lt=today).order_by("pk").values_list("pk", flat=True)
    return sum(_end(secondment_id) for secondment_id in over)


@transaction.atomic
def _end(secondment_id: int) -> bool:
    rows = Secondment.objects.select_for_update(of=("self",)).select_related("member", "home", "handover")
    one = rows.get(pk=secondment_id)
    if one.state != Secondment.State.BEGUN:
        return False
    took = one.lent is not None and one.given_back_at is None
    take_post_back(one, one.last_day + timedelta(days=1))
    handover = getattr(one, "handover", None)
    ends = handover is not None and handover.accepted_at is not None
    if ends:
        one.state, one.cause, one.end_day = Secondment.State.ENDED, Secondment.Cause.TERM, one.last_day
        one.save(update_fields=["state", "cause", "end_day"])
        one.home_visits.filter(visited_day=None, planned_day__gt=one.last_day).delete()
    if took or ends:
        also = house_keepers(Post.COORDINATOR, *((Post.ADMINISTRATOR,) if one.lent is None else ()))
        words = ended_words(one) if ends else ended_words(one) + " " + _("Nobody has taken over yet: that is still to be done.")
        tell_home(MACHINE, one, "term-over", _("The term of %(name)s is over") % {"name": one.member}, words, also)
    return took or ends
