"""What the outbox does by itself, in the background."""

from procrastinate.contrib.django import app

from chengge.notices import actions


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="notices.deliver", lock="notices.deliver", pass_context=False)
def deliver(timestamp: int) -> int:
    """Hand over what waits in the outbox. Every ten seconds; a code that somebody waits for must not take long."""
    return actions.deliver_due().sent


@app.periodic(cron="20 3 * * *")
@app.task(queueing_lock="notices.forget_old_contacts", pass_context=False)
def forget_old_contacts(timestamp: int) -> int:
    """Drop numbers and addresses of people outside that nobody needs any more."""
    return actions.forget_old_contacts()
