"""Values as people type them into forms."""

from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from chengge.domain.errors import Refused
from chengge.foundation.models import ProblemClass


def whole(sent: QueryDict, name: str) -> int | None:
    """A whole number; None where nothing was typed. Raises Refused."""
    value = sent.get(name, "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and int(value) < 2**63):
        raise Refused("value", _("“%(value)s” is no number.") % {"value": value[:40]}, _("Choose it anew."), name)
    return int(value)


def degrees(sent: QueryDict, name: str) -> float | None:
    """Degrees of a place on the map; None where none is marked, or what stands there is none."""
    try:
        return float(sent.get(name, ""))
    except ValueError:
        return None


def day(sent: QueryDict, name: str) -> date | None:
    """A day; None where nothing was typed. Raises Refused."""
    text = sent.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("day", _("“%(value)s” is not a day.") % {"value": text[:20]}, _("A day is written as 2026-11-23."), name) from None


def chosen_class(sent: QueryDict) -> ProblemClass | None:
    """The class that is chosen in a form. At most one query."""
    class_id = sent.get("problem_class_id", "")
    return ProblemClass.objects.filter(pk=int(class_id)).first() if class_id.isdigit() and len(class_id) < 19 else None
