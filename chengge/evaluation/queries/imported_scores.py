"""Scores brought in from outside: who sees them, whom they may name, where their evidence lies."""

from datetime import date
from pathlib import Path

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from chengge.domain.errors import NotFound
from chengge.domain.lifecycle import Post
from chengge.evaluation.models import ImportedSet, Judged
from chengge.foundation.models import Division
from chengge.foundation.queries import holding_on
from chengge.organization.models import Organization
from chengge.organization.queries import Actor

State = ImportedSet.State
LOOKS = frozenset({Post.EVALUATOR, Post.LEADER})
# Codes of divisions on each level lie between these.
LEVELS = {Judged.STREET.value: (10**8, 10**9), Judged.COMMUNITY.value: (10**11, 10**12)}
SUFFIXES = {"image/jpeg": ".jpg", "application/pdf": ".pdf"}


def imports_in_sight(actor: Actor) -> QuerySet[ImportedSet]:
    """Approved ones for every member; for evaluators and leaders also those that wait or were refused; a preview for whoever made it."""
    seen = Q(state=State.APPROVED) if actor.posts else Q(pk__in=[])
    if actor.posts & LOOKS:
        seen |= Q(state__in=(State.WAITING, State.REFUSED)) | Q(state=State.PREVIEW, made_by=actor.member_id or 0)
    rows = ImportedSet.objects.filter(seen).select_related("made_by", "decided_by")
    return rows.annotate(rows=Count("scores")).order_by("-made_at", "-id")


def import_in_sight(actor: Actor, set_id: int) -> ImportedSet:
    """One of them. Raises NotFound."""
    found = imports_in_sight(actor).filter(pk=set_id).first()
    if found is None:
        raise NotFound("imported", _("There are no such scores, or none that you may see."), field="set_id")
    return found


def subjects_called(judged: str, day: date) -> dict[str, tuple[str, str]]:
    """Id and name of every subject of a kind, by all that a table may call it: code, name, short name. One query.

    A name that two carry is left out: it would say neither.
    """
    called: dict[str, set[tuple[str, str]]] = {}
    if judged == Judged.ORGANIZATION:
        rows = holding_on(Organization.objects.all(), day).values_list("pk", "code", "name", "short_name")
        for pk, code, name, short_name in rows:
            for word in (code, name, short_name):
                called.setdefault(word, set()).add((str(pk), name))
    elif judged in LEVELS:
        least, end = LEVELS[judged]
        for number, name in holding_on(Division.objects.filter(code__gte=least, code__lt=end), day).values_list("code", "name"):
            for word in (str(number), name):
                called.setdefault(word, set()).add((str(number), name))
    return {word: next(iter(subjects)) for word, subjects in called.items() if word and len(subjects) == 1}


def evidence_path(media_root: Path, digest: str, kind: str) -> Path:
    """Where the evidence with this SHA-256 lies."""
    return media_root / "evidence-of-scores" / digest[:2] / f"{digest}{SUFFIXES[kind]}"
