"""What a phone hands in, hours after it was made perhaps: each file once, each report whole or not at all."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework import photos, voice
from chengge.casework.actions import Given, Reported, Said, add_report, report
from chengge.casework.actions.given import is_place, require_key
from chengge.casework.models import Case, Evidence
from chengge.casework.queries.sight import visible
from chengge.domain.errors import NotFound, Refused
from chengge.field.actions.disposal import report_disposed
from chengge.field.models.phone import PhoneFile
from chengge.field.queries.duty import member_of
from chengge.foundation.models import ProblemClass
from chengge.foundation.queries.dated import holding_on
from chengge.organization.queries import Actor, city_day

Keep = Callable[[bytes, Actor], Evidence]
KEEPERS: dict[str, Keep] = {"photo": photos.store, "voice": voice.store}


def keep_file(actor: Actor, media: str, data: bytes, key: str | None) -> Evidence:
    """Take in a photo or a voice note. Sent again under the same `key` it is the one that was kept the first time.

    Args:
        media: `photo` or `voice`.

    Raises:
        Refused: it is no such file (see `casework.photos.store`, `casework.voice.store`).
    """
    keep = KEEPERS[media]
    if key is None:
        return keep(data, actor)
    require_key(key)
    if (before := kept_before(actor, [key]).get(key)) is not None:
        return before
    try:
        with transaction.atomic():
            evidence = keep(data, actor)
            PhoneFile.objects.create(member_id=member_of(actor), key=key, evidence=evidence)
            return evidence
    except IntegrityError:
        # The same file, sent twice at the same moment.
        return kept_before(actor, [key])[key]


def kept_before(actor: Actor, keys: Iterable[str]) -> dict[str, Evidence]:
    """Which of a phone's files the house has already, by their keys. One query."""
    found = PhoneFile.objects.filter(member_id=member_of(actor), key__in=list(keys)).select_related("evidence")
    return {one.key: one.evidence for one in found}


def hand_in(actor: Actor, said: Said, *, same_as: str = "", voice_note: str = "", after: Given | None = None, key: str | None) -> Reported:
    """A report from the phone: it becomes a case, hangs on the case `same_as`, or is disposed of already (`after`).

    What is lacking is refused before anything is kept, so that it can be mended on the phone and sent again under the same key.

    Args:
        same_as: number of an open case that it is one with.
        voice_note: SHA-256 of what was spoken about it.

    Raises:
        Refused: something is missing, the class has left the catalogue, a photo is none, or the case is none of the member's.
    """
    _require_proof(said.photos, "photos")
    if not is_place(said.lon, said.lat):
        raise Refused("place", _("The place is missing."), _("Wait for a position, or mark it on the map."), "place")
    if not holding_on(ProblemClass.objects.filter(pk=said.problem_class_id or 0), city_day(clock.now())).exists():
        raise Refused("class", _("This class is not in the catalogue today."), _("Choose what it is."), "problem_class")
    if after is not None:
        _require_proof(after.photos, "after")
    whole = replace(said, photos=with_voice(said.photos, voice_note))
    if after is not None:
        return report_disposed(actor, whole, after, key=key)
    if same_as:
        return add_report(actor, whole, _case_of(actor, same_as).pk, key=key)
    return report(actor, whole, key=key)


def with_voice(shown: tuple[str, ...], voice_note: str) -> tuple[str, ...]:
    """Photos, and behind them what was spoken. Raises Refused where the voice note is none."""
    if not voice_note:
        return shown
    if not Evidence.objects.filter(sha256=voice_note, media=Evidence.Media.VOICE).exists():
        raise Refused("voice", _("The voice note is missing here."), _("Send it again."), "voice")
    return (*shown, voice_note)


def require_photos(shown: tuple[str, ...]) -> None:
    """What is given as a photo must be one: a voice note shows nothing. Raises Refused."""
    if shown and Evidence.objects.filter(sha256__in=shown, media=Evidence.Media.VOICE).exists():
        raise Refused("photo", _("A voice note is no photo."), _("Take a photo on the spot."), "photos")


def _require_proof(shown: tuple[str, ...], field: str) -> None:
    if not shown:
        raise Refused("photo", _("A photo is needed."), _("Take one on the spot."), field)
    require_photos(shown)


def _case_of(actor: Actor, number: str) -> Case:
    found = visible(actor).filter(number=number).first()
    if found is None:
        raise NotFound(
            "case", _("There is no case %(number)s that you may see.") % {"number": number}, _("Report it as a case of its own.")
        )
    return found
