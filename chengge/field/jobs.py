"""What the field does by itself, in the background."""

from datetime import timedelta

from procrastinate.contrib.django import app

from chengge import clock
from chengge.field.actions import patrols, rounds
from chengge.organization.queries import CITY_ZONE, city_day

NIGHT_ENDS_HOUR = 6  # until then yesterday may still get late fixes


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="field.look_after_inspectors", pass_context=False)
def look_after_inspectors(timestamp: int) -> None:
    """Silence, shifts that nobody came to, walks falling due, alarms that nobody explains."""
    rounds.go_round()


@app.periodic(cron="20 * * * *")
@app.task(queueing_lock="field.count_patrols", pass_context=False)
def count_patrols(timestamp: int) -> None:
    """Add up today's patrols; by night also yesterday's, and tell of its grids that nobody visited."""
    now = clock.now()
    today = city_day(now)
    patrols.count_day(today)
    if now.astimezone(CITY_ZONE).hour < NIGHT_ENDS_HOUR:
        yesterday = today - timedelta(days=1)
        patrols.count_day(yesterday)
        patrols.look_for_unvisited(yesterday)


@app.periodic(cron="10 3 * * *")
@app.task(queueing_lock="field.keep_track_months", pass_context=False)
def keep_track_months(timestamp: int) -> None:
    """Make next month's table of tracks ahead, and drop what is older than CHENGGE_TRACK_MONTHS."""
    patrols.keep_months()
