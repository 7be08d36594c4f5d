"""Searches that a member keeps for a desk."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chengge.casework.actions import forget_filter, save_filter
from chengge.casework.pages.desk import desk_asked
from chengge.domain.errors import Refused
from chengge.organization.gates import for_members


@require_POST
@for_members
def keep(request: HttpRequest, post: str) -> HttpResponse:
    """Keep the search that the page shows (in the address) under a name."""
    actor, _post, wanted = desk_asked(request, post)
    query = urlencode(wanted.query(), doseq=True)
    try:
        kept = save_filter(actor, post, request.POST.get("name", ""), query)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The search “%(name)s” is kept.") % {"name": kept.name})
    return redirect(f"/desk/{post}/?{query}" if query else f"/desk/{post}/")


@require_POST
@for_members
def forget(request: HttpRequest, post: str, filter_id: int) -> HttpResponse:
    """Remove a kept search."""
    actor, _post, wanted = desk_asked(request, post)
    forget_filter(actor, filter_id)
    query = urlencode(wanted.query(), doseq=True)
    return redirect(f"/desk/{post}/?{query}" if query else f"/desk/{post}/")
