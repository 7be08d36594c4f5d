from django.urls import path

from chengge.field.office import alarms, tracks
from chengge.field.pages import round as rounds

urlpatterns = [
    path("tracks/", tracks.live, name="tracks"),
    path("tracks/now.json", tracks.live_points, name="tracks_now"),
    path("tracks/figures/", tracks.figures, name="patrols"),
    path("tracks/figures.csv", tracks.figures_csv, name="patrols_csv"),
    path("tracks/<str:username>/<str:day>/", tracks.replay, name="track"),
    path("tracks/<str:username>/<str:day>/track.json", tracks.replay_track, name="track_json"),
    path("alarms/", alarms.alarms, name="alarms"),
    path("alarms/<int:alarm_id>/close", alarms.close_alarm, name="alarm_close"),
    path("manage/alarm-rules/", alarms.rules, name="manage_alarm_rules"),
    path("manage/alarm-rules/<slug:kind>", alarms.edit_rule, name="manage_alarm_rule"),
    path("phone/track", rounds.track, name="phone_track"),
    path("phone/day/", rounds.my_day, name="phone_day"),
    path("phone/alarms/<int:alarm_id>/explain", rounds.explain_alarm, name="phone_alarm_explain"),
]
