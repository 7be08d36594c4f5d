"""Making runs. A run is written once and never changed; a correction is a run that replaces it, with a reason."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.domain.scoring import SchemeError
from chengge.evaluation import evidence
from chengge.evaluation.facts import FactStore, city_facts, refresh
from chengge.evaluation.indicators import Facts, Settings, local_spark, with_duckdb, with_spark
from chengge.evaluation.models import EvaluationRun, PeerGroup, RunPart, RunSubject, Scheme, SchemeItem
from chengge.evaluation.periods import period_of
from chengge.evaluation.queries.judging import Judgement, inputs_of
from chengge.evaluation.queries.rules import indicator_of, known_indicators
from chengge.evaluation.queries.runs import current_run, evidence_path, version_for
from chengge.evaluation.results import SAMPLES, SEED, Result, exact, frozen, result_of
from chengge.foundation.actions.dated import copy_in
from chengge.organization.queries import Actor

ENGINES = ("duckdb", "spark")
CENTS, POINTS, SHARES, SUMS = Decimal("0.01"), Decimal("0.0001"), Decimal("0.000001"), Decimal("0.000001")
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run that is asked for.

    Attributes:
        scheme: its code.
        period: its name, as `periods.period_of` takes it.
        reason: why it replaces the run that there is; not needed where there is none.
        engine: "duckdb" or "spark".
    """

    scheme: str
    period: str
    reason: str = ""
    engine: str = "duckdb"
    samples: int = SAMPLES
    seed: int = SEED


def make_run(actor: Actor, wanted: Wanted, store: FactStore | None = None) -> EvaluationRun:
    """Bring the facts up to now, reckon, and write the run down.

    Raises:
        Forbidden: the actor is no evaluator.
        Refused: an unknown scheme, period or engine; no version in effect; a reason that is missing.
        Conflict: it would come out as the run that there is, or somebody else made one meanwhile.
    """
    if Post.EVALUATOR not in actor.posts:
        raise Forbidden("post", _("Only an evaluator makes runs."), _("Ask an evaluator of your city."))
    return run_of_the_house(wanted, store, actor.member_id)


def run_of_the_house(wanted: Wanted, store: FactStore | None = None, member_id: int | None = None) -> EvaluationRun:
    """As `make_run`, for whoever holds the keys of the house: the command line, and what happens by itself."""
    store = store or city_facts()
    refresh(store)
    return run_from_facts(wanted, store, member_id)


def run_from_facts(wanted: Wanted, store: FactStore, member_id: int | None = None) -> EvaluationRun:
    """As `run_of_the_house`, from the facts as they lie there."""
    scheme = Scheme.objects.filter(code=wanted.scheme).first()
    if scheme is None:
        raise NotFound("scheme", _("There is no scheme “%(code)s”.") % {"code": wanted.scheme}, _known_schemes(), field="scheme")
    period = period_of(wanted.period)
    _require_engine(wanted.engine)
    version = version_for(scheme, period)
    before = current_run(scheme, period)
    reason = _reason(before, wanted.reason)
    manifest = store.pin()
    try:
        inputs = inputs_of(version, period.begin, period.end)
    except SchemeError as error:
        raise Refused("scheme", str(error), _("Correct the scheme in a new version."), field="scheme") from error
    with opened(wanted.engine, store.pinned(manifest.digest(), manifest.read_at), inputs.settings) as facts:
        result = result_of(inputs, facts, period.begin, period.end, wanted.samples, wanted.seed)
    run = EvaluationRun(
        version=version,
        period=period.name,
        begin=period.begin,
        end=period.end,
        as_of=datetime.fromtimestamp(manifest.read_at, UTC),
        facts_digest=manifest.digest(),
        ledger_entry_id=result.last_entry_id,
        engine=wanted.engine,
        seed=wanted.seed,
        samples=wanted.samples,
        frozen=frozen(inputs),
        result_digest=result.digest(),
        made_by_id=member_id,
        made_at=clock.now(),
        replaces=before,
        reason=reason,
    )
    _refuse_the_same(before, run)
    with transaction.atomic():
        Scheme.objects.select_for_update().get(pk=scheme.pk)
        if current_run(scheme, period) != before:
            raise Conflict("changed_meanwhile", _("Somebody else has made a run of this period meanwhile."), _("Look at it first."))
        run.save()
        _write(run, result)
    evidence.write(evidence_path(run, store), result.evidence)
    return run


def keep_peer_groups(actor: Actor, groups: Sequence[PeerGroup]) -> None:
    """Put a list of peer groups in place of those that there are. Runs keep the groups that they were made with.

    Raises:
        Forbidden: the actor is neither evaluator nor administrator.
    """
    if not actor.posts & {Post.EVALUATOR, Post.ADMINISTRATOR}:
        raise Forbidden("post", _("Peer groups are kept by evaluators."), _("Ask an evaluator of your city."))
    with transaction.atomic():
        PeerGroup.objects.all().delete()
        PeerGroup.objects.bulk_create(groups)


@contextmanager
def opened(engine: str, store: FactStore, settings: Settings) -> Iterator[Facts]:
    """The facts of a store by an engine, for as long as it is needed. Raises Refused where the engine cannot be started."""
    if engine == "duckdb":
        yield with_duckdb(store, settings)
        return
    try:
        with local_spark() as session:
            yield with_spark(store, settings, session)
    except (ImportError, RuntimeError) as error:
        raise Refused("engine", str(error), _("Install the extra “spark” and Java 17, or use duckdb."), field="engine") from error


def _require_engine(name: str) -> None:
    if name not in ENGINES:
        raise Refused("engine", _("There is no engine “%(name)s”.") % {"name": name}, _("duckdb or spark"), field="engine")


def _known_schemes() -> str:
    codes = ", ".join(Scheme.objects.order_by("code").values_list("code", flat=True))
    return _("There are: %(codes)s.") % {"codes": codes} if codes else _("There is none yet: make or import one first.")


def _reason(before: EvaluationRun | None, given: str) -> str:
    reason = given.strip()
    if before is None:
        return ""
    if not reason:
        raise Refused(
            "reason",
            _("There is a run of this scheme and period already: run %(number)d.") % {"number": before.pk},
            _("Give a reason why another replaces it, such as a granted appeal or a correction."),
            field="reason",
        )
    if len(reason) > LONGEST_REASON:
        raise Refused("reason", _("The reason is longer than %(most)d characters.") % {"most": LONGEST_REASON}, field="reason")
    return reason


def _refuse_the_same(before: EvaluationRun | None, run: EvaluationRun) -> None:
    """A run that would say nothing new replaces none."""
    if before is not None and (before.result_digest, before.version_id) == (run.result_digest, run.version_id):
        raise Conflict(
            "nothing_changed",
            _("Run %(number)d would come out the same: nothing that counts has changed since.") % {"number": before.pk},
            _("Reckon it again with “chengge evaluate --again %(number)d” if you doubt it.") % {"number": before.pk},
        )


def _write(run: EvaluationRun, result: Result) -> None:
    subjects = RunSubject.objects.bulk_create([_subject(run, one, result) for one in result.judgements], batch_size=500)
    names = _names(run)
    parts = [part for subject, one in zip(subjects, result.judgements, strict=True) for part in _parts(subject, one, names)]
    copy_in(RunPart, parts)


def _subject(run: EvaluationRun, one: Judgement, result: Result) -> RunSubject:
    sure = result.intervals.get(one.subject_id)
    return RunSubject(
        run=run,
        judged=run.version.scheme.judged,
        subject_id=one.subject_id,
        name=one.name,
        group=one.group,
        total=_rounded(one.score.total, CENTS),
        total_exact=exact(one.score.total),
        total_low=None if sure is None else Decimal(sure.total_low).quantize(CENTS),
        total_high=None if sure is None else Decimal(sure.total_high).quantize(CENTS),
        grade=one.score.grade,
        rank=one.rank,
        rank_low=None if sure is None else sure.rank_low,
        rank_high=None if sure is None else sure.rank_high,
        workload=one.workload,
        bonus=_rounded(one.score.bonus, CENTS) or 0,
        vetoed_by=one.score.vetoed_by,
    )


def _parts(subject: RunSubject, one: Judgement, names: Sequence[tuple[str, str]]) -> list[RunPart]:
    rows = []
    for position, (part, (name, name_en)) in enumerate(zip(one.parts, names, strict=True)):
        seen = one.observed.get(part.indicator)
        rows.append(
            RunPart(
                subject=subject,
                position=position,
                aspect=part.aspect,
                code=part.indicator,
                name=name,
                name_en=name_en,
                numerator=None if seen is None else _rounded(seen.numerator, SUMS),
                denominator=None if seen is None else seen.denominator,
                before="" if seen is None else exact(seen.before),
                points=_rounded(part.points, POINTS),
                points_exact=exact(part.points),
                share=_rounded(part.share, SHARES) or Decimal(0),
                share_exact=exact(part.share),
                left_out=part.left_out,
            )
        )
    return rows


def _names(run: EvaluationRun) -> list[tuple[str, str]]:
    """Chinese and English name of every item, in the order of the parts."""
    known = known_indicators(Settings(**run.frozen["settings"]))
    items = SchemeItem.objects.filter(aspect__version=run.version_id).order_by("aspect__position", "position")
    named = []
    for code, name, name_en in items.values_list("code", "name", "name_en"):
        indicator = indicator_of(code, known)
        of_indicator = ("", "") if indicator is None else (indicator.name_zh, indicator.name_en)
        named.append((name or of_indicator[0] or code, name_en or ("" if name else of_indicator[1])))
    return named


def _rounded(value: Fraction | None, places: Decimal) -> Decimal | None:
    """A fraction to so many places, half up, as scores are shown."""
    if value is None:
        return None
    units = value / Fraction(places)
    return Decimal((units * 2 + 1).numerator // ((units * 2 + 1).denominator * 2)) * places
