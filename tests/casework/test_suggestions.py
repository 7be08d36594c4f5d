"""Guesses from a report's words: learned from closed cases, kept as plain arrays, silent where there is no idea."""

import sys
from collections import Counter
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command

from chengge.casework.queries import candidates_for
from chengge.casework.suggestions import NO_IDEA, Guess, Suggestion, history, keeping, lessons, suggest, training
from chengge.casework.suggestions.grams import clean, counted
from chengge.casework.suggestions.model import LinearModel, UnreadableModel
from chengge.casework.suggestions.training import Lesson, Recipe, folds_of, learn, threshold_of
from chengge.clock import PretendedClock
from chengge.domain.errors import Refused
from chengge.foundation.models import ProblemClass
from tests.casework.lives import Life
from tests.factories import City, build_city

AT = datetime(2026, 11, 24, tzinfo=UTC)
SAID = {
    "component-01-03": ("雨水井盖破损", "井盖缺失", "下水井盖松动异响", "井盖塌了"),
    "event-01-01": ("路边暴露垃圾", "垃圾成堆没人收", "墙角有成袋生活垃圾", "垃圾满地"),
    "event-04-07": ("机动车乱停放", "小车停在人行道", "车辆占压盲道", "违停挡路"),
}
PLACES = ("石桥路口", "华丰菜场", "东新路", "学校门口", "公交站旁")
ONE_RECIPE = (Recipe(2, 1.0),)


def history_of(count: int, seed: int = 1) -> list[Lesson]:
    chance = Random(seed)
    found = []
    for serial in range(count):
        label = chance.choice(list(SAID))
        found.append(Lesson(f"{chance.choice(PLACES)}{chance.choice(SAID[label])}，{serial}号", label))
    return found


@pytest.fixture
def model() -> LinearModel:
    return learn("classes", history_of(150), [], AT, ONE_RECIPE, folds=3)


@pytest.fixture(autouse=True)
def models_folder(settings: Any, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def test_what_was_learned_is_guessed_with_a_probability_for_every_label(model: LinearModel) -> None:
    likely = model.probabilities("东新路井盖破损")
    assert likely is not None
    assert likely.sum() == pytest.approx(1, abs=1e-5)
    assert model.labels[likely.argmax()] == "component-01-03"
    assert likely.max() > model.card.threshold


def test_a_text_of_unknown_characters_gives_no_idea(model: LinearModel) -> None:
    assert model.probabilities("xyz") is None


def test_answering_in_plain_arrays_says_what_the_machine_said_that_was_trained() -> None:
    taught = training.Taught.of(history_of(120), [], ONE_RECIPE[0])
    fitted = training.fit(taught, ONE_RECIPE[0])
    model = learn("classes", history_of(120), [], AT, ONE_RECIPE, folds=3)
    for text in ("石桥路口井盖缺失", "车辆占压盲道，垃圾", "1号"):
        scores = model.scores(text)
        assert scores is not None
        assert scores == pytest.approx(fitted.scores([counted(text, 2)])[0], abs=1e-4)


def test_a_model_is_the_same_after_writing_and_reading(model: LinearModel) -> None:
    again = LinearModel.from_bytes(model.as_bytes())
    assert again.card == model.card
    text = "学校门口垃圾满地"
    assert np.array_equal(np.asarray(again.probabilities(text)), np.asarray(model.probabilities(text)))


def test_a_file_that_could_run_something_is_not_read(model: LinearModel) -> None:
    from io import BytesIO

    out = BytesIO()
    np.savez(out, card=np.array([{"a": print}], dtype=object))
    for written in (b"", b"no model", out.getvalue(), model.as_bytes()[:200]):
        with pytest.raises(UnreadableModel):
            LinearModel.from_bytes(written)


def test_too_little_history_is_said_and_teaches_nothing() -> None:
    with pytest.raises(Refused, match="too little history"):
        learn("classes", history_of(training.LEAST_TEXTS - 1), [], AT, ONE_RECIPE)
    with pytest.raises(Refused):
        learn("classes", [Lesson("井盖", "component-01-03")] * 500, [], AT, ONE_RECIPE)


def test_a_class_that_only_the_handbook_describes_is_known_too() -> None:
    told = [Lesson("流动摊贩占道经营，沿街叫卖", "event-04-01"), Lesson("流动摊贩 占道经营", "event-04-01")]
    model = learn("classes", history_of(150), told, AT, ONE_RECIPE, folds=3)
    likely = model.probabilities("流动摊贩沿街叫卖")
    assert likely is not None
    assert model.labels[likely.argmax()] == "event-04-01"
    assert model.seen[model.labels.tolist().index("event-04-01")] == 0


def test_the_same_text_never_teaches_and_is_asked_at_once() -> None:
    repeated = history_of(60) * 3
    fold_of = folds_of(repeated, 5)
    folds_of_text: dict[str, set[int]] = {}
    for lesson, fold in zip(repeated, fold_of, strict=True):
        folds_of_text.setdefault(clean(lesson.text), set()).add(fold)
    assert all(len(folds) == 1 for folds in folds_of_text.values())
    assert max(Counter(fold_of).values()) - min(Counter(fold_of).values()) <= 9


def test_the_threshold_is_where_nine_of_ten_answers_were_right() -> None:
    confidence = np.linspace(0.35, 0.99, 100, dtype=np.float32)
    likely = np.stack([confidence, 1 - confidence], axis=1)
    truth = ["b" if place < 30 and place % 2 else "a" for place in range(100)]
    threshold, coverage, precision = threshold_of(likely, truth, ["a", "b"])
    assert precision >= training.WANTED_PRECISION
    assert 0.3 <= threshold <= 0.6
    assert coverage == pytest.approx(float((likely.max(axis=1) >= threshold).mean()), abs=1e-4)


def test_where_no_threshold_is_good_enough_nothing_is_ever_sure() -> None:
    likely = np.tile(np.array([[0.9, 0.1]], dtype=np.float32), (100, 1))
    assert threshold_of(likely, ["a", "b"] * 50, ["a", "b"]) == (training.NEVER, 0.0, 0.0)


# --- In a city -------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def city(db: None) -> City:
    return build_city()


@pytest.mark.django_db
def test_without_a_model_nothing_is_suggested_and_nothing_asked(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert suggest("雨水井盖破损") is NO_IDEA


@pytest.mark.usefixtures("pretended_clock")
def test_the_citys_own_words_lead_to_a_class_of_its_catalogue(city: City, django_assert_max_num_queries: Any) -> None:
    keeping.keep(learn("classes", history_of(150), [], AT, ONE_RECIPE, folds=3))
    with django_assert_max_num_queries(2):
        found = suggest("石桥路口井盖破损")
    assert found.sure
    assert (found.classes[0].id, found.classes[0].name) == (city.manhole.pk, "雨水井盖")
    assert found.classes[0].confidence > 0.5
    assert suggest("今天天气怎么样").sure is False


@pytest.mark.usefixtures("pretended_clock")
def test_a_class_that_left_the_catalogue_is_not_suggested(city: City) -> None:
    keeping.keep(learn("classes", history_of(150), [], AT, ONE_RECIPE, folds=3))
    ProblemClass.objects.filter(pk=city.manhole.pk).update(valid_to="2026-02-01")
    assert city.manhole.pk not in [guess.id for guess in suggest("井盖破损").classes]


@pytest.mark.usefixtures("city")
def test_a_new_model_is_used_at_once_and_a_broken_one_not_at_all(caplog: pytest.LogCaptureFixture) -> None:
    first = keeping.keep(learn("classes", history_of(150), [], AT, ONE_RECIPE, folds=3))
    before = keeping.kept("classes")
    keeping.keep(learn("classes", history_of(160, seed=2), [], AT, ONE_RECIPE, folds=3))
    after = keeping.kept("classes")
    assert before is not None
    assert after is not None
    assert (before.card.cases, after.card.cases) == (150, 160)
    first.write_bytes(b"broken")
    assert keeping.kept("classes") is None
    assert "cannot be read" in caplog.text


def test_closed_cases_teach_their_class_and_who_finished_them_first(city: City, pretended_clock: PretendedClock) -> None:
    life = Life(city, pretended_clock)
    life.to("closed")
    life.to("handled")
    assert history.classes_of_cases() == [Lesson("雨水井盖缺失", "component-01-03")]
    assert history.departments_of_cases() == [Lesson("雨水井盖缺失 石桥路口", city.organizations["works"].code)]
    described = history.classes_described()
    assert Lesson("雨水井盖 公用设施", "component-01-03") in described
    assert any("缺失、移位" in lesson.text for lesson in described)


@pytest.mark.usefixtures("city")
def test_train_tells_what_it_learned_or_that_there_was_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = StringIO(), StringIO()
    call_command("train", stdout=out, stderr=err)
    assert err.getvalue().count("too little history") == 2
    assert "No model is kept" in out.getvalue()
    monkeypatch.setitem(lessons.LESSONS, "classes", (lambda: history_of(150), list))
    out = StringIO()
    call_command("train", stdout=out, stderr=err)
    assert "from 150 closed cases" in out.getvalue()
    report = StringIO()
    call_command("train", "--report", stdout=report)
    assert report.getvalue() == out.getvalue()


def test_what_past_cases_say_is_one_more_basis_and_never_outranks_a_rule(
    city: City, pretended_clock: PretendedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = Life(city, pretended_clock)
    life.to("filed")
    works, sanitation = city.organizations["works"], city.organizations["sanitation"]
    told = Suggestion(departments=(Guess(works.pk, works.short_name, 0.6, 120), Guess(sanitation.pk, sanitation.short_name, 0.3, 40)))
    before = candidates_for(life.case)
    monkeypatch.setattr(sys.modules["chengge.casework.queries.detail"], "suggest", lambda _text: told)
    after = candidates_for(life.case)
    assert [(one.organization, one.score) for one in after[: len(before)]] == [(one.organization, one.score) for one in before]
    assert "like 60 % of past cases (120 were theirs)" in after[0].basis
    assert after[0].basis.startswith(before[0].basis)
    assert after[-1].organization == sanitation
    assert after[-1].score < min(one.score for one in before)
