"""Minutes of a coordination meeting with the table in which the units sign."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chengge.coordination.models import Meeting, MeetingUnit
from chengge.coordination.papers.common import moment_words, paper, paragraphs
from chengge.documents.document import Column, Document, Section, Signatures
from chengge.organization.queries import city_day


def minutes_paper(meeting: Meeting) -> Document:
    """The minutes as they stand. `meeting` comes with units (organization, signed_by) and host (organization)."""
    columns = (
        Column(_("Unit"), 2.2),
        Column(_("Who came"), 1.1),
        Column(_("Signature"), 1.9),
        Column(_("Objection"), 2.2),
    )
    signatures = Signatures(_("Signatures of the units"), columns, tuple(_row(unit) for unit in meeting.units.all()))
    return paper(
        _("Minutes: %(subject)s") % {"subject": meeting.subject},
        pgettext("meeting", "Meeting %(number)d") % {"number": meeting.pk},
        meeting.host,
        city_day(meeting.closed_at or meeting.meets_at),
        (Section("minutes", "", paragraphs(meeting.minutes)), Section("signatures", "", (signatures,))),
        (("drafted", _("Written down by: %(name)s") % {"name": meeting.host}),),
    )


def _row(unit: MeetingUnit) -> tuple[str, ...]:
    signed = f"{unit.signed_by} {moment_words(unit.signed_at)}" if unit.signed_at else ""
    return unit.organization.name, unit.who if unit.attended else _("was not there"), signed, unit.objection
