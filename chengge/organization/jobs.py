"""What the organization does by itself, in the background."""

from django.core.management import call_command
from procrastinate.contrib.django import app

from chengge.organization import kept_answers


@app.periodic(cron="40 3 * * *")
@app.task(queueing_lock="organization.forget_old_answers", pass_context=False)
def forget_old_answers(timestamp: int) -> int:
    """Drop what the API answered under keys that nobody sends again by now."""
    return kept_answers.forget_old_answers()


@app.periodic(cron="50 3 * * *")
@app.task(queueing_lock="organization.forget_old_sessions", pass_context=False)
def forget_old_sessions(timestamp: int) -> None:
    """Drop sessions that have run out."""
    call_command("clearsessions")
