"""Strangers' programs in the demo city, and the people behind reports: Open311 and the app, looks at contacts, somebody forgotten."""

from random import Random

from chengge import clock
from chengge.casework.actions import Said
from chengge.casework.models import Channel, ContactView, Report
from chengge.casework.privacy import erase, find_person, show_contact
from chengge.intake.actions.app import Device, send_report
from chengge.intake.actions.open311 import Asked, post_request, save_attribute
from chengge.intake.models import ServiceAttribute, Source
from chengge.intake.queries.open311 import present_classes
from chengge.organization.models import Member
from chengge.organization.queries import Actor, actor_of

LOOKS = 40
FORGOTTEN = "199000031100"
# Class, code of the question, kind of answer, question, list.
QUESTIONS = (
    ("机动车乱停放", "plate", ServiceAttribute.Datatype.STRING, "车牌号是多少？", ""),
    ("机动车乱停放", "since", ServiceAttribute.Datatype.DATETIME, "从什么时候开始停在那里？", ""),
    ("暴露垃圾", "size", ServiceAttribute.Datatype.SINGLE, "大约有多少？", "bag = 一两袋\nheap = 一堆\ncart = 一车以上"),
    ("道路破损", "danger", ServiceAttribute.Datatype.MULTIPLE, "对谁有危险？", "walk = 行人\nbike = 骑车人\ncar = 机动车"),
    ("路灯", "lamp", ServiceAttribute.Datatype.STRING, "灯杆上的编号是多少？", ""),
)
WORDS = ("垃圾堆了两天", "盲道被车占了", "井盖响得厉害", "路灯不亮", "路面有个坑", "小广告贴满了墙")


def fill(seed: int) -> int:
    """Ask questions with some classes, let strangers' programs and the app report, and look at contacts; returns how many reports came."""
    chance = Random(f"{seed} outsiders")  # noqa: S311 (a simulation)
    administrator = _actor("admin")
    codes = {row.name: code for code, row in present_classes().items()}
    for order, (name, code, datatype, question, options) in enumerate(QUESTIONS, 1):
        if name in codes:
            row = ServiceAttribute(
                service_code=codes[name], code=code, order=order, datatype=datatype, description=question, options=options
            )
            save_attribute(administrator, row)
    came = _by_open311(chance, codes) + _by_app(chance)
    _look_at_contacts(chance)
    erase(administrator, find_person(administrator, FORGOTTEN).whose, "2026-来信-017")
    return came


def _by_open311(chance: Random, codes: dict[str, str]) -> int:
    source = Source.objects.filter(channel=Channel.OPEN311).first()
    rows = Report.objects.filter(case__isnull=False).order_by("pk").values_list("lon", "lat", "problem_class__name")
    seen = [(lon, lat, name) for lon, lat, name in rows[:400] if lon is not None and lat is not None]
    if source is None or not seen:
        return 0
    for number in range(6):
        lon, lat, name = chance.choice(seen)
        contact = FORGOTTEN if number == 0 else f"199{chance.randrange(10**8):08d}"
        asked = Asked(
            service_code=codes[name] if name in codes else next(iter(codes.values())),
            lon=lon + chance.uniform(-0.0004, 0.0004),
            lat=lat + chance.uniform(-0.0004, 0.0004),
            phone=contact,
            device_id=f"demo-{number}",
            description=chance.choice(WORDS),
        )
        post_request(source, None, asked)
    return 6


def _by_app(chance: Random) -> int:
    source = Source.objects.filter(channel=Channel.APP).first()
    rows = Report.objects.filter(case__isnull=False).order_by("-pk").values_list("lon", "lat", "problem_class_id")
    seen = [(lon, lat, class_id) for lon, lat, class_id in rows[:200] if lon is not None and lat is not None]
    if source is None or not seen:
        return 0
    for number in range(4):
        lon, lat, class_id = chance.choice(seen)
        said = Said(
            channel=Channel.APP.value,
            problem_class_id=class_id,
            description=chance.choice(WORDS),
            lon=lon + chance.uniform(-0.0004, 0.0004),
            lat=lat + chance.uniform(-0.0004, 0.0004),
            contact=f"199{chance.randrange(10**8):08d}",
        )
        send_report(Device(source, f"demo-phone-{number}"), said)
    return 4


def _look_at_contacts(chance: Random) -> None:
    now = clock.now()
    actors = [_actor("operator"), _actor("leader")]
    reached = Report.objects.exclude(contact=b"").filter(case__isnull=False).order_by("-pk").values_list("pk", "reported_at")[:LOOKS]
    for report_id, reported_at in list(reached):
        with clock.pretend(reported_at + (now - reported_at) * chance.random()):
            show_contact(report_id, chance.choice(actors), chance.choice(ContactView.Purpose.values))


def _actor(username: str) -> Actor:
    return actor_of(Member.objects.get(username=username))
