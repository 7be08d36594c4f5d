"""Forgetting what people said about a case. Who may ask for it, and what else goes with it, stands in `casework.privacy`."""

from django.db import transaction

from chengge.casework import ledger, said, search
from chengge.casework.models import Case


@transaction.atomic
def forget_words(case_id: int) -> int:
    """Empty every description and place that anybody ever gave for a case; the ledger keeps their hashes, and still verifies.

    The one write to a case beside the door: no entry is written, for the row must be what its entries reveal, and they reveal
    nothing any more. Returns how many texts went; a case without any is left alone.
    """
    if ledger.lock(case_id) is None:
        return 0
    forgotten = said.forget(case_id)
    if forgotten:
        Case.objects.filter(pk=case_id).update(description="", place="")
        search.index(case_id)
    return forgotten
