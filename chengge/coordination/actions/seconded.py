"""Seconded staff: what is needed, who is proposed, checked, begins and ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from chengge.coordination.actions.inviting import Thing, require_words, tell_members, this_second
from chengge.coordination.actions.seconded_post import (
    begun_words,
    ended_words,
    give_post,
    house_keepers,
    require_second_person,
    take_post_back,
)
from chengge.coordination.models import HomeVisit, Secondment, SecondmentCheck, SecondmentNeed
from chengge.coordination.queries.seconded import manages, qualifications, secondment_in_sight, visit_weeks_for
from chengge.coordination.queries.staff import clerks_of, staff_at
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.domain.secondment import LENT_POSTS, MEASURED, NEVER_LENT, RuleKind, passes, visit_days
from chengge.foundation.queries.dated import holds_on
from chengge.organization.models import Member, MemberPost, Organization, OrganizationKind
from chengge.organization.queries import Actor, city_day

MOST_PEOPLE, MOST_DAYS = 50, 366 * 5
LEAST_LEVEL = 2
MOST_THRESHOLD = Decimal(999)
TOPIC = "seconded"


@dataclass(frozen=True, slots=True)
class Needed:
    """People who are needed: `people` on a post, from a kind of unit ("": any), both days included."""

    post: str
    people: int
    first_day: date | None
    last_day: date | None
    why: str
    from_kind: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A member proposed for a term, both days included; without a home unit it is the one they belong to."""

    member_id: int | None
    home_id: int | None
    post: str
    first_day: date | None
    last_day: date | None
    need_id: int | None = None


@transaction.atomic
def state_need(actor: Actor, needed: Needed) -> SecondmentNeed:
    """Say whom the platform needs. Raises Forbidden, Refused."""
    member_id = require_manager(actor)
    require_post(needed.post)
    if not 1 <= needed.people <= MOST_PEOPLE:
        raise Refused("people", _("From 1 to %(most)d people are asked for.") % {"most": MOST_PEOPLE}, field="people")
    if needed.from_kind and needed.from_kind not in OrganizationKind.values:
        raise Refused("from_kind", _("There is no such kind of unit."), _("Choose one, or none for any."), "from_kind")
    first, last = _term(needed.first_day, needed.last_day)
    require_words({"why": (needed.why, 500)}, _("Why are they needed?"))
    return SecondmentNeed.objects.create(
        post=needed.post,
        people=needed.people,
        from_kind=needed.from_kind,
        first_day=first,
        last_day=last,
        why=needed.why.strip(),
        stated_by_id=member_id,
        stated_at=this_second(),
    )


@transaction.atomic
def withdraw_need(actor: Actor, need_id: int) -> SecondmentNeed:
    """Take a need off the list; who came for it stays. Raises Forbidden, NotFound."""
    require_manager(actor)
    need = SecondmentNeed.objects.select_for_update().filter(pk=need_id, withdrawn_at=None).first()
    if need is None:
        raise NotFound("need", _("There is no such need any more."))
    need.withdrawn_at = this_second()
    need.save(update_fields=["withdrawn_at"])
    return need


@transaction.atomic
def propose(actor: Actor, proposed: Proposed) -> Secondment:
    """Propose a member; the home unit and the member hear of it.

    Raises:
        Forbidden: not the platform's. Refused: somebody or something is missing, or cannot be. Conflict: seconded already.
    """
    manager_id = require_manager(actor)
    member = Member.objects.filter(pk=proposed.member_id or 0, is_active=True).first()
    if member is None:
        raise Refused(
            "member", _("Who is proposed?"), _("Choose an active member; an administrator adds who has no account yet."), "member_id"
        )
    if MemberPost.objects.filter(holds_on(city_day(this_second())), member=member, post__in=[post.value for post in NEVER_LENT]).exists():
        raise Refused("member", _("Leaders and administrators are not lent."), _("Choose somebody else."), "member_id")
    home = Organization.objects.filter(pk=proposed.home_id or member.organization_id or 0, valid_to=None, level__gte=LEAST_LEVEL).first()
    if home is None:
        raise Refused("home", _("From which unit do they come?"), _("Choose a department, territory, section or crew."), "home_id")
    require_post(proposed.post)
    first, last = _term(proposed.first_day, proposed.last_day)
    need = _need_for(proposed, home)
    if Secondment.objects.filter(member=member, state__in=("proposed", "checked", "begun")).exists():
        raise Conflict("seconded", _("%(name)s is seconded, or proposed, already.") % {"name": member}, _("End that first."), "member_id")
    made = Secondment.objects.create(
        need=need,
        member=member,
        home=home,
        post=proposed.post,
        first_day=first,
        last_day=last,
        proposed_by_id=manager_id,
        proposed_at=this_second(),
    )
    tell_home(actor, made, "proposed", _("Proposed for the platform: %(name)s") % {"name": member}, f"{home.short_name} · {first} – {last}")
    return made


@transaction.atomic
def check(actor: Actor, secondment_id: int, rule_id: int, value: Decimal | None, remark: str = "") -> SecondmentCheck:
    """Write down what was found about a qualification; looking again replaces it until all is checked.

    Args:
        value: years or marks; 1 or 0 for what is yes or no.

    Raises:
        Forbidden: not the platform's, or one's own. Conflict: the checks are over. Refused: no such rule or value.
    """
    secondment = managed(actor, secondment_id)
    require_state(secondment, Secondment.State.PROPOSED, _("The checks of this secondment are over."))
    rule = next((one.rule for one in qualifications(secondment) if one.rule.pk == rule_id), None)
    if rule is None:
        raise NotFound("rule", _("This is not checked here."), _("Look at the list anew."), "rule")
    if value is None or not 0 <= value <= MOST_THRESHOLD or (RuleKind(rule.kind) not in MEASURED and value not in (0, 1)):
        raise Refused(
            "value", _("What was found about “%(rule)s”?") % {"rule": rule.get_kind_display()}, _("A number from 0, or yes or no."), "value"
        )
    if len(remark.strip()) > 200:
        raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": 200}, _("Shorten it."), "remark")
    found, _made = SecondmentCheck.objects.update_or_create(
        secondment=secondment,
        rule=rule,
        defaults={
            "value": value,
            "passed": passes(RuleKind(rule.kind), rule.threshold, value),
            "remark": remark.strip(),
            "checked_by_id": require_manager(actor),
            "checked_at": this_second(),
        },
    )
    return found


@transaction.atomic
def pass_checks(actor: Actor, secondment_id: int) -> Secondment:
    """Every qualification was checked and met. Raises Forbidden, Conflict, Refused naming what is missing or not met."""
    secondment = managed(actor, secondment_id)
    require_state(secondment, Secondment.State.PROPOSED, _("The checks of this secondment are over."))
    for one in qualifications(secondment):
        name = one.rule.get_kind_display()
        if one.check is None:
            raise Refused("unchecked", _("“%(rule)s” has not been checked.") % {"rule": name}, _("Check it first."), "rule")
        if not one.check.passed:
            raise Refused("not_met", _("“%(rule)s” is not met.") % {"rule": name}, _("Decline, or check it again."), "rule")
    secondment.state, secondment.checked_by_id, secondment.checked_at = Secondment.State.CHECKED, actor.member_id, this_second()
    secondment.save(update_fields=["state", "checked_by", "checked_at"])
    return secondment


@transaction.atomic
def decline(actor: Actor, secondment_id: int, reason: str) -> Secondment:
    """Let a proposal go, with a reason. Raises Forbidden, Conflict, Refused."""
    secondment = managed(actor, secondment_id)
    if secondment.state not in (Secondment.State.PROPOSED, Secondment.State.CHECKED):
        raise Conflict("state", _("Only a proposal is declined."), _("Who is here, ends their secondment."))
    require_words({"reason": (reason, 500)}, _("A reason is needed."))
    secondment.state, secondment.end_words = Secondment.State.DECLINED, reason.strip()
    secondment.save(update_fields=["state", "end_words"])
    tell_home(actor, secondment, "declined", _("Declined for the platform: %(name)s") % {"name": secondment.member}, reason.strip())
    return secondment


@transaction.atomic
def begin(actor: Actor, secondment_id: int) -> Secondment:
    """Somebody who was checked is here: the house gives them their post for the term, and plans the visits to the home unit.

    Raises:
        Forbidden: not the platform's, one's own, or whoever proposed it. Conflict: not checked, or not in the term.
        Refused: a member who is never lent.
    """
    secondment = managed(actor, secondment_id)
    require_state(secondment, Secondment.State.CHECKED, _("Only who was checked begins."))
    at = this_second()
    if city_day(at) < secondment.first_day:
        raise Conflict("early", _("The term begins on %(day)s.") % {"day": secondment.first_day}, _("Begin on that day."))
    require_second_person(actor, secondment)
    secondment.state, secondment.begun_at = Secondment.State.BEGUN, at
    secondment.save(update_fields=["state", "begun_at"])
    give_post(secondment)
    weeks = visit_weeks_for(secondment.post, city_day(at))
    HomeVisit.objects.bulk_create(
        HomeVisit(secondment=secondment, planned_day=day) for day in visit_days(secondment.first_day, secondment.last_day, weeks)
    )
    subject, also = (
        _("Seconded to the platform: %(name)s") % {"name": secondment.member},
        house_keepers(Post.COORDINATOR, Post.ADMINISTRATOR),
    )
    tell_home(actor, secondment, "begun", subject, f"{secondment.home.short_name}. {begun_words(secondment)}", also)
    return secondment


@transaction.atomic
def end(actor: Actor, secondment_id: int, cause: str, words: str = "") -> Secondment:
    """End a secondment today, and with it the post that the house gave: not before the hand-over was accepted.

    Raises:
        Forbidden: not the platform's, or one's own. Conflict: not here, or nobody has taken over. Refused: no cause.
    """
    secondment = managed(actor, secondment_id)
    require_state(secondment, Secondment.State.BEGUN, _("This secondment does not run."))
    if cause not in Secondment.Cause.values:
        raise Refused("cause", _("Why does it end?"), _("Choose one of the reasons."), "cause")
    if len(words.strip()) > 500:
        raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": 500}, _("Shorten it."), "words")
    handover = getattr(secondment, "handover", None)
    if handover is None or handover.accepted_at is None:
        raise Conflict(
            "handover",
            _("Nobody has taken over what %(name)s leaves behind.") % {"name": secondment.member},
            _("Hand over first; whoever takes it accepts the list."),
        )
    day = city_day(this_second())
    secondment.state, secondment.end_day, secondment.ended_by_id = Secondment.State.ENDED, day, actor.member_id
    secondment.cause, secondment.end_words = cause, words.strip()
    secondment.save(update_fields=["state", "end_day", "ended_by", "cause", "end_words"])
    secondment.home_visits.filter(visited_day=None, planned_day__gt=day).delete()
    take_post_back(secondment, day)
    tell_home(
        actor,
        secondment,
        "ended",
        _("Secondment ended: %(name)s") % {"name": secondment.member},
        " ".join(filter(None, (f"{secondment.get_cause_display()}.", secondment.end_words, ended_words(secondment)))),
        house_keepers(Post.COORDINATOR, Post.ADMINISTRATOR),
    )
    return secondment


def managed(actor: Actor, secondment_id: int) -> Secondment:
    """A secondment, locked, for who works on its file: the platform's people, never one's own. Raises Forbidden, NotFound."""
    require_manager(actor)
    if not Secondment.objects.select_for_update().filter(pk=secondment_id).exists():
        raise NotFound("secondment", _("There is no such secondment, or it lies out of your sight."))
    secondment = secondment_in_sight(actor, secondment_id)
    if secondment.member_id == actor.member_id:
        raise Forbidden("own", _("Nobody works on their own file."), _("Ask another coordinator, or a leader."))
    return secondment


def _need_for(proposed: Proposed, home: Organization) -> SecondmentNeed | None:
    if proposed.need_id is None:
        return None
    need = SecondmentNeed.objects.filter(pk=proposed.need_id, withdrawn_at=None).first()
    if need is None:
        raise Refused("need", _("There is no such need any more."), _("Choose another, or none."), "need_id")
    if need.post != proposed.post:
        raise Refused("post", _("This need is of another post: %(post)s.") % {"post": need.get_post_display()}, field="post")
    if need.from_kind and need.from_kind != home.kind:
        raise Refused("home", _("This need asks for people from: %(kind)s.") % {"kind": need.get_from_kind_display()}, field="home_id")
    return need


def _term(first: date | None, last: date | None) -> tuple[date, date]:
    if first is None or last is None or not first <= last:
        raise Refused("term", _("From which day to which?"), _("The last day is no earlier than the first."), "first_day")
    if (last - first).days > MOST_DAYS:
        raise Refused("term", _("A term is five years at the most."), _("Name a nearer day."), "last_day")
    return first, last


def require_post(post: str) -> None:
    if post not in {one.value for one in LENT_POSTS}:
        raise Refused("post", _("Nobody is lent for this post."), _("Choose one of the posts."), "post")


def require_manager(actor: Actor) -> int:
    if not manages(actor) or actor.member_id is None:
        raise Forbidden("post", _("Seconded staff are looked after by coordinators and leaders."))
    return actor.member_id


def require_state(secondment: Secondment, state: str, message: str) -> None:
    if secondment.state != state:
        raise Conflict("state", message, _("Look at it again."))


def tell_home(actor: Actor, secondment: Secondment, word: str, subject: str, text: str, also: Iterable[int] = ()) -> None:
    """The member and the home unit's clerks hear of something, and some others."""
    thing = Thing(TOPIC, f"secondment:{secondment.pk}", f"/coordination/seconded/{secondment.pk}/")
    clerks = {person.member_id for person in clerks_of(staff_at(this_second()), secondment.home_id)}
    tell_members(thing, word, subject, text, {secondment.member_id, *clerks, *also} - {actor.member_id})
