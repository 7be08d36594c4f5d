"""What intake does by itself, in the background."""

from procrastinate.contrib.django import app

from chengge.intake import limits
from chengge.intake.actions import owed
from chengge.intake.actions.mail import look_into_mailbox
from chengge.intake.actions.messages import forget_old_messages, take_abandoned
from chengge.intake.actions.orders import answer_ended_orders
from chengge.intake.actions.takers import TAKERS


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="intake.look_into_mailbox", pass_context=False)
def fetch_mail(timestamp: int) -> int:
    """Take in new letters, where the city named a mailbox."""
    return look_into_mailbox()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="intake.take_abandoned_messages", pass_context=False)
def take_abandoned_messages(timestamp: int) -> int:
    """Take in messages that were kept but not done, because a process ended in between."""
    return take_abandoned(TAKERS)


@app.periodic(cron="*/2 * * * *")
@app.task(queueing_lock="intake.answer_orders", pass_context=False)
def answer_orders(timestamp: int) -> int:
    """Tell the upper platform how its orders ended."""
    return answer_ended_orders()


@app.periodic(cron="20 3 * * *")
@app.task(queueing_lock="intake.forget_messages", pass_context=False)
def forget_messages(timestamp: int) -> int:
    """Drop messages past their days, and counts whose span is over."""
    limits.forget_old_counts()
    return forget_old_messages()


@app.periodic(cron="* * * * * */20")
@app.task(queueing_lock="intake.answer", lock="intake.answer", pass_context=False)
def answer(timestamp: int) -> int:
    """Read on in the ledger: who is owed an answer now; and see whose message went out."""
    owed.follow_messages()
    return owed.read_on().owed


@app.periodic(cron="15 * * * *")
@app.task(queueing_lock="intake.forget_erased_answers", pass_context=False)
def forget_erased_answers(timestamp: int) -> int:
    """What erased reporters said is forgotten here too."""
    return owed.forget_erased()
