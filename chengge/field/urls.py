from django.urls import include, path

from chengge.field.pages import carried, handing_in, surveying
from chengge.field.pages import phone as pages

urlpatterns = [
    path("", include("chengge.field.office.urls")),
    path("", include("chengge.field.office.track_urls")),
    path("phone/", pages.home, name="phone"),
    path("phone/duty", pages.duty, name="phone_duty"),
    path("phone/seen", pages.seen, name="phone_seen"),
    path("phone/photos", handing_in.photo, name="phone_photo"),
    path("phone/voices", handing_in.voice, name="phone_voice"),
    path("phone/files.json", handing_in.files, name="phone_files"),
    path("phone/who.json", handing_in.who, name="phone_who"),
    path("phone/classes.json", pages.class_search, name="phone_classes"),
    path("phone/guesses.json", pages.guesses, name="phone_guesses"),
    path("phone/near.json", pages.near, name="phone_near"),
    path("phone/report/", pages.report_problem, name="phone_report"),
    path("phone/reports/", pages.reports, name="phone_reports"),
    path("phone/unsent/", pages.unsent, name="phone_unsent"),
    path("phone/components/", pages.components, name="phone_components"),
    path("phone/cases/<str:number>/", pages.case, name="phone_case"),
    path("phone/tasks/<int:task_id>/", pages.task, name="phone_task"),
    path("phone/survey/", surveying.survey, name="phone_survey"),
    path("phone/surveys/", surveying.surveys, name="phone_surveys"),
    path("phone/sw.js", carried.service_worker, name="phone_worker"),
    path("phone/map-worker.mjs", carried.map_worker, name="phone_map_worker"),
    path("phone/manifest.webmanifest", carried.manifest, name="phone_manifest"),
    path("phone/pack.json", carried.bootstrap, name="phone_pack"),
    path("phone/ground/<slug:name>/<slug:tag>.json", carried.ground_part, name="phone_part"),
    path("phone/offline/", carried.offline, name="phone_offline"),
]
