"""What intake does by itself, in the background."""

from procrastinate.contrib.django import app

from chengge.intake.actions import owed


@app.periodic(cron="* * * * * */20")
@app.task(queueing_lock="intake.answer", lock="intake.answer", pass_context=False)
def answer(timestamp: int) -> int:
    """Read on in the ledger: who is owed an answer now; and see whose message went out."""
    owed.follow_messages()
    return owed.read_on().owed


@app.periodic(cron="45 3 * * *")
@app.task(queueing_lock="intake.forget_erased_answers", pass_context=False)
def forget_erased_answers(timestamp: int) -> int:
    """What erased reporters said is forgotten here too."""
    return owed.forget_erased()
