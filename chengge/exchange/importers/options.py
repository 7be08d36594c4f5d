"""What can be chosen for an import. Command line and page offer the options that a kind takes; both fill the same `Options`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from chengge.domain.errors import Refused


@dataclass(frozen=True, slots=True)
class OptionHelp:
    """How an option is offered: its label, what it means, and the values it may take where they are few."""

    label: str | Promise
    help: str | Promise
    choices: tuple[str, ...] = ()
    is_file: bool = False
    is_switch: bool = False


def _option(label: Promise, text: Promise, default: Any = "", **described: Any) -> Any:
    return field(default=default, metadata={"help": OptionHelp(label, text, **described)})


@dataclass(frozen=True, slots=True)
class Options:
    """All options of all kinds; a kind names those it takes. The defaults suit our own templates."""

    skip_bad: bool = _option(lazy("Skip bad rows"), lazy("Import the good rows and leave the refused ones out."), False, is_switch=True)
    end_missing: bool = _option(
        lazy("End what is missing"),
        lazy("End rows that hold now and that the file, which is whole in its area, does not name."),
        False,
        is_switch=True,
    )
    day: date | None = _option(  # noqa: RUF009
        lazy("Valid from"), lazy("Day from which the rows hold, such as 2026-12-01; today if not given."), None
    )
    sheet: str = _option(lazy("Sheet"), lazy("Name of the sheet or layer to read; every sheet with our headings if not given."))
    encoding: str = _option(lazy("Encoding"), lazy("Encoding of a text file; UTF-8 and GB18030 are told apart without it."))
    columns: tuple[tuple[str, str], ...] = _option(
        lazy("Columns"),
        lazy("Columns under other headings than ours: ours=theirs, parted by commas, such as 部件小类=类别,原编号=编号."),
        (),
    )
    crs: str = _option(
        lazy("Coordinates"), lazy("wgs84, cgcs2000, gcj02, bd09 or EPSG:number; the file's own if not given, else WGS84/CGCS2000.")
    )
    within: tuple[int, ...] = _option(lazy("Within"), lazy("Division codes, parted by commas; rows elsewhere are left out."), ())
    level: str = _option(
        lazy("Level"), lazy("Level of the divisions whose borders the file holds."), choices=("city", "district", "street", "community")
    )
    county: str = _option(lazy("County"), lazy("Six-digit county code for components that lie in no unit grid."))
    area_class: str = _option(lazy("Area class"), lazy("Area class of unit grids whose row names none."), "B", choices=("A", "B", "C"))
    class_field: str = _option(lazy("Class column"), lazy("Heading of the column that says what a component is."))
    class_map: tuple[tuple[str, str], ...] = _option(
        lazy("Class table"),
        lazy("File with two columns: a word of the class column, and the class (code or name) it stands for."),
        (),
        is_file=True,
    )
    kind: str = _option(lazy("Kind"), lazy("Component or event, for files that do not say."), choices=("component", "event"))
    edition: str = _option(lazy("Edition"), lazy("Edition of the catalogue, such as GB/T 30428.2-2013; the one in force if not given."))
    new_classes: bool = _option(
        lazy("Create missing classes"), lazy("Create classes that the catalogue lacks as extensions of the city."), False, is_switch=True
    )
    plain_hour: str = _option(
        lazy("A plain 小时"), lazy("What 小时 without more means in this handbook."), "work_hour", choices=("work_hour", "urgent_hour")
    )
    plain_day: str = _option(
        lazy("A plain 天"),
        lazy("What 天 or 日 without more means in this handbook."),
        "work_day",
        choices=("work_day", "natural_day", "urgent_day"),
    )
    organization: str = _option(lazy("Organization"), lazy("Code or name of the organization, where the row names none."))
    calendar: str = _option(lazy("Calendar"), lazy("Code of the working calendar, where the row names none."))
    feature: str = _option(
        lazy("Feature"), lazy("What the shapes of a base map are."), choices=("arterial", "street", "lane", "water", "green", "building")
    )

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> "Options":
        """From texts, as a form or a command line gives them; empty texts leave the default.

        Raises:
            Refused: an option that does not exist, or a value it cannot have; `field` names it.
        """
        known = {one.name: one for one in fields(cls)}
        values: dict[str, Any] = {}
        for name, value in given.items():
            if name not in known:
                raise Refused("option", _("There is no option “%(name)s”.") % {"name": name}, field=name)
            if value in (None, "", (), []):
                continue
            values[name] = _value(name, value, known[name].metadata["help"])
        return cls(**values)

    def described(self) -> dict[str, Any]:
        """The options that differ from the default, in plain values for the record of the import."""
        own = {one.name: (getattr(self, one.name), one.default) for one in fields(self)}
        return {name: str(value) if isinstance(value, date) else value for name, (value, default) in own.items() if value != default}


def help_of(name: str) -> OptionHelp:
    """Label, help and choices of an option."""
    return next(one.metadata["help"] for one in fields(Options) if one.name == name)


def pairs_of(text: str) -> tuple[tuple[str, str], ...]:
    """From `ours=theirs,ours=theirs`. Raises Refused when a part is no such pair."""
    pairs = []
    for part in text.replace("，", ",").split(","):
        ours, equals, theirs = part.partition("=")
        if not (equals and ours.strip() and theirs.strip()):
            raise Refused(
                "option",
                _("“%(part)s” does not say which column is meant.") % {"part": part},
                _("Write ours=theirs, such as 部件小类=类别."),
                field="columns",
            )
        pairs.append((ours.strip(), theirs.strip()))
    return tuple(pairs)


def _value(name: str, value: Any, described: OptionHelp) -> Any:
    if described.is_switch:
        return str(value).lower() in ("on", "true", "1", "yes")
    if described.choices and value not in described.choices:
        said = {"value": value, "name": described.label}
        raise Refused(
            "option",
            _("“%(value)s” is not possible for “%(name)s”.") % said,
            _("Choose one of: %(choices)s.") % {"choices": _(", ").join(described.choices)},
            field=name,
        )
    if name == "day" and not isinstance(value, date):
        return _day(value)
    if name == "within" and isinstance(value, str):
        return _codes(value)
    if name == "columns" and isinstance(value, str):
        return pairs_of(value)
    return value if isinstance(value, tuple | date) else str(value).strip()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(str(text).strip())
    except ValueError:
        raise Refused("option", _("“%(text)s” is no day.") % {"text": text}, _("Write it like 2026-12-01."), field="day") from None


def _codes(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
    bad = next((part for part in parts if not (part.isascii() and part.isdigit())), None)
    if bad is not None:
        raise Refused(
            "option", _("“%(code)s” is no division code.") % {"code": bad}, _("Write digits only, such as 330105."), field="within"
        )
    return tuple(map(int, parts))
