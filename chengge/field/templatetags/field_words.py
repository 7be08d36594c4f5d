"""Words of the register of components."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from chengge.foundation.models import ComponentVersion

register = template.Library()


@register.filter
def fact_name(name: str) -> str:
    """What a fact of a component is called."""
    return {
        "problem_class": _("Class"),
        "name": _("Name"),
        "place": _("Place"),
        "grid_code": _("Unit grid"),
        "state": _("State"),
        "owning_body": _("Owning body"),
        "managing_body": _("Managing body"),
        "maintaining_body": _("Maintaining body"),
        "positional_class": _("Positional class"),
        "source": _("Source"),
        "other_code": _("Own code of the source"),
        "note": _("Note"),
    }[name]


@register.filter
def fact(version: ComponentVersion, name: str) -> str:
    """What a version says of one fact."""
    match name:
        case "place":
            return f"{version.lon:.6f}, {version.lat:.6f}"
        case "state":
            return str(version.get_state_display())
        case "grid_code":
            return "–" if version.grid_code is None else f"{version.grid_code:015d}"
    value: Any = getattr(version, name)
    return str(value) if value else "–"
