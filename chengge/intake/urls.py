from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("open311/v2/", include("chengge.intake.open311.urls")),
]
