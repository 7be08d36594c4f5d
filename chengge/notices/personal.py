"""What the outbox keeps of people outside the house: where a notice went, and what it said (`chengge.personal`)."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from chengge.contacts import mark, unseal
from chengge.notices.models import Notice
from chengge.personal import Counts, SealedColumn, Whose

SEALED = (SealedColumn("notices.Notice", "contact"),)
WORDS = {"notices": _("messages that were sent to reporters")}


def reports_of(mark: str) -> set[int]:
    """None: a notice follows from a report, never the reverse."""
    return set()


def held(whose: Whose) -> Counts:
    return {"notices": len(_to(whose))}


def forget(whose: Whose) -> Counts:
    """Addresses and texts go; what still waits is not sent any more. That something was told stays."""
    ids = _to(whose)
    told = Notice.objects.filter(pk__in=ids)
    told.filter(state__in=(Notice.State.WAITING, Notice.State.FAILED)).update(
        state=Notice.State.GIVEN_UP, next_try_at=None, last_error=str(_("The recipient was forgotten on request."))
    )
    told.update(contact=b"", text="", link="")
    return {"notices": len(ids)}


def anonymise(report_ids: tuple[int, ...]) -> Counts:
    ids = list(_about(report_ids).values_list("pk", flat=True))
    Notice.objects.filter(pk__in=ids).update(contact=b"", text="", link="")
    return {"notices": len(ids)}


def _to(whose: Whose) -> list[int]:
    """Ids of notices about these reports, or to this contact. A sealed contact has no index: all that are kept are read."""
    found = set(_about(whose.report_ids).values_list("pk", flat=True))
    if whose.mark:
        others = Notice.objects.exclude(contact=b"").values_list("pk", "contact")
        found |= {pk for pk, sealed in others.iterator(chunk_size=2000) if mark(unseal(bytes(sealed))) == whose.mark}
    return sorted(found)


def _about(report_ids: tuple[int, ...]) -> QuerySet[Notice]:
    return Notice.objects.filter(about__in=[f"report:{pk}" for pk in report_ids], member=None).exclude(contact=b"", text="")
