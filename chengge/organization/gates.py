"""Who may open a page at all: a gate before the view. What somebody may do with a case is decided at the one door, not here."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from chengge.domain.errors import Forbidden
from chengge.domain.lifecycle import Post
from chengge.organization.models import Member, PostChoice
from chengge.organization.queries import Actor, actor_of
from chengge.organization.refusals import OwnPasswordNeeded

View = TypeVar("View", bound=Callable[..., HttpResponse])


def actor_at(request: HttpRequest) -> Actor:
    """The signed-in member with today's posts; asked once a request.

    Raises:
        OwnPasswordNeeded: they still have the password that was handed over.
    """
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        require_own_password(request.user)  # type: ignore[arg-type]
        actor = request.actor = actor_of(request.user)  # type: ignore[attr-defined, arg-type]
    return actor


def require_own_password(member: Member) -> None:
    """Raises OwnPasswordNeeded while the member's password is one that was handed over. Tokens of programs are not asked."""
    if member.must_choose_password:
        raise OwnPasswordNeeded(
            "own_password_needed",
            _("Your password was handed to you. First choose one of your own."),
            _("Sign in with a browser: the page to choose it comes by itself."),
        )


def for_posts(*posts: Post) -> Callable[[View], View]:
    """Only members who hold one of `posts` today; others are told whose page it is, visitors are asked to sign in."""

    def gate(view: View) -> View:
        @login_required
        @wraps(view)
        def entering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not actor_at(request).posts & set(posts):
                raise Forbidden(
                    "post",
                    _("This page belongs to another post: %(posts)s.")
                    % {"posts": _(", ").join(str(PostChoice(post.value).label) for post in posts)},
                    _("If you need it for your work, ask your administrator."),
                )
            return view(request, *args, **kwargs)

        return entering  # type: ignore[return-value]

    return gate


def for_members(view: View) -> View:
    """Any member who is signed in and holds a post today."""
    return for_posts(*Post)(view)


def for_administrators(view: View) -> View:
    return for_posts(Post.ADMINISTRATOR)(view)
