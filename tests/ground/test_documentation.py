"""What can be set, run or depended on is described; what is pinned is pinned for everybody."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
DEPENDENCIES = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_setting_is_in_the_operations_guide_with_its_name_and_nothing_else_is():
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", OPERATIONS, re.MULTILINE))
    assert described == set(settings.ENVIRONMENT.variables)


def test_the_environment_is_read_nowhere_but_in_the_settings():
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "chengge").rglob("*.py"))
        if re.search(r"os\.getenv|os\.environ(\.get|\[)", path.read_text(encoding="utf-8"))
    ]
    assert readers in ([], ["chengge/config/cli.py"]), "cli.py only lengthens PATH; every setting is read in settings.py"


def test_every_command_of_ours_is_in_the_operations_guide():
    ours = {name for name, place in get_commands().items() if str(place).startswith("chengge.")}
    described = set(re.findall(r"`chengge ([a-z_]+)", OPERATIONS))
    assert ours - described == set()


def test_every_package_we_ask_for_is_described_with_its_reason():
    python = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=]", line)[0].strip() for line in python}
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    names |= set(package["dependencies"]) | set(package["devDependencies"])
    assert {name for name in names if f"| {name} " not in DEPENDENCIES} == set()


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "node.txt"])
def test_python_packages_are_pinned_with_hashes_and_name_no_registry(name):
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    packages = [block for block in re.split(r"\n(?=\S)", text) if block.strip()]
    assert packages
    assert all("==" in block and "--hash=sha256:" in block for block in packages)
    assert not re.search(r"https?:|file:|--(index|extra|find)", text)


def test_what_is_served_and_what_is_tested_are_pinned_to_the_same_versions():
    def versions(name: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9.-]+==\S+", (ROOT / "requirements" / name).read_text(encoding="utf-8"), re.MULTILINE))

    assert versions("run.txt") <= versions("dev.txt")


def test_npm_packages_are_pinned_with_hashes_and_name_no_registry():
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for place, package in packages.items():
        if place:
            assert "integrity" in package, place
            assert "resolved" not in package, place
