"""Reporters as persons: who may see how they are reached, and how they are forgotten – by age, or on request.

What each subsystem keeps of them is declared in its room `personal.py` (`chengge.personal`); nothing here knows the tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Case, ContactView, ErasureRecord, Report
from chengge.casework.queries.evidence import report_in_sight
from chengge.contacts import mark, unseal
from chengge.domain.errors import Forbidden, NotFound, Refused
from chengge.domain.lifecycle import ENDS, Post
from chengge.organization.queries import CITY_ZONE, Actor
from chengge.personal import Counts, Whose, added, keepers

SEES_CONTACTS = frozenset({Post.OPERATOR, Post.SHIFT_LEADER})
AT_ONCE = 500
ENDED = sorted(stage.value for stage in ENDS)


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who is to be forgotten: the reports, and how much of what would go."""

    whose: Whose
    reports: tuple[Report, ...]
    counts: Counts

    def __bool__(self) -> bool:
        return bool(self.reports or self.counts)


@dataclass(frozen=True, slots=True)
class OldReports:
    """Reports of one channel and month that are due to lose their persons."""

    channel: str
    month: str
    count: int


def show_contact(report_id: int, actor: Actor, purpose: str) -> str:
    """How the reporter is reached, in full; that it was looked at, by whom and what for, is written down.

    Raises:
        Forbidden: for anybody but operators and shift leaders.
        NotFound: the report lies out of sight.
        Refused: no purpose is named.
    """
    if not actor.posts & SEES_CONTACTS or actor.member_id is None:
        raise Forbidden("post", _("Contacts are shown to operators and shift leaders."))
    if purpose not in ContactView.Purpose.values:
        raise Refused("purpose", _("What do you need it for?"), _("Choose one of the purposes."), "purpose")
    kept = report_in_sight(actor, report_id)
    contact = unseal(bytes(kept.contact))
    if contact:
        ContactView.objects.create(report=kept, member_id=actor.member_id, purpose=purpose, seen_at=clock.now())
    return contact


# --- On request ---------------------------------------------------------------------------------------------------------------------------


def find_person(actor: Actor, contact: str = "", report_id: int | None = None) -> Found:
    """What is kept of whoever has this contact, or made this report. Changes nothing.

    Raises:
        Forbidden: for anybody but administrators.
        Refused: neither contact nor report is named.
        NotFound: there is no such report.
    """
    _require_administrator(actor)
    found: set[int] = set()
    if report_id is not None:
        if not Report.objects.filter(pk=report_id).exists():
            raise NotFound("report", _("There is no such report."), field="report_id")
        found.add(report_id)
    known_by = mark(contact)
    if not known_by and report_id is None:
        raise Refused("contact", _("Name a telephone number, an e-mail address or a report."), field="contact")
    for keeper in keepers() if known_by else ():
        found |= keeper.reports_of(known_by)
    return what_is_kept(Whose(tuple(sorted(found)), known_by))


def what_is_kept(whose: Whose) -> Found:
    """How much of what is kept of somebody."""
    reports = Report.objects.filter(pk__in=whose.report_ids).select_related("case", "problem_class").order_by("reported_at")
    return Found(whose, tuple(reports), added(keeper.held(whose) for keeper in keepers()))


def erase(actor: Actor, whose: Whose, reference: str = "") -> ErasureRecord:
    """Forget somebody everywhere. The ledger keeps its hashes and still verifies; the record of this holds nothing of the person.

    Args:
        reference: number of the request in the city's files; no name.

    Raises:
        Forbidden: for anybody but administrators.
    """
    _require_administrator(actor)
    if len(reference) > 60:
        raise Refused("reference", _("This text is longer than %(most)d characters.") % {"most": 60}, field="reference")
    with transaction.atomic():
        counts = added(keeper.forget(whose) for keeper in keepers())
        return ErasureRecord.objects.create(
            ground=ErasureRecord.Ground.REQUEST,
            member_id=actor.member_id,
            reference=reference.strip(),
            erased_at=clock.now(),
            report_ids=list(whose.report_ids),
            counts=counts,
        )


# --- By age -------------------------------------------------------------------------------------------------------------------------------


def due_to_be_anonymised(older_than_months: int) -> list[OldReports]:
    """How many reports of ended cases are older than that, by channel and month of their end. One query. Changes nothing."""
    counted: dict[tuple[str, str], int] = {}
    rows = _old(older_than_months).values_list("channel", "case__ended_at", "reported_at")
    for channel, ended_at, reported_at in rows.iterator(chunk_size=5000):
        month = f"{(ended_at or reported_at).astimezone(CITY_ZONE):%Y-%m}"
        counted[channel, month] = counted.get((channel, month), 0) + 1
    return [
        OldReports(channel, month, count) for (channel, month), count in sorted(counted.items(), key=lambda one: (one[0][1], one[0][0]))
    ]


def anonymise(older_than_months: int | None = None) -> Iterator[Counts]:
    """Take names and contacts off the reports of cases that ended long ago, some hundred in a transaction; yields what went each time.

    What was said stays; a report loses who said it. May be stopped and begun again at any time.

    Args:
        older_than_months: since the end of the case; the setting where it is not named, by which 0 means never.
    """
    months = settings.ANONYMISE_MONTHS if older_than_months is None else older_than_months
    if months <= 0:
        return
    total: Counts = {}
    while ids := tuple(_old(months).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            went = added(keeper.anonymise(ids) for keeper in keepers()) | {"reports": len(ids)}
        total = added((total, went))
        yield went
    if total:
        ErasureRecord.objects.create(ground=ErasureRecord.Ground.AGE, erased_at=clock.now(), counts=total)


def months_before(at: datetime, months: int) -> datetime:
    """The same day so many months before; the last of the month where there is no such day."""
    months_since_zero = at.year * 12 + at.month - 1 - months
    year, month = divmod(months_since_zero, 12)
    for day in (at.day, 30, 29, 28):
        try:
            return at.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def _old(months: int) -> QuerySet[Report]:
    before = months_before(clock.now(), months)
    ended = Q(case__in=Case.objects.filter(stage__in=ENDED, ended_at__lt=before))
    never_a_case = Q(case=None, reported_at__lt=before)
    nobody = Q(member__isnull=False, contact=b"", reporter_name="", other_number="")  # An inspector's own: nobody outside is named.
    return Report.objects.filter(ended | never_a_case, erased_at=None).exclude(nobody)


def _require_administrator(actor: Actor) -> None:
    if Post.ADMINISTRATOR not in actor.posts:
        raise Forbidden("post", _("Only an administrator forgets reporters."))
