"""What every paper of the platform has: its head, days and moments in words, the number of a case as people read it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chengge.casework.models import Case
from chengge.documents.document import Document, Paragraph, Section
from chengge.organization.models import Member
from chengge.organization.queries import CITY_ZONE


def paper(
    title: str, number: str, host: Member, day: date, sections: Sequence[Section], labels: Sequence[tuple[str, str]] = ()
) -> Document:
    """A paper of the host's house, in the language of whoever asks."""
    return Document(
        language="zh-hans" if (get_language() or "zh").startswith("zh") else "en",
        issuer=host.organization.name if host.organization is not None else _("Coordination platform"),
        title=title,
        number=number,
        day=day_words(day),
        labels=tuple(labels),
        sections=tuple(sections),
        sources=(),
    )


def day_words(day: date) -> str:
    return date_format(day, _("F j, Y"))


def moment_words(at: datetime) -> str:
    """A moment by the city's clock, to the minute."""
    return f"{at.astimezone(CITY_ZONE):%Y-%m-%d %H:%M}"


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Words that somebody wrote, line by line."""
    return tuple(Paragraph(line.strip()) for line in text.splitlines() if line.strip())


def case_words(case: Case) -> str:
    number = case.number
    return f"{case.problem_class.name}，{case.place or '–'}，{number[:8]} {number[8:14]} {number[14:]}"
