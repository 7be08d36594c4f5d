"""The demo city's catalogue, handbook and responsibilities, from the tables beside (chengge/lab/data), which are our own words."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chengge.domain.lifecycle import ClockKind
from chengge.domain.worktime import Limit, Unit
from chengge.foundation.actions import DatedChange, carry_out, save_stage_limit
from chengge.foundation.models import HandbookRule, ProblemClass, Responsibility
from chengge.organization.actions.authority import COMMAND_LINE
from chengge.organization.models import Organization

DATA = Path(__file__).parent / "data"
EDITION = "GB/T 30428.2-2013"
TERRITORY = "territory"
LIST_OF_DUTIES = "《清沄区城市管理责任清单（2025年版）》"

STAGE_LIMITS_MINUTES = {
    ClockKind.ACCEPTANCE: 15,
    ClockKind.VERIFY: 30,
    ClockKind.FILING: 15,
    ClockKind.DISPATCH: 15,
    ClockKind.CHECK_SENDING: 30,
    ClockKind.CHECK: 30,
    ClockKind.CLOSING: 30,
}

# Where the list gives a class in one street to somebody else: kind, code, serial of the street, organization, basis.
EXCEPTIONS = (
    ("event", "0110", 1, TERRITORY, "背街小巷保洁已移交街道办事处（2026年3月会议纪要）"),
    ("event", "0112", 2, TERRITORY, "物业化管理试点路段由街道办事处统一保洁"),
    ("event", "0405", 3, "ZF", "商圈执法下沉中队直接管理"),
    ("event", "0410", 4, "TC", "轨道接驳区停车秩序委托静态交通公司管理"),
    ("event", "0113", 5, TERRITORY, "街巷路面由街道办事处自行养护"),
    ("component", "0305", 6, TERRITORY, "园区垃圾箱由街道办事处购置并清掏"),
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The written catalogue: classes by kind and four-digit code, and who answers for each (an organization's code, or the territory)."""

    classes: dict[tuple[str, str], ProblemClass]
    answering: dict[tuple[str, str], str]


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of one of our tables."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def write_catalogue(day: date) -> dict[tuple[str, str], ProblemClass]:
    """The classes, by kind and code."""
    begun = [
        ProblemClass(
            edition=EDITION,
            kind=row["kind"],
            major_code=row["major_code"],
            major_name=row["major_name"],
            minor_code=row["minor_code"],
            name=row["name"],
            city_extension=row["city_extension"] == "1",
        )
        for row in rows_of("catalogue")
    ]
    return {(row.kind, row.code): row for row in carry_out(COMMAND_LINE, DatedChange(ProblemClass, day, begun=begun))}


def write_handbook(classes: dict[tuple[str, str], ProblemClass], organizations: dict[str, Organization], day: date) -> Catalogue:
    """The handbook's rules and the stage limits."""
    answering: dict[tuple[str, str], str] = {}
    rules = []
    for row in rows_of("handbook"):
        key = row["kind"], row["major_code"] + row["minor_code"]
        answering[key] = row["organization"]
        body = organizations.get(row["organization"])
        rules.append(
            HandbookRule(
                problem_class=classes[key],
                number=int(row["number"]),
                condition=row["condition"],
                area_class=row["area_class"],
                limit_amount=int(row["limit_amount"]),
                limit_unit=row["limit_unit"],
                closing_condition=row["closing_condition"],
                evidence_wanted=row["evidence_wanted"],
                urgent=row["urgent"] == "1",
                organization=body,
                responsible_body=body.name if body else "问题所在地街道办事处",
                supervising_body="清沄区城市管理监督中心",
                basis=LIST_OF_DUTIES,
            )
        )
    carry_out(COMMAND_LINE, DatedChange(HandbookRule, day, begun=rules))
    for clock, minutes in STAGE_LIMITS_MINUTES.items():
        save_stage_limit(COMMAND_LINE, clock, Limit(minutes, Unit.MINUTE), day)
    return Catalogue(classes, answering)


def write_responsibilities(
    catalogue: Catalogue, organizations: dict[str, Organization], street_offices: Sequence[Organization], day: date
) -> None:
    """Who answers for every class: a department everywhere, or each street's office in its own street."""
    rows = []
    for item, (key, problem_class) in enumerate(sorted(catalogue.classes.items()), start=1):
        code = catalogue.answering[key]
        basis = f"{LIST_OF_DUTIES}第{item}项"
        if code != TERRITORY:
            rows.append(_row(problem_class, organizations[code], None, basis))
        else:
            rows += [_row(problem_class, office, office.division_code, f"{basis}：属地管理") for office in street_offices]
    for kind, class_code, street, code, basis in EXCEPTIONS:
        office = street_offices[(street - 1) % len(street_offices)]
        body = office if code == TERRITORY else organizations[code]
        if catalogue.answering[kind, class_code] != code:
            rows = [
                row
                for row in rows
                if not (row.problem_class == catalogue.classes[kind, class_code] and row.division_code == office.division_code)
            ]
            rows.append(_row(catalogue.classes[kind, class_code], body, office.division_code, basis))
    carry_out(COMMAND_LINE, DatedChange(Responsibility, day, begun=rows))


def _row(problem_class: ProblemClass, organization: Organization, division_code: int | None, basis: str) -> Responsibility:
    return Responsibility(
        kind=problem_class.kind,
        major_code=problem_class.major_code,
        problem_class=problem_class,
        organization=organization,
        division_code=division_code,
        basis=basis,
    )
