from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = [
    # Schemes
    # Runs, explained and compared
    # Inspections
    # Consequences
    # Bulletins
    # Views
]
