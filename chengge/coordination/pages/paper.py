"""Papers of the platform as PDF and DOCX, for whoever may see what they tell of."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengge.coordination.pages.gatherings import concerned
from chengge.coordination.papers import minutes_paper, ruling_paper, survey_paper
from chengge.coordination.queries.meetings import meeting_in_sight
from chengge.coordination.queries.rulings import rows_of, ruling_in_sight
from chengge.coordination.queries.surveys import survey_in_sight
from chengge.documents.document import Document
from chengge.documents.files import TYPES, sent, set_as
from chengge.domain.errors import NotFound
from chengge.organization.gates import actor_at
from chengge.organization.queries import city_day


@require_safe
@concerned
def minutes(request: HttpRequest, meeting_id: int, kind: str) -> HttpResponse:
    meeting = meeting_in_sight(actor_at(request), meeting_id)
    if not meeting.minutes or meeting.state == "called_off":
        raise NotFound("minutes", _("There are no minutes yet."))
    return _set(minutes_paper(meeting), kind, city_day(meeting.closed_at or meeting.meets_at), f"minutes-{meeting.pk}")


@require_safe
@concerned
def survey(request: HttpRequest, survey_id: int, kind: str) -> HttpResponse:
    found = survey_in_sight(actor_at(request), survey_id)
    return _set(survey_paper(found), kind, city_day(found.ended_at or found.meets_at), f"survey-{found.pk}")


@require_safe
@concerned
def ruling(request: HttpRequest, ruling_id: int, kind: str) -> HttpResponse:
    found = ruling_in_sight(actor_at(request), ruling_id)
    return _set(ruling_paper(rows_of([found])[0]), kind, city_day(found.signed_at or found.drafted_at), f"ruling-{found.pk}")


def _set(paper: Document, kind: str, day: date, name: str) -> HttpResponse:
    if kind not in TYPES:
        raise NotFound("file", _("Papers are set as PDF and DOCX."))
    return sent(set_as(paper, kind, day), kind, name)
