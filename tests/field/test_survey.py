"""Component surveys: the street tells, the office decides, the register follows and forgets nothing."""

from datetime import timedelta

import pytest

from chengge.casework.jobs import forget_orphan_photos
from chengge.casework.models import Evidence
from chengge.casework.photos import path_of, store
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.field.actions import Correction, Finding, approve_many, approve_survey, refuse_survey, send_survey, undo_decision
from chengge.field.models import ComponentSurvey
from chengge.field.queries import nearby
from chengge.field.queries.surveys import SurveyFilter, next_waiting, survey_detail, survey_in_sight, surveys_like
from chengge.foundation.actions import put_components
from chengge.foundation.models import Component, ComponentVersion, Revision
from chengge.foundation.queries.map_layers import Window, components
from chengge.foundation.queries.register import versions_of_component
from chengge.notices.models import Notice
from chengge.organization.actions.authority import COMMAND_LINE
from chengge.organization.models import MemberPost
from tests.casework.lives import picture
from tests.factories import GRID_CODES, MANHOLE_CODE, SIDE, SINCE, SOUTH, WEST, City

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

METRE = 1 / 111_320


def photo(city: City, shade: int = 5, name: str = "inspector") -> str:
    return store(picture(shade), city.actor(name)).sha256


def found(city: City, kind: str = "moved", **changes: object) -> Finding:
    """What an inspector says of the manhole, 20 m north of where the register has it."""
    said = {
        "kind": kind,
        "component_code": None if kind == "new" else MANHOLE_CODE,
        "problem_class_id": city.manhole.pk if kind == "new" else None,
        "lon": WEST + SIDE / 2,
        "lat": SOUTH + SIDE / 2 + 20 * METRE,
        "accuracy_m": 4.0,
        "photos": (photo(city),),
    }
    return Finding(**(said | changes))  # type: ignore[arg-type]


def sent(city: City, kind: str = "moved", **changes: object) -> ComponentSurvey:
    return send_survey(city.actor("inspector"), found(city, kind, **changes)).survey


def the_manhole() -> Component:
    return Component.objects.get(code=MANHOLE_CODE)


def components_revision() -> int:
    return Revision.objects.filter(name="components").values_list("number", flat=True).first() or 0


# --- Sending ------------------------------------------------------------------------------------------------------------


def test_a_survey_waits_with_its_photos_and_changes_nothing_yet(city: City) -> None:
    before = the_manhole().lat
    survey = sent(city, photos=(photo(city, 1), photo(city, 2)))
    assert (survey.state, survey.name, survey.grid_code) == ("waiting", "雨水井盖", GRID_CODES[0])
    assert [row.position for row in survey.photos.all()] == [0, 1]
    assert the_manhole().lat == before


def test_a_survey_sent_twice_under_one_key_is_one_survey(city: City) -> None:
    finding = found(city)
    first = send_survey(city.actor("inspector"), finding, key="k")
    again = send_survey(city.actor("inspector"), finding, key="k")
    assert again.repeated
    assert again.survey == first.survey
    assert ComponentSurvey.objects.count() == 1


def test_only_inspectors_send_surveys(city: City) -> None:
    for name in ("operator", "shift_leader", "administrator", "department"):
        with pytest.raises(Forbidden):
            send_survey(city.actor(name), found(city))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "eaten"}, "kind"),
        ({"lon": None}, "lon"),
        ({"lon": 0.0, "lat": 0.0}, "lon"),
        ({"photos": ()}, "photos"),
        ({"photos": ("0" * 64,)}, "photos"),
        ({"component_code": 1}, "code"),
        ({"lat": SOUTH + SIDE / 2}, "lon"),
        ({"kind": "new", "problem_class_id": None}, "problem_class"),
        ({"kind": "changed"}, "words"),
        ({"kind": "gone", "found_state": "intact"}, "found_state"),
        ({"kind": "changed", "found_state": "eaten"}, "found_state"),
        ({"kind": "changed", "owning_body_id": 10**9}, "owning_body"),
    ],
)
def test_what_is_missing_or_known_already_is_named(city: City, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        sent(city, **changes)
    assert refusal.value.field == field
    assert ComponentSurvey.objects.count() == 0


def test_an_event_class_is_no_component(city: City) -> None:
    with pytest.raises(Refused) as refusal:
        sent(city, "new", problem_class_id=city.garbage.pk)
    assert refusal.value.field == "problem_class"


def test_a_photo_proves_one_thing_only(city: City) -> None:
    digest = photo(city, 9)
    sent(city, photos=(digest,))
    with pytest.raises(Refused):
        sent(city, "gone", photos=(digest,))


def test_photos_of_a_survey_are_no_orphans(city: City, pretended_clock) -> None:
    survey = sent(city)
    unused = photo(city, 9)
    pretended_clock.advance(timedelta(days=30))
    forget_orphan_photos(0)
    assert path_of(survey.photos.get().evidence.sha256).exists()
    assert not path_of(unused).exists()
    assert Evidence.objects.count() == 1


# --- Deciding -----------------------------------------------------------------------------------------------------------


def test_an_approved_move_brings_the_component_to_its_new_place_and_keeps_the_old_one(city: City) -> None:
    old, revision = the_manhole(), components_revision()
    survey = sent(city, lon=WEST + SIDE * 1.5, words="随道路改造迁移")
    version = approve_survey(city.actor("shift_leader"), survey.pk)
    new = the_manhole()
    assert (new.lon, new.grid_code, new.positional_class) == (WEST + SIDE * 1.5, GRID_CODES[1], "C")
    assert components_revision() > revision
    told = versions_of_component(new)
    assert [(one.row.number, one.row.lon) for one in told] == [(2, new.lon), (1, old.lon)]
    assert set(told[0].changed) == {"place", "grid_code", "positional_class"}
    assert told[0].moved_m == pytest.approx(98, abs=3)
    assert (version.member_id, version.reason) == (city.members["shift_leader"].pk, "随道路改造迁移")
    assert told[1].row.valid_to == version.valid_from


def test_a_new_component_gets_the_next_code_of_its_class_and_county(city: City) -> None:
    survey = sent(city, "new", name="雨水井盖 2", owning_body_id=city.organization_id("works"))
    approve_survey(city.actor("administrator"), survey.pk)
    survey.refresh_from_db()
    assert survey.component is not None
    assert (survey.component.code, survey.component.name) == (MANHOLE_CODE + 1, "雨水井盖 2")
    assert survey.component.owning_body_id == city.organization_id("works")
    assert survey.component.versions.get().number == 1


def test_a_new_component_outside_every_grid_waits_until_the_office_puts_its_place_right(city: City) -> None:
    survey = sent(city, "new", lon=WEST - 1)
    with pytest.raises(Refused) as refusal:
        approve_survey(city.actor("shift_leader"), survey.pk)
    assert refusal.value.code == "no_grid"
    approve_survey(city.actor("shift_leader"), survey.pk, Correction(lon=WEST + SIDE / 3, lat=SOUTH + SIDE / 3))
    survey.refresh_from_db()
    assert survey.component is not None
    assert survey.component.grid_code == GRID_CODES[0]
    assert survey.lon == WEST - 1, "what the inspector said stays"


def test_what_is_gone_is_abandoned_and_never_deleted(city: City) -> None:
    approve_survey(city.actor("shift_leader"), sent(city, "gone").pk)
    assert the_manhole().state == "abandoned"


def test_a_change_keeps_what_it_does_not_name(city: City) -> None:
    survey = sent(city, "changed", name="雨水箅子", found_state="damaged")
    approve_survey(city.actor("shift_leader"), survey.pk, Correction(name="雨水井箅"))
    component = the_manhole()
    assert (component.name, component.state) == ("雨水井箅", "damaged")
    assert component.owning_body_id == city.organization_id("works")


def test_nobody_approves_their_own_finding(city: City) -> None:
    MemberPost.objects.create(member=city.members["inspector"], post="shift_leader", valid_from=SINCE)
    survey = sent(city)
    with pytest.raises(Forbidden) as refusal:
        approve_survey(city.actor("inspector"), survey.pk)
    assert refusal.value.code == "own"


def test_evaluators_look_and_do_not_decide_and_others_do_not_even_look(city: City) -> None:
    survey = sent(city)
    for name in ("evaluator", "inspector", "operator", "dispatcher"):
        with pytest.raises(Forbidden):
            approve_survey(city.actor(name), survey.pk)
    assert survey_in_sight(city.actor("evaluator"), survey.pk) == survey
    for name in ("operator", "dispatcher", "department", "inspector2"):
        with pytest.raises(NotFound):
            survey_in_sight(city.actor(name), survey.pk)


def test_a_decision_is_made_once(city: City) -> None:
    survey = sent(city)
    approve_survey(city.actor("shift_leader"), survey.pk)
    with pytest.raises(Conflict):
        refuse_survey(city.actor("administrator"), survey.pk, "不对")
    assert ComponentVersion.objects.count() == 2


def test_a_refusal_says_why_and_the_inspector_is_told(city: City) -> None:
    survey = sent(city)
    with pytest.raises(Refused):
        refuse_survey(city.actor("shift_leader"), survey.pk, " ")
    refuse_survey(city.actor("shift_leader"), survey.pk, "照片看不清编号")
    survey.refresh_from_db()
    assert (survey.state, survey.reason, the_manhole().versions.count()) == ("refused", "照片看不清编号", 0)
    notice = Notice.objects.get(about=f"survey:{survey.pk}")
    assert (notice.member, notice.text) == (city.members["inspector"], "照片看不清编号")


def test_a_decision_is_taken_back_on_its_day_and_the_register_says_what_it_said_before(city: City, pretended_clock) -> None:
    old = the_manhole()
    survey = sent(city)
    approve_survey(city.actor("shift_leader"), survey.pk)
    undo_decision(city.actor("administrator"), survey.pk, "位置应在路北")
    survey.refresh_from_db()
    now = the_manhole()
    assert (survey.state, now.lat, now.positional_class) == ("waiting", old.lat, old.positional_class)
    assert [one.row.origin for one in versions_of_component(now)] == ["taken_back", "surveyed", "registered"]
    approve_survey(city.actor("shift_leader"), survey.pk)
    pretended_clock.advance(timedelta(days=1))
    with pytest.raises(Conflict):
        undo_decision(city.actor("shift_leader"), survey.pk)


def test_a_new_component_taken_back_is_abandoned_and_its_code_is_not_given_again(city: City) -> None:
    survey = sent(city, "new")
    code = approve_survey(city.actor("shift_leader"), survey.pk).component.code
    undo_decision(city.actor("shift_leader"), survey.pk)
    assert Component.objects.get(code=code).state == "abandoned"
    assert approve_survey(city.actor("shift_leader"), survey.pk).component.code == code + 1


def test_a_change_on_top_keeps_an_approval_from_being_taken_back(city: City) -> None:
    survey = sent(city)
    approve_survey(city.actor("shift_leader"), survey.pk)
    approve_survey(city.actor("shift_leader"), sent(city, "changed", found_state="damaged", photos=(photo(city, 7),)).pk)
    with pytest.raises(Conflict) as conflict:
        undo_decision(city.actor("shift_leader"), survey.pk)
    assert conflict.value.code == "changed_since"


def test_of_many_the_sound_ones_are_approved_and_the_others_say_why(city: City) -> None:
    sound, outside = sent(city), sent(city, "new", lon=WEST - 1, photos=(photo(city, 7),))
    done = approve_many(city.actor("shift_leader"), [sound.pk, outside.pk, 10**9])
    assert done.done == 1
    assert [number for number, _why in done.refused] == [outside.pk, 10**9]


def test_an_import_that_changes_a_component_keeps_its_version_too(city: City) -> None:
    component = the_manhole()
    component.name = "雨水井盖（新）"
    put_components(COMMAND_LINE, [], [component])
    assert [(one.row.name, one.row.origin) for one in versions_of_component(component)] == [
        ("雨水井盖（新）", "imported"),
        ("雨水井盖", "registered"),
    ]


# --- Looking ------------------------------------------------------------------------------------------------------------


def test_a_component_of_the_class_close_by_is_shown_as_a_possible_double_entry(city: City) -> None:
    near = survey_detail(sent(city, "new", lat=SOUTH + SIDE / 2 + 10 * METRE))
    far = survey_detail(sent(city, "new", lat=SOUTH + SIDE / 2 + 16 * METRE, photos=(photo(city, 7),)))
    assert [(one.component.code, round(one.metres)) for one in near.neighbours] == [(MANHOLE_CODE, 10)]
    assert far.neighbours == []


def test_a_survey_tells_old_and_new_place_even_after_it_is_decided(city: City) -> None:
    survey = sent(city)
    waiting = survey_detail(survey_in_sight(city.actor("shift_leader"), survey.pk))
    approve_survey(city.actor("shift_leader"), survey.pk)
    decided = survey_detail(survey_in_sight(city.actor("shift_leader"), survey.pk))
    assert waiting.moved_m == decided.moved_m == pytest.approx(20, abs=0.5)
    assert waiting.differences == decided.differences
    assert len(decided.differences) == 1, "the place; the unit grid is the same"


def test_surveys_are_found_by_state_kind_class_day_area_and_words(city: City, pretended_clock) -> None:
    moved = sent(city)
    gone = sent(city, "gone", words="被挖走", photos=(photo(city, 7),))
    actor = city.actor("shift_leader")

    def hits(**asked: str) -> set[int]:
        return set(surveys_like(actor, SurveyFilter.parse(asked)).values_list("pk", flat=True))

    assert hits() == {moved.pk, gone.pk}
    assert hits(kind="gone") == hits(q="挖走") == {gone.pk}
    assert hits(q=str(MANHOLE_CODE)) == hits(q="陈蓉") == hits(**{"class": str(city.manhole.pk)}) == {moved.pk, gone.pk}
    assert hits(state="approved") == hits(since="2026-11-25") == hits(division="990101001002") == set()
    assert hits(until="2026-11-24", division="990101001001") == {moved.pk, gone.pk}
    assert next_waiting(actor, SurveyFilter(), gone.pk) == moved.pk
    assert next_waiting(actor, SurveyFilter(), moved.pk) == gone.pk
    with pytest.raises(Refused):
        SurveyFilter.parse({"since": "yesterday"})


def test_what_is_gone_is_offered_nowhere_in_the_street_any_more(city: City) -> None:
    lon, lat = city.places[0]
    window = Window(lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001)
    assert len(nearby(city.actor("inspector"), lon, lat, city.manhole.pk).components) == 1
    assert str(MANHOLE_CODE).encode() in components(window, [GRID_CODES[0]])
    approve_survey(city.actor("shift_leader"), sent(city, "gone").pk)
    assert nearby(city.actor("inspector"), lon, lat, city.manhole.pk).components == []
    assert str(MANHOLE_CODE).encode() not in components(window, [GRID_CODES[0]])
