"""Seconded staff: who may see whom, the rules that are checked, attendance, figures, and how many come and go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.queries.sight import with_all_below
from chengge.coordination.models import (
    Appraisal,
    HomeVisit,
    JointSurvey,
    Meeting,
    Ruling,
    Secondment,
    SecondmentCheck,
    SecondmentDay,
    SecondmentHandoverItem,
    SecondmentNeed,
    SecondmentRule,
    SecondmentTraining,
    SecondmentView,
)
from chengge.domain.errors import NotFound
from chengge.domain.lifecycle import Axis, Post
from chengge.domain.secondment import MEASURED, NEVER_LENT, DayKind, DayOf, RuleKind, attendance, counted
from chengge.figures import FigureTold, deeds_of, figures_of
from chengge.foundation.queries.dated import holds_on
from chengge.organization.calendars import calendar_of
from chengge.organization.models import Duty, Member, MemberPost, Organization, OrganizationKind, PostChoice
from chengge.organization.queries import CITY_ZONE, Actor, city_day

MANAGERS = frozenset({Post.COORDINATOR, Post.LEADER})
DAYS_COMPARED = 30
MOST_LEAVERS = 8
USUAL_VISIT_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Qualification:
    """A rule that is checked at entry, and what was found; None where nobody has looked yet."""

    rule: SecondmentRule
    check: SecondmentCheck | None

    @property
    def measured(self) -> bool:
        return RuleKind(self.rule.kind) in MEASURED


@dataclass(frozen=True, slots=True)
class Part:
    """What a member may do with a secondment.

    Attributes:
        manages: works on the file for the platform; never somebody's own.
        own: it is the member's own.
        home: speaks for the home unit.
    """

    manages: bool
    own: bool
    home: bool


@dataclass(frozen=True, slots=True)
class MonthOf:
    """Some days of a seconded person: attendance, figures of dispatching, and what else they did.

    Attributes:
        papers: what they made in coordination, in words with its number.
        deeds: actions at cases by their code.
    """

    first: date
    after: date
    days: Sequence[DayOf]
    counts: dict[str, int]
    figures: Sequence[FigureTold]
    papers: Sequence[tuple[Promise, int]]
    deeds: dict[str, int]


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who left, how long they were here, and the city's first-dispatch accuracy before and after."""

    secondment: Secondment
    days: int
    before: FigureTold | None
    after: FigureTold | None


@dataclass(frozen=True, slots=True)
class Turnover:
    """How many came and went.

    Attributes:
        here: now; came, left: in the last twelve months.
        mean_days: that those who left were here; None where nobody has left.
        causes: why they left, in words, the most frequent first.
    """

    here: int
    came: int
    left: int
    mean_days: int | None
    causes: Sequence[tuple[str, int]]
    leavers: Sequence[Leaver] = field(default_factory=list)


def manages(actor: Actor) -> bool:
    return bool(actor.posts & MANAGERS)


def secondment_sight(actor: Actor) -> Q:
    """Coordinators and leaders see all; a home unit its own people; everybody themselves."""
    if manages(actor):
        return Q()
    seen = Q(member_id=actor.member_id) if actor.member_id is not None else Q(pk__in=[])
    if Post.DEPARTMENT in actor.posts and actor.organization_id is not None:
        seen |= Q(home_id__in=with_all_below(actor.organization_id))
    return seen


def secondments(actor: Actor, state: str = "here") -> QuerySet[Secondment]:
    """Secondments in sight: who is here (whose term ends first), who is to come, or who has left (the latest first)."""
    rows = Secondment.objects.filter(secondment_sight(actor)).select_related("member", "home", "need")
    match state:
        case "here":
            return rows.filter(state=Secondment.State.BEGUN).order_by("last_day", "pk")
        case "coming":
            return rows.filter(state__in=(Secondment.State.PROPOSED, Secondment.State.CHECKED)).order_by("first_day", "pk")
    return rows.filter(state__in=(Secondment.State.ENDED, Secondment.State.DECLINED)).order_by("-end_day", "-pk")


def secondment_in_sight(actor: Actor, secondment_id: int) -> Secondment:
    """A secondment with all that is written of it. Raises NotFound, also where it is somebody else's."""
    rows = Secondment.objects.filter(secondment_sight(actor), pk=secondment_id)
    rows = rows.select_related("member", "home", "need", "proposed_by", "checked_by", "ended_by", "handover", "handover__receiver")
    rows = rows.prefetch_related(
        Prefetch("checks", SecondmentCheck.objects.select_related("checked_by", "rule")),
        Prefetch("trainings", SecondmentTraining.objects.order_by("day", "pk")),
        Prefetch("home_visits", HomeVisit.objects.select_related("noted_by").order_by("planned_day", "pk")),
        Prefetch("appraisals", Appraisal.objects.select_related("platform_signed_by", "home_signed_by")),
        Prefetch("handover__items", SecondmentHandoverItem.objects.select_related("case").order_by("position")),
    )
    found = rows.first()
    if found is None:
        raise NotFound("secondment", _("There is no such secondment, or it lies out of your sight."))
    return found


def part_in(actor: Actor, secondment: Secondment) -> Part:
    """What a member may do with a secondment in sight. One query for a department's clerk."""
    own = secondment.member_id == actor.member_id
    home = (
        not own
        and Post.DEPARTMENT in actor.posts
        and actor.organization_id is not None
        and secondment.home_id in with_all_below(actor.organization_id)
    )
    return Part(manages(actor) and not own, own, home)


def needs(today: date) -> QuerySet[SecondmentNeed]:
    """Needs that are not over, each with `filled`: how many are here or on their way for it. The next first."""
    rows = SecondmentNeed.objects.filter(withdrawn_at=None, last_day__gte=today)
    running = Q(secondments__state__in=(Secondment.State.PROPOSED, Secondment.State.CHECKED, Secondment.State.BEGUN))
    return rows.annotate(filled=Count("secondments", filter=running)).order_by("first_day", "pk")


def qualifications(secondment: Secondment) -> list[Qualification]:
    """What is checked at entry, by the rules of the day on which it was proposed. One query.

    A rule for the post stands in place of the one for every post.
    """
    rules = rules_for(secondment.post, city_day(secondment.proposed_at))
    checks = {check.rule_id: check for check in secondment.checks.all()}
    return [Qualification(rule, checks.get(rule.pk)) for rule in rules if rule.kind != SecondmentRule.Kind.VISIT]


def rules_for(post: str, day: date) -> list[SecondmentRule]:
    """The rules for a post on a day, one of each kind, in their usual order. One query."""
    found: dict[str, SecondmentRule] = {}
    for rule in SecondmentRule.objects.filter(holds_on(day), post__in=("", post)).order_by("post"):
        found[rule.kind] = rule  # the one for the post comes after the one for all
    return [found[kind] for kind in SecondmentRule.Kind.values if kind in found]


def visit_weeks_for(post: str, day: date) -> int:
    """Every how many weeks the home unit is visited."""
    rule = next((rule for rule in rules_for(post, day) if rule.kind == SecondmentRule.Kind.VISIT), None)
    return int(rule.threshold) if rule is not None and rule.threshold else USUAL_VISIT_WEEKS


def centre_of(post: Post) -> Organization | None:
    """The centre at which a lent post works: that of its axis, the city's own before those of districts."""
    kind = OrganizationKind.SUPERVISION_CENTRE if post.axis is Axis.SUPERVISION else OrganizationKind.COMMAND_CENTRE
    return Organization.objects.filter(kind=kind, valid_to=None).order_by("level", "pk").first()


def post_words(secondment: Secondment) -> str:
    """The posts that rest while somebody is lent, in words; "" where none do."""
    return _(", ").join(str(PostChoice(post).label) for post in (secondment.lent or {}).get("posts", ()))


def days_of(secondment: Secondment, first: date, after: date) -> list[DayOf]:
    """Attendance inside the term, up to today: from duty, and by what was written by hand. Four queries."""
    begin = max(first, secondment.first_day)
    last = min(after - timedelta(days=1), secondment.end_day or secondment.last_day, city_day(clock.now()))
    if last < begin:
        return []
    start, end = _midnight(begin), _midnight(last + timedelta(days=1))
    written = {row.day: DayKind(row.kind) for row in SecondmentDay.objects.filter(secondment=secondment, day__gte=begin, day__lte=last)}
    minutes: dict[date, int] = {}
    now = clock.now()
    for duty in Duty.objects.filter(member_id=secondment.member_id, starts_at__gte=start, starts_at__lt=end, starts_at__lte=now):
        day = city_day(duty.starts_at)
        minutes[day] = minutes.get(day, 0) + round((min(duty.ends_at, now) - duty.starts_at).total_seconds() / 60)
    return attendance(begin, last, _working_days(secondment, start, end), minutes, written)


def month_of(secondment: Secondment, first: date, after: date) -> MonthOf:
    """Some days of a seconded person, as far as they lie in the term; the figures come from the facts. Eight queries."""
    first, after = max(first, secondment.first_day), min(after, (secondment.end_day or secondment.last_day) + timedelta(days=1))
    after = max(first, after)  # a month before or after the term has no days
    begin, end = _midnight(first), _midnight(after)
    days = days_of(secondment, first, after)
    who = secondment.member_id
    surveys = JointSurvey.objects.filter(host_id=who, meets_at__gte=begin, meets_at__lt=end, state=JointSurvey.State.CONCLUDED)
    meetings = Meeting.objects.filter(host_id=who, closed_at__gte=begin, closed_at__lt=end)
    rulings = Ruling.objects.filter(drafted_by_id=who, signed_at__gte=begin, signed_at__lt=end)
    visits = HomeVisit.objects.filter(secondment=secondment, visited_day__gte=first, visited_day__lt=after)
    papers = [
        (gettext_lazy("Joint surveys led"), surveys.count()),
        (gettext_lazy("Meetings led"), meetings.count()),
        (gettext_lazy("Rulings drafted and signed"), rulings.count()),
        (gettext_lazy("Visits to the home unit"), visits.count()),
    ]
    return MonthOf(first, after, days, counted(days), figures_of(who, first, after), papers, deeds_of(who, first, after))


def people_to_second(home_id: int | None = None) -> QuerySet[Member]:
    """Members who may be proposed: active, neither leader nor administrator, and not seconded or on their way already."""
    running = Secondment.objects.filter(state__in=(Secondment.State.PROPOSED, Secondment.State.CHECKED, Secondment.State.BEGUN))
    keeping = MemberPost.objects.filter(holds_on(city_day(clock.now())), post__in=[post.value for post in NEVER_LENT])
    rows = Member.objects.filter(is_active=True, organization__isnull=False).exclude(pk__in=running.values("member_id"))
    rows = rows.exclude(pk__in=keeping.values("member_id"))
    return (
        (rows if home_id is None else rows.filter(organization_id=home_id))
        .select_related("organization")
        .order_by("organization__code", "full_name", "pk")
    )


def colleagues_of(secondment: Secondment) -> QuerySet[Member]:
    """Who may take over from somebody: active members who hold a post of the platform."""
    posts = [post.value for post in (Post.DISPATCHER, Post.COORDINATOR, Post.LEADER)]
    held = MemberPost.objects.filter(holds_on(city_day(clock.now())), post__in=posts).values("member_id")
    return Member.objects.filter(is_active=True, pk__in=held).exclude(pk=secondment.member_id).order_by("full_name", "pk")


def turnover(today: date) -> Turnover:
    """How many came and went in twelve months, how long, why; for the last of them figures before and after. Four queries."""
    since = today - timedelta(days=365)
    ended = (
        Secondment.objects.filter(state=Secondment.State.ENDED, end_day__gte=since).select_related("member", "home").order_by("-end_day")
    )
    left = list(ended)
    stays = [_days_here(one) for one in left]
    causes: dict[str, int] = {}
    for one in left:
        causes[str(one.get_cause_display())] = causes.get(str(one.get_cause_display()), 0) + 1
    return Turnover(
        here=Secondment.objects.filter(state=Secondment.State.BEGUN).count(),
        came=Secondment.objects.filter(begun_at__gte=_midnight(since)).count(),
        left=len(left),
        mean_days=round(sum(stays) / len(stays)) if stays else None,
        causes=sorted(causes.items(), key=lambda pair: (-pair[1], pair[0])),
        leavers=[_leaver(one) for one in left[:MOST_LEAVERS]],
    )


def latest_arrival() -> date | None:
    """The day since which those who came last are here: what is compared before and after."""
    rows = Secondment.objects.filter(state=Secondment.State.BEGUN).order_by("-first_day")
    return rows.values_list("first_day", flat=True).first()


def views_of() -> QuerySet[SecondmentView]:
    """Who looked at how seconded people are reached, the latest first."""
    rows = SecondmentView.objects.select_related("secondment__member", "secondment__home", "member", "member__organization")
    return rows.order_by("-seen_at", "-pk")


def figure_name(figure: FigureTold) -> str:
    """In the reader's language."""
    return figure.name_en if (get_language() or "").startswith("en") else figure.name_zh


def threshold_words(rule: SecondmentRule) -> str:
    """What a rule asks for, in words."""
    number = _plain(rule.threshold)
    match RuleKind(rule.kind):
        case RuleKind.YEARS:
            return _("at least %(number)s years") % {"number": number}
        case RuleKind.MARK:
            return _("at least %(number)s marks") % {"number": number}
        case RuleKind.VISIT:
            return _("every %(number)s weeks") % {"number": number}
        case _:
            return _("must be so")


def _plain(value: Decimal | None) -> str:
    return "–" if value is None else f"{value.normalize():f}"


def _leaver(one: Secondment) -> Leaver:
    day = one.end_day or one.last_day
    span = timedelta(days=DAYS_COMPARED)
    after = day + timedelta(days=1)
    return Leaver(one, _days_here(one), _accuracy(after - span, after), _accuracy(after, after + span))


def _accuracy(first: date, after: date) -> FigureTold | None:
    return next((one for one in figures_of(None, first, after) if one.code == "C1"), None)


def _days_here(one: Secondment) -> int:
    return ((one.end_day or one.last_day) - one.first_day).days + 1


def _working_days(secondment: Secondment, start: datetime, end: datetime) -> Iterable[date]:
    """The working days of the unit where they work, of the home unit where that has no calendar."""
    works_at = secondment.member.organization or secondment.home
    spans = calendar_of(works_at.calendar_id).spans(int(start.timestamp()), int(end.timestamp()))
    return {city_day(datetime.fromtimestamp(opens, CITY_ZONE)) for opens, _closes in spans}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CITY_ZONE)
