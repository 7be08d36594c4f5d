"""Searches that a member keeps."""

from django.utils.translation import gettext as _

from chengge.casework.models import SavedFilter
from chengge.domain.errors import Forbidden, NotFound, Refused
from chengge.organization.queries import Actor


def save_filter(actor: Actor, desk: str, name: str, query: str) -> SavedFilter:
    """Keep a desk's search under a name; the same name again replaces it."""
    name = name.strip()
    if not 0 < len(name) <= 40:
        raise Refused("name", _("A name has 1 to 40 characters."), field="name")
    if len(query) > 500:
        raise Refused("query", _("This search is too long to be kept."), _("Take out some of its conditions."), "query")
    if actor.member_id is None:
        raise Forbidden("post", _("Only members keep searches."))
    kept, _new = SavedFilter.objects.update_or_create(member_id=actor.member_id, desk=desk, name=name, defaults={"query": query})
    return kept


def forget_filter(actor: Actor, filter_id: int) -> None:
    """Remove a kept search of this member."""
    removed, _by_table = SavedFilter.objects.filter(pk=filter_id, member=actor.member_id).delete()
    if not removed:
        raise NotFound("filter", _("There is no such kept search."))
