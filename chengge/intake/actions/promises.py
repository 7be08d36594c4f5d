"""Keeping what the city promises its reporters: a rule is ended and replaced on the same day."""

from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from chengge.casework.models import Channel
from chengge.domain.errors import Conflict, Refused
from chengge.intake.models import AnswerRule
from chengge.organization.actions import require_administrator
from chengge.organization.queries import Actor

MOST_HOURS, MOST_TRIES = 24 * 90, 20
PLACEHOLDERS = ("number", "class", "reason")
TEXTS = ("accepted_text", "refused_text", "feedback_text")


@dataclass(frozen=True, slots=True)
class Promise:
    """What the city promises the reporters of a channel, or of all; the names are those of `AnswerRule`."""

    channel: str = ""
    acknowledge_hours: int = 24
    feedback_hours: int = 24
    visit_hours: int = 72
    visit_after_hours: int = 12
    visit_percent: int = 100
    decide_hours: int = 24
    most_tries: int = 3
    by_message: bool = True
    accepted_text: str = ""
    refused_text: str = ""
    feedback_text: str = ""


@transaction.atomic
def save_promise(actor: Actor, promise: Promise, day: date) -> AnswerRule:
    """Promise from `day` on, in place of what was promised to this channel before.

    Raises:
        Forbidden: the actor is no administrator; Refused: a value is none; Conflict: something is promised from a later day.
    """
    require_administrator(actor)
    _check(promise)
    _end(promise.channel, day)
    return AnswerRule.objects.create(valid_from=day, **asdict(promise))


@transaction.atomic
def end_promise(actor: Actor, channel: str, day: date) -> None:
    """Promise a channel nothing of its own any more. Raises Forbidden, Refused, Conflict."""
    require_administrator(actor)
    if not _end(channel, day):
        raise Refused("not_holding", _("This row does not hold any more."), _("Look at the present state and try again."))


def _end(channel: str, day: date) -> bool:
    old = AnswerRule.objects.select_for_update().filter(channel=channel, valid_to=None).first()
    if old is None:
        return False
    if old.valid_from > day:
        raise Conflict(
            "begins_later", _("A rule begins on %(day)s.") % {"day": old.valid_from}, _("Choose that day or a later one."), "day"
        )
    old.valid_to = day
    old.save()
    return True


def _check(promise: Promise) -> None:
    if promise.channel and promise.channel not in Channel.values:
        raise Refused("channel", _("There is no channel “%(channel)s”.") % {"channel": promise.channel}, field="channel")
    least_most = {
        "acknowledge_hours": (1, MOST_HOURS),
        "feedback_hours": (1, MOST_HOURS),
        "visit_hours": (1, MOST_HOURS),
        "visit_after_hours": (0, MOST_HOURS),
        "visit_percent": (0, 100),
        "decide_hours": (1, MOST_HOURS),
        "most_tries": (1, MOST_TRIES),
    }
    for name, (least, most) in least_most.items():
        if not least <= getattr(promise, name) <= most:
            raise Refused(name, _("A number from %(least)d to %(most)d is expected.") % {"least": least, "most": most}, field=name)
    if promise.visit_after_hours >= promise.visit_hours:
        raise Refused("visit_after_hours", _("The wait must be shorter than the limit of the return visit."), field="visit_after_hours")
    for name in TEXTS:
        if len(getattr(promise, name)) > 300:
            raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": 300}, _("Shorten it."), name)
