"""Drawing in a real browser: what is clicked on the map of a survey is kept."""

from datetime import timedelta

import pytest

from chengge import clock
from chengge.coordination.actions.surveys import Planned, plan_survey
from chengge.coordination.models import SurveySketch
from tests.browsing import axe_findings, sign_in, wait_until
from tests.factories import build_city


@pytest.mark.django_db(transaction=True)
def test_a_line_clicked_on_the_map_of_a_survey_is_kept_with_its_label(live_server, page):
    city = build_city()
    lon, lat = city.places[1]
    units = [city.organization_id("works")]
    survey = plan_survey(city.actor("coordinator"), Planned("路灯归属", "石桥路口", lon, lat, clock.now() + timedelta(days=1), units))
    sign_in(page, live_server, city, "department")
    page.goto(f"{live_server.url}/coordination/surveys/{survey.pk}/")
    wait_until(page, "() => Boolean(document.querySelector('city-map')?.map?.getLayer('sketch-line'))")
    page.click("[data-draw=LineString]")
    box = page.locator("city-map canvas").bounding_box()
    for x, y in ((0.4, 0.5), (0.6, 0.45), (0.6, 0.6)):
        page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        page.wait_for_timeout(350)  # else two clicks are one double click
    wait_until(page, "() => document.querySelector('[name=geometry]').value.includes('LineString')")
    page.fill("#sketch-label", "红线")
    page.click("text=Keep the drawing")
    wait_until(page, "() => document.body.innerText.includes('红线')")
    assert SurveySketch.objects.get().label == "红线"
    assert axe_findings(page) == []
