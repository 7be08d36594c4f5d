"""Every address of the product, in one list. The pages of a subsystem stand in its own `urls.py`, named here."""

import sys

from django.contrib import admin
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.defaults import bad_request, page_not_found, permission_denied, server_error
from django.views.generic import RedirectView

from chengge.config.api import api
from chengge.config.health import healthz

admin.site.site_header = admin.site.site_title = _("Chengge")
admin.site.index_title = _("All tables")

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("favicon.ico", RedirectView.as_view(url=static("img/chengge.svg"))),
    path("api/v1/", api.urls),
    path("", include("chengge.organization.urls")),
    path("", include("chengge.intake.urls")),  # Before casework, whose desks have names of posts: /desk/hotline/ is none of them.
    path("", include("chengge.notices.urls")),
    path("", include("chengge.casework.urls")),
    path("", include("chengge.foundation.urls")),
    path("", include("chengge.field.urls")),
    path("", include("chengge.screen.urls")),
    path("", include("chengge.evaluation.urls")),
    path("", include("chengge.coordination.urls")),
    path("", include("chengge.exchange.urls")),
    path("administration/tables/", admin.site.urls),
]


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    return bad_request(request, exception, template_name="400.html")


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    return permission_denied(request, exception, template_name="403.html")


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page_not_found(request, exception, template_name="404.html")


def handler500(request: HttpRequest) -> HttpResponse:
    """Our fault; or, while the database is away, an invitation to try again soon."""
    if not isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return server_error(request, template_name="500.html")
    response = render(request, "503.html", status=503)
    response.headers["Retry-After"] = "5"
    return response
