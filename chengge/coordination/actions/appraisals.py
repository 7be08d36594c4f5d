"""Appraisals of seconded staff: drafted from the figures, put into words, signed by both sides; and handing over at the end."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from chengge.coordination.actions.inviting import Thing, require_words, tell_members, this_second
from chengge.coordination.actions.seconded import TOPIC, managed, require_manager, tell_home
from chengge.coordination.models import Appraisal, Secondment, SecondmentHandover, SecondmentHandoverItem
from chengge.coordination.queries.appraisals import appraisal_in_sight, drafted_words, figures_kept, left_behind, signing_of
from chengge.coordination.queries.seconded import month_of, part_in, secondment_in_sight
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.organization.models import Member
from chengge.organization.queries import Actor, city_day

MOST_WORDS = 5000
MOST_NOTES = 2000
LONGEST_DAYS = 366
PLATFORM, HOME = "platform", "home"


@transaction.atomic
def draft_appraisal(actor: Actor, secondment_id: int, first: date | None, last: date | None) -> Appraisal:
    """Draft an appraisal of some days of the term (both included) from the figures; an unsigned one of the same days is drafted anew.

    Raises:
        Forbidden: not the platform's, or one's own. Refused: no days of the term that have come. Conflict: signed already.
    """
    secondment = managed(actor, secondment_id)
    if secondment.begun_at is None:
        raise Conflict("state", _("Nobody is appraised before they have begun."), _("Begin the secondment first."))
    today = city_day(this_second())
    if first is None or last is None or not first <= last:
        raise Refused("days", _("From which day to which?"), _("The last day is no earlier than the first."), "first")
    if last < secondment.first_day or first > today or (last - first).days > LONGEST_DAYS:
        raise Refused(
            "days", _("No day of these lies in the term and has come."), _("Choose days of the term, a year at the most."), "first"
        )
    after = last + timedelta(days=1)
    before = Appraisal.objects.select_for_update(of=("self",)).filter(secondment=secondment, first=first, after=after).first()
    if before is not None and (before.platform_signed_at or before.home_signed_at):
        raise Conflict("signed", _("These days were appraised and signed already."), _("Choose other days."))
    month = month_of(secondment, first, after)
    appraisal = before or Appraisal(secondment=secondment, first=first, after=after)
    appraisal.figures, appraisal.words = figures_kept(month), drafted_words(secondment, month)[:MOST_WORDS]
    appraisal.drafted_by_id, appraisal.drafted_at = require_manager(actor), this_second()
    appraisal.save()
    return appraisal


@transaction.atomic
def write_appraisal(actor: Actor, appraisal_id: int, words: str) -> Appraisal:
    """Put the words right, until somebody has signed. Raises NotFound, Forbidden, Conflict, Refused."""
    appraisal, secondment = _locked(actor, appraisal_id)
    part = part_in(actor, secondment)
    if not part.manages:
        raise Forbidden("post", _("An appraisal is written by the platform, and never by whom it is about."))
    if not signing_of(actor, appraisal, secondment).writes:
        raise Conflict("signed", _("Somebody has signed: the words stay."), _("Draft another for other days if something is to be added."))
    require_words({"words": (words, MOST_WORDS)}, _("An appraisal without words says nothing."))
    appraisal.words = words.strip() + "\n"
    appraisal.save(update_fields=["words"])
    return appraisal


@transaction.atomic
def sign_appraisal(actor: Actor, appraisal_id: int, side: str) -> Appraisal:
    """Sign for the platform or for the home unit; each side once, by different people, and never by whom it is about.

    Raises:
        NotFound: out of sight. Forbidden: not for that side. Conflict: signed already.
    """
    appraisal, secondment = _locked(actor, appraisal_id)
    if side not in (PLATFORM, HOME):
        raise Refused("side", _("For the platform, or for the home unit?"), field="side")
    if (appraisal.platform_signed_at if side == PLATFORM else appraisal.home_signed_at) is not None:
        raise Conflict("signed", _("This side has signed already."), _("Look at it again."))
    may = signing_of(actor, appraisal, secondment)
    if not (may.platform if side == PLATFORM else may.home):
        raise Forbidden(
            "side", _("You do not sign for this side."), _("The platform signs by a coordinator or leader, the home unit by its own.")
        )
    if side == PLATFORM:
        appraisal.platform_signed_by_id, appraisal.platform_signed_at = actor.member_id, this_second()
    else:
        appraisal.home_signed_by_id, appraisal.home_signed_at = actor.member_id, this_second()
    appraisal.save(update_fields=[f"{side}_signed_by", f"{side}_signed_at"])
    words = _("An appraisal waits for your signature, or is there to read.")
    tell_home(actor, secondment, f"appraisal-{appraisal.pk}-{side}", _("Appraisal of %(name)s") % {"name": secondment.member}, words)
    return appraisal


@transaction.atomic
def hand_over(actor: Actor, secondment_id: int, receiver_id: int | None, notes: str = "") -> SecondmentHandover:
    """Draw up what a member leaves behind and give it to somebody; until that one accepts, it may be drawn up anew.

    The member does it, or the platform for them.

    Raises:
        NotFound: out of sight. Forbidden: neither. Conflict: not here, or accepted already. Refused: no such receiver.
    """
    secondment = _seconded(actor, secondment_id)
    part = part_in(actor, secondment)
    if not (part.own or part.manages) or actor.member_id is None:
        raise Forbidden("handover", _("The member hands over, or the platform for them."))
    if secondment.state != Secondment.State.BEGUN:
        raise Conflict("state", _("This secondment does not run."), _("Look at it again."))
    receiver = Member.objects.filter(pk=receiver_id or 0, is_active=True).exclude(pk=secondment.member_id).first()
    if receiver is None:
        raise Refused("receiver", _("Who takes it over?"), _("Choose an active colleague."), "receiver_id")
    if len(notes.strip()) > MOST_NOTES:
        raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": MOST_NOTES}, _("Shorten it."), "notes")
    before = SecondmentHandover.objects.select_for_update().filter(secondment=secondment).first()
    if before is not None and before.accepted_at is not None:
        raise Conflict("accepted", _("This was taken over already."), _("Look at it again."))
    if before is not None:
        before.delete()
    made = SecondmentHandover.objects.create(
        secondment=secondment, receiver=receiver, notes=notes.strip(), given_by_id=actor.member_id, given_at=this_second()
    )
    SecondmentHandoverItem.objects.bulk_create(
        SecondmentHandoverItem(
            handover=made, position=position, kind=one.kind, text=one.text, due_at=one.due_at, case_id=one.case_id, address=one.address
        )
        for position, one in enumerate(left_behind(secondment), 1)
    )
    _tell_receiver(actor, secondment, made)
    return made


@transaction.atomic
def accept_handover(actor: Actor, secondment_id: int) -> SecondmentHandover:
    """Take over. Raises NotFound, Forbidden for anybody but the receiver, Conflict where it was accepted before."""
    handover = SecondmentHandover.objects.select_for_update().filter(secondment_id=secondment_id).first()
    if handover is None:
        raise NotFound("handover", _("Nothing is handed over here."))
    if handover.receiver_id != actor.member_id:
        raise Forbidden("receiver", _("Only who takes it over accepts."))
    if handover.accepted_at is not None:
        raise Conflict("accepted", _("This was taken over already."), _("Look at it again."))
    handover.accepted_at = this_second()
    handover.save(update_fields=["accepted_at"])
    return handover


def _locked(actor: Actor, appraisal_id: int) -> tuple[Appraisal, Secondment]:
    Appraisal.objects.select_for_update(of=("self",)).filter(pk=appraisal_id).first()
    return appraisal_in_sight(actor, appraisal_id)


def _seconded(actor: Actor, secondment_id: int) -> Secondment:
    Secondment.objects.select_for_update(of=("self",)).filter(pk=secondment_id).first()
    return secondment_in_sight(actor, secondment_id)


def _tell_receiver(actor: Actor, secondment: Secondment, handover: SecondmentHandover) -> None:
    thing = Thing(TOPIC, f"secondment:{secondment.pk}", f"/coordination/seconded/handover/{secondment.pk}/")
    subject = _("To take over from %(name)s") % {"name": secondment.member}
    word = f"handover-{handover.pk}"
    tell_members(thing, word, subject, _("Look through the list and accept it."), {handover.receiver_id} - {actor.member_id})
