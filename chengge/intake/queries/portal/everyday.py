"""Problems in the words people use, beside the names of the catalogue: for the short list, the search and the English pages.

An entry belongs to the classes whose catalogue name is one of `classes`; where a city's catalogue has none of them, it is left
out. `signs` are bits of what people write when they mean it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from chengge.casework import suggestions
from chengge.foundation.models import ProblemClass
from chengge.foundation.queries import classes, holding_on

MOST_SUGGESTED = 3
MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class Everyday:
    """One problem as people call it. `icon` is a symbol of the portal's sprite."""

    classes: tuple[str, ...]
    name: Promise
    icon: str
    signs: tuple[str, ...]
    on_short_list: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """A class to choose: in everyday words where there are any, with its catalogue name."""

    id: int
    name: str
    catalogue_name: str
    icon: str


# The order is that of the short list.
EVERYDAY: tuple[Everyday, ...] = (
    Everyday(
        ("暴露垃圾", "积存垃圾渣土"), _("Rubbish lying about"), "trash", ("垃圾", "臭", "rubbish", "garbage", "trash", "litter", "waste")
    ),
    Everyday(
        ("道路破损", "路面塌陷"),
        _("Damaged road or pavement"),
        "road",
        ("坑", "路面破", "路面坏", "路面损", "砖松", "破损", "塌", "pothole", "road damage", "broken pavement"),
    ),
    Everyday(("雨水井盖", "污水井盖", "上水井盖"), _("Manhole cover"), "circle-dashed", ("井盖", "窨井", "manhole")),
    Everyday(("路灯",), _("Street lamp"), "bulb", ("路灯", "不亮", "灯坏", "太黑", "street lamp", "street light", "lamp")),
    Everyday(("机动车乱停放",), _("Cars parked wrongly"), "parking", ("乱停车", "违停", "停车", "占道停", "parked", "parking", "cars")),
    Everyday(
        ("非机动车乱停放", "共享单车乱停放"),
        _("Bicycles in the way"),
        "bike",
        ("单车", "自行车", "电动车", "电瓶车", "bicycle", "bike", "scooter"),
    ),
    Everyday(("道路积水",), _("Water on the road"), "droplet", ("积水", "淹", "水漫", "flooded", "puddle")),
    Everyday(
        ("占道经营", "店外经营", "无照经营游商"),
        _("Trading on the pavement"),
        "store",
        ("摆摊", "摊贩", "占道", "小贩", "店外", "stall", "vendor", "hawker"),
    ),
    Everyday(
        ("行道树", "绿地脏乱", "绿地附属设施"), _("Trees and green"), "tree", ("树", "绿化", "草坪", "枝", "花坛", "tree", "branch", "lawn")
    ),
    Everyday(("施工扰民", "商业噪音"), _("Noise"), "volume", ("噪音", "噪声", "吵", "扰民", "喇叭", "noise", "loud")),
    Everyday(("非法小广告",), _("Bills pasted up"), "sticker", ("小广告", "牛皮癣", "涂写", "张贴", "poster", "graffiti", "bills")),
    Everyday(("垃圾箱", "分类垃圾房"), _("Rubbish bin"), "bin", ("垃圾桶", "垃圾箱", "垃圾房", "满了", "bin", "overflowing")),
    Everyday(("公共厕所",), _("Public toilet"), "toilet", ("厕所", "公厕", "toilet"), False),
    Everyday(("工地扬尘", "施工占道"), _("Building site"), "barrier", ("工地", "扬尘", "施工", "灰尘", "construction", "dust"), False),
    Everyday(
        ("排水管道堵塞", "雨水箅子"),
        _("Blocked drain"),
        "droplet",
        ("下水道", "堵塞", "污水", "冒水", "排水", "drain", "sewer", "sewage"),
        False,
    ),
    Everyday(("架空线缆脱落", "飞线充电"), _("Hanging cable"), "bolt", ("电线", "线缆", "飞线", "垂落", "cable", "wire"), False),
    Everyday(
        ("交通信号灯", "交通标志牌"),
        _("Traffic light or sign"),
        "sign",
        ("红绿灯", "信号灯", "标志", "路牌", "traffic light", "sign"),
        False,
    ),
    Everyday(("油烟污染", "露天烧烤"), _("Cooking smoke"), "smoke", ("油烟", "烧烤", "barbecue", "smoke"), False),
    Everyday(("占用消防通道",), _("Fire lane blocked"), "barrier", ("消防", "fire lane"), False),
    Everyday(
        ("废弃家具设备", "废弃车辆"),
        _("Things thrown away"),
        "sofa",
        ("沙发", "家具", "床垫", "僵尸车", "sofa", "mattress", "furniture", "abandoned"),
        False,
    ),
    Everyday(("私搭乱建",), _("Built without leave"), "building", ("违建", "搭建", "违章建筑", "illegal building"), False),
    Everyday(("河道污染", "水域不洁"), _("Dirty river or pond"), "droplet", ("河", "水面", "漂浮", "river", "pond"), False),
    Everyday(("户外健身设施", "街头座椅"), _("Bench or exercise equipment"), "sofa", ("健身", "长椅", "座椅", "bench", "exercise"), False),
    Everyday(
        ("交通护栏", "人行横道桩", "便道桩"),
        _("Railing or bollard"),
        "barrier",
        ("护栏", "栏杆", "隔离", "railing", "bollard", "fence"),
        False,
    ),
    Everyday(("道路不洁", "道路遗撒"), _("Dirty road"), "road", ("路脏", "遗撒", "不干净", "dirty road", "spilt"), False),
    Everyday(("绿化弃料",), _("Cut branches left lying"), "tree", ("弃料", "落叶", "cut branches", "leaves"), False),
    Everyday(("沿街晾挂",), _("Washing hung out over the street"), "flag", ("晾晒", "晾衣", "晾挂", "washing"), False),
    Everyday(("乱堆物堆料", "工地物料乱堆放"), _("Things piled up"), "barrier", ("堆放", "堆物", "杂物", "piled"), False),
    Everyday(
        ("违规户外广告", "户外广告", "违规牌匾标识", "牌匾标识", "违规标语宣传品"),
        _("Signs and advertising"),
        "sticker",
        ("广告牌", "招牌", "横幅", "billboard", "banner"),
        False,
    ),
    Everyday(("供水管道破裂",), _("Burst water pipe"), "droplet", ("水管", "爆管", "漏水", "burst", "leak"), False),
    Everyday(("道路积雪结冰",), _("Snow and ice"), "road", ("积雪", "结冰", "snow", "icy"), False),
    Everyday(("公交站亭", "公交立杆"), _("Bus stop"), "sign", ("公交站", "站台", "站牌", "bus stop"), False),
    Everyday(("焚烧垃圾、树叶",), _("Burning rubbish"), "smoke", ("焚烧", "烧垃圾", "burning"), False),
    Everyday(
        ("乱倒乱排污水、废水", "餐厨垃圾遗撒和污染"),
        _("Dirty water poured out"),
        "droplet",
        ("倒污水", "泔水", "餐厨", "dirty water"),
        False,
    ),
    Everyday(
        ("电力设施", "变压器（箱）", "通讯交接箱", "通信立杆", "电力立杆"),
        _("Poles and cabinets"),
        "bolt",
        ("电线杆", "变电箱", "电箱", "pole", "cabinet"),
        False,
    ),
    Everyday(
        ("停车场", "充电站（桩）", "非机动车停放点", "共享单车停放区"),
        _("Parking place or charger"),
        "parking",
        ("充电桩", "停车场", "charger"),
        False,
    ),
)

PLAIN_ICON = "flag"
_BY_CLASS = {name: entry for entry in EVERYDAY for name in entry.classes}


def name_of(problem_class: ProblemClass) -> str:
    """What the public reads: the catalogue's own word; in another language than the catalogue's, the everyday one where there is one."""
    entry = _BY_CLASS.get(problem_class.name)
    return problem_class.name if entry is None or get_language() == "zh-hans" else f"{entry.name} ({problem_class.name})"


def icon_of(problem_class: ProblemClass) -> str:
    entry = _BY_CLASS.get(problem_class.name)
    return entry.icon if entry else PLAIN_ICON


def short_list(day: date, hidden: Iterable[int] = ()) -> list[Choice]:
    """The dozen problems people report most. One query."""
    held = _held(day, [entry.classes[0] for entry in EVERYDAY if entry.on_short_list])
    return [_choice(held[entry.classes[0]], entry) for entry in EVERYDAY if entry.on_short_list and entry.classes[0] in held]


def suggested(words: str, day: date) -> list[Choice]:
    """What somebody probably means: what the city's own history says where it is sure, else by the signs in the words. At most three."""
    guessed = suggestions.suggest(words)
    ids = [guess.id for guess in guessed.classes] if guessed.sure else []
    by_id = holding_on(ProblemClass.objects.all(), day).in_bulk(ids) if ids else {}
    found = [choice_of(by_id[pk]) for pk in ids if pk in by_id]
    said = words.lower()
    meant = sorted((entry for entry in EVERYDAY if _weight(entry, said)), key=lambda entry: _weight(entry, said), reverse=True)
    held = _held(day, [entry.classes[0] for entry in meant])
    found += [_choice(held[entry.classes[0]], entry) for entry in meant if entry.classes[0] in held]
    return list({choice.id: choice for choice in found}.values())[:MOST_SUGGESTED]


def searched(text: str, day: date) -> list[Choice]:
    """Classes by everyday words or by their catalogue name. Two queries."""
    wanted = text.strip().lower()
    meant = [
        entry
        for entry in EVERYDAY
        if wanted and (wanted in str(entry.name).lower() or any(sign in wanted or wanted in sign for sign in entry.signs))
    ]
    names = [name for entry in meant for name in entry.classes]
    held = _held(day, names)
    found = [choice_of(held[name]) for name in names if name in held]
    found += [choice_of(row) for row in classes(text, day=day, limit=MOST_FOUND)]
    return list({choice.id: choice for choice in found}.values())[:MOST_FOUND]


def class_ids_meant(text: str, day: date) -> list[int]:
    """Ids of the classes that a search on the public list means."""
    return [choice.id for choice in searched(text, day)] if text.strip() else []


def choice_of(problem_class: ProblemClass) -> Choice:
    """A class of the catalogue as a choice: by its own name, which is exact."""
    return Choice(problem_class.pk, name_of(problem_class), problem_class.name, icon_of(problem_class))


def _choice(problem_class: ProblemClass, entry: Everyday) -> Choice:
    return Choice(problem_class.pk, str(entry.name), problem_class.name, entry.icon)


def _weight(entry: Everyday, said: str) -> int:
    """How much of the words speaks for an entry: longer signs say more."""
    return sum(len(sign) for sign in entry.signs if sign in said)


def _held(day: date, names: Sequence[str]) -> dict[str, ProblemClass]:
    """The classes of the catalogue that bear these names on a day."""
    return {row.name: row for row in holding_on(ProblemClass.objects.filter(name__in=names), day)} if names else {}
