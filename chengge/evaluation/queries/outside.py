"""Values that no indicator reckons: scores of inspections, and those brought in from outside."""

from collections.abc import Mapping
from datetime import datetime

from chengge.domain.scoring import Observed


def outside_values(begin: datetime, end: datetime) -> Mapping[tuple[str, str, str], Observed]:
    """The values of a period by (code, judged, subject_id). None where nobody has inspected or brought in anything."""
    return {}
