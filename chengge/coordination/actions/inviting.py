"""What surveys, meetings, rulings, standing problems and visits share: words that are needed, who and what is named, who hears of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Case
from chengge.casework.queries import visible
from chengge.coordination.queries.staff import clerks_of, staff_at
from chengge.domain.errors import NotFound, Refused
from chengge.notices.actions import Draft, send_many
from chengge.notices.recipients import Recipient
from chengge.organization.models import Organization
from chengge.organization.queries import Actor

MOST_UNITS, MOST_CASES = 20, 50


@dataclass(frozen=True, slots=True)
class Thing:
    """What a notice tells of: its topic, its key (`meeting:7`), and its page."""

    topic: str
    key: str
    address: str


def this_second() -> datetime:
    """Now, as it is written down."""
    return clock.now().replace(microsecond=0)


def require_words(needed: Mapping[str, tuple[str, int]], message: str) -> None:
    """Every text must be there and fit.

    Args:
        needed: name of the field: its text and how long it may be.
        message: says which words are needed.

    Raises:
        Refused: one is missing or too long; `field` names it.
    """
    for name, (text, most) in needed.items():
        if not text.strip():
            raise Refused(name, message, _("Write a few words."), name)
        if len(text.strip()) > most:
            raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": most}, _("Shorten it."), name)


def units_named(organization_ids: Sequence[int], most: int = MOST_UNITS) -> list[Organization]:
    """The organizations that are invited, each once. Raises Refused, NotFound."""
    wanted = list(dict.fromkeys(organization_ids))
    if not wanted:
        raise Refused("units", _("No unit is invited."), _("Choose the units."), "organization_ids")
    if len(wanted) > most:
        raise Refused("units", _("At most %(most)d units are invited.") % {"most": most}, _("Choose fewer."), "organization_ids")
    found = list(Organization.objects.filter(pk__in=wanted, level__gte=2, valid_to=None).order_by("code"))
    if len(found) != len(wanted):
        raise NotFound("organization", _("There is no such organization today."), _("Choose another one."), "organization_ids")
    return found


def body_named(organization_id: int | None, message: str) -> Organization:
    """A department, section or crew that exists today. Raises Refused with `message`."""
    body = Organization.objects.filter(pk=organization_id or 0, level__gte=2, valid_to=None).first()
    if body is None:
        raise Refused("organization", message, _("Choose a department, a section or a crew."), "organization_id")
    return body


def cases_named(actor: Actor, numbers: Sequence[str], most: int = MOST_CASES) -> list[Case]:
    """Cases in sight by their numbers, in the order given. Raises Refused."""
    wanted = list(dict.fromkeys(numbers))
    if len(wanted) > most:
        raise Refused("case", _("At most %(most)d cases are named.") % {"most": most}, _("Name fewer."), "numbers")
    found = {case.number: case for case in visible(actor).filter(number__in=wanted).select_related("problem_class")}
    missing = [number for number in wanted if number not in found]
    if missing:
        raise Refused("case", _("There is no case %(number)s in your sight.") % {"number": missing[0]}, _("Check the number."), "numbers")
    return [found[number] for number in wanted]


def tell_units(
    actor: Actor, thing: Thing, word: str, subject: str, text: str, units: Iterable[int | None], also: Iterable[int | None] = ()
) -> int:
    """The clerks of units hear of something, and some members by name; whoever did it does not.

    Args:
        word: what happened, for the key of the notice: the same word tells nobody twice.
    """
    members = {person.member_id for person in clerks_of(staff_at(clock.now()), *units)} | {pk for pk in also if pk is not None}
    return tell_members(thing, word, subject, text, members - {actor.member_id})


def tell_members(thing: Thing, word: str, subject: str, text: str, members: Iterable[int | None]) -> int:
    """Members hear of something, each once, however often this is called with the same `word`. Returns how many there are."""
    return send_many(
        Draft(Recipient.member(pk), subject, text, f"{thing.key}:{word}:member:{pk}", thing.topic, thing.address, thing.key)
        for pk in sorted({pk for pk in members if pk is not None})
    )
