"""Imports on a page: choose what, send a file, look at what it would change and what is wrong with it, then import it or not."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from chengge.domain.errors import NotFound, Refused
from chengge.exchange import uploads
from chengge.exchange.exports import Wanted, export, write_template
from chengge.exchange.exports.templates import template_columns
from chengge.exchange.importers import KINDS, Options, Plan, apply, help_of, importer_of, options_of, plan, write_faults, write_refused
from chengge.exchange.importers.class_tables import read_class_table
from chengge.exchange.models import ImportRun
from chengge.foundation.models import BaseMapFeature, LimitUnit, ProblemKind
from chengge.foundation.pages.manage.common import LookForm, day_of, today
from chengge.organization.actions import FirstPassword
from chengge.organization.gates import actor_at, for_administrators

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RUNS_SHOWN = 20
FAULTS_OF_A_GROUP = 5
SUFFIXES = ".csv,.txt,.tsv,.xlsx,.xlsm,.geojson,.json,.gpkg,.zip"
# Asked for on the first page; the others stand behind "more".
FIRST_OPTIONS = ("day", "skip_bad", "end_missing", "level", "kind", "feature")

# How the page calls the values of an option; the command line takes the values themselves.
CHOICES = {
    "level": {
        "city": pgettext_lazy("division", "city"),
        "district": pgettext_lazy("division", "district"),
        "street": pgettext_lazy("division", "street"),
        "community": pgettext_lazy("division", "community"),
    },
    "kind": dict(ProblemKind.choices),
    "plain_hour": dict(LimitUnit.choices),
    "plain_day": dict(LimitUnit.choices),
    "feature": dict(BaseMapFeature.Kind.choices),
}


class UploadForm(LookForm):
    """A file and the options of its kind."""

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        self.base_fields = {"file": forms.FileField(label=_("File"), widget=forms.ClearableFileInput(attrs={"accept": SUFFIXES}))}
        for name in options_of(kind):
            self.base_fields[name] = _field_of(name)
        super().__init__(*args, **kwargs)

    @property
    def first(self) -> list[Any]:
        return [self["file"], *(self[name] for name in FIRST_OPTIONS if name in self.fields)]

    @property
    def further(self) -> list[Any]:
        return [self[name] for name in self.fields if name != "file" and name not in FIRST_OPTIONS]

    def given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.fields if name != "file"}


@require_safe
@for_administrators
def imports(request: HttpRequest) -> HttpResponse:
    """What can be imported, in the order in which a new city does it, and what was imported last."""
    kinds = [
        {"kind": name, "title": importer.title, "about": importer.about, "has_template": bool(template_columns(importer()))}
        for name, importer in KINDS.items()
    ]
    runs = ImportRun.objects.select_related("member")[:RUNS_SHOWN]
    titles = {name: importer.title for name, importer in KINDS.items()}
    lines = [{"run": run, "title": titles.get(run.kind, run.kind)} for run in runs]
    return _page(request, "imports.html", {"kinds": kinds, "lines": lines})


@for_administrators
def import_kind(request: HttpRequest, kind: str) -> HttpResponse:
    """The file and its options; sent, the preview. Nothing is written."""
    importer = importer_of(kind)
    form = UploadForm(kind, request.POST or None, request.FILES or None, initial={"day": today()})
    context = {
        "kind": kind,
        "title": importer.title,
        "about": importer.about,
        "columns": importer.columns,
        "form": form,
        "has_template": bool(template_columns(importer)),
    }
    if request.method == "POST" and form.is_valid():
        extra = [form.cleaned_data[name] for name in form.fields if name == "class_map" and form.cleaned_data[name]]
        try:
            upload = uploads.keep(_member_id(request), [form.cleaned_data["file"], *extra])
            given = form.given() | ({"class_map": extra[0].name} if extra else {})
            return _preview(request, kind, upload, given)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, f"{refusal.message} {refusal.hint}".strip())
    return _page(request, "import.html", context, 422 if form.errors else 200)


@sensitive_variables("passwords")
@require_POST
@for_administrators
def carry_out(request: HttpRequest, kind: str) -> HttpResponse:
    """Import the file that was looked at: planned anew, and carried out whole or not at all."""
    upload, given = _sent(request)
    made = _plan(kind, upload, given)
    applied = apply(made, actor_at(request))
    uploads.forget(upload)
    outcome = applied.outcome if isinstance(applied.outcome, list | tuple) else ()
    passwords = [one for one in outcome if isinstance(one, FirstPassword)]
    return _page(request, "imported.html", {"run": applied.run, "title": importer_of(kind).title, "passwords": passwords})


@require_POST
@for_administrators
def faults(request: HttpRequest, kind: str) -> HttpResponse:
    """Every fault of the file as a table: where, what, and what to do."""
    made = _plan(kind, *_sent(request))
    return _table(_("%(file)s faults.xlsx") % {"file": Path(made.file_name).stem}, lambda path: write_faults(made.faults, path))


@require_POST
@for_administrators
def refused(request: HttpRequest, kind: str) -> HttpResponse:
    """The refused rows as they stand in the file, with their reasons, to put right and import again."""
    made = _plan(kind, *_sent(request))
    return _table(_("%(file)s refused.xlsx") % {"file": Path(made.file_name).stem}, lambda path: write_refused(made, path))


@require_safe
@for_administrators
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty table with the headings of a kind, what each means, and an example."""
    return _table(f"{importer_of(kind).title}.xlsx", lambda path: write_template(kind, path))


@require_safe
@for_administrators
def handbook(request: HttpRequest) -> HttpResponse:
    """The handbook of a day as a workbook that can be imported again."""
    day = day_of(request.GET.get("on"), today())
    return _table(_("Handbook %(day)s.xlsx") % {"day": day}, lambda path: export("handbook", path, Wanted(day)))


def _preview(request: HttpRequest, kind: str, upload: uploads.Upload, given: dict[str, Any]) -> HttpResponse:
    made = _plan(kind, upload, given)
    context = {
        "kind": kind,
        "title": importer_of(kind).title,
        "plan": made,
        "groups": made.grouped_faults(FAULTS_OF_A_GROUP),
        "tables": _tables(made),
        "upload": upload,
        "given": [(name, value) for name, value in given.items() if value not in (None, "", False)],
    }
    return _page(request, "preview.html", context)


def _tables(made: Plan) -> list[dict[str, Any]]:
    """The sample rows of each state, under the headings they share."""
    tables = []
    for state in dict.fromkeys(sample.state for sample in made.samples):
        rows = [sample for sample in made.samples if sample.state is state]
        headings = list(dict.fromkeys(heading for row in rows for heading, _value in row.cells))
        lines = []
        for row in rows:
            cells = dict(row.cells)
            lines.append({"row": row.row, "cells": [cells.get(heading, "") for heading in headings], "was": dict(row.was)})
        tables.append({"state": state, "label": state.label, "headings": headings, "lines": lines})
    return tables


def _plan(kind: str, upload: uploads.Upload, given: dict[str, Any]) -> Plan:
    values = dict(given)
    if values.get("class_map"):
        values["class_map"] = read_class_table(upload.path.parent / Path(str(values["class_map"])).name)
    return plan(kind, upload.path, Options.parse(values), file_name=upload.file_name)


def _sent(request: HttpRequest) -> tuple[uploads.Upload, dict[str, Any]]:
    """The file that a preview's form names, and the options it was looked at with."""
    upload = uploads.kept(_member_id(request), request.POST.get("token", ""), request.POST.get("file_name", ""))
    given = {name.removeprefix("option-"): value for name, value in request.POST.items() if name.startswith("option-")}
    return upload, given


def _field_of(name: str) -> forms.Field:
    told = help_of(name)
    asked = {"label": told.label, "help_text": told.help, "required": False}
    if told.is_switch:
        return forms.BooleanField(**asked)
    if told.is_file:
        return forms.FileField(widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}), **asked)
    if told.choices:
        words = CHOICES.get(name, {})
        return forms.ChoiceField(choices=[("", "–"), *((choice, words.get(choice, choice)) for choice in told.choices)], **asked)
    if name == "day":
        return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **asked)
    return forms.CharField(max_length=300, **asked)


def _table(file_name: str, write: Callable[[Path], Any]) -> HttpResponse:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        write(path)
        content = path.read_bytes()
    response = HttpResponse(content, content_type=XLSX)
    response.headers["Content-Disposition"] = content_disposition_header(True, file_name) or "attachment"
    return response


def _member_id(request: HttpRequest) -> int:
    if request.user.pk is None:
        raise NotFound("member", _("Nobody is signed in."))
    return request.user.pk


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"exchange/{name}", {"tab": "manage", "part": "imports", **context}, status=status)
