"""A paper as a file that a browser gets."""

from datetime import date

from django.http import HttpResponse

from chengge.documents.document import Document
from chengge.documents.pdf import as_pdf
from chengge.documents.word import as_docx

TYPES = {"pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
FOR_ONE_READER = "private, no-cache"


def set_as(document: Document, kind: str, day: date) -> bytes:
    """A document as `pdf` or `docx`, both dated `day`."""
    return as_pdf(document, day) if kind == "pdf" else as_docx(document, day)


def sent(content: bytes, kind: str, name: str, kept: str = FOR_ONE_READER) -> HttpResponse:
    """The answer that carries a file: a PDF is shown, a DOCX is saved.

    Args:
        name: of the file, without its ending, in plain letters.
        kept: how long whom may keep it, as `Cache-Control`.
    """
    response = HttpResponse(content, content_type=TYPES[kind])
    response.headers["Content-Disposition"] = f'{"inline" if kind == "pdf" else "attachment"}; filename="{name}.{kind}"'
    response.headers["Cache-Control"] = kept
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
