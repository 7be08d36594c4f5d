from django.urls import path

from chengge.foundation.pages import city_map

urlpatterns = [
    path("map/config.json", city_map.config, name="map_config"),
    path("map/base/<int:revision>/<slug:part>.geojson", city_map.base, name="map_base"),
    path("map/divisions/<int:revision>/<slug:day>.geojson", city_map.division_borders, name="map_divisions"),
    path("map/responsibility/<int:revision>/<slug:day>.geojson", city_map.responsibility_borders, name="map_responsibility"),
    path("map/grids.geojson", city_map.unit_grids, name="map_grids"),
    path("map/components.geojson", city_map.component_points, name="map_components"),
]
