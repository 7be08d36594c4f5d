"""Every action of the rule book has its words: one for the button, one for the timeline, in both languages."""

import pytest
from django.utils import translation

from chengge.casework.models import ClockChoice, StageChoice
from chengge.casework.words import ACTIONS, DEEDS, action_name, deed, post_names
from chengge.domain.lifecycle import NOT_CHOSEN, REPORT, TRANSITIONS, ClockKind, Post, Stage
from chengge.organization.models import PostChoice

EVERY_ACTION = (REPORT, *(row.action for row in TRANSITIONS))


def test_every_action_has_a_button_word_and_a_deed_word_and_there_is_none_without_an_action():
    assert set(ACTIONS) == set(EVERY_ACTION)
    assert set(DEEDS) == set(EVERY_ACTION) | NOT_CHOSEN


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_two_actions_are_called_the_same(language):
    with translation.override(language):
        assert len({action_name(action) for action in EVERY_ACTION}) == len(EVERY_ACTION)
        assert len({deed(action) for action in DEEDS}) == len(DEEDS)


@pytest.mark.parametrize("action", EVERY_ACTION)
def test_a_member_who_reads_chinese_reads_every_action_in_chinese(action):
    with translation.override("zh-hans"):
        assert all(any("\u4e00" <= sign <= "\u9fff" for sign in said) for said in (action_name(action), deed(action)))


def test_every_stage_post_and_clock_has_a_name_in_both_languages():
    for enumeration, choices in ((Stage, StageChoice), (Post, PostChoice), (ClockKind, ClockChoice)):
        assert {item.value for item in enumeration} == set(choices.values)
        for choice in choices:
            with translation.override("zh-hans"):
                assert any("\u4e00" <= sign <= "\u9fff" for sign in str(choice.label)), choice
            with translation.override("en"):
                assert str(choice.label).isascii(), choice


def test_posts_are_named_in_the_rule_books_order():
    with translation.override("en"):
        assert post_names({Post.DEPARTMENT, Post.OPERATOR}) == "Operator, Department clerk"
