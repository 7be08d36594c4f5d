"""A run as tables to take away: who stands where, and what every item brought. As CSV, workbook and JSON."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from chengge.casework.pages.exporting import BOM, guarded
from chengge.evaluation.models import EvaluationRun, RunPart, RunSubject
from chengge.evaluation.queries.runs import group_label, left_out_label, part_name, value_of

Row = Sequence[Any]


def ranked_headings() -> list[str]:
    return [
        _("peer group"), _("rank"), _("rank from"), _("rank to"), _("id"), _("name"), _("score"), _("score from"), _("score to"),
        _("grade"), _("workload"), _("bonus"), _("vetoed by"),
    ]  # fmt: skip


def ranked_rows(subjects: Iterable[RunSubject]) -> Iterator[Row]:
    for one in subjects:
        yield [
            group_label(one.group), one.rank, one.rank_low, one.rank_high, one.subject_id, one.name, one.total, one.total_low,
            one.total_high, one.grade, one.workload, one.bonus, one.vetoed_by,
        ]  # fmt: skip


def part_headings() -> list[str]:
    return [
        _("id"), _("name"), _("aspect"), _("code"), _("item"), _("numerator"), _("denominator"), _("value"), _("before"), _("points"),
        _("share of the score"), _("left out because"),
    ]  # fmt: skip


def part_rows(subjects: Iterable[RunSubject]) -> Iterator[Row]:
    """Rows of subjects whose parts were read with them."""
    for subject in subjects:
        for part in subject.parts.all():
            value = value_of(part)
            yield [
                subject.subject_id, subject.name, part.aspect, part.code, part_name(part), _plain(part.numerator), part.denominator,
                None if value is None else float(value), part.before, part.points, part.share, left_out_label(part.left_out),
            ]  # fmt: skip


def as_csv(headings: Row, rows: Iterable[Row]) -> str:
    told = io.StringIO()
    lines = csv.writer(told)
    lines.writerow(headings)
    lines.writerows([guarded(cell) for cell in row] for row in rows)
    return BOM + told.getvalue()


def as_workbook(sheets: Sequence[tuple[str, Row, Iterable[Row]]]) -> bytes:
    """A workbook of (title, headings, rows)."""
    book = Workbook(write_only=True)
    for title, headings, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        cells = [WriteOnlyCell(sheet, heading) for heading in headings]
        for cell in cells:
            cell.font = Font(bold=True)
        sheet.append(cells)
        for row in rows:
            sheet.append([guarded(cell) for cell in row])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def as_json(run: EvaluationRun, subjects: Iterable[RunSubject]) -> dict[str, Any]:
    """The whole run, fractions exact, with all that it needs to be checked."""
    return {
        "run": run.pk,
        "scheme": run.version.scheme.code,
        "version": run.version.number,
        "period": run.period,
        "from": run.begin.isoformat(),
        "to": run.end.isoformat(),
        "as_of": run.as_of.isoformat(),
        "ledger_entry": run.ledger_entry_id,
        "facts_digest": run.facts_digest,
        "result_digest": run.result_digest,
        "engine": run.engine,
        "seed": run.seed,
        "samples": run.samples,
        "settings": run.frozen["settings"],
        "rules_digest": run.frozen["rules"],
        "replaces": run.replaces_id,
        "reason": run.reason,
        "subjects": [_subject(one) for one in subjects],
    }


def write(run: EvaluationRun, folder: Path) -> list[Path]:
    """Write a run into a folder: the ranked table and the parts as CSV, and everything as JSON. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    subjects = list(RunSubject.objects.filter(run=run).prefetch_related("parts"))
    name = f"{run.version.scheme.code}-{run.period}-run{run.pk}"
    written = {
        folder / f"{name}.csv": as_csv(ranked_headings(), ranked_rows(subjects)).encode(),
        folder / f"{name}-items.csv": as_csv(part_headings(), part_rows(subjects)).encode(),
        folder / f"{name}.json": orjson.dumps(as_json(run, subjects), option=orjson.OPT_INDENT_2),
    }
    for path, content in written.items():
        path.write_bytes(content)
    return list(written)


def _subject(one: RunSubject) -> dict[str, Any]:
    return {
        "id": one.subject_id,
        "name": one.name,
        "group": one.group,
        "score": _text(one.total),
        "score_exact": one.total_exact,
        "score_interval": [_text(one.total_low), _text(one.total_high)],
        "grade": one.grade,
        "rank": one.rank,
        "rank_interval": [one.rank_low, one.rank_high],
        "workload": one.workload,
        "bonus": _text(one.bonus),
        "vetoed_by": one.vetoed_by,
        "parts": [_part(part) for part in one.parts.all()],
    }


def _part(part: RunPart) -> dict[str, Any]:
    return {
        "position": part.position,
        "aspect": part.aspect,
        "code": part.code,
        "name": part.name,
        "name_en": part.name_en,
        "numerator": _text(_plain(part.numerator)),
        "denominator": part.denominator,
        "before": part.before,
        "points": part.points_exact,
        "share": part.share_exact,
        "left_out": part.left_out,
    }


def _plain(value: Any) -> Any:
    """A whole number without the zeros that the database adds."""
    return int(value) if value is not None and value == value.to_integral_value() else value


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
