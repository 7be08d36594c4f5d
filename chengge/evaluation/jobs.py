"""What evaluation does by itself, in the background."""

from procrastinate.contrib.django import app

from chengge.evaluation.actions import stars, weekly_digest
from chengge.evaluation.facts import city_facts, refresh


@app.periodic(cron="10 * * * *")
@app.task(queueing_lock="evaluation.refresh_facts", pass_context=False)
def refresh_facts(timestamp: int) -> int:
    """Bring the facts up to the ledger. Returns how many cases were read."""
    return refresh(city_facts()).cases


@app.periodic(cron="20 * * * *")
@app.task(queueing_lock="evaluation.tell_the_week", pass_context=False)
def tell_the_week(timestamp: int) -> int:
    """Tell leaders on Monday morning how the week was. Asked every hour, so that a server that was off on the dot still does it."""
    return weekly_digest.tell_the_week()


@app.periodic(cron="40 4 * * *")
@app.task(queueing_lock="evaluation.award_star", pass_context=False)
def award_star(timestamp: int) -> int | None:
    """The star dispatcher of the month that is over; asked every night, awarded once. Returns the run."""
    run = stars.award_last_month()
    return run.pk if run else None
