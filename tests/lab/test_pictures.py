"""The lab's street scenes."""

import io

import pytest
from PIL import Image

from chengge.casework.photos import redraw
from chengge.lab.handbook import rows_of
from chengge.lab.pictures import SCENES, VIEWS, picture


def test_every_class_has_a_scene_that_the_lab_can_draw() -> None:
    assert {row["scene"] for row in rows_of("problems")} <= set(SCENES)


def test_a_scene_and_a_variant_always_give_the_same_picture() -> None:
    assert picture("cover", 0, "near") == picture("cover", 0, "near")
    assert picture("cover", 0, "near") != picture("cover", 1, "near")


@pytest.mark.parametrize("scene", SCENES)
def test_a_picture_is_a_photo_that_the_house_takes_in(scene: str) -> None:
    taken = redraw(picture(scene, 0, "far"))
    assert taken.width > taken.height > 500


def test_views_of_one_place_differ_and_the_problem_is_gone_afterwards() -> None:
    images = {view: Image.open(io.BytesIO(picture("rubbish", 0, view))) for view in VIEWS}
    assert len({image.tobytes() for image in images.values()}) == len(VIEWS)
    before, after = (images[view].convert("L").resize((32, 24)) for view in ("far", "done"))
    assert before.tobytes() != after.tobytes()
