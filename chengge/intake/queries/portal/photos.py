"""Photos the public may see: copies that an operator approved."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from chengge.casework.models import Evidence
from chengge.domain.errors import NotFound
from chengge.intake.models import PublicPhoto
from chengge.intake.queries.portal.cases import PublicCase, as_public, public_cases, with_public_facts
from chengge.intake.queries.portal.rules import portal_rules
from chengge.intake.queries.portal.steps import stages_in

BEFORE = (Evidence.Phase.REPORT.value, Evidence.Phase.VERIFY.value)
SIZES = {"full": ".jpg", "thumb": ".thumb.jpg"}


@dataclass(frozen=True, slots=True)
class ShownPhoto:
    """An approved photo. `is_after`: it shows how things are since the handling."""

    id: int
    width: int
    height: int
    is_after: bool


def shown_photos(case_ids: Iterable[int]) -> dict[int, list[ShownPhoto]]:
    """Approved photos by case, those before the handling first. One query."""
    rows = PublicPhoto.objects.filter(case_id__in=list(case_ids), state=PublicPhoto.State.APPROVED).order_by("evidence_id")
    found: dict[int, list[ShownPhoto]] = {}
    for pk, case_id, width, height, phase in rows.values_list("pk", "case_id", "width", "height", "evidence__phase"):
        found.setdefault(case_id, []).append(ShownPhoto(pk, width, height, phase not in BEFORE))
    for photos in found.values():
        photos.sort(key=lambda photo: photo.is_after)
    return found


def path_of_copy(digest: str, size: str = "full") -> Path:
    """Where the public copy with this SHA-256 lies; apart from the evidence."""
    return Path(settings.MEDIA_ROOT) / "public" / digest[:2] / f"{digest}{SIZES[size]}"


def photo_file(photo_id: int, size: str) -> Path:
    """The file of an approved photo of a public case. Raises NotFound for any other."""
    found = PublicPhoto.objects.filter(pk=photo_id, state=PublicPhoto.State.APPROVED).first() if size in SIZES else None
    if found is None or not public_cases(portal_rules()).filter(pk=found.case_id).exists():
        raise NotFound("photo", _("There is no such photo, or it is not public."))
    path = path_of_copy(found.sha256, size)
    if not path.is_file():
        raise NotFound("photo", _("There is no such photo, or it is not public."))
    return path


def cases_with_pairs(most: int) -> list[PublicCase]:
    """The public cases solved last that have an approved photo before and one after the handling. Four queries."""
    approved = PublicPhoto.objects.filter(case_id=OuterRef("pk"), state=PublicPhoto.State.APPROVED)
    rows = with_public_facts(public_cases(portal_rules()).filter(stage__in=stages_in("solved"))).filter(
        Exists(approved.filter(evidence__phase__in=BEFORE)), Exists(approved.exclude(evidence__phase__in=BEFORE))
    )
    return as_public(list(rows.order_by("-handled_at", "-pk")[:most]))
