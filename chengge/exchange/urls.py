from django.urls import path

from chengge.exchange import pages

urlpatterns = [
    path("manage/imports/", pages.imports, name="imports"),
    path("manage/imports/<slug:kind>/", pages.import_kind, name="import_kind"),
    path("manage/imports/<slug:kind>/apply", pages.carry_out, name="import_apply"),
    path("manage/imports/<slug:kind>/faults", pages.faults, name="import_faults"),
    path("manage/imports/<slug:kind>/refused", pages.refused, name="import_refused"),
    path("manage/imports/<slug:kind>/template", pages.template, name="import_template"),
    path("manage/handbook/export.xlsx", pages.handbook, name="handbook_export"),
]
