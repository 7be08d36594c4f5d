"""Areas that departments of the demo city have drawn, with what such drawings have: overlaps, a gap, a strip along a road."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import shapely
from django.db.models import Q
from shapely.geometry.base import BaseGeometry

from chengge import clock
from chengge.casework.models import Case
from chengge.coordination.actions.boundaries import accept, propose, renew
from chengge.domain.boundaries import polygons_of
from chengge.domain.lifecycle import Post
from chengge.domain.worktime import Limit, Unit
from chengge.foundation.actions import RuleValues, end_responsibility, save_rule
from chengge.foundation.actions.areas import AreaValues
from chengge.foundation.models import BaseMapFeature, Division, HandbookRule, ProblemClass, Responsibility
from chengge.foundation.queries.dated import holding_on
from chengge.foundation.queries.drawn import border_of, rounded, wkb_of
from chengge.organization.actions.authority import COMMAND_LINE
from chengge.organization.models import Member, MemberPost, Organization
from chengge.organization.queries import Actor, actor_of, city_day

BY_AREA = ("event:0499", "event:0135")  # shared bicycles and thrown-away furniture: the handbook leaves them to the areas
BY_AREA_CLASSES = Q(kind="event", major_code="04", minor_code="99") | Q(kind="event", major_code="01", minor_code="35")
ROADS = ("event:0113",)  # damaged roads
CORRIDOR_DEGREES = 0.0004  # some 40 m on both sides of the road
BIKES_NORTH, BIKES_SOUTH, CORRIDOR = "TC-01", "ZF-01", "JT-01"


def fill(seed: int) -> None:
    """Draw the areas, leave one change for a second person, and reckon what is unclear. The same in every city of a seed."""
    day = city_day(clock.now())
    streets = _shapes(holding_on(Division.objects.filter(code__gte=10**8, code__lt=10**10, polygon__isnull=False), day))
    communities = _shapes(holding_on(Division.objects.filter(code__gte=10**11, polygon__isnull=False), day))
    if len(streets) < 4 or not communities:
        return
    for code in BY_AREA:
        _leave_to_areas(code)
    ordered = sorted(streets.values(), key=lambda shape: -shape.centroid.y)
    north, south = (shapely.union_all(part) for part in (ordered[: len(ordered) // 2], ordered[len(ordered) // 2 :]))
    in_south = {code: shape for code, shape in communities.items() if south.covers(shape.representative_point())}
    busy = _busiest(in_south)
    left_out = [in_south[code] for code in busy[:2]]
    beside = sorted((in_south[code] for code in busy[2:] if in_south[code].dwithin(north, 1e-5)), key=_west)
    claimed = beside[: len(beside) // 3 or 1]
    _draw(BIKES_NORTH, "北部停车秩序片区", "TC", BY_AREA, shapely.union_all([north, *claimed]), "停车秩序管理分片协议（2026年）")
    _draw(BIKES_SOUTH, "南部街面秩序片区", "ZF", BY_AREA, south.difference(shapely.union_all(left_out)), "街面秩序分片巡查方案")
    _draw("SZ-01", "市政道路养护片区", "SZ", ROADS, shapely.union_all(ordered), "市政设施养护合同（2026—2028年）")
    if (corridor := _corridor(shapely.union_all(ordered))) is not None:
        _draw(CORRIDOR, f"{corridor[0]}公路养护段", "JT", ROADS, corridor[1], "国省道接养清单")
    narrower = _values(BIKES_NORTH, "北部停车秩序片区", "TC", BY_AREA, north, "与街面秩序片区重叠部分退出")
    propose(_on(Post.COORDINATOR), narrower, day)
    renew()


def _shapes(rows: Iterable[Division]) -> dict[int, BaseGeometry]:
    return {row.code: border_of(row.polygon) for row in rows if row.polygon is not None}


def _busiest(communities: Iterable[int]) -> list[int]:
    """Communities by how many cases of the classes that are left to the areas they had."""
    numbers = ProblemClass.objects.filter(BY_AREA_CLASSES).values("pk")
    grids = Case.objects.filter(problem_class__in=numbers, grid_code__isnull=False).values_list("grid_code", flat=True)
    counts = Counter(code // 1000 for code in grids if code is not None)
    return sorted(communities, key=lambda code: (-counts[code], code))


def _west(shape: BaseGeometry) -> float:
    return float(shape.centroid.x)


def _values(code: str, name: str, body: str, classes: tuple[str, ...], shape: BaseGeometry, basis: str) -> AreaValues:
    border = polygons_of(rounded(shape.buffer(0)))
    return AreaValues(code, name, Organization.objects.get(code=body, valid_to=None).pk, basis, wkb_of(border), classes)


def _draw(code: str, name: str, body: str, classes: tuple[str, ...], shape: BaseGeometry, basis: str) -> None:
    """An area that a coordinator proposes and a leader accepts."""
    change = propose(_on(Post.COORDINATOR), _values(code, name, body, classes, shape, basis), city_day(clock.now()))
    accept(_on(Post.LEADER), change.pk)


def _leave_to_areas(code: str) -> None:
    """From today on neither the handbook nor a list names one body for the class in the whole city."""
    kind, digits = code.split(":")
    day = city_day(clock.now())
    one = holding_on(ProblemClass.objects.filter(kind=kind, major_code=digits[:2], minor_code=digits[2:]), day).first()
    if one is None:
        return
    for row in Responsibility.objects.filter(problem_class=one, valid_to=None, owning_body=None):
        end_responsibility(COMMAND_LINE, row.pk, day)
    for rule in HandbookRule.objects.filter(problem_class=one, valid_to=None, organization__isnull=False):
        save_rule(COMMAND_LINE, rule.pk, replace(_said(rule), organization_id=None, responsible_body="按片区划分"), day)


def _said(rule: HandbookRule) -> RuleValues:
    check = Limit(rule.check_limit_amount, Unit(rule.check_limit_unit)) if rule.check_limit_amount else None
    return RuleValues(
        problem_class_id=rule.problem_class_id,
        condition=rule.condition,
        limit=Limit(rule.limit_amount, Unit(rule.limit_unit)),
        closing_condition=rule.closing_condition,
        number=rule.number,
        area_class=rule.area_class,
        evidence_wanted=rule.evidence_wanted,
        check_limit=check,
        urgent=rule.urgent,
        self_disposable=rule.self_disposable,
        supervising_body=rule.supervising_body,
        basis=rule.basis,
        note=rule.note,
    )


def _corridor(city: BaseGeometry) -> tuple[str, BaseGeometry] | None:
    """The longest arterial road with a name, and a strip along it."""
    roads: dict[str, list[BaseGeometry]] = {}
    for name, shape in BaseMapFeature.objects.filter(kind=BaseMapFeature.Kind.ARTERIAL).exclude(name="").values_list("name", "shape"):
        roads.setdefault(name, []).append(shapely.from_wkb(bytes(shape)))
    if not roads:
        return None
    name, parts = max(roads.items(), key=lambda pair: (sum(part.length for part in pair[1]), pair[0]))
    return name, shapely.union_all(parts).buffer(CORRIDOR_DEGREES, cap_style="flat").intersection(city)


def _on(post: Post) -> Actor:
    held = MemberPost.objects.filter(post=post.value, valid_to=None).values("member_id")
    return actor_of(Member.objects.filter(pk__in=held, is_active=True, division_code=None).order_by("pk")[0])
