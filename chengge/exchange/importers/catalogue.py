"""The catalogue of component and event classes (GB/T 30428.2 and other editions) with the city's extensions."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from chengge.exchange.importers.base import Importer, Work, mark, refuse_repeated
from chengge.exchange.importers.codes import two_digits
from chengge.exchange.importers.columns import Column, joined_text, one_of, text, yes_or_no
from chengge.exchange.importers.plan import Progress, State
from chengge.foundation.actions import DatedChange, carry_out, replace_class
from chengge.foundation.models import ProblemClass, ProblemKind
from chengge.foundation.queries import holding_on
from chengge.organization.queries import Actor

KINDS = {"部件": "component", "component": "component", "事件": "event", "event": "event"}


def kind_choices() -> tuple[str, ...]:
    return tuple(str(kind.label) for kind in ProblemKind)


@dataclass(frozen=True, slots=True)
class CatalogueChanges:
    new: tuple[ProblemClass, ...]
    replaced: tuple[tuple[ProblemClass, ProblemClass], ...]


class Catalogue(Importer):
    kind = "catalogue"
    title = lazy("Catalogue")
    about = lazy("Major and minor classes of components and events. A class with another name replaces the one with its code.")
    columns = (
        Column(
            "kind",
            "类别",
            "kind",
            one_of(KINDS),
            also=("部件事件", "类型"),
            help=lazy("Component or event"),
            example="部件",
            choices=kind_choices,
        ),
        Column("major_code", "大类代码", "major code", two_digits, also=("大类编码",), required=True, help=lazy("01 to 99"), example="01"),
        Column(
            "major_name",
            "大类名称",
            "major class",
            joined_text(30),
            also=("大类",),
            required=True,
            help=lazy("Name of the major class"),
            example="公用设施",
        ),
        Column(
            "minor_code",
            "小类代码",
            "minor code",
            two_digits,
            also=("小类编码",),
            required=True,
            help=lazy("01 to 99; extensions of the city count down from 99"),
            example="01",
        ),
        Column(
            "name",
            "小类名称",
            "minor class",
            joined_text(40),
            also=("小类", "minor_name"),
            required=True,
            help=lazy("Name of the minor class"),
            example="上水井盖",
        ),
        Column(
            "national",
            "国家类",
            "national",
            yes_or_no,
            default=True,
            help=lazy("No for an extension of the city"),
            example="是",
            choices=lambda: ("是", "否"),
        ),
        Column(
            "edition",
            "版本",
            "edition",
            text(300),
            also=("source", "来源"),
            help=lazy("The standard the class is from"),
            example="GB/T 30428.2-2013",
        ),
    )
    options = ("kind", "edition")
    revisions = ("rules",)

    def check(self, work: Work) -> None:
        kind = work.options.kind or _kind_in_name(work.table.file_name)
        for record in work.good:
            record["kind"] = record["kind"] or kind
            if not record["kind"]:
                work.refuse(
                    record,
                    "kind",
                    _("It is not said whether this is a component or an event."),
                    _("Fill in the column, or give the option for the kind."),
                )
        self.edition = work.options.edition or _usual_edition(work)
        if not self.edition:
            for record in work.good:
                work.refuse(
                    record,
                    "edition",
                    _("The edition of the catalogue is not said."),
                    _("Give the option for the edition, such as GB/T 30428.2-2013."),
                )
        refuse_repeated(
            work,
            "minor_code",
            lambda record: (record["kind"], record["major_code"], record["minor_code"]),
            _("The same class stands in row %(row)d already."),
            _("Leave one of the two."),
        )
        self._check_major_names(work)

    def compare(self, work: Work) -> CatalogueChanges:
        rows = holding_on(ProblemClass.objects.filter(edition=self.edition), work.day)
        held = {(row.kind, row.major_code, row.minor_code): row for row in rows}
        new, replaced = [], []
        for record in work.good:
            own = held.get((record["kind"], record["major_code"], record["minor_code"]))
            wanted = {"name": record["name"], "major_name": record["major_name"], "city_extension": not record["national"]}
            state = mark(record, own, wanted)
            row = ProblemClass(
                edition=self.edition, kind=record["kind"], major_code=record["major_code"], minor_code=record["minor_code"], **wanted
            )
            if state is State.NEW:
                new.append(row)
            elif state is State.CHANGED and own is not None:
                replaced.append((own, row))
        work.notes.append(_("The catalogue's edition is %(edition)s.") % {"edition": self.edition})
        return CatalogueChanges(tuple(new), tuple(replaced))

    def carry_out(self, changes: CatalogueChanges, actor: Actor, day: date, progress: Progress) -> Any:
        carry_out(actor, DatedChange(ProblemClass, day, begun=changes.new))
        for done, (old, row) in enumerate(changes.replaced):
            progress(_("Replacing classes"), done, len(changes.replaced))
            replace_class(actor, old, row, day)

    def _check_major_names(self, work: Work) -> None:
        """One major code has one name; the first is taken for right."""
        names: dict[tuple[str, str], str] = {}
        for record in work.good:
            first = names.setdefault((record["kind"], record["major_code"]), record["major_name"])
            if first != record["major_name"]:
                said = {"code": record["major_code"], "first": first}
                work.refuse(
                    record, "major_name", _("The major class %(code)s is called “%(first)s” further up.") % said, _("Write the same name.")
                )


def _kind_in_name(file_name: str) -> str:
    """The kind that a file's name tells; empty where it tells none."""
    return next((kind for word, kind in KINDS.items() if word in file_name.lower()), "")


def _usual_edition(work: Work) -> str:
    """The edition that most of the national classes are from. Extensions belong to the edition they extend."""
    said = Counter(record["edition"] for record in work.good if record["edition"] and record["national"])
    return said.most_common(1)[0][0][:30] if said else ""
