from django.urls import path

from chengge.field.pages import phone as pages

urlpatterns = [
    path("phone/", pages.home, name="phone"),
    path("phone/duty", pages.duty, name="phone_duty"),
    path("phone/seen", pages.seen, name="phone_seen"),
    path("phone/photos", pages.photo, name="phone_photo"),
    path("phone/classes.json", pages.class_search, name="phone_classes"),
    path("phone/near.json", pages.near, name="phone_near"),
    path("phone/report/", pages.report_problem, name="phone_report"),
    path("phone/reports/", pages.reports, name="phone_reports"),
    path("phone/cases/<str:number>/", pages.case, name="phone_case"),
    path("phone/tasks/<int:task_id>/", pages.task, name="phone_task"),
]
