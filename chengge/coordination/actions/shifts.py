"""Handing a desk over at the change of a shift, and taking it on."""

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.coordination.models import Handover, HandoverItem
from chengge.coordination.queries.shifts import current_duty, drafted, handover_in_sight, require_giver
from chengge.coordination.queries.staff import on_posts, staff_at
from chengge.domain.errors import Conflict, Forbidden, Refused
from chengge.domain.lifecycle import Post
from chengge.notices.actions import Draft, send_many
from chengge.notices.recipients import Recipient
from chengge.organization.queries import Actor

LONGEST_NOTES = 2000
TOPIC = "handover"


@transaction.atomic
def hand_over(actor: Actor, post: Post, notes: str) -> Handover:
    """Hand a desk over as it stands now; whoever else is on duty on the post is told.

    Raises:
        Forbidden: the actor is not on that post. Refused: the notes are too long. Conflict: this shift was handed over already.
    """
    require_giver(actor, post)
    if len(notes.strip()) > LONGEST_NOTES:
        raise Refused("notes", _("This text is longer than %(most)d characters.") % {"most": LONGEST_NOTES}, _("Shorten it."), "notes")
    at, member_id = clock.now().replace(microsecond=0), actor.member_id or 0
    duty = current_duty(member_id, at)
    if duty is not None and Handover.objects.filter(duty=duty, member_id=member_id, post=post.value).exists():
        raise Conflict("twice", _("You have handed this shift over already."), _("Look at it in the list."))
    now = drafted(actor, post)
    given = Handover.objects.create(
        member_id=member_id,
        post=post.value,
        duty=duty,
        given_at=at,
        open_count=now.open_count,
        due_soon_count=now.due_soon_count,
        overdue_count=now.overdue_count,
        notes=notes.strip(),
    )
    HandoverItem.objects.bulk_create(
        HandoverItem(handover=given, kind=item.kind, case_id=item.case_id, text=item.text[:600], due_at=item.due_at) for item in now.items
    )
    _tell(actor, given, len(now.items))
    return given


@transaction.atomic
def take_on(actor: Actor, handover_id: int) -> Handover:
    """Take a desk on that somebody handed over.

    Raises:
        NotFound: there is none in sight. Forbidden: it is one's own, or of another post. Conflict: somebody took it on before.
    """
    handover_in_sight(actor, handover_id)
    given = Handover.objects.select_for_update().get(pk=handover_id)
    if given.member_id == actor.member_id:
        raise Forbidden("own", _("Nobody takes on what they handed over themselves."), _("Whoever comes next does."))
    if Post(given.post) not in actor.posts:
        raise Forbidden("post", _("Only who is on this post takes its desk on."))
    if given.taken_at is not None:
        raise Conflict("taken", _("%(name)s has taken it on already.") % {"name": given.taken_by})
    given.taken_by_id, given.taken_at = actor.member_id, clock.now().replace(microsecond=0)
    given.save(update_fields=["taken_by", "taken_at"])
    return given


def _tell(actor: Actor, given: Handover, count: int) -> None:
    staff = staff_at(given.given_at)
    subject = _("%(name)s hands over: %(post)s") % {"name": actor.name, "post": given.get_post_display()}
    text = _("%(open)d open, %(overdue)d overdue, %(count)d things on the list.")
    values = {"open": given.open_count, "overdue": given.overdue_count, "count": count}
    send_many(
        Draft(
            Recipient.member(person.member_id),
            subject,
            text % values,
            f"handover:{given.pk}:member:{person.member_id}",
            TOPIC,
            f"/coordination/handover/{given.pk}/",
        )
        for person in on_posts(staff, (Post(given.post),), None)
        if person.member_id != actor.member_id and person.on_duty
    )
