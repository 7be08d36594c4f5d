"""Keeping what a lower level gets of the time above it: a rule is ended and replaced; clocks that run keep theirs."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from chengge.casework.models import LevelLimit
from chengge.domain.errors import Refused
from chengge.foundation.actions.dated import let_hold
from chengge.organization.actions import require_administrator
from chengge.organization.queries import Actor

LEVELS = (3, 4)


@transaction.atomic
def save_level_limit(actor: Actor, level: int, share_percent: int, day: date) -> LevelLimit:
    """Let a level get so much of what is left above it, from `day` on.

    Raises:
        Forbidden: the actor is no administrator. Refused: a value is none; `field` names it.
    """
    require_administrator(actor)
    if level not in LEVELS:
        raise Refused("level", _("Only the third and the fourth level have a share."), field="level")
    if not 1 <= share_percent <= 100:
        raise Refused("share_percent", _("A share is a whole number from 1 to 100."), field="share_percent")
    return let_hold(LevelLimit, {"level": level}, day, share_percent=share_percent)
