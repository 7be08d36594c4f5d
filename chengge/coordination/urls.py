from django.urls import URLPattern, URLResolver, path

from chengge.coordination.pages import orders, request_rules, requests

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
    # Unclear boundaries
    # People
    # Dispatch by itself
]
