"""All writes of bulletins: drafted by an evaluator, signed by another pair of eyes, published by a leader, and then left alone."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from hashlib import sha256

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.photos import write_whole
from chengge.documents.document import Document, as_bytes
from chengge.documents.pdf import as_pdf
from chengge.documents.word import as_docx
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.evaluation.bulletin.compose import LANGUAGES, Audience, compose
from chengge.evaluation.bulletin.words import drafted
from chengge.evaluation.facts import FactStore, city_facts, refresh
from chengge.evaluation.indicators import Settings
from chengge.evaluation.models import Bulletin, BulletinCase, BulletinDocument, BulletinFile, BulletinText, EvaluationRun
from chengge.evaluation.periods import Period, period_of
from chengge.evaluation.queries.bulletin_figures import Candidate, Figures, gather
from chengge.evaluation.queries.bulletins import (
    PUBLISHING,
    SIGNING,
    WRITING,
    Edited,
    document_of,
    leading_runs,
    material_of,
    may_sign,
    path_of,
    runs_of,
)
from chengge.evaluation.queries.rules import settings_of
from chengge.organization.queries import Actor, city_day

LONGEST_TEXT, LONGEST_WORDS, LONGEST_TITLE, LONGEST_REASON = 6000, 300, 80, 200
MOST_CASES = 12
# Telephone and identity numbers and e-mail addresses have no business in what everybody reads.
PERSONAL = re.compile(r"(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)|(?<!\d)\d{17}[\dXx](?!\d)|[^\s@]+@[^\s@]+\.\w+")


def start(actor: Actor, period_name: str, store: FactStore | None = None) -> Bulletin:
    """Draft the bulletin of a period from its runs and facts.

    Raises:
        Forbidden: the actor is no evaluator.
        Refused: the period is none, or not over yet.
        Conflict: there is one already; a correction replaces a published one.
    """
    _require(actor, WRITING, _("Bulletins are drafted by evaluators."))
    period = period_of(period_name)
    if period.end > clock.now():
        raise Refused("period", _("This period is not over yet."), _("Draft its bulletin when it has ended."), field="period")
    _refuse_a_second(period)
    figures, candidates = _gathered(period, store)
    with transaction.atomic():
        _refuse_a_second(period)  # somebody else may have been quicker while the figures were read
        return _draft(actor, period, figures, candidates)


def correct(actor: Actor, number: int, reason: str, store: FactStore | None = None) -> Bulletin:
    """Draft a new edition that replaces a published one, with its texts to go on from and figures read anew.

    Raises:
        Forbidden: the actor is no evaluator.
        Refused: no reason is given.
        Conflict: it is not published, or is being corrected already.
    """
    _require(actor, WRITING, _("Bulletins are drafted by evaluators."))
    told = _reason(reason)
    period = period_of(_found(number).period)
    figures, candidates = _gathered(period, store)
    with transaction.atomic():
        old = _locked(number)
        if old.state != Bulletin.State.PUBLISHED or Bulletin.objects.filter(replaces=old).exists():
            raise Conflict(
                "state",
                _("Only a published bulletin is corrected, and only once."),
                _("Correct the edition that has taken its place, if there is one."),
            )
        new = _draft(actor, period, figures, candidates, replaces=old, reason=told)
        for text in old.texts.all():
            if text.text != text.drafted:  # somebody's own words are gone on from; figures in words are written anew
                BulletinText.objects.filter(bulletin=new, language=text.language, section=text.section).update(text=text.text)
        return new


def read_anew(actor: Actor, number: int, run_ids: Collection[int] | None = None, store: FactStore | None = None) -> Bulletin:
    """Read the figures of a draft again. Texts that nobody has touched are drafted anew; those of an evaluator stay.

    Args:
        run_ids: the runs that it tells of; None: those that lead (`leading_runs`).
    """
    _require(actor, WRITING, _("Bulletins are drafted by evaluators."))
    period = period_of(_found(number).period)
    runs = None if run_ids is None else [run for run in runs_of(period) if run.pk in run_ids]
    figures, candidates = _gathered(period, store, runs)
    with transaction.atomic():
        bulletin = _draft_at(number)
        shown = {(case.rule, case.case_id): case for case in bulletin.cases.filter(shown=True)}
        bulletin.cases.all().delete()
        _write_cases(bulletin, candidates, shown)
        for language, texts in _drafted(figures).items():
            for section, text in texts.items():
                rows = BulletinText.objects.filter(bulletin=bulletin, language=language, section=section)
                for row in rows:
                    row.text = text if row.text == row.drafted else row.text
                    row.drafted = text
                    row.save(update_fields=["text", "drafted"])
        bulletin.figures = figures.as_plain()
        bulletin.runs.set(_runs_in(figures))
        return _changed(actor, bulletin)


@transaction.atomic
def edit(actor: Actor, number: int, edited: Edited, seen: int) -> Bulletin:
    """Write down what an evaluator has made of a draft.

    Args:
        seen: the version that was on the screen.

    Raises:
        Forbidden: the actor is no evaluator.
        Conflict: it is no draft any more, or somebody else has changed it since.
        Refused: too long, too many cases, or something personal in it.
    """
    _require(actor, WRITING, _("Bulletins are drafted by evaluators."))
    bulletin = _draft_at(number)
    if bulletin.version != seen:
        raise Conflict("moved", _("Somebody else has changed this draft meanwhile."), _("Reload the page; copy your text first."))
    bulletin.title = _checked(edited.title, LONGEST_TITLE, "title")
    texts = {(row.language, row.section): row for row in bulletin.texts.all()}
    for key, text in edited.texts.items():
        if key not in texts:
            raise Refused("section", _("There is no section “%(section)s”.") % {"section": key[1][:40]}, field="section")
        texts[key].text = _checked(text, LONGEST_TEXT, f"text-{key[0]}-{key[1]}")
    BulletinText.objects.bulk_update(texts.values(), ["text"])
    cases = {row.pk: row for row in bulletin.cases.all()}
    for case_id, choice in edited.cases.items():
        if case_id not in cases:
            raise Refused("case", _("This case is not among those that the rules have found."), field="cases")
        cases[case_id].shown = choice.shown
        cases[case_id].words = _checked(choice.words, LONGEST_WORDS, f"words-{case_id}")
    if sum(row.shown for row in cases.values()) > MOST_CASES:
        raise Refused("cases", _("A bulletin tells of at most %(most)d cases.") % {"most": MOST_CASES}, field="cases")
    BulletinCase.objects.bulk_update(cases.values(), ["shown", "words"])
    return _changed(actor, bulletin)


@transaction.atomic
def sign(actor: Actor, number: int, seen: int) -> Bulletin:
    """Sign a draft: from here on it is locked, and what was signed is kept in every language and edition.

    Raises:
        Forbidden: the actor is neither evaluator nor leader, or has had a hand in the draft.
        Conflict: it is no draft any more, or not the one that was on the screen.
    """
    _require(actor, SIGNING, _("Bulletins are signed by evaluators and leaders."))
    bulletin = _draft_at(number)
    if bulletin.version != seen:
        raise Conflict("moved", _("The draft has been changed since you read it."), _("Read it again, then sign."))
    if not may_sign(actor, bulletin):
        raise Forbidden("four_eyes", _("You have had a hand in this draft."), _("Ask another evaluator or a leader to sign it."))
    bulletin.signed_by_id, bulletin.signed_at = actor.member_id, clock.now()
    bulletin.state, bulletin.sent_back_because = Bulletin.State.SIGNED, ""
    bulletin.save()
    material = material_of(Bulletin.objects.select_related("drafted_by", "signed_by", "replaces").get(pk=number))
    for language in LANGUAGES:
        for audience in Audience:
            content = as_bytes(compose(material, language, audience))
            BulletinDocument.objects.create(
                bulletin=bulletin, language=language, audience=audience.value, content=content, sha256=sha256(content).hexdigest()
            )
    return bulletin


@transaction.atomic
def send_back(actor: Actor, number: int, reason: str) -> Bulletin:
    """Open a signed bulletin again, before it is published: it becomes a draft, and its signature is gone.

    Raises:
        Forbidden: neither evaluator nor leader.
        Refused: no reason is given.
        Conflict: it is not signed, or published already.
    """
    _require(actor, SIGNING, _("Bulletins are signed by evaluators and leaders."))
    told = _reason(reason)
    bulletin = _locked(number)
    _require_state(bulletin, Bulletin.State.SIGNED)
    bulletin.documents.all().delete()
    bulletin.state, bulletin.signed_by, bulletin.signed_at, bulletin.sent_back_because = Bulletin.State.DRAFT, None, None, told
    bulletin.version += 1
    bulletin.save()
    return bulletin


def publish(actor: Actor, number: int) -> Bulletin:
    """Publish a signed bulletin: its files are made from what was signed, kept under their SHA-256, and it stands on the portal.

    Raises:
        Forbidden: the actor is no leader.
        Conflict: it is not signed.
    """
    _require(actor, PUBLISHING, _("Bulletins are published by leaders."))
    with transaction.atomic():
        bulletin = _locked(number)
        _require_state(bulletin, Bulletin.State.SIGNED)
        if bulletin.signed_at is None:
            raise Conflict("state", _("This bulletin has not been signed."))
        day = city_day(bulletin.signed_at)
        for row in bulletin.documents.order_by("language", "audience"):
            document = document_of(bulletin, row.language, Audience(row.audience))
            for kind, content in _files_of(document, day):
                digest = sha256(content).hexdigest()
                write_whole(path_of(digest, kind), content)
                BulletinFile.objects.create(
                    bulletin=bulletin,
                    language=row.language,
                    audience=row.audience,
                    kind=kind,
                    sha256=digest,
                    size_bytes=len(content),
                    document_sha256=row.sha256,
                )
        bulletin.state, bulletin.published_by_id, bulletin.published_at = Bulletin.State.PUBLISHED, actor.member_id, clock.now()
        bulletin.save()
        return bulletin


@transaction.atomic
def withdraw(actor: Actor, number: int, reason: str) -> Bulletin:
    """Take a published bulletin off the portal. Its files stay; the page says when and why it was withdrawn.

    Raises:
        Forbidden: the actor is no leader.
        Refused: no reason is given, or something personal in it.
        Conflict: it is not published.
    """
    _require(actor, PUBLISHING, _("Bulletins are withdrawn by leaders."))
    told = _reason(reason)
    bulletin = _locked(number)
    _require_state(bulletin, Bulletin.State.PUBLISHED)
    bulletin.state, bulletin.withdrawn_by_id, bulletin.withdrawn_at = Bulletin.State.WITHDRAWN, actor.member_id, clock.now()
    bulletin.withdrawn_because = told
    bulletin.save()
    return bulletin


@transaction.atomic
def throw_away(actor: Actor, number: int) -> None:
    """Drop a draft. What was signed or published is never dropped."""
    _require(actor, WRITING, _("Bulletins are drafted by evaluators."))
    _draft_at(number).delete()


def _files_of(document: Document, day: date) -> list[tuple[str, bytes]]:
    return [("pdf", as_pdf(document, day)), ("docx", as_docx(document, day))]


def _gathered(period: Period, store: FactStore | None, chosen: Sequence[EvaluationRun] | None = None) -> tuple[Figures, list[Candidate]]:
    """Figures from the facts to which the latest run of the period is frozen; without a run, from those of now."""
    store = store or city_facts()
    runs = leading_runs(period) if chosen is None else chosen
    if runs:
        latest = max(runs, key=lambda run: (run.as_of, run.pk))
        pinned: FactStore = store.pinned(latest.facts_digest, int(latest.as_of.timestamp()))
        return gather(pinned, period, runs, settings_of(latest.version))
    refresh(store)
    manifest = store.pin()
    return gather(store.pinned(manifest.digest(), manifest.read_at), period, [], Settings())


def _draft(
    actor: Actor, period: Period, figures: Figures, candidates: Sequence[Candidate], replaces: Bulletin | None = None, reason: str = ""
) -> Bulletin:
    now = clock.now()
    edition = (Bulletin.objects.filter(period=period.name).aggregate(last=Max("edition"))["last"] or 0) + 1
    bulletin = Bulletin.objects.create(
        period=period.name,
        begin=period.begin,
        end=period.end,
        edition=edition,
        figures=figures.as_plain(),
        drafted_by_id=actor.member_id or 0,
        drafted_at=now,
        changed_at=now,
        replaces=replaces,
        reason=reason,
        title=replaces.title if replaces else "",
    )
    bulletin.runs.set(_runs_in(figures))
    bulletin.editors.add(actor.member_id or 0)
    BulletinText.objects.bulk_create(
        BulletinText(bulletin=bulletin, language=language, section=section, drafted=text, text=text)
        for language, texts in _drafted(figures).items()
        for section, text in texts.items()
    )
    _write_cases(bulletin, candidates, {})
    return bulletin


def _write_cases(bulletin: Bulletin, candidates: Sequence[Candidate], before: Mapping[tuple[str, int], BulletinCase]) -> None:
    """The cases that the rules have found; the first of each rule is told unless somebody has chosen otherwise before."""
    rules: set[str] = set()
    rows = []
    for position, one in enumerate(candidates):
        chosen = before.get((one.rule, one.case_id))
        rows.append(
            BulletinCase(
                bulletin=bulletin,
                position=position,
                rule=one.rule,
                case_id=one.case_id,
                found=asdict(one),
                shown=chosen is not None if before else one.rule not in rules,
                words=chosen.words if chosen else "",
            )
        )
        rules.add(one.rule)
    BulletinCase.objects.bulk_create(rows)


def _drafted(figures: Figures) -> dict[str, dict[str, str]]:
    texts = {}
    for language in LANGUAGES:
        with translation.override(language):
            texts[language] = drafted(figures)
    return texts


def _runs_in(figures: Figures) -> list[EvaluationRun]:
    return list(EvaluationRun.objects.filter(pk__in=[ranking.run_id for ranking in figures.rankings]))


def _changed(actor: Actor, bulletin: Bulletin) -> Bulletin:
    bulletin.version += 1
    bulletin.changed_at = clock.now()
    bulletin.save()
    bulletin.editors.add(actor.member_id or 0)
    return bulletin


def _found(number: int) -> Bulletin:
    return _one(Bulletin.objects.filter(pk=number))


def _locked(number: int) -> Bulletin:
    """The bulletin of a number, held until the transaction ends."""
    return _one(Bulletin.objects.select_for_update().filter(pk=number))


def _one(rows: QuerySet[Bulletin]) -> Bulletin:
    bulletin = rows.first()
    if bulletin is None:
        raise NotFound("bulletin", _("There is no such bulletin, or none that you may read."), field="bulletin")
    return bulletin


def _draft_at(number: int) -> Bulletin:
    bulletin = _locked(number)
    _require_state(bulletin, Bulletin.State.DRAFT)
    return bulletin


def _require(actor: Actor, posts: frozenset[Post], message: str) -> None:
    if not actor.posts & posts:
        raise Forbidden("post", message, _("If you need it for your work, ask your administrator."))


def _require_state(bulletin: Bulletin, state: Bulletin.State) -> None:
    if bulletin.state != state:
        raise Conflict(
            "state",
            _("This bulletin is “%(state)s”, not “%(wanted)s”.") % {"state": bulletin.get_state_display(), "wanted": state.label},
            _("Reload the page."),
        )


def _refuse_a_second(period: Period) -> None:
    there = Bulletin.objects.filter(period=period.name).exclude(state=Bulletin.State.WITHDRAWN).order_by("-edition").first()
    if there is not None:
        raise Conflict(
            "bulletin",
            _("There is a bulletin of %(period)s already.") % {"period": period.name},
            _("Go on with the draft, or correct what has been published."),
            field="period",
        )


def _reason(text: str) -> str:
    told = _checked(text, LONGEST_REASON, "reason")
    if not told:
        raise Refused("reason", _("A reason is needed."), _("Say in a few words why."), field="reason")
    return told


def _checked(text: str, most: int, name: str) -> str:
    """Text without stray characters. Raises Refused where it is too long or names a number or address of somebody."""
    clean = "\n".join(line.strip() for line in text.replace("\0", "").replace("\r\n", "\n").split("\n")).strip()
    if len(clean) > most:
        raise Refused("long", _("This text has more than %(most)d characters.") % {"most": most}, _("Shorten it."), field=name)
    if found := PERSONAL.search(clean):
        raise Refused(
            "personal",
            _("“%(found)s” looks like a telephone number, an identity number or an address.") % {"found": found[0][:3] + "…"},
            _("Bulletins name nobody who could be reached by it; take it out."),
            field=name,
        )
    return clean
