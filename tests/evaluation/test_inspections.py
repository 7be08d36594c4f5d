"""Inspections: drawn places, looks, a third look where two differ, and what is published."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from chengge.casework.models import Case, Channel, Evidence, Report
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.evaluation.actions import inspections as actions
from chengge.evaluation.actions.visits import MarkGiven, report_finding, send_in
from chengge.evaluation.models import Campaign, InspectionPlace, Mark, Visit, VisitPhoto
from chengge.evaluation.queries.inspection_results import agreement_in, found, items_in, result_digest
from chengge.evaluation.queries.inspections import campaign_in_sight, campaigns_in_sight, own_visits, photo_in_sight, progress_of
from chengge.evaluation.queries.outside import outside_values
from chengge.evaluation.queries.sampling import drawn_again
from chengge.notices.models import Notice
from chengge.organization.queries import MACHINE, actor_of
from tests.conftest import QueryCounter
from tests.evaluation.inspections_city import campaign, hire, look, take, take_all, values, visits
from tests.factories import COMMUNITIES, GRID_CODES, STREET, City, build_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretended_clock")]

NOVEMBER = (datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC))


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def twice(of: Campaign) -> int:
    """The number of the one place that is scored twice."""
    return InspectionPlace.objects.get(campaign=of, twice=True).number


# --- Drawing ------------------------------------------------------------------------------------------------------------


def test_the_same_seed_draws_the_same_places_and_anybody_can_repeat_it(city: City) -> None:
    first, again = campaign(city, places=3), campaign(city, places=3, code="again")
    drawn = [list(one.drawn.values_list("number", "grid_code", "twice")) for one in (first, again)]
    assert drawn[0] == drawn[1]
    assert first.frame_digest == again.frame_digest != ""
    told = drawn_again(first)
    assert (told.frame_is_same, told.sample_is_same) == (True, True)
    assert [(one.stratum[1], one.size, one.drawn) for one in told.strata] == [("A", 1, 1), ("B", 2, 1), ("C", 1, 1)]
    assert first.frame.text.splitlines()[0] == f"{GRID_CODES[0]},{STREET},A"


def test_places_are_drawn_once_and_told_to_the_assessors_without_saying_where(city: City) -> None:
    drawn = campaign(city)
    with pytest.raises(Conflict):
        actions.draw_places(city.actor("evaluator"), drawn.code, 8)
    with pytest.raises(Conflict):
        actions.change_campaign(city.actor("evaluator"), drawn.code, values(city))
    notices = Notice.objects.filter(topic="inspection")
    assert {notice.member_id for notice in notices} == {city.members[name].pk for name in ("assessor1", "assessor2")}
    assert not any(word in f"{notice.subject}{notice.text}" for notice in notices for word in (drawn.name, "石桥", "99010100"))


def test_the_second_look_is_somebody_elses_and_the_work_is_shared(city: City) -> None:
    looks = visits(campaign(city))
    assert [visit.turn for visit in looks].count(2) == 1
    by_place: dict[int, set[int]] = {}
    for visit in looks:
        by_place.setdefault(visit.place_id, set()).add(visit.member_id)
    assert sum(len(members) for members in by_place.values()) == len(looks)
    firsts = [visit.member_id for visit in looks if visit.turn == 1]
    assert sorted(firsts.count(member) for member in set(firsts)) == [2, 2]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": "a b"}, "code"),
        ({"name": " "}, "name"),
        ({"kind": "x"}, "kind"),
        ({"end": datetime(2026, 10, 1).date()}, "end"),  # noqa: DTZ001
        ({"places": 0}, "places"),
        ({"second_percent": 101}, "second_percent"),
        ({"division_code": 990101099}, "division_code"),
        ({"items": ()}, "items"),
        ({"items": (actions.ItemValues("a b", "x", 5),)}, "items"),
        ({"items": (actions.ItemValues("a", "x", 0),)}, "items"),
        ({"items": (actions.ItemValues("a", "x", 5, "no", 10**9),)}, "items"),
        ({"assessor_ids": ()}, "assessors"),
        ({"assessor_ids": (10**9,)}, "assessors"),
    ],
)
def test_a_campaign_that_cannot_be_meant_is_refused_by_its_field(city: City, changed: dict, field: str) -> None:
    hire(city, "assessor1", "assessor2")
    with pytest.raises(Refused) as refusal:
        actions.make_campaign(city.actor("evaluator"), values(city, **changed))
    assert refusal.value.field == field


def test_a_code_is_given_once_and_a_draft_can_be_changed_and_dropped(city: City) -> None:
    hire(city, "assessor1", "assessor2")
    evaluator = city.actor("evaluator")
    actions.make_campaign(evaluator, values(city))
    with pytest.raises(Refused, match="already"):
        actions.make_campaign(evaluator, values(city))
    changed = actions.change_campaign(evaluator, "open-11", values(city, name="改名", items=values(city).items[:1]))
    assert (changed.name, changed.items.count()) == ("改名", 1)
    actions.drop_campaign(evaluator, "open-11")
    assert not Campaign.objects.exists()


def test_more_places_than_grids_or_too_few_for_the_strata_are_refused_in_words(city: City) -> None:
    with pytest.raises(Refused, match="has 4 unit grids; 5 places"):
        campaign(city, places=5)
    Campaign.objects.all().delete()
    with pytest.raises(Refused, match="too few for 1 from each of 3 strata"):
        campaign(city, places=2)
    assert Campaign.objects.get().state == "draft"


def test_whoever_is_judged_does_not_judge(city: City) -> None:
    hire(city, "assessor1", "assessor2")
    evaluator = city.actor("evaluator")
    ids = {name: (city.members["assessor1"].pk, city.members[name].pk) for name in ("department", "inspector")}
    for kind, name, welcome in (("open", "department", False), ("open", "inspector", True), ("secret", "inspector", False)):
        wanted = values(city, kind=kind, code=f"{kind}-{name}", assessor_ids=ids[name])
        if welcome:
            actions.make_campaign(evaluator, wanted)
            continue
        with pytest.raises(Refused, match="belongs to those who are judged"):
            actions.make_campaign(evaluator, wanted)
    with pytest.raises(Refused, match="need two assessors"):
        actions.make_campaign(evaluator, values(city, assessor_ids=ids["department"][:1]))
    with pytest.raises(Forbidden):
        actions.make_campaign(city.actor("leader"), values(city, code="leaders"))


# --- Who sees what ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["secret", "spot"])
def test_a_hidden_inspection_is_hidden_from_those_it_judges_until_it_is_published(city: City, kind: str) -> None:
    hidden = campaign(city, kind=kind)
    sees = {name for name in city.members if campaigns_in_sight(city.actor(name)).exists()}
    assert sees == {"evaluator", "leader", "assessor1", "assessor2"}
    for name in ("department", "section", "street_office", "inspector", "dispatcher", "administrator"):
        with pytest.raises(NotFound):
            campaign_in_sight(city.actor(name), hidden.code)
    take_all(hidden)
    assert {name for name in city.members if campaigns_in_sight(city.actor(name)).exists()} == sees
    actions.publish(city.actor("evaluator"), hidden.code)
    assert {name for name in city.members if campaigns_in_sight(city.actor(name)).exists()} == set(city.members)
    assert not campaigns_in_sight(MACHINE).exists()


def test_an_assessor_of_a_secret_visit_need_not_evaluate(city: City) -> None:
    hire(city, "assessor1", post=Post.OPERATOR)
    hire(city, "assessor2", "stranger", post=Post.OPERATOR)
    campaign(city, kind="secret")
    assert campaigns_in_sight(city.actor("assessor1")).exists()
    assert not campaigns_in_sight(city.actor("stranger")).exists()


def test_an_open_check_is_known_from_the_draw_on_and_a_draft_to_nobody_else(city: City) -> None:
    hire(city, "assessor1", "assessor2")
    actions.make_campaign(city.actor("evaluator"), values(city))
    assert not campaigns_in_sight(city.actor("department")).exists()
    assert not campaigns_in_sight(actor_of(city.members["operator"])).exists()
    actions.draw_places(city.actor("evaluator"), "open-11", 1)
    assert campaigns_in_sight(city.actor("department")).exists()


def test_a_second_assessor_does_not_see_the_first_look(city: City) -> None:
    drawn = campaign(city)
    first, second = (visit for visit in visits(drawn) if visit.place.number == twice(drawn))
    take(first, {1: 3})
    photo = VisitPhoto.objects.get()
    assert photo_in_sight(actor_of(first.member), first.pk, 0) == photo
    for name in ("evaluator", "leader", second.member.username):
        with pytest.raises(NotFound):
            photo_in_sight(city.actor(name), first.pk, 0)
    assert found(drawn).places == (), "a place shows its marks when every look is taken"
    take(second, {1: 4})
    assert photo_in_sight(city.actor("evaluator"), first.pk, 0) == photo
    with pytest.raises(NotFound):
        photo_in_sight(city.actor("department"), first.pk, 0)


def test_everybody_has_a_list_of_their_own(city: City) -> None:
    drawn = campaign(city)
    mine = own_visits(city.actor("assessor1"))
    assert {visit.member_id for visit in mine} == {city.members["assessor1"].pk}
    assert not own_visits(city.actor("evaluator")).exists()
    stranger = next(visit for visit in visits(drawn) if visit.member_id != city.members["assessor1"].pk)
    with pytest.raises(NotFound):
        send_in(city.actor("assessor1"), stranger.pk, look(stranger))


# --- Looking ------------------------------------------------------------------------------------------------------------


def test_a_look_is_taken_once_however_often_it_is_sent(city: City) -> None:
    visit = visits(campaign(city))[0]
    given = look(visit, {1: 6})
    first = send_in(actor_of(visit.member), visit.pk, given, key="a")
    again = send_in(actor_of(visit.member), visit.pk, given, key="a")
    assert (first.repeated, again.repeated) == (False, True)
    assert Mark.objects.count() == 3
    with pytest.raises(Conflict):
        send_in(actor_of(visit.member), visit.pk, given, key="b")
    visit.refresh_from_db()
    assert (visit.inside, visit.accuracy_m, visit.photos.get().item.position) == (True, 5.0, 1)


def test_where_the_assessor_stood_is_kept_and_told(city: City) -> None:
    visit = visits(campaign(city))[0]
    take(visit, lon=120.5, lat=30.1)
    visit.refresh_from_db()
    assert (visit.inside, visit.lon, visit.lat) == (False, 120.5, 30.1)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"lon": None}, "lon"),
        ({"lon": 0.0, "lat": 0.0}, "lon"),
        ({"words": "长" * 501}, "words"),
        ({"photos": {}}, "photos-{0}"),
        ({"photos": {None: ("0" * 64,)}}, "photos-{0}"),
        ({"marks": {}}, "points-{0}"),
    ],
)
def test_a_look_that_lacks_something_is_refused_by_its_field(city: City, changed: dict, field: str) -> None:
    visit = visits(campaign(city))[0]
    first_item = visit.place.campaign.items.get(position=1)
    with pytest.raises(Refused) as refusal:
        take(visit, {1: 6}, **changed)
    assert refusal.value.field == field.format(first_item.pk)
    assert not Mark.objects.exists()


def test_points_that_an_item_does_not_have_are_refused(city: City) -> None:
    visit = visits(campaign(city))[0]
    with pytest.raises(Refused, match="0 to 5 points"):
        take(visit, {2: 6})
    with pytest.raises(Refused, match="0 to 10 points"):
        take(visit, {1: -1})


def test_one_photo_does_not_prove_two_looks_and_nobody_uses_anothers(city: City) -> None:
    mine = [visit for visit in visits(campaign(city)) if visit.member_id == city.members["assessor1"].pk]
    given = look(mine[0], {1: 6})
    send_in(actor_of(mine[0].member), mine[0].pk, given, key="a")
    with pytest.raises(Refused, match="was used before"):
        send_in(actor_of(mine[1].member), mine[1].pk, look(mine[1], {1: 6}, photos=given.photos), key="b")


def test_nobody_looks_before_the_first_day(city: City) -> None:
    visit = visits(campaign(city, begin=datetime(2026, 11, 26).date()))[0]  # noqa: DTZ001
    with pytest.raises(Conflict, match="begins on"):
        take(visit)


def test_a_place_that_nobody_can_get_to_is_left_out_with_a_reason(city: City) -> None:
    drawn = campaign(city)
    evaluator = city.actor("evaluator")
    with pytest.raises(Refused):
        actions.leave_out(evaluator, drawn.code, 1, " ")
    actions.leave_out(evaluator, drawn.code, 1, "施工围挡，进不去")
    progress = progress_of([drawn])[drawn.pk]
    assert (progress.places, progress.left_out, progress.done) == (4, 1, 0)
    with pytest.raises(Conflict):
        actions.leave_out(evaluator, drawn.code, 1, "再来一次")
    first = next(visit for visit in visits(drawn) if visit.place.number == 1)
    with pytest.raises(Conflict):
        take(first)
    for visit in visits(drawn):
        if visit.place.number != 1:
            take(visit)
    assert actions.publish(evaluator, drawn.code).state == "published"


# --- What comes of it ---------------------------------------------------------------------------------------------------


def test_two_looks_too_far_apart_wait_for_a_third_by_somebody_else(city: City) -> None:
    drawn = campaign(city)
    number = twice(drawn)
    take_all(drawn, {(number, 1): {1: 4}, (number, 2): {1: 9}})
    what = found(drawn)
    assert [one.place.number for one in what.disputed] == [number]
    with pytest.raises(Conflict, match="differ too much at"):
        actions.publish(city.actor("evaluator"), drawn.code)
    item = drawn.items.get(position=1)
    with pytest.raises(Forbidden, match="looked before"):
        actions.take_third_look(city.actor("assessor1"), drawn.code, number, {item.pk: MarkGiven(5)})
    with pytest.raises(Refused):
        actions.take_third_look(city.actor("evaluator"), drawn.code, number, {})
    with pytest.raises(Refused, match="0 to 10"):
        actions.take_third_look(city.actor("evaluator"), drawn.code, number, {item.pk: MarkGiven(11)})
    actions.take_third_look(city.actor("evaluator"), drawn.code, number, {item.pk: MarkGiven(5)}, "复查照片，地面有积存垃圾")
    assert found(drawn).disputed == []
    settled = next(one for one in found(drawn).places if one.place.number == number)
    assert [settled.settled[one.pk].points for one in drawn.items.order_by("position")] == [5, 5, 5]
    with pytest.raises(Conflict, match="Nothing is disputed"):
        actions.take_third_look(city.actor("evaluator"), drawn.code, number, {item.pk: MarkGiven(5)})


def test_agreement_is_told_over_the_places_scored_twice(city: City) -> None:
    drawn = campaign(city, second_percent=50)
    first, second = InspectionPlace.objects.filter(campaign=drawn, twice=True).values_list("number", flat=True)
    take_all(drawn, {(first, 1): {1: 8}, (first, 2): {1: 10}, (second, 1): {2: 2}, (second, 2): {2: 2}})
    told = agreement_in(found(drawn))
    assert (told.places, told.marks) == (2, 6)
    assert told.same == Fraction(5, 6)
    assert told.within == 1
    # Six pairs: (8,10) (5,5) (5,5) (10,10) (2,2) (5,5). By chance: 5 with 5 gives 9, 10 with 10 gives 2, 2 with 2 gives 1: 12 of 36.
    assert told.kappa == (Fraction(5, 6) - Fraction(12, 36)) / (1 - Fraction(12, 36))
    assert told.icc is not None


def test_points_of_each_subject_are_the_mean_over_its_places(city: City) -> None:
    works = city.organization_id("works")
    items = (*values_of_items(works),)
    drawn = campaign(city, items=items, second_percent=0)
    by_grid = {place.grid_code: place.number for place in drawn.drawn.all()}
    # In the first grid 6 of 10 and 5 of 5 points, greenery does not apply; in the last 1 of 5 for the greenery.
    take_all(drawn, {(by_grid[GRID_CODES[0]], 1): {1: 6, 3: None}, (by_grid[GRID_CODES[3]], 1): {3: 1}})
    actions.publish(city.actor("evaluator"), drawn.code)
    values = outside_values(*NOVEMBER)
    office = str(city.organization_id("street_office"))
    first = Fraction(1100, 15)
    assert values["street_clean", "street", str(STREET)].numerator == first + 300
    assert values["street_clean", "street", str(STREET)].denominator == 4
    assert values["street_clean", "city", ""].value == (first + 300) / 4
    communities = [str(code) for code in COMMUNITIES]
    assert values["street_clean", "community", communities[0]].value == (first + 100) / 2
    assert values["street_clean", "community", communities[1]].value == 100
    assert values["street_clean", "organization", office].value == (first + 300) / 4
    assert values["greenery", "organization", str(works)].value == Fraction(100 + 100 + 20, 3)
    assert ("greenery", "organization", office) not in values, "the works answer for the greenery, not the street"
    assert values["greenery", "street", str(STREET)].denominator == 3, "where it does not apply nothing is judged"
    told = items_in(found(drawn))
    assert [(one.places, one.faultless) for one in told] == [(4, 3), (4, 4), (3, 2)]


def values_of_items(works: int) -> tuple[actions.ItemValues, ...]:
    return (
        actions.ItemValues("street_clean", "路面干净", 10, "no"),
        actions.ItemValues("street_clean", "果皮箱完好", 5, "no"),
        actions.ItemValues("greenery", "绿化带无缺株", 5, "no", works),
    )


def test_an_inspection_counts_once_it_is_published_and_for_the_period_of_its_last_day(city: City) -> None:
    drawn = campaign(city)
    take_all(drawn)
    assert outside_values(*NOVEMBER) == {}
    published = actions.publish(city.actor("evaluator"), drawn.code)
    assert outside_values(*NOVEMBER)["greenery", "city", ""].value == 100
    assert outside_values(NOVEMBER[1], datetime(2026, 12, 31, 16, tzinfo=UTC)) == {}
    assert published.result_digest == result_digest(found(published))
    Mark.objects.filter(item__position=3).update(points=1)
    assert published.result_digest != result_digest(found(published)), "whoever changes a mark in the tables is found out"


def test_an_inspection_is_published_when_every_place_is_looked_at_and_by_evaluators_only(city: City) -> None:
    drawn = campaign(city)
    with pytest.raises(Conflict, match="4 places still wait"):
        actions.publish(city.actor("evaluator"), drawn.code)
    take_all(drawn)
    for name in ("leader", "administrator", "department"):
        with pytest.raises(Forbidden):
            actions.publish(city.actor(name), drawn.code)
    actions.publish(city.actor("evaluator"), drawn.code)
    with pytest.raises(Conflict):
        actions.publish(city.actor("evaluator"), drawn.code)


def test_a_finding_becomes_a_case_that_does_not_tell_of_the_inspection(city: City) -> None:
    visit = visits(campaign(city, kind="secret"))[0]
    take(visit, {1: 2})
    items = list(visit.place.campaign.items.order_by("position"))
    with pytest.raises(Conflict, match="Nothing is wrong"):
        report_finding(actor_of(visit.member), visit.pk, items[1].pk)
    with pytest.raises(NotFound):
        report_finding(city.actor("department"), visit.pk, items[0].pk)
    reported = report_finding(actor_of(visit.member), visit.pk, items[0].pk, city.garbage.pk, "人行道上有一堆垃圾")
    case = Case.objects.get()
    assert (reported.number, case.channel, case.grid_code) == (case.number, Channel.LEADER, visit.place.grid_code)
    kept = Report.objects.get()
    assert (kept.description, kept.member_id, kept.other_number) == ("人行道上有一堆垃圾", None, "")
    assert Evidence.objects.filter(case=case).count() == 1
    assert VisitPhoto.objects.get().evidence.case_id is None, "the look keeps its own proof"
    with pytest.raises(Conflict, match="reported already"):
        report_finding(actor_of(visit.member), visit.pk, items[0].pk)


def test_a_finding_without_a_class_waits_for_an_operator(city: City) -> None:
    visit = visits(campaign(city))[0]
    take(visit, {1: 2})
    item = visit.place.campaign.items.get(position=1)
    reported = report_finding(actor_of(visit.member), visit.pk, item.pk)
    assert reported.case_id is None
    assert [one.field for one in reported.questions] == ["problem_class"]
    assert Report.objects.get().description == item.text


def test_lists_ask_the_same_whatever_their_length(city: City, counted_queries: QueryCounter) -> None:
    made = [campaign(city, code=f"c{number}") for number in range(4)]
    with counted_queries("evaluation: progress of campaigns"):
        progress_of(made)
    for one in made:
        take_all(one)
        actions.publish(city.actor("evaluator"), one.code)
    with counted_queries("evaluation: values from outside"):
        assert outside_values(*NOVEMBER)["greenery", "city", ""].denominator == 16
    assert Visit.objects.filter(submitted_at=None).count() == 0
