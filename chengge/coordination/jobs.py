"""What coordination does by itself, in the background."""

from procrastinate.contrib.django import app

from chengge.coordination.actions import telling


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
