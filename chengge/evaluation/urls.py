from django.urls import URLPattern, URLResolver, path

from chengge.evaluation.pages import dashboards, overview

urlpatterns: list[URLPattern | URLResolver] = [
    # Schemes
    # Runs, explained and compared
    # Inspections
    # Consequences
    # Bulletins
    # Views
    path("evaluation/", overview.overview, name="evaluation"),
    path("evaluation/dashboards/", dashboards.dashboards, name="evaluation_dashboards"),
    path("evaluation/dashboards/<slug:name>.csv", dashboards.as_csv, name="evaluation_dashboard_csv"),
    path("evaluation/dashboards/areas.geojson", dashboards.heat_areas, name="evaluation_heat_areas"),
]
