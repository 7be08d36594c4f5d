"""What the documentation shows of the rule book is the rule book; every word of it has its meaning."""

import re
from io import StringIO
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from chengge.casework.lifecycle_picture import PLACES, picture
from chengge.casework.management.commands import rulebook
from chengge.casework.models import ClockChoice, StageChoice
from chengge.casework.words import action_name
from chengge.domain.lifecycle import REPORT, TRANSITIONS, Post, Stage, diagram
from chengge.organization.models import PostChoice
from tests.docs.pages import page

ARCHITECTURE = page("docs/architecture.md")
GLOSSARY = page("docs/glossary.md").text


@pytest.mark.parametrize("path", rulebook.files(), ids=lambda path: path.name)
def test_what_is_shown_of_the_rule_book_is_the_rule_book(path):
    assert path.read_text(encoding="utf-8") == rulebook.files()[path], "Write it anew: .venv/bin/chengge rulebook write"


def test_the_diagram_stands_in_the_architecture():
    assert diagram() in ARCHITECTURE.text


def test_a_part_that_is_out_of_date_is_found_and_put_right(tmp_path, monkeypatch):
    copy = tmp_path / "architecture.md"
    copy.write_text(ARCHITECTURE.text.replace("| `close` | checked |", "| `close` | filed |"), encoding="utf-8")
    monkeypatch.setattr(rulebook, "PAGE", copy)
    monkeypatch.setattr(rulebook, "PICTURE", tmp_path / "images" / "lifecycle.svg")
    with pytest.raises(CommandError, match="chengge rulebook write"):
        call_command("rulebook", "check", stdout=StringIO())
    call_command("rulebook", "write", stdout=StringIO())
    assert copy.read_text(encoding="utf-8") == ARCHITECTURE.text
    call_command("rulebook", "check", stdout=StringIO())


def test_a_part_nobody_knows_is_named():
    with pytest.raises(CommandError, match="'weather'"):
        rulebook.renewed("<!-- rulebook: weather -->\n<!-- /rulebook -->")


def test_in_the_matrix_each_action_is_marked_for_its_own_posts_and_for_no_other():
    rows = {}
    for line in rulebook.matrix().splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows[cells[0].strip("`")] = {post for post, mark in zip(Post, cells[1:], strict=True) if mark}
    assert rows.pop(REPORT) == {Post.INSPECTOR, Post.OPERATOR, Post.SHIFT_LEADER}
    assert rows == {row.action: set(row.posts) for row in TRANSITIONS}


def test_the_picture_is_sound_and_shows_every_stage_and_every_action():
    drawn = ElementTree.fromstring(picture())  # noqa: S314 (our own)
    words = " ".join(drawn.itertext())
    assert set(PLACES) == set(Stage)
    assert [stage.value for stage in Stage if stage.value not in words] == []
    assert [row.action for row in TRANSITIONS if row.action not in words] == []


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Stages", {choice.value: choice.label for choice in StageChoice}),
        ("Posts", {choice.value: choice.label for choice in PostChoice}),
        ("Clocks", {choice.value: choice.label for choice in ClockChoice}),
        ("Actions", dict.fromkeys((REPORT, *(row.action for row in TRANSITIONS)))),
    ],
    ids=["stages", "posts", "clocks", "actions"],
)
def test_every_word_of_the_rule_book_is_in_the_glossary_with_the_chinese_that_members_read(heading, words):
    part = GLOSSARY.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    told = dict(re.findall(r"^\| `([a-z_]+)` \| (\S+) \|", part, re.MULTILINE))
    with translation.override("zh-hans"):
        assert told == {word: str(label or action_name(word)) for word, label in words.items()}


SETTLED = (
    "case 案卷", "report 上报", "component 部件", "event 事件", "ledger entry 流水", "unit grid 单元网格", "responsibility grid 责任网格",
    "division 行政区划", "handbook rule 指挥手册条目", "filing 立案", "dispatch 派遣", "handling 处置", "feedback 反馈", "verify 核实",
    "check 核查", "closing 结案", "return 回退", "rework 返工", "extension 延期", "suspension 挂账", "supervision order 督办",
    "coordination 协调", "ruling 裁定", "appeal 申诉", "return visit 回访", "void 作废", "self-disposal 自行处置", "inspector 监督员",
    "operator 受理员", "shift leader 值班长", "dispatcher 派遣员", "department 专业部门", "coordinator 协同员", "evaluator 考评员",
    "leader 领导", "clock 计时", "limit 时限", "light 红黄绿灯",
)  # fmt: skip


@pytest.mark.parametrize("pair", SETTLED)
def test_every_settled_word_is_in_the_glossary_beside_its_chinese(pair):
    english, chinese = pair.rsplit(" ", 1)
    paragraphs = re.sub(r"\n(?!\||\n)", " ", GLOSSARY).replace("_", " ").splitlines()
    assert any(english in line and chinese in line for line in paragraphs)
