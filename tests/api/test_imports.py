"""What the imports page does, by program: look first, then import, whole or not at all."""

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from chengge.foundation.models import Division
from tests.api.conftest import Program
from tests.factories import City

Programs = Callable[[str], Program]
DIVISIONS = "code,name\n990101002,新桥街道\n990101002001,新桥社区\n"


def send(program: Program, path: str, text: str, options: str = "{}") -> HttpResponse:
    table = SimpleUploadedFile("divisions.csv", text.encode(), "text/csv")
    headers = {"Authorization": f"Bearer {program.token}", "Accept-Language": "en"}
    return program.client.post(f"/api/v1{path}", {"file": table, "options": options}, headers=headers)


def test_a_plan_says_what_an_import_would_do_and_writes_nothing(program: Programs, city: City) -> None:
    made = send(program("administrator"), "/imports/divisions/plan", DIVISIONS)
    assert made.status_code == 200, made.json()
    assert made.json()["counts"] | {"ended": 0} == {"new": 2, "changed": 0, "same": 0, "refused": 0, "ended": 0}
    assert not Division.objects.filter(code=990101002).exists()


def test_an_import_sent_twice_changes_nothing_the_second_time(program: Programs, city: City) -> None:
    first, second = (send(program("administrator"), "/imports/divisions", DIVISIONS).json()["counts"] for _ in range(2))
    assert (first["new"], second["new"], second["same"]) == (2, 0, 2)
    assert Division.objects.filter(code=990101002).count() == 1


def test_a_bad_row_is_named_and_keeps_the_whole_file_out(program: Programs, city: City) -> None:
    bad = DIVISIONS + "12,\n"
    faults = send(program("administrator"), "/imports/divisions/plan", bad).json()["faults"]
    assert any(fault["row"] == 4 and fault["severity"] == "refused" for fault in faults)
    assert send(program("administrator"), "/imports/divisions", bad).status_code == 422
    assert not Division.objects.filter(code=990101002).exists()


def test_only_administrators_import(program: Programs, city: City) -> None:
    assert send(program("operator"), "/imports/divisions", DIVISIONS).status_code == 403


def test_a_template_is_an_excel_table(program: Programs, city: City) -> None:
    answer = program("administrator").get("/imports/members/template")
    assert answer.content.startswith(b"PK")
