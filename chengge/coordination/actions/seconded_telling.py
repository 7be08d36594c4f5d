"""What falls due with seconded staff, told once: visits to the home unit, and terms that end soon without anybody taking over."""

from datetime import timedelta

from django.utils.translation import gettext as _

from chengge import clock
from chengge.coordination.actions.inviting import Thing, tell_members
from chengge.coordination.actions.seconded import TOPIC
from chengge.coordination.models import HomeVisit, Secondment
from chengge.coordination.queries.staff import staff_at
from chengge.domain.lifecycle import Post
from chengge.organization.queries import city_day

BEFORE_THE_END = timedelta(days=14)


def tell_due() -> int:
    """Tell members of visits that are due today or were missed yesterday, coordinators and members of terms that end in a fortnight.

    Each is told once. Returns how many notices were written. Two queries while nothing is due.
    """
    at = clock.now()
    today = city_day(at)
    here = Secondment.objects.filter(state=Secondment.State.BEGUN)
    due = HomeVisit.objects.filter(visited_day=None, planned_day__lte=today, planned_day__gt=today - timedelta(days=2), secondment__in=here)
    told = 0
    for visit in due.select_related("secondment", "secondment__home"):
        text = _("Planned for %(day)s at %(home)s.") % {"day": visit.planned_day, "home": visit.secondment.home.short_name}
        told += tell_members(
            _thing(visit.secondment), f"visit-{visit.pk}", _("Visit to the home unit due"), text, {visit.secondment.member_id}
        )
    ending = list(here.filter(last_day__lte=today + BEFORE_THE_END, last_day__gte=today).select_related("member"))
    coordinators = [person.member_id for person in staff_at(at).by_post[Post.COORDINATOR]] if ending else []
    for one in ending:
        subject = _("The term of %(name)s ends on %(day)s") % {"name": one.member, "day": one.last_day}
        text = _("Plan the hand-over and the last appraisal.")
        told += tell_members(_thing(one), f"ending-{one.last_day}", subject, text, {one.member_id, *coordinators})
    return told


def _thing(secondment: Secondment) -> Thing:
    return Thing(TOPIC, f"secondment:{secondment.pk}", f"/coordination/seconded/{secondment.pk}/")
