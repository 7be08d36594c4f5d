"""What evaluation does by itself, in the background."""

from procrastinate.contrib.django import app

from chengge.evaluation.actions import weekly_digest
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
