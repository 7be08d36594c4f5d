from django.urls import path

from chengge.field.office import components, roster, small_things, surveys

urlpatterns = [
    path("manage/surveys/", surveys.surveys, name="manage_surveys"),
    path("manage/surveys/approve", surveys.decide_many, name="manage_surveys_many"),
    path("manage/surveys/export.csv", surveys.export, name="manage_surveys_export"),
    path("manage/surveys/<int:survey_id>/decide", surveys.decide, name="manage_survey_decide"),
    path("manage/components/", components.components, name="manage_components"),
    path("manage/components/<str:code>/", components.component, name="manage_component"),
    path("surveys/<int:survey_id>/photos/<int:position>/<slug:size>", surveys.photo, name="survey_photo"),
    path("manage/roster/", roster.roster, name="manage_roster"),
    path("manage/roster/copy", roster.copy, name="manage_roster_copy"),
    path("manage/roster/export.csv", roster.export, name="manage_roster_export"),
    path("manage/roster/shift", roster.shift, name="manage_shift"),
    path("manage/roster/<str:grid>/<slug:day>/", roster.cell, name="manage_roster_cell"),
    path("manage/small-things/", small_things.small_things, name="manage_small_things"),
    path("manage/small-things/decide", small_things.decide, name="manage_small_decide"),
    path("manage/small-things/totals/", small_things.totals, name="manage_small_totals"),
    path("manage/small-things/totals.csv", small_things.export, name="manage_small_export"),
]
