"""What lies on the desk of each post, in sub-queues. Read off the rule book; only the watching queues are our own choice."""

from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from chengge.domain.lifecycle import ENDS, OPEN, Post, Stage, stages_of

ALL = "all"  # the queue that lifts the limits of a desk: everything in sight


@dataclass(frozen=True, slots=True)
class Queue:
    """A part of a desk.

    Attributes:
        held: whose cases: `own` (in the hands of the member's organization), `part` (it has a part of them to do), `below` (passed
            down by it), or anybody's.
        waits: whether the cases wait for this post; a watched queue does not count into its lights.
        where: what sets some of the cases apart; such a queue is shown only while it holds any.
    """

    name: str
    label: Promise
    stages: tuple[Stage, ...]
    where: Q = field(default_factory=Q)
    held: str = ""
    waits: bool = True

    @property
    def is_open(self) -> bool:
        return not ENDS.intersection(self.stages)


def _queue(name: str, label: Promise, stages: str, where: Q | None = None, held: str = "", waits: bool = True) -> Queue:
    return Queue(name, label, tuple(map(Stage, stages.split())), where or Q(), held, waits)


AT_DEPARTMENTS = "dispatched handling"
IN_PARTS = Q(part_holders__isnull=False)
UNDER_ORDERS = "dispatched handling returned handled checking checked"
COMMAND_SIDE = "filed dispatched handling returned"
ENDED = " ".join(stage.value for stage in Stage if stage in ENDS)
EVERY_OPEN = " ".join(stage.value for stage in OPEN)

QUEUES: dict[Post, tuple[Queue, ...]] = {
    Post.OPERATOR: (
        _queue("to_accept", pgettext_lazy("queue", "To accept"), "reported"),
        _queue("to_check", pgettext_lazy("queue", "To send to check"), "handled"),
        _queue("urgent", pgettext_lazy("queue", "Urgent"), "reported handled", Q(urgent=True)),
        _queue("with_inspectors", pgettext_lazy("queue", "With inspectors"), "verifying checking", waits=False),
    ),
    Post.SHIFT_LEADER: (
        _queue("to_file", pgettext_lazy("queue", "To file"), "accepted"),
        _queue("returned", pgettext_lazy("queue", "Returned"), "returned"),
        _queue("to_close", pgettext_lazy("queue", "To close"), "checked"),
        _queue("self_disposed", pgettext_lazy("queue", "Self-disposal"), "checked", Q(self_disposed=True)),
        _queue("urgent", pgettext_lazy("queue", "Urgent"), "accepted returned checked", Q(urgent=True)),
        _queue("appeals", pgettext_lazy("queue", "Appeals"), "closed", Q(asked="appeal"), waits=False),
    ),
    Post.DISPATCHER: (
        _queue("to_dispatch", pgettext_lazy("queue", "To dispatch"), "filed"),
        _queue("again", pgettext_lazy("queue", "Wrongly dispatched"), "filed", Q(wrong_dispatch_count__gt=0)),
        _queue("urgent", pgettext_lazy("queue", "Urgent"), "filed", Q(urgent=True)),
        _queue("with_departments", pgettext_lazy("queue", "With departments"), "dispatched handling", waits=False),
        _queue("by_itself", pgettext_lazy("queue", "By itself"), AT_DEPARTMENTS, Q(undo_until__isnull=False), waits=False),
        _queue("returned", pgettext_lazy("queue", "Return asked"), "returned", waits=False),
        _queue("extensions", pgettext_lazy("queue", "Extension asked"), AT_DEPARTMENTS, Q(asked="extension"), waits=False),
        _queue("suspended", pgettext_lazy("queue", "Suspended"), AT_DEPARTMENTS, Q(suspended_until__isnull=False), waits=False),
    ),
    Post.DEPARTMENT: (
        _queue("to_take_up", pgettext_lazy("queue", "To take up"), "dispatched", held="own"),
        _queue("handling", pgettext_lazy("queue", "In work"), "handling", held="own"),
        _queue("rework", pgettext_lazy("queue", "Rework"), "dispatched handling", Q(rework_count__gt=0), held="own"),
        _queue("urgent", pgettext_lazy("queue", "Urgent"), "dispatched handling", Q(urgent=True), held="own"),
        _queue("parts", pgettext_lazy("queue", "Parts to do"), "handling", IN_PARTS, held="part"),
        _queue("parts_out", pgettext_lazy("queue", "Parts out"), "handling", IN_PARTS, held="own"),
        _queue("below", pgettext_lazy("queue", "Passed down"), "dispatched handling", held="below", waits=False),
        _queue("orders", pgettext_lazy("queue", "Orders to answer"), AT_DEPARTMENTS, Q(supervision="ordered"), waits=False),
        _queue("suspended", pgettext_lazy("queue", "Suspended"), AT_DEPARTMENTS, Q(suspended_until__isnull=False), waits=False),
    ),
    Post.COORDINATOR: (
        _queue("command", pgettext_lazy("queue", "On the command side"), COMMAND_SIDE),
        _queue("returned", pgettext_lazy("queue", "Returned"), "returned"),
        _queue("moved_about", pgettext_lazy("queue", "Dispatched more than once"), COMMAND_SIDE, Q(wrong_dispatch_count__gt=0)),
        _queue("suspensions", pgettext_lazy("queue", "Suspension asked"), AT_DEPARTMENTS, Q(asked="suspension"), waits=False),
        _queue("orders", pgettext_lazy("queue", "Under an order"), UNDER_ORDERS, ~Q(supervision=""), waits=False),
    ),
    Post.EVALUATOR: (
        _queue("open", pgettext_lazy("queue", "Open"), EVERY_OPEN),
        _queue("rework", pgettext_lazy("queue", "Rework"), EVERY_OPEN, Q(rework_count__gt=0)),
        _queue("appeals", pgettext_lazy("queue", "Appeals"), "closed", Q(asked="appeal"), waits=False),
        _queue("ended", pgettext_lazy("queue", "Ended"), ENDED, waits=False),
    ),
    Post.LEADER: (
        _queue("open", pgettext_lazy("queue", "Open"), EVERY_OPEN),
        _queue("urgent", pgettext_lazy("queue", "Urgent"), EVERY_OPEN, Q(urgent=True)),
        _queue("suspensions", pgettext_lazy("queue", "Suspension asked"), AT_DEPARTMENTS, Q(asked="suspension"), waits=False),
        _queue("orders", pgettext_lazy("queue", "Under an order"), UNDER_ORDERS, ~Q(supervision=""), waits=False),
        _queue("ended", pgettext_lazy("queue", "Ended"), ENDED, waits=False),
    ),
    Post.ADMINISTRATOR: (
        _queue("open", pgettext_lazy("queue", "Open"), EVERY_OPEN),
        _queue("ended", pgettext_lazy("queue", "Ended"), ENDED, waits=False),
    ),
    Post.INSPECTOR: (_queue("walks", pgettext_lazy("queue", "Walks"), " ".join(stages_of(Post.INSPECTOR))),),
}


def whole_desk(post: Post) -> Queue | None:
    """The sub-queue that holds all that waits on the desk; None where it is spread over several."""
    return next((queue for queue in QUEUES[post] if queue.waits and not queue.where and set(queue.stages) == set(stages_on(post))), None)


def queue_of(post: Post, name: str) -> Queue | None:
    """The named sub-queue of a desk; None where the desk has none of that name."""
    return next((queue for queue in QUEUES[post] if queue.name == name), None)


def stages_on(post: Post) -> tuple[Stage, ...]:
    """The stages whose cases wait on the desk of a post, in the order of the life of a case."""
    waiting = {stage for queue in QUEUES[post] if queue.waits for stage in queue.stages}
    return tuple(stage for stage in Stage if stage in waiting)
