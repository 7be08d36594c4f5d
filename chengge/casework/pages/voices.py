"""Voice notes: heard by whoever may see their case."""

import re

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengge.casework.pages.photos import DIGEST
from chengge.casework.queries import may_see_photo
from chengge.casework.queries.evidence import require_kept
from chengge.casework.voice import CONTENT_TYPE, path_of
from chengge.domain.errors import NotFound
from chengge.organization.gates import actor_at, for_members

# Some browsers play nothing that they cannot ask for in pieces.
RANGE = re.compile(r"bytes=(\d{1,9})-(\d{0,9})")


@require_safe
@for_members
def voice(request: HttpRequest, sha256: str) -> HttpResponse:
    """A voice note. It never changes, so a browser may keep it; no one between may."""
    if not DIGEST.fullmatch(sha256) or not may_see_photo(actor_at(request), sha256):
        raise NotFound("voice", _("There is no such voice note, or none that you may hear."))
    require_kept(sha256)
    path = path_of(sha256)
    if not path.is_file():
        raise NotFound(
            "voice",
            _("This voice note is not in the store any more."),
            _("Tell your administrator its number: %(sha)s") % {"sha": sha256[:12]},
        )
    data = path.read_bytes()
    wanted = RANGE.fullmatch(request.headers.get("Range", ""))
    if wanted is None:
        response = HttpResponse(data, content_type=CONTENT_TYPE)
    else:
        first, last = int(wanted[1]), min(int(wanted[2] or len(data) - 1), len(data) - 1)
        if first > last:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
        response = HttpResponse(data[first : last + 1], status=206, content_type=CONTENT_TYPE)
        response.headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
