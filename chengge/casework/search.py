"""The text index of cases: written by the actions that change words, read by `queries`."""

from typing import Any

from django.db import connection

from chengge.domain.bigrams import terms

WRITE = """
INSERT INTO casework_casetext (case_id, terms) VALUES (%s, array_to_tsvector(%s))
ON CONFLICT (case_id) DO UPDATE SET terms = excluded.terms
"""
WORDS = """
SELECT concat_ws(' ', sitting.description, sitting.place, class.name, class.major_name)
FROM casework_case sitting JOIN foundation_problemclass class ON class.id = sitting.problem_class_id WHERE sitting.id = %s
"""

# The facts of a case whose change makes its terms stale.
WORDS_OF_CASE = frozenset({"description", "place", "problem_class_id"})


def index(case_id: int) -> None:
    """Write the search terms of a case, from its words and its class as they stand. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(WORDS, [case_id])
        (words,) = cursor.fetchone()
        cursor.execute(*writing(case_id, words))


def writing(case_id: int, words: str) -> tuple[str, list[Any]]:
    """What writes the search terms of a case whose words are known."""
    return WRITE, [case_id, sorted(set(terms(words)))]
