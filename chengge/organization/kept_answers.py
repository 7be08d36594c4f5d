"""The API's memory of answers: a request that is sent again under its Idempotency-Key gets the first answer, and nothing is done twice."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import orjson
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Status
from pydantic import BaseModel

from chengge import clock
from chengge.domain.errors import Refused
from chengge.organization.models import KeptAnswer

KEPT = timedelta(days=2)


def once(request: HttpRequest, key: str | None, status: int, make: Callable[[], BaseModel]) -> HttpResponse | Status:
    """The answer of `make`, made at most once for this member and `key`. A refusal is not kept: a corrected request may use the key again.

    Raises Refused (field `Idempotency-Key`) when the key was used for another request.
    """
    if key is None:
        return Status(status, make())
    member_id = request.actor.member_id  # type: ignore[attr-defined]
    said = _hash(request)
    with transaction.atomic():
        # Whoever comes second waits here until the first is done.
        KeptAnswer.objects.bulk_create(
            [KeptAnswer(member_id=member_id, key=key, request_hash=said, kept_at=clock.now())], ignore_conflicts=True
        )
        kept = KeptAnswer.objects.get(member_id=member_id, key=key)
        if kept.request_hash != said:
            raise key_used()
        if kept.status is None:
            kept.body = orjson.dumps(make().model_dump(mode="json")).decode()
            kept.status = status
            kept.save(update_fields=["status", "body"])
    return HttpResponse(kept.body, status=kept.status, content_type="application/json; charset=utf-8")


def key_used() -> Refused:
    """The refusal of a key that stands for another request."""
    return Refused(
        "key_used", _("This Idempotency-Key was used for another request."), _("Use a new key for a new wish."), field="Idempotency-Key"
    )


def forget_old_answers() -> int:
    """Drop answers that are older than `KEPT`; returns how many."""
    return KeptAnswer.objects.filter(kept_at__lt=clock.now() - KEPT).delete()[0]


def _hash(request: HttpRequest) -> str:
    """Of the method, the address, and the body; a multipart body has a border of its own each time, so its files count, not its bytes."""
    said = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        for name, values in sorted(request.POST.lists()):
            said.update(orjson.dumps([name, values]))
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                said.update(name.encode())
                for chunk in file.chunks():
                    said.update(chunk)
                file.seek(0)
    else:
        said.update(request.body)
    return said.hexdigest()
