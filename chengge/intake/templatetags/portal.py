"""Small things on the pages of the public portal."""

from datetime import datetime

from django import template
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chengge import clock
from chengge.organization.queries import CITY_ZONE, city_day

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture that repeats what the words beside it say."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("img/portal-icons.svg"), name)


@register.filter
def day(at: datetime | None) -> str:
    """A day as people say it, with the hour where it is today or yesterday."""
    if at is None:
        return ""
    local, today = at.astimezone(CITY_ZONE), city_day(clock.now())
    if local.date() == today:
        return _("today %(time)s") % {"time": f"{local:%H:%M}"}
    if (today - local.date()).days == 1:
        return _("yesterday %(time)s") % {"time": f"{local:%H:%M}"}
    if get_language() == "zh-hans":
        return f"{local.month}月{local.day}日" if local.year == today.year else f"{local.year}年{local.month}月{local.day}日"
    return date_format(local, "j F" if local.year == today.year else "j F Y")


@register.filter
def machine_time(at: datetime | None) -> str:
    """For `<time datetime>`."""
    return "" if at is None else at.astimezone(CITY_ZONE).isoformat(timespec="minutes")


@register.filter
def in_groups(number: str) -> str:
    """A case number in groups of four, easier to read out."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4)) if len(number) > 8 else number
