"""Small problems that the inspector has disposed of on the spot."""

from dataclasses import replace

from django.utils.translation import gettext as _

from chengge.casework.actions import Given, Reported, Said, perform, report
from chengge.domain.errors import Refused
from chengge.organization.queries import Actor


def report_disposed(actor: Actor, said: Said, after: Given, *, key: str | None = None) -> Reported:
    """Report a small problem together with its disposal on the spot (自行处置): first the report, then the disposal.

    Sent again under the same `key` it goes on where it stopped.

    Args:
        after: the rule the problem falls under, the photos after, and where the inspector stands.

    Raises:
        Refused: something is missing; a report that was made already stays, and waits for the disposal.
    """
    if after.rule_id is None:
        raise Refused("rule", _("A filing condition is needed."), _("Choose the condition that the problem meets."), "rule")
    if not after.photos:
        raise Refused("photo", _("A photo after the disposal is needed."), _("Take one on the spot."), "after")
    made = report(actor, said, key=key)
    if made.case_id is not None:
        perform(made.case_id, "self_dispose", actor, replace(after, lon=said.lon, lat=said.lat), key=key and f"{key[:60]}-own")
    return made
