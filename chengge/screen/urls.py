from django.urls import path

from chengge.screen import pages

urlpatterns = [
    path("map/", pages.city_map, name="city_map"),
    path("map/cases.geojson", pages.case_points, name="map_cases"),
    path("map/lights.json", pages.light_counts, name="map_lights"),
    path("map/find.json", pages.find_on_map, name="map_find"),
]
