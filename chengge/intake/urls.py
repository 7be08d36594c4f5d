from django.urls import URLPattern, URLResolver, include, path

from chengge.intake.pages import hotline

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/hotline/", hotline.desk, name="hotline"),
    path("desk/hotline/pulse/", hotline.pulse, name="hotline_pulse"),
    path("desk/hotline/begin/", hotline.begin, name="hotline_begin"),
    path("desk/hotline/nearby/", hotline.beside, name="hotline_nearby"),
    path("desk/hotline/guess/", hotline.guess, name="hotline_guess"),
    path("desk/hotline/log/", hotline.log, name="hotline_log"),
    path("desk/hotline/call/<int:call_id>/", hotline.call, name="hotline_call"),
    path("desk/hotline/call/<int:call_id>/save/", hotline.save, name="hotline_save"),
    path("desk/hotline/call/<int:call_id>/close/", hotline.close, name="hotline_close"),
    path("desk/hotline/call/<int:call_id>/back/", hotline.call_back, name="hotline_back"),
    path("open311/v2/", include("chengge.intake.open311.urls")),
    path("", include("chengge.intake.pages.portal.urls")),
]
