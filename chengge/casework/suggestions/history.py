"""What there is to learn from: the city's own closed cases, and what catalogue and handbook say of each class."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from chengge import clock
from chengge.casework.models import Case
from chengge.casework.suggestions.answering import label_of_class
from chengge.casework.suggestions.training import Lesson
from chengge.domain.lifecycle import Stage
from chengge.foundation.queries import handbook
from chengge.organization.queries import city_day

MOST_CASES = 30_000  # the latest; more of the same teaches little and takes long

# Of each case the organization that finished it first: what a dispatcher would have wanted to know.
FIRST_TO_FINISH = """
SELECT sitting.description, sitting.place, body.code FROM (
  SELECT id, description, place FROM casework_case WHERE stage = 'closed' AND description <> '' ORDER BY reported_at DESC, id DESC LIMIT %s
) sitting
CROSS JOIN LATERAL (
  SELECT organization_id FROM casework_ledgerentry WHERE case_id = sitting.id AND action = 'finish' ORDER BY seq LIMIT 1
) finished
JOIN organization_organization body ON body.id = finished.organization_id
"""


def classes_of_cases() -> list[Lesson]:
    """Description and class of closed cases, as they were closed. One query.

    The place is left out: people's crossings and gates say nothing of what is broken there.
    """
    closed = Case.objects.filter(stage=Stage.CLOSED.value).exclude(description="").order_by("-reported_at", "-pk")
    rows = closed.values_list("description", "problem_class__kind", "problem_class__major_code", "problem_class__minor_code")[:MOST_CASES]
    return [Lesson(description, label_of_class(kind, major, minor)) for description, kind, major, minor in rows]


def departments_of_cases() -> list[Lesson]:
    """Description and place of closed cases, and the code of the department that finished each first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST_TO_FINISH, [MOST_CASES])
        return [Lesson(f"{description} {place}".strip(), code) for description, place, code in cursor.fetchall()]


def classes_described() -> list[Lesson]:
    """The name of each class, and each of its filing conditions with its closing condition. Two queries."""
    return list(_described())


def _described() -> Iterable[Lesson]:
    texts: dict[str, list[str]] = defaultdict(list)
    for problem_class, rules in handbook(city_day(clock.now())):
        label = label_of_class(problem_class.kind, problem_class.major_code, problem_class.minor_code)
        texts[label].append(f"{problem_class.name} {problem_class.major_name}")
        texts[label] += [f"{problem_class.name}{rule.condition} {rule.closing_condition}" for rule in rules]
    for label, said in texts.items():
        yield from (Lesson(text, label) for text in said)
