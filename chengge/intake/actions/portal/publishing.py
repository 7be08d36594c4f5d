"""What the house lets the public see: approved copies of photos, words about a case, and what is public at all."""

import io
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image

from chengge import clock
from chengge.casework.models import Evidence
from chengge.casework.photos import path_of
from chengge.casework.queries.sight import visible
from chengge.domain.errors import Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.intake.models import PortalRules, PublicPhoto, PublicWords
from chengge.intake.queries.portal.photos import path_of_copy
from chengge.organization.actions import require_administrator
from chengge.organization.queries import Actor

PUBLISHERS = frozenset({Post.OPERATOR, Post.SHIFT_LEADER})
LONG_SIDE, THUMB_SIDE = 1280, 400
QUALITY = 80
COARSE = 12  # a covered spot is at most so many squares wide and high
MOST_COVERED = 20
PER_MILLE = 1000
# Telephone numbers, identity numbers, e-mail addresses and number plates have no business in public words.
PERSONAL = re.compile(
    r"1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|\d{17}[\dXx]|0\d{2,3}[\s-]?\d{7,8}|[^\s@]+@[^\s@]+\.\w+"
    r"|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][\s·-]?[A-Z0-9]{5,6}"
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A rectangle of a photo, in thousandths of its width and height."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def parse(cls, text: str) -> list["Spot"]:
        """From `left,top,width,height;…`. Raises Refused."""
        try:
            spots = [cls(*(int(number) for number in part.split(","))) for part in text.split(";") if part.strip()]
        except (ValueError, TypeError):
            spots = [cls(-1, -1, 0, 0)]
        if len(spots) > MOST_COVERED or not all(spot.is_inside for spot in spots):
            raise Refused("covered", _("These are no places in the photo."), _("Mark them again."), "covered")
        return spots

    @property
    def is_inside(self) -> bool:
        return min(self.left, self.top) >= 0 < min(self.width, self.height) and (
            max(self.left + self.width, self.top + self.height) <= PER_MILLE
        )


def approve_photo(evidence_id: int, actor: Actor, spots: Sequence[Spot] = ()) -> PublicPhoto:
    """Let the public see a copy of a photo, with `spots` made so coarse that no face and no plate can be read.

    Raises:
        Forbidden: the actor is neither operator nor shift leader.
        NotFound: there is no such photo in sight.
    """
    evidence = _photo_in_sight(evidence_id, actor)
    source = path_of(evidence.sha256)
    if not source.is_file():
        raise NotFound("photo", _("This photo is not in the store any more."))
    with Image.open(source) as image:
        copy = image.convert("RGB")
    for spot in spots:
        _make_coarse(copy, spot)
    copy.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    full = _jpeg(copy)
    digest = sha256(full).hexdigest()
    small = copy.copy()
    small.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    _write(path_of_copy(digest), full)
    _write(path_of_copy(digest, "thumb"), _jpeg(small))
    return _decide(
        evidence,
        actor,
        state=PublicPhoto.State.APPROVED,
        sha256=digest,
        width=copy.width,
        height=copy.height,
        covered=[[spot.left, spot.top, spot.width, spot.height] for spot in spots],
    )


def refuse_photo(evidence_id: int, actor: Actor) -> PublicPhoto:
    """Keep a photo from the public; one that was shown is taken away, its copy too."""
    evidence = _photo_in_sight(evidence_id, actor)
    return _decide(evidence, actor, state=PublicPhoto.State.REFUSED, sha256="", width=0, height=0, covered=[])


def say_publicly(case_id: int, actor: Actor, words: str, *, is_hidden: bool) -> PublicWords:
    """What the public reads about a case beside class and road; or that it is not public.

    Raises:
        Refused: the words hold a telephone number, a plate or the like, or are too long.
    """
    member_id = _publisher(actor)
    words = words.strip()
    case = visible(actor).filter(pk=case_id).first()
    if case is None:
        raise NotFound("case", _("There is no such case, or it lies out of your sight."))
    if len(words) > 200:
        raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": 200}, _("Shorten it."), "words")
    if PERSONAL.search(words):
        raise Refused(
            "personal",
            _("The words hold a telephone number, an address or a plate."),
            _("Leave it out: everybody can read public words."),
            "words",
        )
    said, _new = PublicWords.objects.update_or_create(
        case=case, defaults={"words": words, "is_hidden": is_hidden, "member_id": member_id, "decided_at": clock.now()}
    )
    return said


def set_rules(actor: Actor, values: dict[str, Any]) -> PortalRules:
    """What the city wants of its portal. Raises Forbidden for anybody but administrators; Refused for impossible values."""
    require_administrator(actor)
    rules = PortalRules(pk=1, **values)
    rules.full_clean(validate_unique=False, validate_constraints=False)
    rules.save()
    return rules


def _publisher(actor: Actor) -> int:
    """The member who decides. Raises Forbidden."""
    if actor.member_id is None or not actor.posts & PUBLISHERS:
        raise Forbidden("post", _("What the public sees is decided by operators and shift leaders."))
    return actor.member_id


def _photo_in_sight(evidence_id: int, actor: Actor) -> Evidence:
    _publisher(actor)
    evidence = Evidence.objects.filter(pk=evidence_id, entry__isnull=False, media=Evidence.Media.PHOTO, erased_at=None).first()
    if evidence is None or evidence.case_id is None or not visible(actor).filter(pk=evidence.case_id).exists():
        raise NotFound("photo", _("There is no such photo, or none that you may see."))
    return evidence


def _decide(evidence: Evidence, actor: Actor, **decided: Any) -> PublicPhoto:
    with transaction.atomic():
        before = PublicPhoto.objects.select_for_update().filter(evidence=evidence).first()
        photo, _new = PublicPhoto.objects.update_or_create(
            evidence=evidence,
            defaults={"case_id": evidence.case_id or 0, "member_id": _publisher(actor), "decided_at": clock.now(), **decided},
        )
    if before is not None and before.sha256 and before.sha256 != photo.sha256:
        forget_copy(before.sha256)
    return photo


def forget_copy(digest: str) -> None:
    """Take a public copy off the disk, unless another photo shows the same."""
    if not PublicPhoto.objects.filter(sha256=digest).exists():
        for size in ("full", "thumb"):
            path_of_copy(digest, size).unlink(missing_ok=True)


def _make_coarse(image: Image.Image, spot: Spot) -> None:
    """Average a rectangle into a few squares: what was there cannot be worked out again."""
    box = (
        spot.left * image.width // PER_MILLE,
        spot.top * image.height // PER_MILLE,
        min(image.width, -(-(spot.left + spot.width) * image.width // PER_MILLE)),
        min(image.height, -(-(spot.top + spot.height) * image.height // PER_MILLE)),
    )
    width, height = box[2] - box[0], box[3] - box[1]
    if width < 1 or height < 1:
        return
    squares = max(width, height) / COARSE
    small = image.crop(box).resize((max(1, round(width / squares)), max(1, round(height / squares))), Image.Resampling.BOX)
    image.paste(small.resize((width, height), Image.Resampling.NEAREST), box[:2])


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as draft:
        draft.write(content)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).chmod(0o644)
    Path(draft.name).rename(path)
