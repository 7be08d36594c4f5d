"""What casework does by itself, in the background."""

from datetime import timedelta

from django.db.models import Q
from procrastinate.contrib.django import app

from chengge import clock
from chengge.casework import personal, photos, privacy, reminders, tasks, voice
from chengge.casework.actions import by_itself, perform
from chengge.casework.models import Case, Evidence
from chengge.domain.errors import Conflict
from chengge.organization.queries import MACHINE

TASKS_AT_ONCE = 200
WAKES_AT_ONCE = 1000
ORPHAN_DAYS = 7
JUST_FILED = timedelta(minutes=2)  # long enough for a worker that was busy or started anew
JUST_GONE_WRONG = timedelta(minutes=5)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="casework.give_waiting_tasks", pass_context=False)
def give_waiting_tasks(timestamp: int) -> int:
    """Give tasks that found nobody on duty to whoever is on duty by now."""
    return tasks.give_waiting(clock.now(), TASKS_AT_ONCE)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="casework.remind", lock="casework.remind", pass_context=False)
def remind(timestamp: int) -> int:
    """Remind whoever has to act of clocks that run out or have run out."""
    return reminders.remind().clocks


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="casework.wake_suspended", lock="casework.wake_suspended", pass_context=False)
def wake_suspended(timestamp: int) -> int:
    """Wake the cases whose suspension has come to its day; how many there were."""
    woken = 0
    due = Case.objects.filter(suspended_until__lte=clock.now()).order_by("suspended_until").values_list("pk", flat=True)
    for case_id in due[:WAKES_AT_ONCE]:
        try:
            perform(case_id, "wake", MACHINE)
        except Conflict:  # somebody was faster
            continue
        woken += 1
    return woken


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="casework.dispatch_filed", lock="casework.dispatch_by_itself", pass_context=False)
def dispatch_filed(timestamp: int) -> int:
    """Dispatch what has just been filed to whoever certainly answers for it, where the city allows it; how many."""
    return by_itself.look(clock.now() - JUST_FILED)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="casework.dispatch_waiting", lock="casework.dispatch_by_itself", pass_context=False)
def dispatch_waiting(timestamp: int) -> int:
    """The same for everything that waits: a ruling may have settled meanwhile who answers."""
    return by_itself.look()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="casework.stop_what_errs", lock="casework.stop_what_errs", pass_context=False)
def stop_what_errs(timestamp: int) -> int:
    """Stop dispatching by itself for classes of which something has just gone wrong, where they are under their bar now; how many."""
    return len(by_itself.stop_what_errs(clock.now() - JUST_GONE_WRONG))


@app.periodic(cron="20 * * * *")
@app.task(queueing_lock="casework.stop_all_that_errs", lock="casework.stop_what_errs", pass_context=False)
def stop_all_that_errs(timestamp: int) -> int:
    """The same for every class: a bar may have been raised meanwhile, and what was right leaves the window."""
    return len(by_itself.stop_what_errs())


@app.periodic(cron="35 3 * * *")
@app.task(queueing_lock="casework.forget_old_reminders", pass_context=False)
def forget_old_reminders(timestamp: int) -> int:
    """Drop what reminded of clocks long ago."""
    return reminders.forget_old()


@app.periodic(cron="15 4 * * 0")
@app.task(queueing_lock="casework.train", lock="casework.train", pass_context=False)
def train(timestamp: int) -> int:
    """Once a week, learn anew from the closed cases; how many kinds of guesses there are then."""
    from chengge.casework.suggestions.lessons import NothingLearned, train_all  # scikit-learn is needed nowhere else in the worker

    return sum(not isinstance(outcome, NothingLearned) for outcome in train_all())


@app.periodic(cron="30 3 * * *")
@app.task(queueing_lock="casework.forget_orphan_photos", pass_context=False)
def forget_orphan_photos(timestamp: int) -> int:
    """Forget uploads that nobody used within a week. A picture stays on the disk while any row names its hash."""
    before = clock.now() - timedelta(days=ORPHAN_DAYS)
    orphans = Evidence.objects.filter(Q(case=None, report=None), created_at__lt=before)
    for elsewhere in Evidence._meta.related_objects:  # what another room has bound to something of its own is no orphan
        orphans = orphans.filter(**{elsewhere.name: None})
    hashes = set(orphans.values_list("sha256", flat=True))
    orphans.delete()
    kept = set(Evidence.objects.filter(sha256__in=hashes).values_list("sha256", flat=True))
    for digest in hashes - kept:
        for path in (photos.path_of(digest, "full"), photos.path_of(digest, "thumb"), voice.path_of(digest)):
            path.unlink(missing_ok=True)
    return len(hashes - kept)


@app.periodic(cron="20 2 * * *")
@app.task(queueing_lock="casework.anonymise_old_reports", pass_context=False)
def anonymise_old_reports(timestamp: int) -> int:
    """Take names and contacts off reports whose cases ended long ago, and files of the forgotten that a crash left behind."""
    went = sum(one.get("reports", 0) for one in privacy.anonymise())
    personal.remove_leftover_files()
    return went
