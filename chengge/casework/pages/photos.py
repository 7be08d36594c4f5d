"""Photos: taken in as soon as they are chosen, so that no refusal loses them; shown to whoever may see their case."""

import re

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge.casework.models import Evidence
from chengge.casework.photos import path_of, store
from chengge.casework.queries import may_see_photo
from chengge.casework.queries.evidence import require_kept
from chengge.domain.errors import NotFound, Refused
from chengge.organization.gates import actor_at, for_members
from chengge.organization.queries import Actor
from chengge.organization.refusals import status_of

DIGEST = re.compile(r"[0-9a-f]{64}")
MOST_FILES = 12


@require_POST
@for_members
def upload(request: HttpRequest) -> JsonResponse:
    """Take in one photo (`photo`); the answer names it by its SHA-256."""
    sent = request.FILES.get("photo")
    try:
        if sent is None:
            raise Refused("photo", _("No photo came with this."), _("Choose a file."), "photo")
        evidence = store(sent.read(), actor_at(request))
    except Refused as refusal:
        return JsonResponse({"message": refusal.message, "hint": refusal.hint}, status=status_of(refusal))
    return JsonResponse(
        {"sha256": evidence.sha256, "thumb": address_of(evidence, "thumb"), "width": evidence.width, "height": evidence.height}
    )


@require_safe
@for_members
def photo(request: HttpRequest, sha256: str, size: str) -> HttpResponse:
    """A photo, `full` or `thumb`. It never changes, so a browser may keep it; no one between may."""
    if not DIGEST.fullmatch(sha256) or size not in {"full", "thumb"} or not may_see_photo(actor_at(request), sha256):
        raise NotFound("photo", _("There is no such photo, or none that you may see."))
    require_kept(sha256)
    path = path_of(sha256, size)
    if not path.is_file():
        raise NotFound(
            "photo", _("This photo is not in the store any more."), _("Tell your administrator its number: %(sha)s") % {"sha": sha256[:12]}
        )
    response = FileResponse(path.open("rb"), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def keep_files(request: HttpRequest, actor: Actor) -> list[str]:
    """Photos sent along with a form by a browser without scripts; their SHA-256."""
    return [store(sent.read(), actor).sha256 for sent in request.FILES.getlist("files")[:MOST_FILES]]


def address_of(evidence: Evidence, size: str) -> str:
    return f"/photos/{evidence.sha256}/{size}"
