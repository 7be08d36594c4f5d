from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = [
    # Requests and orders
    # Levels and duty
    # The platform: hard cases, surveys, meetings, rulings
    # Unclear boundaries
    # People
    # Dispatch by itself
]
