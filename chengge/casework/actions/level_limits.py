"""Keeping what a lower level gets of the time above it: a rule is ended and replaced; clocks that run keep theirs."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from chengge.casework.models import LevelLimit
from chengge.domain.errors import Refused
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
    before = LevelLimit.objects.select_for_update().filter(level=level, valid_to=None).first()
    if before is not None:
        if before.valid_from > day:
            raise Refused("begins_later", _("This rule begins on %(day)s.") % {"day": before.valid_from}, field="day")
        if before.valid_from == day:  # it never held a whole day
            before.delete()
        else:
            before.valid_to = day
            before.save(update_fields=["valid_to"])
    return LevelLimit.objects.create(level=level, share_percent=share_percent, valid_from=day)
