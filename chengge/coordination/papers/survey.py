"""The record of a joint survey: where and who, what was drawn, where each unit stands, what was found."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chengge.coordination.models import JointSurvey, SurveyUnit
from chengge.coordination.papers.common import case_words, moment_words, paper, paragraphs
from chengge.coordination.papers.sketch import Pin, Shape, sketched
from chengge.documents.document import Block, Column, Document, Facts, Section, Signatures
from chengge.organization.queries import city_day


def survey_paper(survey: JointSurvey) -> Document:
    """The record as it stands. `survey` comes with units, cases, photos, sketches and host (organization)."""
    pairs = [
        (_("When"), moment_words(survey.meets_at)),
        (_("Place"), survey.place),
        *((_("Case"), case_words(case)) for case in survey.cases.all()),
        (_("Photos"), str(len(survey.photos.all()))),
    ]
    units = list(survey.units.all())
    pins = [Pin(unit.lon, unit.lat, str(number)) for number, unit in enumerate(units, 1) if unit.lon is not None and unit.lat is not None]
    shapes = [Shape(bytes(one.shape), one.label) for one in survey.sketches.all()]
    where: list[Block] = [Facts(tuple(pairs)), sketched(_("Sketch of the place"), survey.lon, survey.lat, shapes, pins)]
    columns = (
        Column(_("No."), 0.55),
        Column(_("Unit"), 1.8),
        Column(_("Who came"), 1),
        Column(pgettext("joint survey", "Position"), 3),
        Column(_("Signature"), 1.2),
    )
    rows = tuple(_row(number, unit) for number, unit in enumerate(units, 1))
    sections = [
        Section("where", "", tuple(where)),
        Section("units", _("Where each unit stands"), (Signatures("", columns, rows),)),
    ]
    if survey.conclusion:
        heading = _("Reason") if survey.state == JointSurvey.State.CALLED_OFF else _("Conclusion")
        sections.append(Section("conclusion", heading, paragraphs(survey.conclusion)))
    return paper(
        _("Record of a joint survey: %(subject)s") % {"subject": survey.subject},
        pgettext("joint survey", "Survey %(number)d") % {"number": survey.pk},
        survey.host,
        city_day(survey.ended_at or survey.meets_at),
        sections,
        (("drafted", _("Written down by: %(name)s") % {"name": survey.host}),),
    )


def _row(number: int, unit: SurveyUnit) -> tuple[str, ...]:
    came = unit.who or _("was there") if unit.attended else _("was not there")
    return str(number), unit.organization.name, came, unit.position, ""
