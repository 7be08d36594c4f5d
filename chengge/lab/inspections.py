"""Inspections of the demo city: an open check of last month, published; a secret visit under way; surveys brought in from outside."""

import csv
import io
from datetime import date, datetime, time, timedelta
from random import Random

from chengge import clock
from chengge.casework import photos
from chengge.casework.models import Evidence
from chengge.domain.lifecycle import Post
from chengge.evaluation.actions import imported_scores as imported
from chengge.evaluation.actions import inspections as campaigns
from chengge.evaluation.actions.inspections import CampaignValues, ItemValues
from chengge.evaluation.actions.visits import Look, MarkGiven, report_finding, send_in
from chengge.evaluation.models import Campaign, Visit
from chengge.evaluation.queries.inspection_results import found
from chengge.foundation.models import Division, ProblemClass
from chengge.foundation.queries import holding_on
from chengge.lab.pictures import picture
from chengge.organization.models import Member, Organization
from chengge.organization.queries import CITY_ZONE, Actor, actor_of, city_day

# Scheme item, what is looked at, points, photo, the organization that answers for it ("": the street's office), scene, what is wrong.
OPEN_CHECK = (
    ("clean.roads", "路面、人行道整洁，无暴露垃圾和积存污水", 10, "lost", "", "rubbish", "人行道边有散落垃圾，未及时清扫"),
    ("clean.bins", "果皮箱、垃圾收集点完好整洁，无满溢", 5, "lost", "", "bin", "果皮箱满溢，箱体有污渍"),
    ("order.shops", "无占道经营、乱堆乱放", 10, "lost", "", "stall", "流动摊贩占用人行道"),
    ("order.parking", "非机动车停放有序，不占盲道", 5, "no", "", "parking", "几辆车停在盲道上"),
    ("order.signs", "招牌整齐，无小广告", 5, "no", "", "sign", "墙面有小广告"),
    ("utilities.manholes", "井盖、护栏等设施完好", 5, "lost", "SZ", "cover", "井盖松动，有异响"),
    ("green.lawns", "绿化带、行道树无缺株和垃圾", 5, "no", "YL", "green", "绿化带内有白色垃圾"),
)
SECRET_VISIT = (
    ("clean.roads", "随机驻足十分钟，路面无新增垃圾未清", 10, "lost", "", "rubbish", "十分钟内垃圾无人清理"),
    ("order.shops", "早晚高峰无占道经营", 10, "lost", "", "stall", "早点摊占道"),
    ("crew.work", "保洁和巡查人员在岗，能说明处理流程", 5, "no", "", "street", "未见巡查人员"),
)
SURVEY_ITEM, MEDIA_ITEM = "survey.residents", "media.exposure"
APPRAISALS = ("appraisal.cooperation", "appraisal.reply", "appraisal.help")
PLACES, SECRET_PLACES = 48, 30
SECRET_DONE = 0.6  # of the looks of the secret visit have been taken
FAR_APART = 0.2  # of the second looks differ so far from the first that a third is needed


class _Album:
    """Pictures of the demo: each drawn and stored once, and uploaded again by whoever needs it."""

    def __init__(self) -> None:
        self._kept: dict[str, Evidence] = {}

    def upload(self, scene: str, actor: Actor) -> str:
        kept = self._kept.get(scene)
        if kept is None:
            kept = self._kept[scene] = photos.store(picture(scene, 0, "near"), actor)
            return kept.sha256
        return photos.again(kept.sha256, actor, "", kept.width, kept.height, kept.size_bytes).sha256


def fill(seed: int) -> None:
    """A month of inspections, through the same doors as in a city."""
    dice = Random(f"inspections {seed}")  # noqa: S311 (play, not secrets)
    now = clock.now()
    today = city_day(now)
    last = today.replace(day=1) - timedelta(days=1)
    assessors = list(Member.objects.filter(posts__post=Post.EVALUATOR.value, username__startswith="kaoping").order_by("username"))
    evaluator = Member.objects.filter(username="evaluator").first()
    if evaluator is None or len(assessors) < 2:
        return
    album = _Album()
    _published(dice, seed, evaluator, assessors, last, album)
    _under_way(dice, seed, evaluator, assessors, now, album)
    _imported(dice, evaluator, assessors, last, now)


def _published(dice: Random, seed: int, evaluator: Member, assessors: list[Member], last: date, album: _Album) -> None:
    first = last.replace(day=1)
    values = CampaignValues(
        code=f"open-{first:%Y%m}",
        name=f"{first.year} 年 {first.month} 月市容环境明查",
        kind="open",
        begin=first,
        end=last,
        places=PLACES,
        items=_items(OPEN_CHECK),
        assessor_ids=tuple(member.pk for member in assessors),
        minimum=1,
        about="每月一次，网格抽签产生，五分之一的点位由两人各自打分。",
    )
    with clock.pretend(_hour(first - timedelta(days=1), 15)):
        campaigns.make_campaign(actor_of(evaluator), values)
        campaign = campaigns.draw_places(actor_of(evaluator), values.code, 202600 + seed)
        unreachable = campaign.drawn.order_by("-number").values_list("number", flat=True)[0]
        campaigns.leave_out(actor_of(evaluator), values.code, unreachable, "封闭施工，整月无法进入")
    _look(dice, campaign, OPEN_CHECK, album, first, last, 1.0)
    with clock.pretend(_hour(last + timedelta(days=1), 10)):
        for one in found(campaign).disputed:
            marks = {
                item: MarkGiven(min(points for turn in (1, 2) if (points := one.looks[turn][item]) is not None), "调阅照片并到现场复看")
                for item, settled in one.settled.items()
                if settled.disputed
            }
            campaigns.take_third_look(actor_of(evaluator), values.code, one.place.number, marks, "两人打分相差较大，以第三次查看为准")
        campaigns.publish(actor_of(evaluator), values.code)


def _under_way(dice: Random, seed: int, evaluator: Member, assessors: list[Member], now: datetime, album: _Album) -> None:
    begin = city_day(now) - timedelta(days=5)
    values = CampaignValues(
        code=f"secret-{begin:%Y%m}",
        name=f"{begin.month} 月暗访",
        kind="secret",
        begin=begin,
        end=begin + timedelta(days=12),
        places=SECRET_PLACES,
        items=_items(SECRET_VISIT),
        assessor_ids=(evaluator.pk, assessors[0].pk),
    )
    with clock.pretend(_hour(begin - timedelta(days=1), 17)):
        campaigns.make_campaign(actor_of(assessors[1]), values)
        campaign = campaigns.draw_places(actor_of(assessors[1]), values.code, 880000 + seed)
    _look(dice, campaign, SECRET_VISIT, album, begin, city_day(now) - timedelta(days=1), SECRET_DONE)
    worst = Visit.objects.filter(place__campaign=campaign, marks__points__lt=4, marks__item__code="clean.roads").first()
    rubbish = holding_on(ProblemClass.objects.filter(name__contains="暴露垃圾"), city_day(now)).first()
    if worst is not None and rubbish is not None:
        mark = worst.marks.filter(points__lt=4, item__code="clean.roads").get()
        report_finding(actor_of(worst.member), worst.pk, mark.item_id, rubbish.pk)


def _look(
    dice: Random, campaign: Campaign, checklist: tuple[tuple[str, str, int, str, str, str, str], ...], album: _Album,
    first: date, last: date, share: float,
) -> None:  # fmt: skip
    """Looks of all assessors, spread over the days; streets differ, and two who look at one place differ a little."""
    items = list(campaign.items.order_by("position"))
    care = {street: dice.uniform(0.72, 0.97) for street in sorted(set(campaign.drawn.values_list("street_code", flat=True)))}
    visits = list(Visit.objects.filter(place__campaign=campaign, place__left_out="").select_related("place", "member").order_by("pk"))
    dice.shuffle(visits)
    seen: dict[int, list[int | None]] = {}
    any_pair = False
    days = (last - first).days + 1
    for number, visit in enumerate(visits[: round(len(visits) * share)]):
        before = seen.get(visit.place_id)
        points = [
            _points(dice, item.most, care[visit.place.street_code], before[at] if before else None, bool(before))
            for at, item in enumerate(items)
        ]
        if before and not any_pair:  # the first pair of each campaign differs for certain, so that a third look can be seen
            any_pair = True
            points[0] = items[0].most if (before[0] or 0) <= items[0].most // 2 else 0
        seen.setdefault(visit.place_id, points)
        moment = _hour(first + timedelta(days=number * days // len(visits)), dice.randint(8, 17)) + timedelta(minutes=dice.randint(0, 59))
        with clock.pretend(min(moment, clock.now())):
            assessor = actor_of(visit.member)
            marks: dict[int, MarkGiven] = {}
            shots: dict[int | None, tuple[str, ...]] = {}
            for item, row, given in zip(items, checklist, points, strict=True):
                lost = given is not None and given < item.most
                marks[item.pk] = MarkGiven(given, row[6] if lost else "")
                if lost and item.photo != "no":
                    shots[item.pk] = (album.upload(row[5], assessor),)
            send_in(assessor, visit.pk, Look(marks, visit.place.lon, visit.place.lat, round(dice.uniform(3, 14), 1), photos=shots))


def _points(dice: Random, most: int, care: float, before: int | None, looked_at: bool) -> int | None:
    if looked_at:
        if before is None:
            return None
        apart = most * 2 // 5 if dice.random() < FAR_APART / 3 else dice.choice((0, 0, 0, 1))
        return before - apart if before >= apart else min(before + apart, most)
    if dice.random() < 0.06:
        return None
    return most if dice.random() < care * 0.75 else max(0, most - 1 - int(dice.expovariate(1.1 / (most * (1.15 - care)))))


def _imported(dice: Random, evaluator: Member, assessors: list[Member], last: date, now: datetime) -> None:
    first = last.replace(day=1)
    month = f"{first.year} 年 {first.month} 月"
    streets = holding_on(Division.objects.filter(code__gte=10**8, code__lt=10**9), last).order_by("code").values_list("name", flat=True)
    survey = [(SURVEY_ITEM, name, f"{dice.uniform(78, 94):.1f}", str(dice.randint(180, 320)), "电话与入户各半") for name in streets]
    heading = imported.Heading(f"{month}居民满意度调查", "survey", "区统计局社情民意调查中心", "street", first, last)
    _bring_in(evaluator, heading, survey, _hour(last + timedelta(days=3), 11), now, by=assessors[0])
    bodies = holding_on(Organization.objects.filter(kind="department", level=2), last).order_by("code").values_list("name", flat=True)
    appraisal = [(item, name, str(dice.randint(76, 98)), str(len(streets)), "") for name in bodies for item in APPRAISALS]
    heading = imported.Heading(f"{month}街道评议市级部门", "body", "各街道办事处", "organization", first, last)
    _bring_in(assessors[0], heading, appraisal, _hour(last + timedelta(days=4), 15), now, by=evaluator)
    media = [(MEDIA_ITEM, name, str(100 - 10 * dice.choice((0, 0, 0, 1, 2))), "", "") for name in streets]
    heading = imported.Heading(f"{month}媒体曝光问题整改", "media", "区委宣传部", "street", first, last)
    _bring_in(assessors[0], heading, media, _hour(last + timedelta(days=5), 16), now, by=None)


def _bring_in(
    maker: Member, heading: imported.Heading, rows: list[tuple[str, str, str, str, str]], at: datetime, now: datetime, by: Member | None
) -> None:
    """A table with its evidence; approved by a second person, or still waiting for one."""
    proof = imported.SentFile("盖章文件扫描.jpg", picture("street", 1, "far"))
    with clock.pretend(min(at, now)):
        brought = imported.bring_in(actor_of(maker), heading, _table(rows), proof)
        if brought.kept is None:
            raise RuntimeError(f"the demo's own table has faults: {brought.faults[:3]}")
        imported.send_on(actor_of(maker), brought.kept.pk)
        if by is not None:
            imported.approve(actor_of(by), brought.kept.pk)


def _items(checklist: tuple[tuple[str, str, int, str, str, str, str], ...]) -> tuple[ItemValues, ...]:
    codes = {row[4] for row in checklist if row[4]}
    bodies = dict(Organization.objects.filter(code__in=codes).values_list("code", "pk"))
    return tuple(ItemValues(code, text, most, photo, bodies.get(body)) for code, text, most, photo, body, _scene, _wrong in checklist)


def _table(rows: list[tuple[str, str, str, str, str]]) -> imported.SentFile:
    out = io.StringIO()
    csv.writer(out).writerows([("项目代码", "评价对象", "得分", "样本数", "备注"), *rows])
    return imported.SentFile("得分表.csv", out.getvalue().encode("utf-8-sig"))


def _hour(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), CITY_ZONE)
