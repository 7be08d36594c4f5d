"""A ruling as the paper that is signed: what, where, who, from when, on what ground."""

import shapely
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chengge.coordination.models import Ruling
from chengge.coordination.papers.common import case_words, day_words, moment_words, paper, paragraphs
from chengge.coordination.papers.sketch import Shape, sketched
from chengge.coordination.queries.rulings import RulingRow
from chengge.documents.document import Block, Column, Document, Facts, Paragraph, Section, Signatures, Table, Tone
from chengge.organization.queries import city_day

MOST_CODES = 60


def ruling_paper(view: RulingRow) -> Document:
    """The ruling as it stands, with the objections heard so far. Three queries."""
    ruling = view.ruling
    end = day_words(ruling.end) if ruling.end else _("without end")
    pairs = [
        (_("What it is about"), view.what),
        (_("Where it holds"), view.where),
        (_("Responsible body"), ruling.organization.name),
        (_("Holds"), f"{day_words(ruling.first_day)} – {end}"),
    ]
    if ruling.objections_until:
        pairs.append((_("Objections until"), day_words(ruling.objections_until)))
    if ruling.survey is not None:
        pairs.append((_("Joint survey"), ruling.survey.subject))
    if ruling.meeting is not None:
        pairs.append((_("Meeting"), ruling.meeting.subject))
    pairs += [(_("Grew out of"), case_words(case)) for case in ruling.cases.select_related("problem_class").order_by("pk")]
    where: list[Block] = [Facts(tuple(pairs))]
    if ruling.polygon is not None:
        area = shapely.from_wkb(bytes(ruling.polygon))
        middle = shapely.point_on_surface(area)
        where.append(sketched(_("Where it holds"), middle.x, middle.y, [Shape(bytes(ruling.polygon), "")]))
    if codes := _codes(ruling):
        where.append(Paragraph(codes, Tone.NOTE))
    sections = [
        Section("what", "", tuple(where)),
        Section("basis", _("Basis"), paragraphs(ruling.basis)),
        *_objections(ruling),
        Section("signatures", "", (_signatures(ruling),)),
    ]
    day = city_day(ruling.signed_at or ruling.drafted_at)
    number = ruling.number or pgettext("ruling", "Draft")
    return paper(_("Ruling: %(subject)s") % {"subject": ruling.subject}, number, ruling.drafted_by, day, sections)


def _codes(ruling: Ruling) -> str:
    codes = [f"{code:015d}" for code in ruling.grid_codes] or [f"{code:016d}" for code in ruling.component_codes]
    more = len(codes) - MOST_CODES
    return " ".join(codes[:MOST_CODES]) + (" " + _("and %(count)d more") % {"count": more} if more > 0 else "")


def _objections(ruling: Ruling) -> list[Section]:
    rows = tuple(
        (one.organization.name, one.text, one.answer or pgettext("ruling", "waits for an answer"))
        for one in ruling.objections.select_related("organization")
    )
    if not rows:
        return []
    columns = (Column(_("Unit"), 1.4), Column(_("Objection"), 2.4), Column(_("Answer"), 2.4))
    return [Section("objections", _("Objections"), (Table("", columns, rows),))]


def _signatures(ruling: Ruling) -> Signatures:
    columns = (Column("", 1.4), Column(_("Name"), 2), Column(_("Signature"), 2.2))
    signed = f"{ruling.signed_by} {moment_words(ruling.signed_at)}" if ruling.signed_by and ruling.signed_at else ""
    rows = (
        (pgettext("ruling", "Drafted"), str(ruling.drafted_by), moment_words(ruling.drafted_at)),
        (pgettext("ruling", "Signed"), str(ruling.signed_by or ""), signed),
        (_("Received by the responsible body"), ruling.organization.name, ""),
    )
    return Signatures("", columns, rows)
