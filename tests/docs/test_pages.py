"""What the documentation names is there, and what is there is named."""

import re

import pytest
from django.core.management import get_commands

from chengge.lab.staff import FIXED, PASSWORD
from tests.docs.pages import ROOT, Page, every_page, page

READMES = ("README.md", "README.zh-CN.md")
# Where the lead's pictures go; they are made from a running city, not by a test.
TOP_FOLDERS = tuple(sorted(path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))))
NOT_KEPT = ("var", "node_modules")  # made by running and by make, and not in git


def ids(pages: list[Page]) -> list[str]:
    return [str(one) for one in pages]


@pytest.mark.parametrize("one", every_page(), ids=ids(every_page()))
def test_no_link_leads_nowhere(one: Page):
    dead = []
    for target in one.links:
        if re.match(r"[a-z]+:", target):
            continue
        name, _hash, anchor = target.partition("#")
        there = (one.path.parent / name).resolve() if name else one.path
        if not there.exists() or (anchor and anchor not in Page(there).anchors):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("one", every_page(), ids=ids(every_page()))
def test_every_path_that_is_named_exists(one: Page):
    named = [word for word in one.code_words if re.fullmatch(r"[\w.-]+(/[\w.-]+)+/?|[\w-]+/", word)]
    ours = [word for word in named if word.split("/")[0] in TOP_FOLDERS and word.split("/")[0] not in NOT_KEPT]
    assert [word for word in ours if not (ROOT / word).exists()] == []


def test_every_folder_of_the_package_is_in_the_architecture():
    folders = {
        path.name for path in (ROOT / "chengge").iterdir() if path.is_dir() and not path.name.startswith("_") and any(path.rglob("*.*"))
    }
    described = set(re.findall(r"`chengge/([a-z_]+)/`", page("docs/architecture.md").text))
    assert folders - described == set()


def test_every_decision_is_listed_under_its_number_and_is_short():
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    listed = [target for target in page("docs/architecture.md").links if target.startswith("adr/")]
    for number, path in enumerate(decisions, 1):
        assert f"adr/{path.name}" in listed
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {number}. ")
        assert "**Decided:**" in text
        assert len(text) < 2500


def test_every_command_that_a_page_tells_is_one():
    ours = {name for name, place in get_commands().items() if str(place).startswith("chengge.")}
    known = ours | set(get_commands())
    for one in every_page():
        told = [word for word in one.code_words if word.startswith("chengge ")]
        told += [line.split("#")[0] for line in one.shell_lines if re.match(r"(\.venv/bin/)?chengge ", line)]
        unknown = {line.split()[1] for line in told if len(line.split()) > 1} - known - {"COMMAND"}
        assert {word for word in unknown if re.fullmatch(r"[a-z_]+", word)} == set(), one


# --- the two front pages ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READMES)
def test_a_newcomers_commands_are_targets_of_the_makefile(name: str):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    told = {line.split()[1] for line in page(name).shell_lines if line.startswith("make ")}
    assert {"up", "tour", "test"} <= told
    assert told <= targets


def test_both_languages_tell_the_same_in_the_same_order():
    english, chinese = (page(name) for name in READMES)
    assert [level for level, _words in english.headings] == [level for level, _words in chinese.headings]
    assert len(english.shell_lines) == len(chinese.shell_lines)
    rows = [sum(line.startswith("|") for line in one.text.splitlines()) for one in (english, chinese)]
    assert rows[0] == rows[1]
    assert "README.zh-CN.md" in english.links
    assert "README.md" in chinese.links


@pytest.mark.parametrize("name", READMES)
def test_the_names_to_sign_in_with_are_those_of_the_demo_city(name: str):
    told = re.findall(r"^\| `([a-z]+)` \|", page(name).text, re.MULTILINE)
    assert sorted(told) == sorted(username for username, _post, _organization in FIXED)
    assert f"`{PASSWORD}`" in page(name).text


@pytest.mark.parametrize("name", READMES)
def test_the_nine_subsystems_of_the_standard_have_their_place(name: str):
    nine = (
        "监管数据无线采集", "监督中心受理", "协同工作", "地理编码", "监督指挥", "综合评价", "应用维护", "基础数据资源管理", "数据交换",
    )  # fmt: skip
    text = page(name).text
    assert [subsystem for subsystem in nine if f"\n| {subsystem}" not in text] == []
