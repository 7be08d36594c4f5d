"""What coordination does by itself, in the background."""

from procrastinate.contrib.django import app

from chengge.coordination.actions import hard_cases, telling


@app.periodic(cron="* * * * * */20")
@app.task(queueing_lock="coordination.tell", lock="coordination.tell", pass_context=False)
def tell(timestamp: int) -> int:
    """Read on in the ledger: who hears of what was asked, answered, ordered and urged."""
    return telling.read_on()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="coordination.tell_late", lock="coordination.tell_late", pass_context=False)
def tell_late(timestamp: int) -> int:
    """Tell of requests and orders whose answer is late."""
    return telling.tell_late()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="coordination.look_through", lock="coordination.look_through", pass_context=False)
def look_through(timestamp: int) -> int:
    """Bring the queue of hard cases up to date; how many came in or went out."""
    return hard_cases.look_through()
