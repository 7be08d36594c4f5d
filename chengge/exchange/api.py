"""The API's operations on imports: look at what a file would change, then carry it out (administrators)."""

import tempfile
from pathlib import Path
from typing import Annotated, Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, Router, UploadedFile
from pydantic import Field

from chengge.domain.errors import Refused
from chengge.exchange import uploads
from chengge.exchange.exports import write_template
from chengge.exchange.importers import KINDS, Options, Plan, apply, importer_of, options_of, plan
from chengge.organization.actions import require_administrator
from chengge.rest.answers import answers
from chengge.rest.fields import Outgoing

router = Router()

MOST_FAULTS = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Kind = Annotated[str, Field(pattern=r"^[a-z_-]{1,40}$", json_schema_extra={"enum": sorted(KINDS)})]
Table = Annotated[UploadedFile, File(description="CSV, Excel, GeoJSON, GeoPackage or a zipped Shapefile, as the kind takes it")]
OptionsText = Annotated[
    str, Form(max_length=5000, description="A JSON object of options, as `chengge import` takes them", examples=['{"skip_bad": true}'])
]


class KindOut(Outgoing):
    kind: str
    title: str
    options: list[str]


class FaultOut(Outgoing):
    severity: str = Field(description="refused, mended or notice")
    where: str = Field(description="File, sheet, row and column")
    row: int
    column: str
    value: str
    message: str
    hint: str


class CountsOut(Outgoing):
    new: int
    changed: int
    same: int
    refused: int
    ended: int


class PlanOut(Outgoing):
    kind: str
    file_name: str
    counts: CountsOut
    may_be_applied: bool
    notes: list[str]
    faults: list[FaultOut] = Field(description=f"The first {MOST_FAULTS}")
    fault_count: int


class PasswordOut(Outgoing):
    username: str
    password: str


class AppliedOut(Outgoing):
    id: int
    kind: str
    counts: CountsOut
    passwords: list[PasswordOut] = Field(description="First passwords of new members, shown this once")


@router.get("/imports", response=answers({200: list[KindOut]}, 403))
def import_kinds(request: HttpRequest) -> list[KindOut]:
    """What can be imported."""
    require_administrator(request.actor)
    return [KindOut(kind=name, title=str(importer.title), options=list(options_of(name))) for name, importer in KINDS.items()]


@router.post("/imports/{kind}/plan", response=answers({200: PlanOut}, 403, 413))
def plan_import(request: HttpRequest, kind: Kind, file: Table, options: OptionsText = "{}") -> PlanOut:
    """What importing a file would do. Nothing is written."""
    require_administrator(request.actor)
    return _plan_out(_planned(request, kind, file, options))


@router.post("/imports/{kind}", response=answers({200: AppliedOut}, 403, 409, 413))
def carry_import_out(request: HttpRequest, kind: Kind, file: Table, options: OptionsText = "{}") -> AppliedOut:
    """Import a file, whole or not at all. The same file again finds everything as it is and changes nothing."""
    require_administrator(request.actor)
    applied = apply(_planned(request, kind, file, options), request.actor)
    outcome = applied.outcome if isinstance(applied.outcome, list | tuple) else ()
    passwords = [PasswordOut(username=one.username, password=one.password) for one in outcome if hasattr(one, "password")]
    return AppliedOut(id=applied.run.pk, kind=kind, counts=_counts(applied.run), passwords=passwords)


@router.get(
    "/imports/{kind}/template",
    response=answers({200: None}, 403),
    openapi_extra={
        "responses": {200: {"description": "An Excel table", "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}}
    },
)
def import_template(request: HttpRequest, kind: Kind) -> HttpResponse:
    """An empty table with the headings of a kind, what each means, and an example."""
    require_administrator(request.actor)
    importer_of(kind)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        write_template(kind, path)
        response = HttpResponse(path.read_bytes(), content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{kind}.xlsx"'
    return response


def _planned(request: HttpRequest, kind: str, file: UploadedFile, options: str) -> Plan:
    importer_of(kind)
    given = _options(options)
    upload = uploads.keep(request.actor.member_id, [file])
    try:
        return plan(kind, upload.path, given, file_name=upload.file_name)
    finally:
        uploads.forget(upload)


def _options(text: str) -> Options:
    try:
        values: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        values = None
    if not isinstance(values, dict) or "class_map" in values:
        raise Refused("options", _("Options are written as a JSON object."), '{"skip_bad": true, "day": "2026-12-01"}', "options")
    return Options.parse(values)


def _plan_out(made: Plan) -> PlanOut:
    same = ("row", "column", "value", "message", "hint")
    return PlanOut(
        kind=made.kind,
        file_name=made.file_name,
        counts=_counts(made.counts),
        may_be_applied=made.may_be_applied,
        notes=[str(note) for note in made.notes],
        faults=[
            FaultOut(severity=fault.severity.value, where=fault.where, **{name: getattr(fault, name) for name in same})
            for fault in made.faults[:MOST_FAULTS]
        ],
        fault_count=len(made.faults),
    )


def _counts(row: Any) -> CountsOut:
    return CountsOut(**{name: getattr(row, name) for name in CountsOut.model_fields})
