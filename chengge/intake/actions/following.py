"""How a reporter without an account follows a report: by a token that only they hold. The house keeps its SHA-256.

A token is 16 letters and digits (80 bits) that can be read out on the telephone: no I, L, O, U, and small letters are as good
as capitals. It is never written to a log.
"""

import hmac
import secrets
from hashlib import sha256

from django.conf import settings
from django.utils.translation import gettext as _

from chengge.casework.models import Case, Report
from chengge.domain.errors import NotFound

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
MISREAD = str.maketrans("ILO", "110", " -")
MOST_MERGES = 5
REPORT_PREFIX = "R"  # R123: a report that is no case yet


def new_token() -> tuple[str, str]:
    """A fresh token for the reporter, and the hash of it that is kept in `Report.token_hash`."""
    return _with_hash("".join(secrets.choice(LETTERS) for _place in range(LENGTH)))


def token_for(key: str) -> tuple[str, str]:
    """The token of the report sent under an idempotency key: the same for the same key, so that a lost answer can be given again."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), b"follow " + key.encode(), "sha256")
    return _with_hash("".join(LETTERS[byte % len(LETTERS)] for byte in digest[:LENGTH]))


def token_hash_of(token: str) -> str:
    """The hash of a token as somebody typed it."""
    return sha256(token.upper().translate(MISREAD)[:100].encode()).hexdigest()


def reference_of(report: Report) -> str:
    """What a reporter names a report by: the number of its case, or R and its own number while it is none."""
    return report.case.number if report.case is not None else f"{REPORT_PREFIX}{report.pk}"


def report_by(number_or_report_id: str | int, token: str) -> Report:
    """The report that a token follows, with its case.

    Args:
        number_or_report_id: the case number that the reporter was told (also when the case was merged into another since),
            `R123`, or the id of a report.

    Raises:
        NotFound: no such number, or another token; nobody learns which.
    """
    wanted = token_hash_of(token)
    candidates = _candidates(str(number_or_report_id).strip().replace(" ", "").upper())
    found = [report for report in candidates if report.token_hash and hmac.compare_digest(report.token_hash, wanted)]
    if not found:
        hmac.compare_digest(wanted, "0" * len(wanted))
        raise NotFound(
            "follow",
            _("Number and code do not belong together."),
            _("Both stand in the link you were given. Letters may be small or capital."),
            "token",
        )
    return found[0]


def _candidates(reference: str) -> list[Report]:
    reports = Report.objects.select_related("case__problem_class", "case__department", "problem_class").exclude(token_hash="")
    digits = reference.removeprefix(REPORT_PREFIX)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 20:
        return []
    if len(digits) < 20:
        return list(reports.filter(pk=int(digits))) if int(digits) < 2**63 else []
    return list(reports.filter(case_id__in=_goes_on_as(reference)).order_by("pk"))


def _goes_on_as(number: str) -> list[int]:
    """The case with a number, and the cases it was merged into one after the other."""
    ids: list[int] = []
    step = Case.objects.filter(number=number).values_list("pk", "merged_into_id").first()
    while step is not None and step[0] not in ids and len(ids) <= MOST_MERGES:
        ids.append(step[0])
        step = Case.objects.filter(pk=step[1]).values_list("pk", "merged_into_id").first() if step[1] else None
    return ids


def _with_hash(token: str) -> tuple[str, str]:
    return token, token_hash_of(token)
