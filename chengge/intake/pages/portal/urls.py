"""Addresses of the public portal and of the pages that decide what it shows."""

from django.urls import path

from chengge.intake.pages.portal import browsing, feeds, ground, home, publishing, reporting, tracking

urlpatterns = [
    path("public/", home.home, name="public_home"),
    path("public/report/", reporting.report_problem, name="public_report"),
    path("public/report/photos", reporting.photo, name="public_report_photo"),
    path("public/report/guess", reporting.guess, name="public_report_guess"),
    path("public/report/near", reporting.near, name="public_report_near"),
    path("public/report/places", reporting.places, name="public_report_places"),
    path("public/track/", tracking.look_up, name="public_track"),
    path("public/track/<str:reference>/<str:token>/", tracking.tracked, name="public_tracked"),
    path("public/cases/", browsing.cases, name="public_cases"),
    path("public/cases/<str:number>/", browsing.case, name="public_case"),
    path("public/cases.geojson", browsing.points, name="public_points"),
    path("public/photos/<int:photo_id>/<slug:size>", browsing.photo, name="public_photo"),
    path("public/map/config.json", ground.config, name="public_map_config"),
    path("public/map/base/<int:revision>/<slug:part>.geojson", ground.base, name="public_map_base"),
    path("public/map/divisions/<int:revision>/<slug:day>.geojson", ground.division_borders, name="public_map_divisions"),
    path("public/feed.atom", feeds.atom, name="public_atom"),
    path("public/feed.rss", feeds.rss, name="public_rss"),
    path("public/bulletin/", home.bulletin, name="public_bulletin"),
    path("public/about/", home.about, name="public_about"),
    path("manage/public-photos/", publishing.photos, name="public_photos"),
    path("manage/public-photos/<int:evidence_id>", publishing.decide, name="public_photo_decide"),
    path("manage/public-photos/words/<int:case_id>", publishing.say, name="public_words"),
    path("manage/portal/", publishing.rules, name="manage_portal"),
]
