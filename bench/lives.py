"""Lives cases from report to close, one after the other, in a process of its own. Started by `bench.lifecycles`."""

import json
import os
import random
import sys
import time
from dataclasses import dataclass, field
from hashlib import sha256

from django.db import connection

from chengge import clock
from chengge.casework.actions import Given, Said, perform, report
from chengge.domain.lifecycle import Post
from chengge.foundation.models import Component, HandbookRule
from chengge.foundation.queries import area_class_of, candidates, rules_of
from chengge.organization.models import Member
from chengge.organization.queries import Actor, actor_of, city_day

PLACES = 120
ACTIONS_IN_A_LIFE = 11
# What stands in for uploading a photo and for a phone that asks for its walks: neither is what is measured, so each is one plain statement.
UPLOADED = """
INSERT INTO casework_evidence (sha256, phase, member_id, media, width, height, size_bytes, created_at)
SELECT digest, '', %s, 'photo', 1280, 960, 200000, now() FROM unnest(%s::text[]) AS digest
"""
UPLOADED_AT_ONCE = 4
WALKER = "SELECT member_id FROM casework_task WHERE case_id = %s AND done_at IS NULL"


@dataclass(frozen=True, slots=True)
class Place:
    """Something that can be wrong: a component, the rule it is judged by, and who answers for it."""

    component: Component
    rule: HandbookRule
    department: Actor


@dataclass(slots=True)
class Town:
    """Who works here and what there is; asked once, before time is taken."""

    operator: Actor
    leader: Actor
    dispatcher: Actor
    inspectors: dict[int, Actor]
    places: list[Place]
    photo_count: int = 0
    album: dict[int, list[str]] = field(default_factory=dict)

    def photo(self, actor: Actor) -> str:
        """A photo that this member uploaded before: rows are written some at a time, for uploading is not what is measured."""
        own = self.album.setdefault(actor.member_id, [])
        if not own:
            for _photo in range(UPLOADED_AT_ONCE):
                self.photo_count += 1
                own.append(sha256(f"{os.getpid()} {self.photo_count}".encode()).hexdigest())
            with connection.cursor() as cursor:
                cursor.execute(UPLOADED, [actor.member_id, own])
        return own.pop()


def town(number: int) -> Town:
    """A town for worker `number`: each has an operator, a leader and a dispatcher of its own where there are as many."""
    day = city_day(clock.now())

    def of_post(post: Post) -> list[Member]:
        return list(Member.objects.filter(posts__post=post.value, posts__valid_to=None, is_active=True).order_by("pk"))

    def one(post: Post) -> Actor:
        people = of_post(post)
        return actor_of(people[number % len(people)])

    clerks = {member.organization_id: member for member in reversed(of_post(Post.DEPARTMENT))}
    chance = random.Random(number)  # noqa: S311 (places, not secrets)
    ids = list(Component.objects.exclude(grid_code=None).values_list("pk", flat=True))
    places = []
    for component in Component.objects.filter(pk__in=chance.sample(ids, min(PLACES, len(ids)))).order_by("pk"):
        rules = rules_of(component.problem_class_id, area_class_of(component.grid_code), day)
        if not rules:
            continue
        rule = chance.choice(rules)
        best = candidates(component.problem_class_id, rule.pk, component.grid_code, component.code, day)
        if best and best[0].organization.pk in clerks:
            places.append(Place(component, rule, actor_of(clerks[best[0].organization.pk])))
    inspectors = {member.pk: actor_of(member) for member in of_post(Post.INSPECTOR)}
    return Town(one(Post.OPERATOR), one(Post.SHIFT_LEADER), one(Post.DISPATCHER), inspectors, places)


def live(here: Town, place: Place) -> None:
    """Report … close: eleven actions, each a transaction of its own."""
    lon, lat = place.component.lon, place.component.lat
    said = Said(
        "hotline",
        place.component.problem_class_id,
        f"{place.component.name}：{place.rule.condition}",
        "路口东北角",
        lon,
        lat,
        component_code=place.component.code,
    )
    case_id = report(here.operator, said).case_id
    perform(case_id, "ask_to_verify", here.operator)
    walk(here, case_id, "verify_true", lon, lat)
    perform(case_id, "accept", here.operator, Given(rule_id=place.rule.pk))
    perform(case_id, "file", here.leader)
    perform(case_id, "dispatch", here.dispatcher, Given(organization_id=place.department.organization_id))
    perform(case_id, "take_up", place.department)
    perform(case_id, "finish", place.department, Given(photos=(here.photo(place.department),)))
    perform(case_id, "ask_to_check", here.operator)
    walk(here, case_id, "pass_check", lon, lat)
    perform(case_id, "close", here.leader)


def walk(here: Town, case_id: int, action: str, lon: float, lat: float) -> None:
    """The inspector to whom the task went does it; anybody of the post takes one that nobody was on duty for."""
    with connection.cursor() as cursor:
        cursor.execute(WALKER, [case_id])
        (member_id,) = cursor.fetchone()
    inspector = here.inspectors.get(member_id) or next(iter(here.inspectors.values()))
    perform(case_id, action, inspector, Given(photos=(here.photo(inspector),), lon=lon, lat=lat))


def main(seconds: float, number: int) -> None:
    here = town(number)
    live(here, here.places[0])  # Once before time is taken: what a process keeps is built by then.
    print("ready", flush=True)
    sys.stdin.readline()
    end, cases = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        live(here, here.places[cases % len(here.places)])
        cases += 1
    print(json.dumps({"cases": cases, "actions": cases * ACTIONS_IN_A_LIFE}), flush=True)
