"""Scores brought in from outside: a table with its evidence, looked at before it is sent on, approved by somebody else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.photos import redraw, write_whole
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.evaluation.models import ImportedScore, ImportedSet, Judged
from chengge.evaluation.queries.imported_scores import evidence_path, subjects_called
from chengge.evaluation.score_tables import TableRow, read_table
from chengge.organization.queries import Actor

State = ImportedSet.State
BRINGS_IN = frozenset({Post.EVALUATOR})
APPROVES = frozenset({Post.EVALUATOR, Post.LEADER})
JUDGED = (Judged.CITY.value, Judged.STREET.value, Judged.COMMUNITY.value, Judged.ORGANIZATION.value)
ITEM_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")
MOST_PDF_BYTES = 20 * 2**20
MOST_SAMPLE = 10_000_000
PDF = b"%PDF-"
DIGITS_KEPT = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a table of scores is, as `ImportedSet` keeps it."""

    name: str
    kind: str
    body: str
    judged: str
    begin: date
    end: date


@dataclass(frozen=True, slots=True)
class SentFile:
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row of the table; `column` is its heading in our form."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """A table that was kept for looking at; or, where anything is wrong with it, nothing but its faults."""

    kept: ImportedSet | None
    faults: tuple[Fault, ...] = ()


@transaction.atomic
def bring_in(actor: Actor, heading: Heading, table: SentFile, evidence: SentFile) -> BroughtIn:
    """Read a table and keep it as a preview: all of its rows, or none.

    Raises:
        Forbidden: the member is no evaluator.
        Refused: the heading, the file or the evidence is not as it must be.
    """
    if not actor.posts & BRINGS_IN:
        raise Forbidden("post", _("Scores are brought in by evaluators."))
    _check(heading)
    rows, faults = _scores(read_table(table.name, table.data), heading)
    if faults:
        return BroughtIn(None, tuple(faults))
    kind, content = _evidence(evidence)
    digest = sha256(content).hexdigest()
    kept = ImportedSet.objects.create(
        name=heading.name.strip(),
        kind=heading.kind,
        body=heading.body.strip(),
        judged=heading.judged,
        begin=heading.begin,
        end=heading.end,
        table_name=_file_name(table.name),
        table_digest=sha256(table.data).hexdigest(),
        evidence_name=_file_name(evidence.name),
        evidence_digest=digest,
        evidence_type=kind,
        evidence_bytes=len(content),
        made_by_id=actor.member_id,
        made_at=clock.now(),
    )
    for row in rows:
        row.of_set = kept
    ImportedScore.objects.bulk_create(rows)
    write_whole(evidence_path(Path(settings.MEDIA_ROOT), digest, kind), content)
    return BroughtIn(kept)


@transaction.atomic
def send_on(actor: Actor, set_id: int) -> ImportedSet:
    """Ask a second person to approve what was looked at. Raises Forbidden for anybody but whoever brought it in, Conflict if it went on."""
    return _moved(_own_preview(actor, set_id), State.WAITING)


@transaction.atomic
def throw_away(actor: Actor, set_id: int) -> None:
    """Drop a preview that is not right. Raises as `send_on`."""
    _own_preview(actor, set_id).delete()


@transaction.atomic
def approve(actor: Actor, set_id: int) -> ImportedSet:
    """Let the scores count.

    Raises:
        Forbidden: the member neither evaluates nor leads, or brought them in.
        Conflict: it was decided already.
    """
    return _decided(actor, set_id, State.APPROVED, "")


@transaction.atomic
def refuse(actor: Actor, set_id: int, reason: str) -> ImportedSet:
    """Let them not count, and say why. Raises as `approve`, and Refused without a reason."""
    if not reason.strip() or len(reason) > 200:
        raise Refused("reason", _("A reason is needed, of at most 200 characters."), _("Say in a few words why."), "reason")
    return _decided(actor, set_id, State.REFUSED, reason.strip())


def _locked(set_id: int) -> ImportedSet:
    found = ImportedSet.objects.select_for_update(of=("self",)).filter(pk=set_id).first()
    if found is None:
        raise NotFound("imported", _("There are no such scores."))
    return found


def _own_preview(actor: Actor, set_id: int) -> ImportedSet:
    found = _locked(set_id)
    if found.made_by_id != actor.member_id or not actor.posts & BRINGS_IN:
        raise Forbidden("own", _("Only whoever brought these scores in sends them on."))
    if found.state != State.PREVIEW:
        raise Conflict("state", _("These scores are no preview any more: %(state)s.") % {"state": found.get_state_display()})
    return found


def _decided(actor: Actor, set_id: int, state: str, reason: str) -> ImportedSet:
    if not actor.posts & APPROVES:
        raise Forbidden("post", _("Scores from outside are approved by evaluators and leaders."))
    found = _locked(set_id)
    if found.made_by_id == actor.member_id:
        raise Forbidden("own", _("Nobody approves what they brought in themselves."), _("Leave it to a colleague."))
    if found.state != State.WAITING:
        raise Conflict("state", _("These scores do not wait for anybody: %(state)s.") % {"state": found.get_state_display()})
    found.decided_by_id, found.decided_at, found.reason = actor.member_id, clock.now(), reason
    return _moved(found, state)


def _moved(found: ImportedSet, state: str) -> ImportedSet:
    found.state = state
    found.save()
    return found


def _check(heading: Heading) -> None:
    for name, most in (("name", 80), ("body", 80)):
        if not 0 < len(getattr(heading, name).strip()) <= most:
            raise Refused("text", _("This is needed, in at most %(most)d characters.") % {"most": most}, field=name)
    if heading.kind not in ImportedSet.Kind.values:
        raise Refused("kind", _("There is no such kind of scores."), field="kind")
    if heading.judged not in JUDGED:
        raise Refused("judged", _("Scores are brought in for the city, streets, communities or organizations."), field="judged")
    if heading.end < heading.begin:
        raise Refused("end", _("The last day lies before the first."), field="end")


def _scores(rows: list[TableRow], heading: Heading) -> tuple[list[ImportedScore], list[Fault]]:
    """The scores that the rows make, and what is wrong with them."""
    known = subjects_called(heading.judged, heading.end)
    scores: list[ImportedScore] = []
    faults: list[Fault] = []
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        found = _faults(row, known, heading)
        faults += found
        if found:
            continue
        subject_id, name = ("", _("The whole city")) if heading.judged == Judged.CITY else known[row.values["subject"]]
        code = row.values["code"]
        before = seen.setdefault((code, subject_id), row.number)
        if before != row.number:
            message = _("%(subject)s has its “%(code)s” in row %(row)d already.") % {"subject": name, "code": code, "row": before}
            faults.append(Fault(row.number, _("subject"), message))
            continue
        scores.append(
            ImportedScore(
                row=row.number,
                code=code,
                subject_id=subject_id,
                subject=name,
                points=Decimal(row.values["points"]),
                sample=int(row.values.get("sample") or 1),
                note=row.values.get("note", ""),
            )
        )
    return scores, faults


def _faults(row: TableRow, known: Mapping[str, tuple[str, str]], heading: Heading) -> list[Fault]:
    values = row.values
    faults = []
    if not ITEM_CODE.fullmatch(values["code"]):
        faults.append(
            Fault(row.number, _("scheme item"), _("“%(text)s” is no code of letters, digits, . - or _.") % {"text": values["code"][:40]})
        )
    if heading.judged != Judged.CITY and values["subject"] not in known:
        faults.append(Fault(row.number, _("subject"), _("“%(text)s” is not known by name or code.") % {"text": values["subject"][:80]}))
    if (points := _decimal(values["points"])) is None or not 0 <= points <= 100:
        faults.append(Fault(row.number, _("points"), _("“%(text)s” is no number from 0 to 100.") % {"text": values["points"][:20]}))
    elif points != points.quantize(DIGITS_KEPT):
        faults.append(Fault(row.number, _("points"), _("“%(text)s” has more than four places.") % {"text": values["points"][:20]}))
    sample = values.get("sample", "")
    if sample and not (sample.isascii() and sample.isdigit() and 1 <= int(sample[:9]) <= MOST_SAMPLE and len(sample) <= 9):
        faults.append(Fault(row.number, _("asked"), _("“%(text)s” is no number of people asked.") % {"text": sample[:20]}))
    if len(values.get("note", "")) > 200:
        faults.append(Fault(row.number, _("note"), _("This text is longer than %(most)d characters.") % {"most": 200}))
    return faults


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _evidence(sent: SentFile) -> tuple[str, bytes]:
    """What is kept of the evidence: a picture drawn anew, or a PDF as it is. Raises Refused."""
    if not sent.data:
        raise Refused("evidence", _("The scores need evidence."), _("Add the report as PDF, or a photo of it."), "evidence")
    if not sent.data.startswith(PDF):
        return "image/jpeg", redraw(sent.data).full
    if len(sent.data) > MOST_PDF_BYTES:
        raise Refused("large", _("The PDF is larger than %(most)d MB.") % {"most": MOST_PDF_BYTES // 2**20}, field="evidence")
    if b"%%EOF" not in sent.data[-2048:]:
        raise Refused("evidence", _("The PDF is cut off."), _("Send it once more."), "evidence")
    return "application/pdf", sent.data


def _file_name(name: str) -> str:
    return Path(name.replace("\\", "/")).name[-120:]
