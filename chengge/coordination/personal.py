"""What coordination keeps of people as persons: how seconded staff are reached (`chengge.personal`). They are no reporters."""

from collections.abc import Mapping

from django.utils.functional import Promise

from chengge.personal import Counts, SealedColumn, Whose

SEALED = (SealedColumn("coordination.Secondment", "phone_sealed"), SealedColumn("coordination.Secondment", "emergency_sealed"))
WORDS: Mapping[str, Promise] = {}


def reports_of(mark: str) -> set[int]:
    """None: seconded staff report nothing as persons."""
    return set()


def held(whose: Whose) -> Counts:
    return {}


def forget(whose: Whose) -> Counts:
    return {}


def anonymise(report_ids: tuple[int, ...]) -> Counts:
    """Nothing: what is kept of seconded staff goes by their own age (`actions.seconded_private.forget_old`)."""
    return {}
