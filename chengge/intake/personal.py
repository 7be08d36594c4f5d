"""What intake keeps of reporters: calls, messages as they came, what was told beside a report, ratings, public copies of photos
(`chengge.personal`)."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from chengge.contacts import mark, unseal
from chengge.intake.models import Answer, ApiReport, Call, InboundMessage, PortalReport, PublicPhoto
from chengge.intake.queries.portal.photos import SIZES, path_of_copy
from chengge.personal import Counts, SealedColumn, Whose

SEALED = tuple(SealedColumn(f"intake.{model}", "sealed") for model in ("Call", "InboundMessage", "ApiReport"))
WORDS = {
    "calls": _("calls in the hotline's log"),
    "messages": _("messages as they came in"),
    "beside": _("what was told beside reports by Open311 or the app"),
    "ratings": _("words with which reporters rated or complained"),
    "copies": _("photos in the public portal"),
    "floods": _("marks of the portal against floods"),
}

NO_NUMBER = {"sealed": b"", "contact_mark": "", "masked": "", "recording_url": "", "note": ""}


def reports_of(mark: str) -> set[int]:
    if not mark:
        return set()
    called = Call.objects.filter(contact_mark=mark, report__isnull=False).values_list("report_id", flat=True)
    written = ApiReport.objects.filter(email_mark=mark).values_list("report_id", flat=True)
    return set(called) | set(written)


def held(whose: Whose) -> Counts:
    return {
        "calls": _calls(whose).count(),
        "messages": len(_messages(whose)),
        "beside": ApiReport.objects.filter(report__in=whose.report_ids).exclude(sealed=b"", device_mark="").count(),
        "ratings": _ratings(whose).count(),
        "copies": _copies(whose).count(),
        "floods": PortalReport.objects.filter(report__in=whose.report_ids).exclude(words_hash="").count(),
    }


def forget(whose: Whose) -> Counts:
    """Numbers, recordings and notes of calls, raw messages, words of ratings and public copies go; that they came stays counted."""
    counts = held(whose)
    _calls(whose).update(**NO_NUMBER)
    InboundMessage.objects.filter(pk__in=_messages(whose)).update(sealed=b"", title="")
    ApiReport.objects.filter(report__in=whose.report_ids).update(sealed=b"", device_mark="", email_mark="", fingerprint="", token_hash="")
    Answer.objects.filter(report__in=whose.report_ids, step=Answer.Step.COMPLAINT).update(reason="")
    Answer.objects.filter(report__in=whose.report_ids).update(words="")
    PortalReport.objects.filter(report__in=whose.report_ids).update(words_hash="")
    digests = sorted(set(_copies(whose).exclude(sha256="").values_list("sha256", flat=True)))
    _copies(whose).delete()
    transaction.on_commit(lambda: _remove_copies(digests))
    return counts


def anonymise(report_ids: tuple[int, ...]) -> Counts:
    whose = Whose(report_ids)
    counts = {name: number for name, number in held(whose).items() if name in ("calls", "messages", "beside")}
    _calls(whose).update(**NO_NUMBER)
    InboundMessage.objects.filter(report__in=report_ids).update(sealed=b"")
    ApiReport.objects.filter(report__in=report_ids).update(sealed=b"", device_mark="", email_mark="", fingerprint="", token_hash="")
    return counts


def _calls(whose: Whose) -> QuerySet[Call]:
    """Calls that became these reports, or came from this number."""
    meant = Q(report__in=whose.report_ids)
    if whose.mark:
        meant |= Q(contact_mark=whose.mark)
    return Call.objects.filter(meant).exclude(sealed=b"", note="", recording_url="")


def _messages(whose: Whose) -> list[int]:
    """Ids of messages that became these reports, or name this contact. Raw messages are kept for a month, so that all can be read."""
    found = list(InboundMessage.objects.filter(report__in=whose.report_ids).exclude(sealed=b"").values_list("pk", flat=True))
    if whose.mark:
        others = InboundMessage.objects.filter(report=None).exclude(sealed=b"").values_list("pk", "sealed")
        found += [pk for pk, sealed in others.iterator(chunk_size=1000) if whose.mark in {mark(text) for text in _texts_in(bytes(sealed))}]
    return found


def _texts_in(sealed: bytes) -> Iterator[str]:
    try:
        payload: Any = json.loads(unseal(sealed) or "{}")
    except json.JSONDecodeError:
        return
    yield from _texts(payload)


def _texts(payload: Any) -> Iterator[str]:
    if isinstance(payload, str):
        yield payload
    elif isinstance(payload, dict):
        for value in payload.values():
            yield from _texts(value)
    elif isinstance(payload, list):
        for value in payload:
            yield from _texts(value)


def _ratings(whose: Whose) -> QuerySet[Answer]:
    """What reporters said themselves. The reasons of other steps are the house's own words."""
    said = ~Q(words="") | (Q(step=Answer.Step.COMPLAINT) & ~Q(reason=""))
    return Answer.objects.filter(said, report__in=whose.report_ids)


def _copies(whose: Whose) -> QuerySet[PublicPhoto]:
    return PublicPhoto.objects.filter(evidence__report__in=whose.report_ids)


def _remove_copies(digests: Iterable[str]) -> None:
    wanted = list(digests)
    living = set(PublicPhoto.objects.filter(sha256__in=wanted).values_list("sha256", flat=True))
    for path in _files(digest for digest in wanted if digest not in living):
        path.unlink(missing_ok=True)


def _files(digests: Iterable[str]) -> Iterator[Path]:
    for digest in digests:
        for size in SIZES:
            yield path_of_copy(digest, size)
