"""What coordination does by itself, in the background."""

from procrastinate.contrib.django import app

from chengge.coordination.actions import (
    boundaries,
    escalating,
    hard_cases,
    seconded_private,
    seconded_telling,
    seconded_terms,
    standing,
    telling,
    visits,
)


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
    """Bring the queue of hard cases up to date, then send up what has waited too long; how many came in, went out or up."""
    return hard_cases.look_through() + escalating.go_up()


@app.periodic(cron="5 * * * *")
@app.task(queueing_lock="coordination.tell_overdue", lock="coordination.tell_overdue", pass_context=False)
def tell_overdue(timestamp: int) -> int:
    """Tell of standing problems to be reviewed, of steps and promises that are late."""
    return standing.tell_overdue() + visits.tell_late_promises()


@app.periodic(cron="15 7 * * *")
@app.task(queueing_lock="coordination.draft_visits", lock="coordination.draft_visits", pass_context=False)
def draft_visits(timestamp: int) -> int:
    """Draft the plan of visits of the coming week."""
    return visits.draft_next_week()


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="coordination.renew_boundaries", lock="coordination.renew_boundaries", pass_context=False)
def renew_boundaries(timestamp: int) -> bool:
    """Reckon unclear boundaries anew where the rules or the day have changed; whether it was done."""
    return boundaries.renew()


@app.periodic(cron="25 2 * * *")
@app.task(queueing_lock="coordination.forget_seconded", pass_context=False)
def forget_seconded(timestamp: int) -> int:
    """What is kept of seconded staff as persons goes some time after they have left; how many people."""
    return seconded_private.forget_old()


@app.periodic(cron="5 0 * * *")
@app.task(queueing_lock="coordination.tell_of_seconded", pass_context=False)
def tell_of_seconded(timestamp: int) -> int:
    """Tell of visits to the home unit that are due and of terms that end soon; how many notices."""
    return seconded_telling.tell_due()


@app.periodic(cron="2 0 * * *")
@app.task(queueing_lock="coordination.end_terms", pass_context=False)
def end_terms(timestamp: int) -> int:
    """End the posts of seconded people whose term was over yesterday; how many."""
    return seconded_terms.end_terms()
