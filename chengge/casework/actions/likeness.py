"""What a person decides about two things that look alike: they are not the same, or a waiting report belongs to a case.

That two cases are the same is said by merging them (`perform`, action `merge`).
"""

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.actions import merging
from chengge.casework.actions.reports import SEES_CONTACTS, Reported
from chengge.casework.models import Case, Evidence, NotAlike, Origin, Report
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import ADD_REPORT, Stage
from chengge.organization.queries import Actor


def say_not_alike(case_id: int, other_id: int, actor: Actor) -> None:
    """Remember that two cases are two problems; saying it twice changes nothing.

    Raises:
        Forbidden: for anybody but operators and shift leaders, or outside their area; NotFound, Refused: no such pair.
    """
    _require_sorter(actor)
    _pair(case_id, other_id, actor)
    first, second = sorted((case_id, other_id))
    said = {"member_id": actor.member_id, "said_at": clock.now()}
    NotAlike.objects.get_or_create(case_id=first, other_id=second, defaults=said)


def unsay_not_alike(case_id: int, other_id: int, actor: Actor) -> None:
    """Forget it again; the two may be offered as one problem from now on. Raises as `say_not_alike`."""
    _require_sorter(actor)
    _pair(case_id, other_id, actor)
    first, second = sorted((case_id, other_id))
    NotAlike.objects.filter(case_id=first, other_id=second).delete()


def hang_on(report_id: int, case_id: int, actor: Actor, *, origin: str = Origin.LIVE) -> Reported:
    """A report that waits for an answer speaks of a case that is open: it hangs on that case from now on, with its photos.

    Raises:
        Forbidden: for anybody but operators and shift leaders, or outside their area.
        NotFound: there is no such report or case; Conflict: the report is a case already, or the case has ended.
    """
    _require_sorter(actor)
    with transaction.atomic():
        kept = Report.objects.select_for_update().filter(pk=report_id).first()
        if kept is None:
            raise NotFound("report", _("There is no such report."))
        if kept.case_id is not None:
            raise Conflict("report", _("This report is a case already."), str(Case.objects.get(pk=kept.case_id)))
        locked, _none = merging.in_hand(case_id, None)
        case = locked.case
        _require_reach(actor, case)
        if Stage(case.stage).is_end:
            raise Conflict(
                "stage", _("Case %(number)s has ended.") % {"number": case.number}, _("Reopen it first, or choose another case.")
            )
        at = clock.now().replace(microsecond=0)
        photos = tuple(Evidence.objects.filter(report=kept, case=None).order_by("pk").values_list("sha256", flat=True))
        given = {"report": kept.pk, "channel": kept.channel}
        post = min(actor.posts & SEES_CONTACTS).value
        entry_id = merging.note(locked, ADD_REPORT, actor, post, given, at, origin, photos=photos)
        Evidence.objects.filter(report=kept, case=None).update(case=case, entry=entry_id, phase=Evidence.Phase.REPORT)
        kept.case, kept.state = case, Report.State.ATTACHED
        kept.save(update_fields=["case", "state"])
    return Reported(kept.pk, case.pk, case.number)


def _require_sorter(actor: Actor) -> None:
    if not actor.posts & SEES_CONTACTS:
        raise Forbidden("post", _("Reports are sorted by operators and shift leaders."))


def _require_reach(actor: Actor, case: Case) -> None:
    if not actor.reaches(case.grid_code):
        raise Forbidden("scope", _("Case %(number)s does not lie in your area.") % {"number": case.number})


def _pair(case_id: int, other_id: int, actor: Actor) -> None:
    if case_id == other_id:
        raise Refused("case", _("A case is always the same as itself."), field="other")
    found = Case.objects.in_bulk([case_id, other_id])
    if len(found) != 2:
        raise NotFound("case", _("There is no such case."))
    for case in found.values():
        _require_reach(actor, case)
