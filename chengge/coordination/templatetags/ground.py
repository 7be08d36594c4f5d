"""Areas on the ground in the unit that reads best."""

from django import template
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _

register = template.Library()

HECTARE_M2, SQUARE_KILOMETRE_M2 = 10_000, 1_000_000


@register.filter
def ground(area_m2: float) -> str:
    """So many m²; from one hectare on in hectares, from one square kilometre on in km²."""
    if area_m2 < HECTARE_M2:
        return _("%(area)s m²") % {"area": floatformat(area_m2, "0g")}
    if area_m2 < SQUARE_KILOMETRE_M2:
        return _("%(area)s ha") % {"area": floatformat(area_m2 / HECTARE_M2, "2g")}
    return _("%(area)s km²") % {"area": floatformat(area_m2 / SQUARE_KILOMETRE_M2, "2g")}
