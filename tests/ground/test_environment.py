"""Environment variables are read once, typed, and refused with a reason."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from chengge.config.database import database_from_url
from chengge.config.environment import Environment
from chengge.config.secrets import kept_secret
from chengge.config.static_version import static_version


def test_nothing_set_gives_the_defaults():
    environment = Environment({})
    assert environment.text("A", "x") == "x"
    assert environment.number("B", 7) == 7
    assert environment.yes("C", True) is True
    assert environment.listed("D", "a, b,") == ["a", "b"]
    assert set(environment.variables) == {"A", "B", "C", "D"}


@pytest.mark.parametrize(("word", "meant"), [("1", True), ("TRUE", True), (" yes ", True), ("off", False), ("", False), ("0", False)])
def test_yes_and_no_have_several_words(word, meant):
    assert Environment({"A": word}).yes("A", not meant) is meant


@pytest.mark.parametrize(("value", "read"), [("many", "number"), ("-1", "number"), ("perhaps", "yes")])
def test_a_wrong_value_is_named_with_what_it_must_be(value, read):
    with pytest.raises(ImproperlyConfigured, match=f"CHENGGE_X is '{value}'; it must be"):
        getattr(Environment({"CHENGGE_X": value}), read)("CHENGGE_X", 1)


def test_a_database_address_is_taken_apart_and_decoded():
    database = database_from_url("postgresql://city:p%40ss@db.example:6432/cheng%2Fge?sslmode=require&prepare_threshold=none")
    assert (database["USER"], database["PASSWORD"], database["HOST"], database["PORT"]) == ("city", "p@ss", "db.example", "6432")
    assert database["NAME"] == "cheng/ge"
    assert database["OPTIONS"]["sslmode"] == "require"
    assert database["OPTIONS"]["prepare_threshold"] is None
    assert database_from_url("postgres://localhost/chengge")["OPTIONS"]["prepare_threshold"] == 3


@pytest.mark.parametrize("url", ["mysql://localhost/chengge", "postgresql://localhost", "chengge"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must look like"):
        database_from_url(url)


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path):
    path = tmp_path / "secrets" / "key"
    secret = kept_secret(path)
    assert len(secret) == 43
    assert kept_secret(path) == secret
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["key"]


def test_the_version_of_the_pages_files_changes_with_each_of_them(tmp_path: Path):
    lock = tmp_path / "package-lock.json"
    lock.write_text("{}")
    folder = tmp_path / "static"
    folder.mkdir()
    versions = [static_version(folder, lock)]
    (folder / "a.js").write_text("1")
    versions.append(static_version(folder, lock))
    (folder / "a.js").write_text("22")
    versions.append(static_version(folder, lock))
    assert len(set(versions)) == 3
