"""Who may open a page at all: a gate before the view. What somebody may do with a case is decided at the one door, not here."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from chengge.domain.errors import Forbidden
from chengge.domain.lifecycle import Post
from chengge.organization.models import PostChoice
from chengge.organization.queries import Actor, actor_of

View = TypeVar("View", bound=Callable[..., HttpResponse])


def actor_at(request: HttpRequest) -> Actor:
    """The signed-in member with today's posts; asked once a request."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        actor = request.actor = actor_of(request.user)  # type: ignore[attr-defined, arg-type]
    return actor


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
