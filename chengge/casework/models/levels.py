"""What a lower level gets of the time above it, as a rule with dates."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengge.organization.models import Dated


class LevelLimit(Dated):
    """How much of what is left of the limit above a body on the third or fourth level gets, when a case or a part goes down to it.

    What is kept back is for the level above: to look at the result, and to send it back if need be.
    """

    level = models.PositiveSmallIntegerField(_("level"))
    share_percent = models.PositiveSmallIntegerField(_("share in percent"), default=100)

    class Meta:
        verbose_name = _("limit of a level")
        verbose_name_plural = _("limits of levels")
        constraints = [
            models.UniqueConstraint(fields=("level",), condition=Q(valid_to=None), name="level_limit_once"),
            models.CheckConstraint(condition=Q(level__range=(3, 4)), name="level_limit_of_a_lower_level"),
            models.CheckConstraint(condition=Q(share_percent__range=(1, 100)), name="level_limit_is_a_share"),
        ]
