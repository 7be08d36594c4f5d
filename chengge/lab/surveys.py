"""What the demo city's inspectors tell of components and put right on the spot, what the office decided, and who is planned where."""

from collections import defaultdict
from datetime import datetime, time, timedelta
from random import Random

from chengge import clock
from chengge.casework import photos
from chengge.casework.actions import Given, Said
from chengge.casework.models import Case, Channel, Evidence
from chengge.domain.errors import Refused
from chengge.field.actions import Finding, approve_survey, refuse_survey, report_disposed, send_survey
from chengge.foundation.actions import ShiftValues, copy_week, save_shift
from chengge.foundation.models import Component, ResponsibilityGrid, ResponsibilityGridUnit
from chengge.lab.pictures import picture
from chengge.organization.actions.authority import COMMAND_LINE
from chengge.organization.models import Duty, Member, RosterEntry, Shift
from chengge.organization.queries import CITY_ZONE, Actor, actor_of, city_day

SURVEYS = 48
DAYS = 6
NEW_WEEK_DAYS = 3  # of the coming week so many are planned already; the rest waits for somebody
SHIFTS_SINCE_DAYS = 42  # since when the shifts hold: all of the demo's past
LEFT_OPEN = 0.04  # share of duties that nobody has been found for
METRES_PER_DEGREE = 111_320
SHIFTS = (("early", "早班", time(7), time(14, 30)), ("late", "中班", time(13, 30), time(21, 30)), ("night", "夜班", time(21, 30), time(7)))

# Parts of a class's name, and the scene that its photo shows.
SCENES = (("井盖", "cover"), ("箱", "bin"), ("桶", "bin"), ("牌", "sign"), ("树", "green"), ("绿", "green"), ("杆", "pole"), ("灯", "pole"))
SMALL_THINGS = 7
SMALL_SCENES = (("停", "parking"), ("广告", "sign"), ("张贴", "sign"), ("摊", "stall"), ("经营", "stall"))  # others: rubbish
SAID = {
    "new": ("道路改造后新装，登记簿里没有。", "新小区门口新增。", "普查时漏登，现场补报。"),
    "moved": ("随人行道改造移位。", "原位置偏到绿化带里了，以现场为准。", "路口渠化后往北挪了。"),
    "changed": ("外壳开裂，还能用。", "名称写错，现场铭牌为准。", "被围挡占住。"),
    "gone": ("施工后拆除，原地已铺平。", "已并入旁边的新设施。", "现场找不到，附近商户说上月拆了。"),
}
KINDS = ("moved",) * 4 + ("changed",) * 3 + ("new",) * 3 + ("gone",) * 2
REFUSALS = ("照片看不出是哪个部件，请带参照物重拍。", "定位误差太大，请到室外重测。", "登记簿里已有，编号不同。")


class _Album:
    """Pictures of the demo: each drawn and stored once, and uploaded again by whoever needs it."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int, str], Evidence] = {}

    def upload(self, scene: str, variant: int, view: str, actor: Actor) -> str:
        kept = self._kept.get((scene, variant, view))
        if kept is None:
            kept = self._kept[scene, variant, view] = photos.store(picture(scene, variant, view), actor)
            return kept.sha256
        return photos.again(kept.sha256, actor, "", kept.width, kept.height, kept.size_bytes).sha256


def fill(seed: int) -> None:
    """Surveys of the last days in every state, small things that wait, and the roster of this week and the next."""
    dice = Random(f"surveys {seed}")  # noqa: S311 (play, not secrets)
    now = clock.now()
    album = _Album()
    _plan(dice, now)
    _survey(dice, now, album)
    _put_right(dice, now, album)


def _put_right(dice: Random, now: datetime, album: _Album) -> None:
    """A few more of the small things that inspectors have put right before, done just now."""
    done = Case.objects.filter(self_disposed=True, ended_at__isnull=False, rule__self_disposable=True).select_related("problem_class")
    for case in done.order_by("-reported_at")[:SMALL_THINGS]:
        entry = case.entries.filter(action="self_dispose").select_related("member").first()
        if entry is None or entry.member is None:
            continue
        inspector = actor_of(entry.member, now)
        scene = next((scene for part, scene in SMALL_SCENES if part in case.problem_class.name), "rubbish")
        variant = len(scene) % 2  # one picture of each scene is enough, and quickly drawn
        said = Said(
            channel=Channel.INSPECTOR,
            problem_class_id=case.problem_class_id,
            description=case.description,
            place=case.place,
            lon=round(case.lon + dice.uniform(-2e-4, 2e-4), 6),
            lat=round(case.lat + dice.uniform(-2e-4, 2e-4), 6),
            accuracy_m=round(dice.uniform(2, 8), 1),
            photos=(album.upload(scene, variant, "far", inspector),),
        )
        after = Given(rule_id=case.rule_id, photos=(album.upload(scene, variant, "done", inspector),))
        try:
            report_disposed(inspector, said, after)
        except Refused:  # the rule has changed since, or the place lies in no grid
            continue


def _survey(dice: Random, now: datetime, album: _Album) -> None:
    office = _actors("zhiban", now) or _actors("leader", now)
    walks = _walks()
    if not office or not walks:
        return
    moments = sorted(_by_day(now - timedelta(days=DAYS * dice.random() ** 1.5, minutes=90), dice) for _one in range(SURVEYS))
    for number, at in enumerate(moments):
        inspector_id, codes = dice.choice(walks)
        inspector = actor_of(Member.objects.get(pk=inspector_id), at)
        component = dice.choice(codes)
        # The latest wait; of the others most are decided within the hour.
        waits = number > SURVEYS * 0.6 or dice.random() < 0.1
        with clock.pretend(at):
            try:
                survey = send_survey(inspector, _finding(dice, component, inspector, album), key=f"demo-{number}").survey
            except Refused:  # the component has been found gone already
                continue
        with clock.pretend(min(at + timedelta(minutes=dice.randint(8, 55)), now)):
            leader = dice.choice(office)
            if not waits and dice.random() < 0.2:
                refuse_survey(leader, survey.pk, dice.choice(REFUSALS))
            elif not waits:
                try:
                    approve_survey(leader, survey.pk)
                except Refused as refusal:
                    refuse_survey(leader, survey.pk, str(refusal)[:200])


def _by_day(at: datetime, dice: Random) -> datetime:
    """The moment itself by day, else an hour of the afternoon before."""
    local = at.astimezone(CITY_ZONE)
    if 7 <= local.hour < 21:
        return at
    before = local if local.hour >= 21 else local - timedelta(days=1)
    return before.replace(hour=dice.randint(13, 19))


def _finding(dice: Random, component: Component, inspector: Actor, album: _Album) -> Finding:
    kind = dice.choice(KINDS)
    north, east = dice.uniform(-22, 22), dice.uniform(-22, 22)
    near = kind in ("changed", "gone")
    lat = component.lat + (0 if near else north) / METRES_PER_DEGREE
    lon = component.lon + (0 if near else east) / (METRES_PER_DEGREE * 0.85)
    scene = next((scene for part, scene in SCENES if part in component.problem_class.name), "street")
    views = ("near", "far") if kind == "changed" and scene != "street" else ("done", "check")[: dice.randint(1, 2)]
    return Finding(
        kind=kind,
        lon=round(lon, 6),
        lat=round(lat, 6),
        accuracy_m=round(dice.uniform(1.5, 9), 1),
        component_code=None if kind == "new" else component.code,
        problem_class_id=component.problem_class_id if kind == "new" else None,
        words=dice.choice(SAID[kind]) if dice.random() < 0.8 or kind == "changed" else "",
        photos=tuple(album.upload(scene, len(scene) % 2, view, inspector) for view in views),
        found_state=dice.choice(("damaged", "occupied")) if kind == "changed" else "",
    )


def _walks() -> list[tuple[int, list[Component]]]:
    """Inspectors with some components of their own unit grids, in a settled order."""
    grids: dict[int, set[int]] = defaultdict(set)
    units: dict[int, set[int]] = defaultdict(set)
    for grid_id, code in ResponsibilityGridUnit.objects.values_list("responsibility_grid_id", "grid_code"):
        units[grid_id].add(code)
    for member_id, grid_id in ResponsibilityGrid.inspectors.through.objects.values_list("member_id", "responsibilitygrid_id"):
        grids[member_id] |= units[grid_id]
    found = []
    for member_id in sorted(grids)[:20]:
        rows = Component.objects.filter(grid_code__in=sorted(grids[member_id])).select_related("problem_class").order_by("code")
        if rows:
            found.append((member_id, list(rows[:: max(1, len(rows) // 40)])))
    return found


def _plan(dice: Random, now: datetime) -> None:
    """The roster says what the duties of the demo do, but for some that nobody has been found for."""
    today = city_day(now)
    monday = today - timedelta(days=today.weekday())
    since = monday - timedelta(days=SHIFTS_SINCE_DAYS)
    shifts = {
        code: save_shift(COMMAND_LINE, ShiftValues(code, name, starts, ends, everywhere=code != "night"), since)
        for code, name, starts, ends in SHIFTS
    }
    grids: dict[int, list[str]] = defaultdict(list)
    through = ResponsibilityGrid.inspectors.through.objects.order_by("responsibilitygrid__code")
    for member_id, code in through.values_list("member_id", "responsibilitygrid__code"):
        grids[member_id].append(code)
    begins = datetime.combine(monday, time(), CITY_ZONE)
    rows = []
    for duty in Duty.objects.filter(member_id__in=list(grids), starts_at__gte=begins, starts_at__lt=begins + timedelta(days=7)).order_by(
        "pk"
    ):
        shift = _shift_of(duty, shifts)
        if shift.code == "night" or dice.random() < LEFT_OPEN:
            continue
        day = city_day(duty.starts_at)
        rows += [
            RosterEntry(member_id=duty.member_id, day=day, shift=shift, responsibility_grid=code, planned_at=now)
            for code in grids[duty.member_id]
        ]
    RosterEntry.objects.bulk_create(rows, batch_size=2000, ignore_conflicts=True)
    coming = monday + timedelta(days=7)
    copy_week(COMMAND_LINE, coming)
    RosterEntry.objects.filter(day__gte=coming + timedelta(days=NEW_WEEK_DAYS)).delete()


def _shift_of(duty: Duty, shifts: dict[str, Shift]) -> Shift:
    hour = duty.starts_at.astimezone(CITY_ZONE).hour
    return shifts["night" if hour >= 20 else "late" if hour >= 13 else "early"]


def _actors(prefix: str, at: datetime) -> list[Actor]:
    return [actor_of(member, at) for member in Member.objects.filter(username__startswith=prefix).order_by("pk")[:3]]
