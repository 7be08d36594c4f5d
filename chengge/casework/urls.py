from django.urls import path

from chengge.casework.pages import acting, case, desk, exporting, kept_filters, live, looking_up, photos, reminders, reporting, voices

urlpatterns = [
    path("desk/<slug:post>/", desk.desk, name="desk"),
    path("desk/<slug:post>/rows/", desk.rows, name="desk_rows"),
    path("desk/<slug:post>/pulse/", live.pulse, name="desk_pulse"),
    path("desk/<slug:post>/filter/", desk.filter_panel, name="desk_filter"),
    path("desk/<slug:post>/bulk/", acting.bulk, name="desk_bulk"),
    path("desk/<slug:post>/keep/", kept_filters.keep, name="keep_filter"),
    path("desk/<slug:post>/forget/<int:filter_id>/", kept_filters.forget, name="forget_filter"),
    path("desk/<slug:post>/cases.csv", exporting.as_csv, name="desk_csv"),
    path("desk/<slug:post>/cases.xlsx", exporting.as_xlsx, name="desk_xlsx"),
    path("desk/<slug:post>/case/<str:number>/", desk.open_case, name="desk_case"),
    path("manage/reminders/", reminders.reminders, name="manage_reminders"),
    path("manage/reminders/new", reminders.edit, name="manage_reminder_new"),
    path("manage/reminders/<int:rule_id>/edit", reminders.edit, name="manage_reminder_edit"),
    path("manage/reminders/<int:rule_id>/end", reminders.end, name="manage_reminder_end"),
    path("cases/<str:number>/", case.page, name="case"),
    path("cases/<str:number>/do/<slug:action>/", acting.act, name="act"),
    path("cases/<str:number>/conditions/", looking_up.conditions, name="conditions"),
    path("find/classes/", looking_up.find_classes, name="find_classes"),
    path("find/organizations/", looking_up.find_organizations, name="find_organizations"),
    path("find/places/", looking_up.find_places, name="find_places"),
    path("reports/new/", reporting.new, name="new_report"),
    path("reports/waiting/", reporting.waiting, name="waiting_reports"),
    path("reports/<int:report_id>/", reporting.complete, name="complete_report"),
    path("photos/", photos.upload, name="upload_photo"),
    path("photos/<slug:sha256>/<slug:size>", photos.photo, name="photo"),
    path("voices/<slug:sha256>", voices.voice, name="voice"),
]
