"""What topics are called. One that nobody has named here is shown by its code."""

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

TOPICS: dict[str, Promise] = {
    "answer": pgettext_lazy("topic", "Answers to reporters"),
    "code": pgettext_lazy("topic", "Codes"),
    "due_soon": pgettext_lazy("topic", "Due soon"),
    "overdue": pgettext_lazy("topic", "Overdue"),
    "escalation": pgettext_lazy("topic", "Passed upwards"),
    "request": pgettext_lazy("topic", "Requests"),
    "order": pgettext_lazy("topic", "Supervision orders"),
    "urge": pgettext_lazy("topic", "Urging"),
    "mention": pgettext_lazy("topic", "Mentions"),
    "handover": pgettext_lazy("topic", "Hand-overs"),
    "level": pgettext_lazy("topic", "From level to level"),
    "sheet": pgettext_lazy("topic", "Instructions and direct reports"),
    "hard_case": pgettext_lazy("topic", "Hard cases"),
    "joint_survey": pgettext_lazy("topic", "Joint surveys"),
    "meeting": pgettext_lazy("topic", "Meetings"),
    "ruling": pgettext_lazy("topic", "Rulings"),
    "area": pgettext_lazy("topic", "Drawn areas"),
    "standing": pgettext_lazy("topic", "Standing problems"),
    "visit": pgettext_lazy("topic", "Visits to departments"),
    "by_itself": pgettext_lazy("topic", "Dispatch by itself"),
    "out_of_bounds": pgettext_lazy("topic", "Out of bounds"),
    "still": pgettext_lazy("topic", "No movement"),
    "silent": pgettext_lazy("topic", "No signal"),
    "late": pgettext_lazy("topic", "Late to duty"),
    "unvisited": pgettext_lazy("topic", "Grids not visited"),
    "task_due": pgettext_lazy("topic", "Walk due soon"),
    "task_overdue": pgettext_lazy("topic", "Walk overdue"),
    "upper": pgettext_lazy("topic", "Upper platform"),
    "weekly": pgettext_lazy("topic", "The week"),
    "star": pgettext_lazy("topic", "Star dispatchers"),
    "seconded": pgettext_lazy("topic", "Seconded staff"),
}
ICONS = {
    "answer": "message-circle",
    "due_soon": "hourglass-low",
    "overdue": "alarm",
    "escalation": "arrow-up-circle",
    "out_of_bounds": "map-pin-off",
    "task_due": "hourglass-low",
    "task_overdue": "alarm",
    "weekly": "calendar-stats",
    "star": "star",
}


def topic_name(topic: str) -> str:
    """What a topic is called on screen."""
    return str(TOPICS.get(topic, topic))


def icon_of(topic: str) -> str:
    """The icon of a topic, by its name in Tabler's set."""
    return ICONS.get(topic, "bell")
