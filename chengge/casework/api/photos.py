"""Photos: uploaded first, then given to a report or an action by their SHA-256."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Router, Status, UploadedFile
from pydantic import Field

from chengge.casework.models import Evidence
from chengge.casework.photos import path_of, store
from chengge.casework.queries.evidence import may_see_photo, require_kept
from chengge.domain.errors import NotFound
from chengge.organization.kept_answers import once
from chengge.rest.answers import answers
from chengge.rest.fields import Key, Outgoing, Sha256

router = Router()


class PhotoOut(Outgoing):
    sha256: str = Field(description="Name the photo by this in reports and actions")
    width: int
    height: int
    size_bytes: int
    created_at: datetime


@router.post("/photos", response=answers({201: PhotoOut}, 413))
def upload_photo(
    request: HttpRequest, photo: Annotated[UploadedFile, File(description="JPEG, PNG, HEIC or WebP, at most 20 MB")], key: Key = None
) -> Status | HttpResponse:
    """Upload a photo. It is drawn anew, nothing but the picture, and belongs to nothing until a report or an action is given it."""
    return once(request, key, 201, lambda: _photo(store(photo.read(), request.actor)))


@router.get(
    "/photos/{sha256}/{size}",
    response=answers({200: None}, 404, 410),
    openapi_extra={
        "responses": {200: {"description": "The photo", "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}}
    },
)
def photo(request: HttpRequest, sha256: Sha256, size: Literal["full", "thumb"]) -> FileResponse:
    """A photo of a case in sight, or one I uploaded."""
    path, in_sight = path_of(sha256, size), may_see_photo(request.actor, sha256)
    if in_sight:
        require_kept(sha256)
    if not in_sight or not path.exists():
        raise NotFound("photo", _("There is no such photo, or none that you may see."), field="sha256")
    response = FileResponse(path.open("rb"), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _photo(row: Evidence) -> PhotoOut:
    return PhotoOut(sha256=row.sha256, width=row.width, height=row.height, size_bytes=row.size_bytes, created_at=row.created_at)
