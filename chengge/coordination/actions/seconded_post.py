"""The post of seconded people: given by the house when they begin, gone with the term or the secondment, and told to both sides."""

from dataclasses import asdict
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chengge.coordination.actions.inviting import this_second
from chengge.coordination.models import Secondment
from chengge.coordination.queries.seconded import centre_of, post_words
from chengge.coordination.queries.staff import staff_at
from chengge.domain.errors import Conflict, Forbidden
from chengge.domain.lifecycle import Axis, Post
from chengge.organization.actions import Lent, give_back, lend
from chengge.organization.queries import Actor, city_day


def require_second_person(actor: Actor, secondment: Secondment) -> None:
    """A post is given by two people, and one of supervision not by the axis that it judges. Raises Forbidden."""
    if secondment.proposed_by_id == actor.member_id:
        raise Forbidden(
            "same",
            _("Whoever proposed somebody does not let them begin: with it they get their post."),
            _("Ask another coordinator, or a leader."),
        )
    if Post(secondment.post).axis is not Axis.COMMAND and Post.LEADER not in actor.posts:
        raise Forbidden("axis", _("A post of supervision is given by a leader, not by the command axis."), _("Ask a leader."))


def give_post(secondment: Secondment) -> None:
    """Give the post until the last day of the term. Raises Conflict where that is over, Refused where the member is never lent."""
    day, post = city_day(this_second()), Post(secondment.post)
    if secondment.last_day < day:
        raise Conflict("over", _("The term ended on %(day)s.") % {"day": secondment.last_day}, _("Propose them for a new one."))
    secondment.lent = asdict(lend(secondment.member_id, post, centre_of(post), day, secondment.last_day + timedelta(days=1)))
    secondment.lent_at = this_second()
    secondment.save(update_fields=["lent", "lent_at"])


def take_post_back(secondment: Secondment, day: date) -> None:
    """End the post on `day`, and let hold again what rested; nothing where it was given by hand, or has ended already."""
    if secondment.lent is None or secondment.given_back_at is not None:
        return
    give_back(secondment.member_id, Post(secondment.post), Lent(**secondment.lent), day)
    secondment.given_back_at = this_second()
    secondment.save(update_fields=["given_back_at"])


def begun_words(secondment: Secondment) -> str:
    """What both sides hear when a post was given."""
    words = _("They hold the post “%(post)s” until %(day)s.") % {"post": secondment.get_post_display(), "day": secondment.last_day}
    resting = post_words(secondment)
    return words if not resting else words + " " + _("Meanwhile rests: %(posts)s.") % {"posts": resting}


def ended_words(secondment: Secondment) -> str:
    """What both sides hear when a post has ended, by whoever ended it."""
    if secondment.lent is None:
        return _("Their post was given by hand: an administrator ends it.")
    words = pgettext("seconded", "The post “%(post)s” has ended by itself.") % {"post": secondment.get_post_display()}
    resting = post_words(secondment)
    return words if not resting else words + " " + _("Holds again: %(posts)s.") % {"posts": resting}


def house_keepers(*posts: Post) -> list[int]:
    """Members on some posts today, who hear of posts that the house gave or ended."""
    staff = staff_at(this_second())
    return sorted({person.member_id for post in posts for person in staff.by_post[post]})
