"""What casework keeps of reporters: names and contacts, what they said, photos and voice notes (`chengge.personal`)."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from chengge import clock
from chengge.casework import photos, voice
from chengge.casework.actions.forgetting import forget_words
from chengge.casework.models import Evidence, Report, SaidText
from chengge.personal import Counts, SealedColumn, Whose

SEALED = (SealedColumn("casework.Report", "contact"),)
WORDS = {
    "contacts": _("telephone numbers and addresses of reporters"),
    "names": _("names of reporters"),
    "words": _("what reporters said, and where"),
    "photos": _("photos that reporters took"),
    "voices": _("voice notes of reporters"),
}

NOTHING = {"contact": b"", "contact_mark": "", "reporter_name": "", "other_number": "", "token_hash": ""}


def reports_of(mark: str) -> set[int]:
    return set(Report.objects.filter(contact_mark=mark).values_list("pk", flat=True)) if mark else set()


def held(whose: Whose) -> Counts:
    kept = Report.objects.filter(pk__in=whose.report_ids)
    media = _given_with(whose.report_ids)
    return {
        "contacts": kept.exclude(contact=b"").count(),
        "names": kept.exclude(reporter_name="").count(),
        "words": kept.exclude(description="", place="").count(),
        "photos": media.filter(media=Evidence.Media.PHOTO).count(),
        "voices": media.filter(media=Evidence.Media.VOICE).count(),
    }


def forget(whose: Whose) -> Counts:
    """Contacts, names, words, photos and voice notes go. The place on the map stays: the problem was there, whoever said so."""
    counts = held(whose)
    kept = list(Report.objects.select_for_update().filter(pk__in=whose.report_ids).order_by("pk"))
    for case_id in _cases_that_repeat(kept):
        forget_words(case_id)
    media = list(_given_with(whose.report_ids))
    at = clock.now()
    Evidence.objects.filter(pk__in=[row.pk for row in media]).update(erased_at=at)
    Report.objects.filter(pk__in=whose.report_ids).update(**NOTHING, description="", place="", accuracy_m=None, erased_at=at)
    digests = sorted({row.sha256 for row in media})
    transaction.on_commit(lambda: remove_files(digests))
    return counts


def anonymise(report_ids: tuple[int, ...]) -> Counts:
    kept = Report.objects.filter(pk__in=report_ids)
    counts = {"contacts": kept.exclude(contact=b"").count(), "names": kept.exclude(reporter_name="").count()}
    kept.update(**NOTHING, erased_at=clock.now())
    return counts


def remove_files(digests: Iterable[str]) -> int:
    """Take the files of forgotten evidence off the disk, but for those that still prove something else. Returns how many went."""
    wanted = list(digests)
    living = set(Evidence.objects.filter(sha256__in=wanted, erased_at=None).values_list("sha256", flat=True))
    gone = 0
    for digest in wanted:
        files = [path for path in _files_of(digest) if path.exists()] if digest not in living else []
        for path in files:
            path.unlink(missing_ok=True)
        gone += bool(files)
    return gone


def remove_leftover_files() -> int:
    """Files that a crash left behind between the forgetting and their removal. Returns how many went."""
    return remove_files(Evidence.objects.exclude(erased_at=None).order_by().values_list("sha256", flat=True).distinct())


def _given_with(report_ids: tuple[int, ...]) -> QuerySet[Evidence]:
    """What reporters gave with their reports; evidence that the house made itself hangs on no report."""
    return Evidence.objects.filter(report__in=report_ids, erased_at=None)


def _cases_that_repeat(kept: list[Report]) -> list[int]:
    """The cases that repeat what was said in these reports and in no other: in their row, or beside their ledger."""
    said: dict[int, set[str]] = defaultdict(set)
    for report in kept:
        if report.case_id is not None:
            said[report.case_id] |= {report.description, report.place} - {""}
    others = Report.objects.filter(case__in=list(said)).exclude(pk__in=[report.pk for report in kept])
    for case_id, description, place in others.values_list("case_id", "description", "place"):
        said[case_id] -= {description, place}
    return [case_id for case_id, texts in sorted(said.items()) if SaidText.objects.filter(case=case_id, text__in=texts).exists()]


def _files_of(digest: str) -> list[Path]:
    return [photos.path_of(digest, "full"), photos.path_of(digest, "thumb"), voice.path_of(digest)]
