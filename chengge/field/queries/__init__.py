"""What the inspector's phone and the field's office pages show."""

from chengge.field.queries.duty import current_duty, grid_names, member_of
from chengge.field.queries.home import Home, Proofs, home, my_reports, open_tasks, proofs_of, suggested_classes, task_of
from chengge.field.queries.nearby import SNAP_WITHIN_M, Nearby, nearby, when, within_m

__all__ = [
    "SNAP_WITHIN_M",
    "Home",
    "Nearby",
    "Proofs",
    "current_duty",
    "grid_names",
    "home",
    "member_of",
    "my_reports",
    "nearby",
    "open_tasks",
    "proofs_of",
    "suggested_classes",
    "task_of",
    "when",
    "within_m",
]
