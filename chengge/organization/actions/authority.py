"""Who may write the tables of the house."""

from django.utils.translation import gettext as _

from chengge.domain.errors import Forbidden
from chengge.domain.lifecycle import Post
from chengge.organization.queries import Actor

# Whoever may use the command line of the server keeps the house.
COMMAND_LINE = Actor(None, "", None, None, frozenset({Post.ADMINISTRATOR}), None)


def require_administrator(actor: Actor) -> None:
    """Raises Forbidden unless the actor keeps the house."""
    if Post.ADMINISTRATOR not in actor.posts:
        raise Forbidden("post", _("Only an administrator may change this."), _("Ask the administrator of your city."))
