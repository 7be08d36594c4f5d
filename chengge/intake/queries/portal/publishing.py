"""What operators look through before the public sees it: photos nobody has decided on, by case."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from chengge.casework.models import Case, Evidence
from chengge.casework.queries.sight import visible
from chengge.domain.errors import Refused
from chengge.intake.models import PublicPhoto
from chengge.intake.queries.portal.cases import PublicCase, as_public, public_cases
from chengge.intake.queries.portal.rules import portal_rules
from chengge.intake.queries.portal.steps import stages_in
from chengge.organization.queries import Actor
from chengge.organization.typed import id_in

PAGE_SIZE = 10
PILES = ("solved", "open", "shown", "refused")
PHASES = (Evidence.Phase.REPORT.value, Evidence.Phase.HANDLE.value, Evidence.Phase.CHECK.value)


@dataclass(frozen=True, slots=True)
class ToDecide:
    """One case with its photos, each with the decision there is, and what its people said (for the operator's eyes only)."""

    case: Case
    facts: PublicCase
    photos: Sequence[tuple[Evidence, PublicPhoto | None]]


def to_decide(actor: Actor, pile: str, after: str = "", size: int = PAGE_SIZE) -> tuple[list[ToDecide], str]:
    """A page of cases in sight, the newest first, and the cursor of the next. Raises Refused for a cursor that is none.

    Args:
        pile: `solved` and `open`: public cases with photos nobody has decided on; `shown` and `refused`: decided ones.
    """
    rows = _pile(actor, pile)
    if after:
        if (last := id_in(after)) is None:
            raise Refused("cursor", _("This is no place in a list to go on from."), _("Begin again with the first page."), "after")
        rows = rows.filter(pk__lt=last)
    listed = list(rows.select_related("problem_class", "public_words").order_by("-pk")[: size + 1])
    shown = listed[:size]
    evidence: dict[int, list[Evidence]] = {}
    for photo in photos_of_cases().filter(case__in=shown).select_related("public_photo").order_by("pk"):
        evidence.setdefault(photo.case_id or 0, []).append(photo)
    found = [
        ToDecide(case, facts, [(photo, getattr(photo, "public_photo", None)) for photo in evidence.get(case.pk, [])])
        for case, facts in zip(shown, as_public(shown), strict=True)
    ]
    return found, str(shown[-1].pk) if len(listed) > size else ""


def photos_of_cases() -> QuerySet[Evidence]:
    """The photos that may be shown at all: bound to an entry of a case, of the report, the handling or the check."""
    return Evidence.objects.filter(entry__isnull=False, media=Evidence.Media.PHOTO, phase__in=PHASES, erased_at=None)


def _pile(actor: Actor, pile: str) -> QuerySet[Case]:
    rows = visible(actor) & public_cases(portal_rules())
    if pile in ("shown", "refused"):
        state = PublicPhoto.State.APPROVED if pile == "shown" else PublicPhoto.State.REFUSED
        return rows.filter(Exists(PublicPhoto.objects.filter(case_id=OuterRef("pk"), state=state)))
    states = ("solved",) if pile == "solved" else ("open", "working")
    rows = rows.filter(stage__in=[stage for state in states for stage in stages_in(state)])
    return rows.filter(Exists(photos_of_cases().filter(case_id=OuterRef("pk"), public_photo=None)))
