from django.urls import URLPattern, URLResolver, path

from chengge.coordination.pages import hard_cases, meetings, orders, paper, request_rules, requests, rulings, surveys

urlpatterns: list[URLPattern | URLResolver] = [
    # Requests and orders
    path("coordination/", requests.overview, name="coordination"),
    path("coordination/requests/", requests.listed, name="coordination_requests"),
    path("coordination/requests/answer/", requests.answer_many, name="coordination_answer_many"),
    path("coordination/cases/<str:number>/", requests.beside_case, name="coordination_case"),
    path("coordination/cases/<str:number>/say/", requests.say, name="coordination_say"),
    path("coordination/cases/<str:number>/call/", requests.call, name="coordination_call"),
    path("coordination/calls/<int:call_id>/kept/", requests.kept, name="coordination_kept"),
    path("coordination/orders/", orders.listed, name="coordination_orders"),
    path("coordination/orders/late/", requests.late, name="coordination_late"),
    path("coordination/sheets/", orders.sheet_list, name="coordination_sheets"),
    path("coordination/sheets/new/", orders.new_sheet, name="coordination_sheet_new"),
    path("coordination/sheets/<int:sheet_id>/", orders.sheet_page, name="coordination_sheet"),
    path("coordination/sheets/<int:sheet_id>/step/", orders.step, name="coordination_sheet_step"),
    path("manage/request-rules/", request_rules.listed, name="manage_request_rules"),
    path("manage/request-rules/<slug:kind>/", request_rules.edit, name="manage_request_rule"),
    # Levels and duty
    # The platform: hard cases, surveys, meetings, rulings
    path("coordination/hard/", hard_cases.listed, name="coordination_hard_cases"),
    path("coordination/hard/<str:number>/", hard_cases.hard_page, name="coordination_hard_case"),
    path("coordination/surveys/", surveys.listed, name="coordination_surveys"),
    path("coordination/surveys/new/", surveys.new, name="coordination_survey_new"),
    path("coordination/surveys/<int:survey_id>/", surveys.survey_page, name="coordination_survey"),
    path("coordination/surveys/<int:survey_id>/say/", surveys.say, name="coordination_survey_say"),
    path("coordination/surveys/<int:survey_id>/photos/", surveys.photos, name="coordination_survey_photos"),
    path("coordination/surveys/<int:survey_id>/photos/<int:position>/<slug:size>", surveys.photo, name="coordination_survey_photo"),
    path("coordination/surveys/<int:survey_id>/sketch/", surveys.sketch, name="coordination_survey_sketch"),
    path("coordination/surveys/<int:survey_id>/paper.<slug:kind>", paper.survey, name="coordination_survey_paper"),
    path("coordination/surveys/<int:survey_id>/end/", surveys.end, name="coordination_survey_end"),
    path("coordination/meetings/", meetings.listed, name="coordination_meetings"),
    path("coordination/meetings/new/", meetings.new, name="coordination_meeting_new"),
    path("coordination/meetings/<int:meeting_id>/", meetings.meeting_page, name="coordination_meeting"),
    path("coordination/meetings/<int:meeting_id>/print/", meetings.printed, name="coordination_meeting_print"),
    path("coordination/meetings/<int:meeting_id>/paper.<slug:kind>", paper.minutes, name="coordination_meeting_paper"),
    path("coordination/meetings/<int:meeting_id>/step/", meetings.step, name="coordination_meeting_step"),
    path("coordination/meetings/<int:meeting_id>/sign/", meetings.sign, name="coordination_meeting_sign"),
    path("coordination/rulings/", rulings.listed, name="coordination_rulings"),
    path("coordination/rulings/new/", rulings.new, name="coordination_ruling_new"),
    path("coordination/rulings/<int:ruling_id>/", rulings.ruling_page, name="coordination_ruling"),
    path("coordination/rulings/<int:ruling_id>/paper.<slug:kind>", paper.ruling, name="coordination_ruling_paper"),
    path("coordination/rulings/<int:ruling_id>/edit/", rulings.edit, name="coordination_ruling_edit"),
    path("coordination/rulings/<int:ruling_id>/step/", rulings.step, name="coordination_ruling_step"),
    path("coordination/rulings/<int:ruling_id>/object/", rulings.say_against, name="coordination_ruling_object"),
    path("coordination/rulings/<int:ruling_id>/dispatch/", rulings.dispatch, name="coordination_ruling_dispatch"),
    # Unclear boundaries
    # People
    # Dispatch by itself
]
