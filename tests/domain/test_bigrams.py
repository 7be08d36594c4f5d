"""Search terms: what is written in a text finds it."""

from hypothesis import given
from hypothesis import strategies as st

from chengge.domain.bigrams import LONGEST_TERM, query_terms, terms

CHINESE = st.text(alphabet="雨水井盖缺失路面塌陷石桥街道华丰社区垃圾〇々", min_size=1, max_size=30)
ANYTHING = st.text(max_size=60) | st.text(alphabet="井盖 aB1２，。P-管", max_size=60)


def test_a_chinese_text_is_found_by_its_characters_and_by_neighbours():
    assert terms("井盖缺") == ["井", "盖", "缺", "井盖", "盖缺"]
    assert query_terms("井盖缺") == ["井盖", "盖缺"]
    assert query_terms("井") == ["井"]


def test_characters_on_both_sides_of_a_stop_are_no_neighbours():
    assert "盖缺" not in terms("井盖，缺失")
    assert "盖缺" not in terms("井盖 缺失")


def test_latin_words_are_found_in_either_case_and_width():
    assert terms("PVC管") == ["pvc", "管"]
    assert query_terms("ｐｖｃ") == ["pvc"]


def test_a_long_number_is_found_by_its_beginning():
    assert terms("20261121990101000318")[:2] == ["2026", "20261"]
    assert set(query_terms("20261121")) <= set(terms("案卷20261121990101000318"))
    assert terms("412号") == ["412", "号"]


def test_a_number_plate_is_found_with_and_without_its_province():
    plate = set(terms("车牌浙A12345占道"))
    assert set(query_terms("浙A12345")) <= plate
    assert set(query_terms("A1234")) <= plate
    assert set(query_terms("12345")) <= plate
    assert not set(query_terms("浙B12345")) <= plate


def test_what_holds_no_letter_has_no_terms():
    assert terms(" ，。!🚧\n") == []
    assert query_terms("") == []


@given(CHINESE, st.data())
def test_any_two_or_more_neighbouring_characters_find_the_text(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert set(query_terms(text[start:end])) <= set(terms(f"陈蓉 A12 {text}，其他"))


@given(ANYTHING)
def test_a_whole_text_finds_itself_and_no_term_breaks_the_index(text):
    found = terms(text)
    assert set(query_terms(text)) <= set(found)
    assert len(set(found)) == len(found)
    assert all(0 < len(term) <= LONGEST_TERM and "\0" not in term for term in found)


def test_a_text_beyond_all_bounds_keeps_within_the_index():
    assert sum(len(term.encode()) for term in terms("".join(map(chr, range(0x4E00, 0x9FFF))) * 10)) < 500_000
    assert max(map(len, terms("9" * 5000 + " " + "x" * 5000))) == LONGEST_TERM
