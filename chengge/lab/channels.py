"""All channels of the demo city: programs with their keys, cameras and sensors, calls of today, orders, and what came in by each."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from chengge import clock
from chengge.casework.actions import Said
from chengge.casework.contacts import unseal
from chengge.casework.models import Channel, Report
from chengge.casework.photos import store
from chengge.domain.errors import Refused
from chengge.foundation.models import Component, PlaceName, ProblemClass
from chengge.intake.actions.channels import SourceValues, looked_into, make_source, own_source
from chengge.intake.actions.hotline import Wish, close_call, report_from_call
from chengge.intake.actions.messages import Payload, receive
from chengge.intake.actions.orders import Ordered, take_order
from chengge.intake.actions.registers import CameraValues, DeviceValues, EventTypeValues, put_camera, put_device, put_event_type
from chengge.intake.actions.takers import TAKERS
from chengge.intake.models import Call, Camera, Device, InboundMessage, Source
from chengge.lab.pictures import picture
from chengge.organization.models import Member
from chengge.organization.queries import MACHINE, Actor, actor_of

SOURCES = (
    ("12319 呼叫中心", Channel.HOTLINE, "话务平台推送来电事件"),
    ("短信网关", Channel.SMS, "10639 上行短信"),
    ("视频智能分析平台", Channel.VIDEO, ""),
    ("物联网平台", Channel.SENSOR, "井盖、水位、垃圾满溢"),
    ("市级城市运行平台", Channel.UPPER, "上级平台交办与回复"),
    ("城市随手拍小程序", Channel.APP, ""),
    ("Open311 公开接口", Channel.OPEN311, "第三方应用"),
)
CAMERAS, SENSORS = 12, 10
EVENT_TYPES = (
    ("garbage_exposed", "暴露垃圾", 0.75, "rubbish"),
    ("street_vendor", "无照经营游商", 0.8, "stall"),
    ("occupy_road", "占道经营", 0.8, "stall"),
    ("illegal_parking", "机动车乱停放", 0.85, "parking"),
    ("waterlogging", "道路积水", 0.7, "flood"),
)
TEXTS = (
    "{place}门口一堆垃圾三天没人收",
    "{place}旁边路灯不亮，晚上很黑",
    "小区外面有人夜里施工，太吵了",
)
LETTERS = (
    ("路面破损请尽快修", "地点：{place}\n非机动车道有个大坑，今早有人摔倒。"),
    ("建议与反映", "沿河步道的栏杆松了，孩子靠上去很危险。"),
)
CALLS_SHOWN, MISSED = 24, 3
TALK_SECONDS = (45, 240)


def fill(seed: int) -> int:
    """Connect every channel and let something come in by each; returns how many messages there are."""
    chance = Random(f"{seed} channels")  # noqa: S311 (a simulation)
    administrator, operator = _member("admin"), _member("operator")
    sources = {channel: make_source(administrator, SourceValues(name, channel.value, note=note)).source for name, channel, note in SOURCES}
    places = _some(PlaceName.objects.exclude(grid_code=None).order_by("pk")[:400], 40, chance)
    cameras, sensors = _cameras(administrator, places), _sensors(administrator, places, chance)
    _event_types(administrator)
    _video(sources[Channel.VIDEO], cameras, chance)
    _sensor(sources[Channel.SENSOR], sensors)
    _words(sources[Channel.SMS], places, chance)
    _orders(sources[Channel.UPPER], operator, places)
    _calls(sources[Channel.HOTLINE], operator, places, chance)
    return InboundMessage.objects.count()


def _cameras(administrator: Actor, places: list[PlaceName]) -> list[Camera]:
    return [
        put_camera(administrator, CameraValues(f"CAM-{number:04d}", f"{place.name} 枪机", place.lon, place.lat, place.name))
        for number, place in enumerate(places[:CAMERAS], start=1)
    ]


def _sensors(administrator: Actor, places: list[PlaceName], chance: Random) -> list[Device]:
    flooding = ProblemClass.objects.filter(name="道路积水", valid_to=None).first()
    grates = Component.objects.filter(problem_class__name__in=("雨水井盖", "雨水箅子")).exclude(grid_code=None).order_by("pk")[:2000]
    return [
        put_device(
            administrator,
            DeviceValues(
                f"WELL-{number:04d}", f"雨水井水位计 {number:02d}", flooding.pk if flooding else grate.problem_class_id,
                grate.lon, grate.lat, grate.code, _nearest(places, grate.lon, grate.lat),
                quantity="水位", unit="cm", high=40.0, calm_minutes=30, urgent=True,
            ),
        )
        for number, grate in enumerate(_some(grates, SENSORS, chance), start=1)
    ]  # fmt: skip


def _nearest(places: list[PlaceName], lon: float, lat: float) -> str:
    return f"{min(places, key=lambda place: (place.lon - lon) ** 2 + (place.lat - lat) ** 2).name}附近"


def _event_types(administrator: Actor) -> None:
    for code, class_name, confidence, _scene in EVENT_TYPES:
        kind = ProblemClass.objects.filter(name=class_name, valid_to=None).first()
        if kind is not None:
            put_event_type(administrator, EventTypeValues(code, kind.pk, confidence, urgent=code == "waterlogging"))


def _video(source: Source, cameras: list[Camera], chance: Random) -> None:
    for number, camera in enumerate(cameras[:6]):
        code, _name, least, scene = EVENT_TYPES[number % len(EVENT_TYPES)]
        photo = store(picture(scene, number % 2, "far"), MACHINE).sha256
        said = {"camera": camera.code, "type": code, "confidence": round(least + chance.random() * (0.99 - least), 2), "photos": [photo]}
        _send(source, f"v-{number}", f"{camera.code} · {code}", said)
        if number == 1:
            _send(source, "v-again", f"{camera.code} · {code}", said | {"photos": [store(picture(scene, 1, "near"), MACHINE).sha256]})
    _send(
        source, "v-unsure", f"{cameras[6].code} · street_vendor", {"camera": cameras[6].code, "type": "street_vendor", "confidence": 0.52}
    )
    _send(source, "v-unknown", "CAM-0999 · garbage_exposed", {"camera": "CAM-0999", "type": "garbage_exposed", "confidence": 0.91})


def _sensor(source: Source, sensors: list[Device]) -> None:
    for number, device in enumerate(sensors):
        _send(source, f"s-{number}", device.code, {"device": device.code, "value": 8.0 + number})
    for number, value in enumerate((46.5, 52.0, 58.5, 55.0)):
        _send(source, f"s-rise-{number}", sensors[0].code, {"device": sensors[0].code, "value": value})
    _send(source, "s-other", sensors[3].code, {"device": sensors[3].code, "value": 43.0})
    _send(source, "s-calm", sensors[3].code, {"device": sensors[3].code, "value": 21.0})


def _words(source: Source, places: list[PlaceName], chance: Random) -> None:
    for number, text in enumerate(TEXTS):
        _send(
            source, f"t-{number}", "text", {"from": f"1390000{chance.randrange(10000):04d}", "text": text.format(place=places[number].name)}
        )
    mailbox = own_source(Channel.EMAIL.value, "imaps://chengguan@mail.example/INBOX")
    looked_into(mailbox)
    for number, (subject, text) in enumerate(LETTERS):
        said = {"from": f"resident{number}@mail.example", "subject": subject, "text": text.format(place=places[5].name)}
        _send(mailbox, f"<{number}@mail.example>", "letter", said)
    _send(
        mailbox,
        "<away@mail.example>",
        "letter",
        {"from": "away@mail.example", "text": "我在休假", "automatic": "Auto-Submitted: auto-replied"},
    )


def _orders(source: Source, operator: Actor, places: list[PlaceName]) -> None:
    now = clock.now()
    for number, (text, days) in enumerate((("群众来信反映人行道破损，请核实处理并回复。", 2), ("巡查发现占道经营，请于期限内整改。", 1))):
        place = places[10 + number]
        due = (now + timedelta(days=days)).isoformat()
        said = {
            "number": f"SJ{now:%Y%m%d}{number + 1:04d}",
            "text": text,
            "due_at": due,
            "place": place.name,
            "lon": place.lon,
            "lat": place.lat,
        }
        _send(source, str(said["number"]), str(said["number"]), said | {"class_code": ("道路破损", "占道经营")[number]})
    rubbish = ProblemClass.objects.filter(name="暴露垃圾", valid_to=None).first()
    taken = (
        ("instruction", Channel.LEADER, "张副市长", "批示〔2026〕17 号", "", "请城管部门立即整治，三日内报结果。"),
        ("media", Channel.MEDIA, "城市晚报", "", "https://news.example/2026/1121", "记者走访：背街小巷垃圾清运不及时。"),
        ("inspection", Channel.INSPECTION, "市文明办", "督查第 6 期", "", "督查发现点位卫生不达标。"),
    )
    for number, (kind, channel, whose, own_number, link, text) in enumerate(taken):
        place = places[20 + number]
        told = Said(channel.value, rubbish.pk if rubbish else None, text, place.name, place.lon, place.lat, other_number=own_number)
        take_order(operator, told, Ordered(kind, own_number, whose, link, now.date(), now + timedelta(days=3 - number)))


def _calls(source: Source, operator: Actor, places: list[PlaceName], chance: Random) -> None:
    """Calls of the last hours: behind the reports of the hotline, questions between them, some that nobody answered, one that is spoken."""
    now, names = clock.now(), list(Member.objects.filter(posts__post="operator", posts__valid_to=None).values_list("username", flat=True))
    reports = list(Report.objects.filter(channel=Channel.HOTLINE, reported_at__lt=now).order_by("-reported_at")[:CALLS_SHOWN])
    for number, kept in enumerate(reports):
        call = _call(
            source, f"c-{number}", unseal(bytes(kept.contact)) or f"1380000{number:04d}", kept.reported_at, chance, chance.choice(names)
        )
        Call.objects.filter(pk=call.pk).update(result=Call.Result.REPORT, report=kept)
    for number in range(6):
        at = now - timedelta(minutes=37 * (number + 1))
        call = _call(source, f"q-{number}", f"1370000{chance.randrange(10000):04d}", at, chance, "operator")
        close_call(
            call.pk, operator, ("enquiry", "progress", "nothing")[number % 3], ("问公园几点关门", "问上次反映的井盖", "")[number % 3]
        )
    for number in range(MISSED):
        at = now - timedelta(minutes=4 + 9 * number)
        _tell(source, f"m-{number}", "ringing", at, number=f"1590000{chance.randrange(10000):04d}", line="12319")
        _tell(source, f"m-{number}", "ended", at + timedelta(seconds=31))
    place, rubbish = places[30], ProblemClass.objects.filter(name="暴露垃圾", valid_to=None).first()
    ticket = _call(source, "ticket", "05120000001", now - timedelta(minutes=6), chance, "operator", "12345")
    said = Said("hotline", rubbish.pk if rubbish else None, "12345 转办：小区西门外垃圾堆放两天", place.name, place.lon, place.lat)
    report_from_call(ticket.pk, operator, said, Wish(ticket=f"GD{now:%Y%m%d}0007", due_on=(now + timedelta(days=2)).date()))
    earlier = next((kept for kept in reports if kept.contact_mark), None)
    known = unseal(bytes(earlier.contact)) if earlier else "13800001111"
    _tell(source, "now", "ringing", now - timedelta(seconds=50), number=known, line="12319", agent="operator")
    _tell(source, "now", "answered", now - timedelta(seconds=41))


def _call(source: Source, call_id: str, number: str, at: datetime, chance: Random, agent: str, line: str = "12319") -> Call:
    """A call that was answered and ended; `at` is when what it said was written down."""
    spoken = timedelta(seconds=chance.randint(*TALK_SECONDS))
    _tell(source, call_id, "ringing", at - spoken - timedelta(seconds=8), number=number, line=line, agent=agent)
    _tell(source, call_id, "answered", at - spoken)
    _tell(source, call_id, "ended", at)
    return Call.objects.get(source=source, call_id=call_id)


def _tell(source: Source, call_id: str, event: str, at: datetime, **facts: str) -> None:
    _send(source, f"{call_id}:{event}", f"{call_id} · {event}", {"call_id": call_id, "event": event, "at": at.isoformat()} | facts)


def _send(source: Source, number: str, title: str, said: Payload) -> None:
    try:
        receive(source, number, title, said, TAKERS[source.channel])
    except Refused:
        return  # Kept with the reason, as in any city.


def _some(rows: Any, count: int, chance: Random) -> list[Any]:
    found = list(rows)
    return chance.sample(found, min(count, len(found)))


def _member(name: str) -> Actor:
    return actor_of(Member.objects.select_related("organization").get(username=name))
