"""What stands where in an older system's list: a TOML file that the city writes once."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from chengge.domain.errors import Refused

COLUMNS = ("number", "opened", "due", "closed", "class", "department", "place", "description", "lon", "lat", "channel", "in_time")
NEEDED = ("number", "opened", "class")
PARTS = {"system", "zone", "time_format", "columns", "classes", "departments", "channels", "otherwise", "in_time"}
OTHERWISE = {"class", "department", "channel", "lon", "lat"}
IN_TIME = {"yes", "no"}


@dataclass(frozen=True, slots=True)
class Mapping:
    """How to read a list of old cases.

    Attributes:
        system: name of the older system; with a case's number there it tells whether the case was imported before.
        zone: of the times in the list.
        time_format: as strptime takes it; empty: ISO 8601.
        columns: which column holds what.
        classes, departments, channels: what a value of the list is with us: a class code (c or e, then four digits), an organization's
            code, a channel.
        otherwise: what is taken where the list says nothing, or something that is not mapped.
        in_time: the list's own words for "in time" and "late", to compare our reckoning with.
    """

    system: str
    zone: ZoneInfo
    time_format: str
    columns: dict[str, str]
    classes: dict[str, str] = field(default_factory=dict)
    departments: dict[str, str] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    otherwise: dict[str, Any] = field(default_factory=dict)
    in_time: dict[str, str] = field(default_factory=dict)


def read_mapping(path: Path) -> Mapping:
    """The mapping in a file. Raises Refused naming the entry that is wrong, and what may stand there."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Refused("mapping", _("There is no file %(file)s.") % {"file": path}, field="mapping") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise Refused("mapping", f"{path}: {fault}", _("The mapping is a TOML file; docs/import.md shows one."), "mapping") from fault
    _check_names(path, "", told, PARTS)
    for part, names in (("columns", set(COLUMNS)), ("otherwise", OTHERWISE), ("in_time", IN_TIME)):
        _check_names(path, part, told.get(part, {}), names)
    missing = [name for name in NEEDED if name not in told.get("columns", {}) and name not in told.get("otherwise", {})]
    if not told.get("system") or missing:
        lacking = ", ".join(["system"] * (not told.get("system")) + [f"columns.{name}" for name in missing])
        raise Refused("mapping", _("%(file)s lacks: %(lacking)s.") % {"file": path, "lacking": lacking}, field="mapping")
    try:
        zone = ZoneInfo(told.get("zone", "Asia/Shanghai"))
    except (KeyError, ValueError, OSError):
        raise Refused("mapping", _("%(file)s: there is no time zone “%(zone)s”.") % {"file": path, "zone": told["zone"]}) from None
    return Mapping(
        system=str(told["system"]),
        zone=zone,
        time_format=told.get("time_format", ""),
        columns=told["columns"],
        **{part: told.get(part, {}) for part in ("classes", "departments", "channels", "otherwise", "in_time")},
    )


def _check_names(path: Path, part: str, told: Any, names: set[str]) -> None:
    if not isinstance(told, dict):
        raise Refused("mapping", _("%(file)s: [%(part)s] must be a table.") % {"file": path, "part": part}, field="mapping")
    for name in told:
        if name not in names:
            raise Refused(
                "mapping",
                _("%(file)s: nothing is called “%(name)s” here.") % {"file": path, "name": f"{part}.{name}" if part else name},
                _("There is: %(names)s.") % {"names": ", ".join(sorted(names))},
                "mapping",
            )
