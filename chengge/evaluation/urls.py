from django.urls import URLPattern, URLResolver, path

from chengge.evaluation.pages import overview

urlpatterns: list[URLPattern | URLResolver] = [
    # Schemes
    # Runs, explained and compared
    # Inspections
    # Consequences
    # Bulletins
    # Views
    path("evaluation/", overview.overview, name="evaluation"),
]
