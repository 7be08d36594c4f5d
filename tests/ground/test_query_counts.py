"""The watch over how many queries a list asks."""

import json

import pytest
from django.db import connection

from tests import conftest

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(monkeypatch, tmp_path):
    path = tmp_path / "query_counts.json"
    monkeypatch.setattr(conftest, "QUERY_COUNTS", path)
    monkeypatch.delenv("CI", raising=False)
    return path


def ask(times: int) -> None:
    with connection.cursor() as cursor:
        for _ in range(times):
            cursor.execute("SELECT 1")


def test_a_new_list_is_written_down_and_a_quicker_one_too(counted_queries, known):
    for times in (3, 2):
        with counted_queries("desk"):
            ask(times)
        assert json.loads(known.read_text()) == {"desk": times}


def test_a_list_that_asks_more_fails(counted_queries, known):
    known.write_text('{"desk": 2}')
    with pytest.raises(pytest.fail.Exception, match="'desk' now asks 3 queries, 2 were enough before"), counted_queries("desk"):
        ask(3)


def test_where_everybody_is_judged_alike_a_list_must_have_been_written_down(counted_queries, known, monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="has no entry"), counted_queries("desk"):
        ask(1)
