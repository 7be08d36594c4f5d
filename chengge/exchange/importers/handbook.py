"""The handbook: filing conditions with limits and closing conditions, from our template or from a sheet as cities keep it.

Cities write one row for each condition and merge the cells of a class over its rows, or leave them empty below the first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from chengge.domain.worktime import Limit, LimitError, Unit
from chengge.exchange.importers.base import Importer, Record, Work, mark
from chengge.exchange.importers.catalogue import KINDS
from chengge.exchange.importers.columns import text_of
from chengge.exchange.importers.divisions import end_or_tell
from chengge.exchange.importers.handbook_columns import COLUMNS
from chengge.exchange.importers.plan import Progress, State
from chengge.exchange.importers.reading import Row
from chengge.exchange.importers.references import Directory, first_body, organizations, plain_name
from chengge.foundation.actions import DatedChange, carry_out
from chengge.foundation.models import HandbookRule, ProblemClass
from chengge.foundation.queries import holding_on
from chengge.organization.models import Organization
from chengge.organization.queries import Actor

URGENT_UNITS = (Unit.URGENT_HOUR, Unit.URGENT_DAY)
# What a row says of its class; it holds on until a row says something else.
OF_MAJOR = ("kind", "major_code", "major_name")
OF_CLASS = ("minor_code", "name")
OF_BODIES = ("responsible_body", "supervising_body", "basis", "note")
COMPARED = (
    "condition",
    "limit_amount",
    "limit_unit",
    "closing_condition",
    "evidence_wanted",
    "check_limit_amount",
    "check_limit_unit",
    "urgent",
    "self_disposable",
    "organization_id",
    "responsible_body",
    "supervising_body",
    "basis",
    "note",
)

# Of a city that has no catalogue but its own.
OWN_EDITION = "city"

ClassKey = tuple[str, str, str]
"""Kind, major code, minor code."""


@dataclass(frozen=True, slots=True)
class HandbookChanges:
    """`begun` pairs each rule with the key of its class, which may be one of the new classes and have no id yet."""

    new_classes: Mapping[ClassKey, ProblemClass]
    begun: tuple[tuple[ClassKey, HandbookRule], ...]
    ended_ids: tuple[int, ...]


@dataclass(slots=True)
class Catalogue:
    """The classes that hold, and those that the handbook adds."""

    edition: str
    by_key: dict[ClassKey, ProblemClass]
    new: dict[ClassKey, ProblemClass] = field(default_factory=dict)

    def named(self, kind: str, name: str) -> list[ProblemClass]:
        return [row for key, row in self.by_key.items() if key[0] == kind and plain_name(row.name) == plain_name(name)]

    def add(self, key: ClassKey, major_name: str, name: str) -> ProblemClass:
        row = ProblemClass(
            edition=self.edition, kind=key[0], major_code=key[1], minor_code=key[2], major_name=major_name, name=name, city_extension=True
        )
        self.by_key[key] = self.new[key] = row
        return row


class Handbook(Importer):
    kind = "handbook"
    title = lazy("Handbook")
    about = lazy(
        "Filing conditions with limit and closing condition, by class. A row that says something else replaces the rule it belongs to."
    )
    columns = COLUMNS
    options = ("kind", "edition", "new_classes", "plain_hour", "plain_day", "end_missing")
    revisions = ("rules",)

    def rows_of(self, work: Work) -> Iterable[Row]:
        """Rows with a condition of their own, each with what the rows above say of its class."""
        carried: dict[str, object] = {}
        sheet = None
        for row in work.table.rows:
            if row.sheet is not sheet:
                carried, sheet = {}, row.sheet
            own = {name: row.get(name) for name in (*OF_MAJOR, *OF_CLASS, *OF_BODIES) if text_of(row.get(name))}
            if any(own.get(name) not in (None, carried.get(name)) for name in OF_MAJOR):
                carried = {name: carried[name] for name in OF_MAJOR if name in carried}
            if any(own.get(name) not in (None, carried.get(name)) for name in OF_CLASS):
                carried = {name: value for name, value in carried.items() if name in OF_MAJOR}
            # Cells left empty below the first row of a class stand for what that row says; a row that names its class speaks for itself.
            names_class = any(name in own for name in OF_CLASS)
            carried |= own
            if not row.continues("condition"):
                wanted = (*OF_MAJOR, *OF_CLASS) if names_class else (*OF_MAJOR, *OF_CLASS, *OF_BODIES)
                yield _with(row, {name: carried[name] for name in wanted if name in carried})

    def record_of(self, work: Work, row: Row) -> Record:
        record = super().record_of(work, row)
        if not record.refused:
            self._read_limits(work, record)
        record["kind"] = record["kind"] or KINDS.get(row.sheet.name.strip().lower()) or work.options.kind
        return record

    def check(self, work: Work) -> None:
        self._tell_plain_units(work)
        self.catalogue = self._catalogue(work)
        self.bodies = organizations(work.day)
        unknown: Counter[str] = Counter()
        for record in work.good:
            self._find_class(work, record)
            if not record.refused:
                organization = self._body(record["responsible_body"])
                record["organization_id"] = organization.pk if organization else None
                if organization is None and record["responsible_body"]:
                    unknown[first_body(record["responsible_body"])] += 1
        if unknown:
            names = _(", ").join(name for name, _count in unknown.most_common(8))
            work.notes.append(
                _("%(count)d rows name a responsible body that is no organization here (%(names)s …): it is kept as written.")
                % {"count": sum(unknown.values()), "names": names}
            )
        self._number(work)

    def compare(self, work: Work) -> HandbookChanges:
        begun, ended = [], []
        for record in work.good:
            held = self.held.get((record["key"], record["number"], record["area_class"]))
            rule = _rule(record, held)
            if mark(record, held, {name: getattr(rule, name) for name in COMPARED}) is State.SAME:
                continue
            begun.append((record["key"], rule))
            if held is not None:
                ended.append(held.pk)
        named = {(record["key"], record["number"], record["area_class"]) for record in work.good}
        classes = {record["key"] for record in work.records if record.values.get("key")}
        gone = [
            (rule.pk, f"{rule.problem_class.name} {rule.number} {rule.condition[:30]}")
            for key, rule in self.held.items()
            if key not in named and key[0] in classes
        ]
        ended += end_or_tell(work, gone)
        if self.catalogue.new:
            names = _(", ").join(f"{row.code} {row.name}" for row in self.catalogue.new.values())
            work.notes.append(
                _("%(count)d classes are new to the catalogue and become extensions of the city: %(names)s.")
                % {"count": len(self.catalogue.new), "names": names}
            )
        wanted = {key for key, _rule_ in begun}
        return HandbookChanges({key: row for key, row in self.catalogue.new.items() if key in wanted}, tuple(begun), tuple(ended))

    def carry_out(self, changes: HandbookChanges, actor: Actor, day: date, progress: Progress) -> Any:
        carry_out(actor, DatedChange(ProblemClass, day, begun=list(changes.new_classes.values())))
        for key, rule in changes.begun:
            if key in changes.new_classes:
                rule.problem_class = changes.new_classes[key]
        progress(_("Writing rules"), 0, len(changes.begun))
        carry_out(actor, DatedChange(HandbookRule, day, changes.ended_ids, [rule for _key, rule in changes.begun]))
        progress(_("Writing rules"), len(changes.begun), len(changes.begun))

    def _read_limits(self, work: Work, record: Record) -> None:
        for column in ("limit", "check_limit"):
            if not record[column]:
                continue
            try:
                record[column] = Limit.parse(record[column], Unit(work.options.plain_hour), Unit(work.options.plain_day))
            except LimitError:
                said = {"value": record[column]}
                hint = _("Write one number and its unit, such as 2紧急工作时, 4工作时, 5工作日, 3自然日 or 30分钟.")
                work.refuse(record, column, _("“%(value)s” is no limit that can be read.") % said, hint)

    def _tell_plain_units(self, work: Work) -> None:
        """Say how 小时 and 天 without more were read, for cities differ in it."""
        written = [text_of(record.row.get("limit")) for record in work.good]
        for words, option, value in (("小时", "plain_hour", work.options.plain_hour), ("天", "plain_day", work.options.plain_day)):
            count = sum(
                text.rstrip().endswith(words) and "工作" not in text and "自然" not in text and "紧急" not in text for text in written
            )
            if count:
                work.notes.append(
                    _("%(count)d limits say only %(word)s; it is read as %(unit)s (option %(option)s).")
                    % {"count": count, "word": words, "unit": Limit(1, Unit(value)).written()[1:], "option": option.replace("_", "-")}
                )

    def _catalogue(self, work: Work) -> Catalogue:
        rows = list(holding_on(ProblemClass.objects.all(), work.day))
        editions = Counter(row.edition for row in rows)
        edition = work.options.edition or (editions.most_common(1)[0][0] if editions else OWN_EDITION)
        if len(editions) > 1:
            work.notes.append(_("The catalogue has several editions; the classes of %(edition)s are used.") % {"edition": edition})
        return Catalogue(edition, {(row.kind, row.major_code, row.minor_code): row for row in rows if row.edition == edition})

    def _find_class(self, work: Work, record: Record) -> None:
        """The class by its code; without one, by its name; a missing one is added where that was asked for."""
        if not record["kind"]:
            hint = _("Name the sheet 部件 or 事件, fill in the column, or give the option for the kind.")
            work.refuse(record, "kind", _("It is not said whether this is a component or an event."), hint)
            return
        if not (record["major_code"] and record["minor_code"]):
            self._find_class_by_name(work, record)
            return
        key = (record["kind"], record["major_code"], record["minor_code"])
        found = self.catalogue.by_key.get(key)
        if found is None:
            found = self._missing_class(work, record, key)
        elif record["name"] and plain_name(found.name) != plain_name(record["name"]):
            self._differs_in_name(work, record, found)
        if found is not None:
            record["key"], record["class"] = key, found

    def _find_class_by_name(self, work: Work, record: Record) -> None:
        found = self.catalogue.named(record["kind"], record["name"] or "")
        if len(found) == 1:
            record["class"] = found[0]
            record["key"] = (found[0].kind, found[0].major_code, found[0].minor_code)
            return
        said = {"name": record["name"] or ""}
        message = (
            _("Several classes are called “%(name)s”.") if found else _("The catalogue has no class “%(name)s”, and the row gives no code.")
        )
        work.refuse(record, "name", message % said, _("Fill in major and minor code."))

    def _missing_class(self, work: Work, record: Record, key: ClassKey) -> ProblemClass | None:
        written = f"{key[1]}{key[2]} {record['name'] or ''}".strip()
        if not work.options.new_classes:
            hint = _("Import the catalogue that has it, or let missing classes be created as extensions of the city (option new-classes).")
            work.refuse(record, "minor_code", _("The catalogue has no such class."), hint, value=written)
            return None
        if not (record["name"] and record["major_name"]):
            hint = _("Fill in the names of major and minor class.")
            work.refuse(record, "name", _("The class is new to the catalogue and has no name."), hint, value=written)
            return None
        known = next((row.major_name for other, row in self.catalogue.by_key.items() if other[:2] == key[:2]), record["major_name"])
        return self.catalogue.add(key, known, record["name"])

    def _differs_in_name(self, work: Work, record: Record, found: ProblemClass) -> None:
        """The code counts; but a name that stands under another code of the kind means another edition's numbering."""
        elsewhere = [row for row in self.catalogue.named(record["kind"], record["name"]) if row is not found]
        names = f"{found.code} {record['name']} / {found.name}"
        if elsewhere:
            said = {"other": elsewhere[0].code}
            message = _("The catalogue has another name under this code, and this name under %(other)s.") % said
            work.refuse(record, "name", message, _("Put the code right: the sheet may follow another edition."), value=names)
        else:
            message = _("The catalogue has another name under this code; the code counts.")
            work.notice(record, "name", message, _("Nothing to do if both mean the same."), value=names)

    def _body(self, written: str) -> Organization | None:
        return _found(self.bodies, written) or _found(self.bodies, first_body(written))

    def _number(self, work: Work) -> None:
        """Give every row its number in its class: its own, else that of the rule with the same condition, else the next free one."""
        rules = holding_on(
            HandbookRule.objects.filter(problem_class__in=[row.pk for row in self.catalogue.by_key.values() if row.pk]), work.day
        )
        self.held = {}
        for rule in rules.select_related("problem_class"):
            of_class = rule.problem_class
            self.held[(of_class.kind, of_class.major_code, of_class.minor_code), rule.number, rule.area_class] = rule
        free: dict[tuple[ClassKey, str, str], list[int]] = defaultdict(list)
        taken: dict[ClassKey, set[int]] = defaultdict(set)
        for (key, number, area), rule in sorted(self.held.items(), key=lambda item: -item[0][1]):
            free[key, rule.condition, area].append(number)
            taken[key].add(number)
        for record in work.good:
            if record["number"]:
                taken[record["key"]].add(record["number"])
        numbered: dict[tuple[ClassKey, int, str], Record] = {}
        given: dict[tuple[ClassKey, str], dict[str, int]] = defaultdict(dict)
        for record in work.good:
            key, condition, area = record["key"], record["condition"], record["area_class"]
            if not record["number"]:
                record["number"] = self._free_number(key, condition, area, free, taken, given)
            place = (key, record["number"], area)
            if place in numbered:
                said = {"number": record["number"], "row": numbered[place].row.number}
                work.refuse(
                    record,
                    "number",
                    _("The number %(number)d stands in row %(row)d already, for the same area.") % said,
                    _("Give it another number."),
                )
                continue
            numbered[place] = record

    @staticmethod
    def _free_number(
        key: ClassKey,
        condition: str,
        area: str,
        free: dict[tuple[ClassKey, str, str], list[int]],
        taken: dict[ClassKey, set[int]],
        given: dict[tuple[ClassKey, str], dict[str, int]],
    ) -> int:
        """The number of the rule that holds with this condition, of the same condition in another area of the file, or a new one."""
        of_condition = given[key, condition]
        if free[key, condition, area]:
            number = free[key, condition, area].pop()
        elif of_condition and area not in of_condition:
            number = next(iter(of_condition.values()))
        else:
            number = max(taken[key], default=0) + 1
            taken[key].add(number)
        of_condition[area] = number
        return number


def _with(row: Row, carried: Mapping[str, object]) -> Row:
    """The row with the cells of its class filled in."""
    values = list(row.values)
    for name, value in carried.items():
        position = row.sheet.positions[name]
        if position < len(values):
            values[position] = value
    return Row(row.sheet, row.number, tuple(values), row.geometry, row.continued)


def _found(bodies: Directory[Organization], written: str) -> Organization | None:
    if written in bodies.by_code:
        return bodies.by_code[written]
    found = bodies.by_name.get(plain_name(written), ())
    return found[0] if len(found) == 1 else None


def _rule(record: Record, held: HandbookRule | None) -> HandbookRule:
    limit, check = record["limit"], record["check_limit"]
    urgent = limit.unit in URGENT_UNITS if record["urgent"] is None else record["urgent"]
    return HandbookRule(
        problem_class_id=record["class"].pk,
        number=record["number"],
        condition=record["condition"],
        area_class=record["area_class"],
        limit_amount=limit.amount,
        limit_unit=limit.unit.value,
        closing_condition=record["closing_condition"],
        evidence_wanted=record["evidence_wanted"],
        check_limit_amount=check.amount if check else None,
        check_limit_unit=check.unit.value if check else "",
        urgent=urgent,
        self_disposable=(held is None or held.self_disposable) if record["self_disposable"] is None else record["self_disposable"],
        organization_id=record["organization_id"],
        responsible_body=record["responsible_body"],
        supervising_body=record["supervising_body"],
        basis=record["basis"],
        note=record["note"],
    )
