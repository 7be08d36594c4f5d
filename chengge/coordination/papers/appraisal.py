"""An appraisal of a seconded member as the paper that both sides sign."""

from datetime import datetime

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from chengge.coordination.models import Appraisal, Secondment
from chengge.coordination.papers.common import day_words, moment_words, paper, paragraphs
from chengge.documents.document import Column, Document, Facts, Section, Signatures, Table
from chengge.organization.queries import city_day


def appraisal_paper(appraisal: Appraisal, secondment: Secondment) -> Document:
    """The appraisal as it stands. `appraisal` comes with who drafted and signed it, `secondment` with member and home."""
    english = (get_language() or "").startswith("en")
    name = "name_en" if english else "name_zh"
    figures = tuple(
        (one[name], one["value"], f"{one['numerator']}/{one['denominator']}" if one["denominator"] else "") for one in appraisal.figures
    )
    columns = (Column(_("Figure"), 2.4), Column(_("Value"), 1, is_number=True), Column(_("Cases"), 1, is_number=True))
    facts = Facts(
        (
            (_("Name"), str(secondment.member)),
            (_("Home unit"), secondment.home.name),
            (_("Post"), str(secondment.get_post_display())),
            (_("Appraised"), f"{day_words(appraisal.first)} – {day_words(appraisal.last)}"),
        )
    )
    sides = (Column(_("Side"), 1.6), Column(_("Name"), 1.6), Column(_("Signature"), 2))
    rows = (
        (_("Platform"), str(appraisal.platform_signed_by or ""), _signed(appraisal.platform_signed_at)),
        (secondment.home.name, str(appraisal.home_signed_by or ""), _signed(appraisal.home_signed_at)),
    )
    sections = (
        Section("who", "", (facts,)),
        Section("words", "", paragraphs(appraisal.words)),
        Section("figures", _("Figures"), (Table("", columns, figures),)),
        Section("signatures", "", (Signatures(_("Signatures of both sides"), sides, rows),)),
    )
    return paper(
        _("Appraisal: %(name)s") % {"name": secondment.member},
        pgettext("appraisal", "Appraisal %(number)d") % {"number": appraisal.pk},
        appraisal.drafted_by,
        city_day(appraisal.drafted_at),
        sections,
    )


def _signed(at: datetime | None) -> str:
    return moment_words(at) if at else ""
