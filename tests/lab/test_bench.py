"""What `chengge bench` writes and how its clients count. Speeds themselves are looked at, never asserted."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from bench import Figure
from bench.load import AnswerUnexpected, Connection, keep_busy
from chengge.lab.management.commands.bench import Command, meets


@pytest.mark.parametrize(
    ("value", "aim", "reached"), [(60, "≥ 60", True), (59.9, "≥ 60", False), (80, "≤ 80", True), (81, "≤ 80", False), (1, "", None)]
)
def test_a_figure_reaches_its_aim_or_does_not(value: float, aim: str, reached: bool | None) -> None:
    assert meets(value, aim) is reached


def test_figures_are_written_row_by_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measures = {"one": lambda: [Figure("a_per_s", 2.0, "a/s", "≥ 1", "a peer: 3")], "two": lambda: [Figure("b_ms", 5.0, "ms", "", "")]}
    monkeypatch.setattr(Command, "_measures", lambda _self, _cases: measures)
    call_command("bench", file=tmp_path / "figures.json")
    rows = json.loads((tmp_path / "figures.json").read_text())
    assert rows[0] == {"name": "a_per_s", "value": 2.0, "unit": "a/s", "aim": "≥ 1", "beside": "a peer: 3"}
    assert [row["name"] for row in rows] == ["a_per_s", "b_ms"]
    assert "a_per_s" in capsys.readouterr().out


def test_what_was_measured_is_kept_when_the_next_measurement_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fails() -> list[Figure]:
        raise RuntimeError("the peer is not installed")

    monkeypatch.setattr(Command, "_measures", lambda _self, _cases: {"one": lambda: [Figure("a", 1.0, "", "", "")], "two": fails})
    with pytest.raises(CommandError, match="two could not be measured: the peer is not installed"):
        call_command("bench", file=tmp_path / "figures.json")
    assert len(json.loads((tmp_path / "figures.json").read_text())) == 1


def test_a_name_that_nothing_has_is_answered_with_those_that_are() -> None:
    with pytest.raises(CommandError, match="lifecycles"):
        call_command("bench", "lifecicles")


@pytest.mark.django_db(transaction=True)
def test_clients_count_every_answer_and_stop_at_a_wrong_one(live_server: Any) -> None:
    Connection(live_server.url, {}).get("/healthz")  # The first answer of a server takes longer.

    def healthy(_number: int) -> Callable[[], None]:
        connection = Connection(live_server.url, {})

        def ask() -> None:
            status, body = connection.get("/healthz")
            if status != 200 or b"ok" not in body:
                raise AnswerUnexpected(str(status))

        return ask

    load = keep_busy(2, 1, healthy)
    assert len(load.took_ms) > 1
    assert load.percentile_ms(99) >= load.percentile_ms(50) > 0

    def lost(_number: int) -> Callable[[], None]:
        connection = Connection(live_server.url, {})

        def ask() -> None:
            status, _body = connection.get("/api/v1/nowhere")
            raise AnswerUnexpected(f"answered {status}")

        return ask

    with pytest.raises(AnswerUnexpected, match="answered 404"):
        keep_busy(2, 1, lost)
