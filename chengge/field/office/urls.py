from django.urls import path

from chengge.field.office import components, surveys

urlpatterns = [
    path("manage/surveys/", surveys.surveys, name="manage_surveys"),
    path("manage/surveys/approve", surveys.decide_many, name="manage_surveys_many"),
    path("manage/surveys/export.csv", surveys.export, name="manage_surveys_export"),
    path("manage/surveys/<int:survey_id>/decide", surveys.decide, name="manage_survey_decide"),
    path("manage/components/", components.components, name="manage_components"),
    path("manage/components/<str:code>/", components.component, name="manage_component"),
    path("surveys/<int:survey_id>/photos/<int:position>/<slug:size>", surveys.photo, name="survey_photo"),
]
