"""How alarms are told in sentences."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengge.field.models import Alarm, AlarmKind
from chengge.organization.queries import CITY_ZONE


def alarm_sentence(alarm: Alarm) -> str:
    """What is wrong, since when and where, and what the inspector can do about it."""
    at = f"{alarm.began_at.astimezone(CITY_ZONE):%H:%M}"
    place = f"{alarm.grid_code:015d}" if alarm.grid_code else _("no grid")
    match alarm.kind:
        case AlarmKind.OUT_OF_BOUNDS:
            return _("Outside your grids since %(at)s (%(place)s). Go back, or say why.") % {"at": at, "place": place}
        case AlarmKind.STILL:
            minutes = int(alarm.detail.get("minutes", 0))
            still = ngettext(
                "No movement for %(minutes)d minute since %(at)s.", "No movement for %(minutes)d minutes since %(at)s.", minutes
            )
            return still % {"minutes": minutes, "at": at} + " " + _("Go on, or say why.")
        case AlarmKind.SILENT:
            return _("No position since %(at)s. Check the phone's positioning and network.") % {"at": at}
        case AlarmKind.LATE:
            return _("Your shift began at %(at)s, and you have not checked in.") % {"at": at}
        case AlarmKind.UNVISITED:
            said = {"missed": alarm.detail.get("count", 0), "of": alarm.detail.get("of", 0)}
            return _("%(missed)d of %(of)d unit grids were not visited that day. Say why.") % said
        case AlarmKind.TASK_DUE:
            return _("The walk for case %(number)s is due at %(due)s.") % _of_task(alarm)
        case _:
            return _("The walk for case %(number)s was due at %(due)s. Make it, or say why.") % _of_task(alarm)


def threshold_words(kind: str) -> str:
    """What the threshold of a rule means for its kind; empty where it has none."""
    match kind:
        case AlarmKind.OUT_OF_BOUNDS:
            return _("metres beyond the own grids")
        case AlarmKind.STILL:
            return _("metres that count as no movement")
        case AlarmKind.UNVISITED:
            return _("percent of the grids to be visited")
        case _:
            return ""


def _of_task(alarm: Alarm) -> dict[str, str]:
    return {"number": str(alarm.detail.get("number", "")), "due": str(alarm.detail.get("due", ""))}
