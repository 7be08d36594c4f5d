"""The pages of coordination lead nobody to a page that is not theirs."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from chengge.coordination.templatetags.sections import SECTIONS
from chengge.domain.lifecycle import Post
from tests.factories import City

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_facts(settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.mark.parametrize(
    "name", ["operator", "shift_leader", "dispatcher", "coordinator", "leader", "evaluator", "administrator", "department"]
)
def test_whoever_is_shown_a_page_may_open_it(city: City, name: str):
    request = RequestFactory().get("/")
    request.actor = city.actor(name)
    shown = re.findall(r'href="(/coordination/[^"]*)"', render_to_string("coordination/_sections.html", {"request": request}))
    client = Client()
    client.force_login(city.members[name])
    assert shown
    assert {address: client.get(address).status_code for address in shown} == dict.fromkeys(shown, 200)


def test_every_post_but_the_inspectors_finds_something(city: City):
    assert set().union(*(one.posts for one in SECTIONS)) >= set(Post) - {Post.INSPECTOR}
