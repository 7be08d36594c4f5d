"""What evaluation does by itself, in the background."""

from procrastinate.contrib.django import app

from chengge.evaluation.facts import city_facts, refresh


@app.periodic(cron="10 * * * *")
@app.task(queueing_lock="evaluation.refresh_facts", pass_context=False)
def refresh_facts(timestamp: int) -> int:
    """Bring the facts up to the ledger. Returns how many cases were read."""
    return refresh(city_facts()).cases
