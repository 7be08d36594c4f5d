"""The plain tables: only the administrator sees them, nothing is deleted, and what is changed ends and begins again."""

from datetime import date

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from chengge.domain.lifecycle import Post
from chengge.foundation.models import Component, Division, HandbookRule, PlaceName, ProblemClass, Responsibility, UnitGrid
from chengge.organization.actions import COMMAND_LINE, appoint
from chengge.organization.models import Organization
from tests.factories import GRID_CODES, MANHOLE_CODE, City, build_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

TODAY = date(2026, 11, 24)
OUR_APPS = ("organization", "foundation", "exchange")
REGISTERED = sorted((model for model in admin.site._registry if model._meta.app_label in OUR_APPS), key=lambda model: model._meta.label)


@pytest.fixture
def city() -> City:
    return build_city()


@pytest.fixture
def keeper(city: City, client: Client) -> Client:
    appoint(COMMAND_LINE, city.members["administrator"], [Post.ADMINISTRATOR], date(2026, 1, 1))
    client.force_login(city.members["administrator"])
    return client


def address(model: type, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)  # type: ignore[attr-defined]


def fields_of(client: Client, url: str) -> dict[str, object]:
    """What the page's form would send as it stands."""
    page = client.get(url)
    assert page.status_code == 200, url
    form = page.context["adminform"].form
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    given = {name: getattr(value, "pk", value) for name, value in values.items() if value not in (None, "", False)}
    return {name: str(value) for name, value in given.items()}


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model.__name__)
def test_every_table_is_listed_searched_and_opened(model: type, keeper: Client) -> None:
    page = keeper.get(address(model, "changelist"), {"q": "1"} if admin.site._registry[model].search_fields else {})
    assert page.status_code == 200
    row = model._default_manager.first()  # type: ignore[attr-defined]
    if row is not None:
        assert keeper.get(address(model, "change", row.pk)).status_code == 200
        assert keeper.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert model._default_manager.filter(pk=row.pk).exists()  # type: ignore[attr-defined]


@pytest.mark.parametrize("who", ["operator", "dispatcher", "department", "leader"])
def test_nobody_else_sees_a_table(who: str, city: City, client: Client) -> None:
    client.force_login(city.members[who])
    assert client.get(address(Division, "changelist")).status_code == 302
    city.members[who].is_staff = True  # Even a member whom somebody has marked as staff.
    city.members[who].save()
    assert client.get(address(Division, "changelist")).status_code == 403


def test_a_changed_rule_ends_and_begins_again(city: City, keeper: Client) -> None:
    url = address(HandbookRule, "change", city.missing.pk)
    assert keeper.post(url, fields_of(keeper, url) | {"condition": "井盖缺失，无人看护"}).status_code == 302
    old = HandbookRule.objects.get(pk=city.missing.pk)
    new = HandbookRule.objects.get(condition="井盖缺失，无人看护")
    assert (old.valid_to, new.valid_from, new.valid_to) == (TODAY, TODAY, None)
    assert old.condition == city.missing.condition
    assert keeper.post(url, fields_of_ended(keeper, url)).status_code == 403


def fields_of_ended(client: Client, url: str) -> dict[str, object]:
    assert client.get(url).status_code == 200
    return {"condition": "x"}


def test_a_division_that_is_renamed_keeps_its_border(city: City, keeper: Client) -> None:
    division = Division.objects.get(code=990101001001)
    division.polygon = b"border"
    division.save()
    url = address(Division, "change", division.pk)
    keeper.post(url, fields_of(keeper, url) | {"name": "新华丰社区"})
    assert bytes(Division.objects.get(name="新华丰社区", valid_to=None).polygon or b"") == b"border"


def test_a_class_that_is_renamed_takes_its_rules_along(city: City, keeper: Client) -> None:
    url = address(ProblemClass, "change", city.manhole.pk)
    keeper.post(url, fields_of(keeper, url) | {"name": "给水井盖"})
    assert ProblemClass.objects.get(name="给水井盖").rules.filter(valid_to=None).exists()
    assert Component.objects.get(code=MANHOLE_CODE).problem_class.name == "给水井盖"


def test_a_change_before_the_row_began_is_refused_on_the_page(city: City, keeper: Client) -> None:
    url = address(HandbookRule, "change", city.missing.pk)
    page = keeper.post(url, fields_of(keeper, url) | {"valid_from": "2020-01-01"}, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert HandbookRule.objects.get(pk=city.missing.pk).valid_to is None


def test_a_unit_grid_gets_another_area_class_from_today_on(city: City, keeper: Client) -> None:
    grid = UnitGrid.objects.get(code=GRID_CODES[0])
    url = address(UnitGrid, "change", grid.pk)
    keeper.post(url, fields_of(keeper, url) | {"area_class": "C"})
    new = UnitGrid.objects.get(code=GRID_CODES[0], valid_to=None)
    assert (new.area_class, bytes(new.polygon)) == ("C", bytes(grid.polygon))


def test_chosen_responsibilities_end_today(city: City, keeper: Client) -> None:
    ids = list(Responsibility.objects.values_list("pk", flat=True))
    keeper.post(address(Responsibility, "changelist"), {"action": "end_today", "_selected_action": ids})
    assert set(Responsibility.objects.values_list("valid_to", flat=True)) == {TODAY}


def test_a_moved_component_finds_its_grid(city: City, keeper: Client) -> None:
    component = Component.objects.get(code=MANHOLE_CODE)
    lon, lat = city.places[3]
    url = address(Component, "change", component.pk)
    keeper.post(url, fields_of(keeper, url) | {"lon": lon, "lat": lat})
    component.refresh_from_db()
    assert (component.grid_code, component.changed_on) == (GRID_CODES[3], TODAY)


def test_a_place_name_is_added_moved_and_removed(city: City, keeper: Client) -> None:
    lon, lat = city.places[0]
    keeper.post(address(PlaceName, "add"), {"name": "新市场", "lon": lon, "lat": lat})
    place = PlaceName.objects.get(name="新市场")
    assert place.grid_code == GRID_CODES[0]
    keeper.post(address(PlaceName, "changelist"), {"action": "remove", "_selected_action": [place.pk]})
    assert not PlaceName.objects.filter(name="新市场").exists()


def test_an_organization_below_itself_is_refused_on_the_page(city: City, keeper: Client) -> None:
    crew = city.organizations["works_crew"]
    url = address(Organization, "change", crew.pk)
    page = keeper.post(url, fields_of(keeper, url) | {"level": 2}, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    keeper.post(url, fields_of(keeper, url) | {"phone": "123"})
    crew.refresh_from_db()
    assert (crew.level, crew.phone) == (4, "123")
