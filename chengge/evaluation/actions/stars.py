"""The star dispatcher of a month: a run of the scheme, made by itself when the month is over, and told to whom it concerns."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.evaluation.actions.runs import Wanted, run_of_the_house
from chengge.evaluation.facts import FactStore
from chengge.evaluation.models import EvaluationRun, Scheme
from chengge.evaluation.periods import month_of
from chengge.evaluation.queries.bulletins import members_with
from chengge.evaluation.queries.runs import current_run, version_for
from chengge.evaluation.queries.stars import SCHEME, star_month
from chengge.notices.actions import Draft, send_many
from chengge.notices.recipients import Recipient
from chengge.organization.queries import Actor, city_day

TOPIC = "star"
HEARERS = (Post.DISPATCHER, Post.COORDINATOR, Post.LEADER)
# What everybody hears: the star, and nobody else's figures.
EVERYBODY = Actor(None, "", None, None, frozenset({Post.DISPATCHER}), None)


def award_last_month(store: FactStore | None = None) -> EvaluationRun | None:
    """Make last month's run and tell of it; None where there is one already, or the city does not award stars."""
    period = month_of(city_day(clock.now())).before
    scheme = Scheme.objects.filter(code=SCHEME).first()
    if scheme is None or current_run(scheme, period) is not None:
        return None
    try:
        version_for(scheme, period)
    except Refused:
        return None
    run = run_of_the_house(Wanted(SCHEME, period.name), store)
    tell_of(run)
    return run


def tell_of(run: EvaluationRun) -> int:
    """Tell dispatchers, coordinators and leaders who the star is; each once a run. Returns how many notices were written."""
    with translation.override(settings.LANGUAGE_CODE):
        told = star_month(EVERYBODY, run)
        names = _(", ").join(one.subject.name for one in told.winners)
        subject = _("Star dispatcher of %(month)s: %(names)s") % {"month": run.period, "names": names or "–"}
        text = "\n".join(told.words)
    return send_many(
        Draft(
            Recipient.member(member_id),
            subject,
            text,
            f"star:{run.pk}:{member_id}",
            TOPIC,
            f"{reverse('coordination_people')}?month={run.period}",
            f"run:{run.pk}",
        )
        for member_id in members_with(HEARERS).values_list("pk", flat=True)
    )
