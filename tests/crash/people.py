"""People at work, in processes of their own that will be killed: they act, and write down what was acknowledged.

python -m tests.crash.people found FACTS              tables and the tiny city; ids and tokens into FACTS
python -m tests.crash.people door FACTS DIARY NAME    lives of cases through the door, until killed
python -m tests.crash.people again FACTS DIARY …      verify the ledger, send everything in the diaries once more under the same
                                                      keys, and verify again; what came of it, as JSON
"""

import json
import os
import sys
import traceback
from contextlib import suppress
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import django

# How the posts move a case from its report to its end: action, who, and what they give.
LIFE = (
    ("ask_to_verify", "operator", ()),
    ("verify_true", "inspector", ("photo", "place")),
    ("accept", "operator", ("rule",)),
    ("file", "shift_leader", ()),
    ("dispatch", "dispatcher", ("works",)),
    ("hand_back", "department", ("reason",)),
    ("refuse_return", "shift_leader", ("reason",)),
    ("pass_down", "department", ("works_section",)),
    ("submit", "section", ("photo",)),
    ("finish", "department", ("photo",)),
    ("ask_to_check", "operator", ()),
    ("fail_check", "inspector", ("photo", "reason")),
    ("take_up", "department", ()),
    ("finish", "department", ("photo",)),
    ("ask_to_check", "operator", ()),
    ("pass_check", "inspector", ("photo", "place")),
    ("close", "shift_leader", ()),
)
# What several people do to the same cases at once: only one of them gets through, so the diary keeps what did.
TUG_OF_WAR = (("send_back", "shift_leader", ("reason",)), ("accept", "operator", ("rule",)))
SHARED_CASES = 3
AT_WORK = 4


def found(facts_path: Path) -> None:
    from django.core.management import call_command

    from chengge.casework.actions import Given, perform, report
    from chengge.organization.tokens import make_token
    from tests.casework.lives import Life
    from tests.factories import MEMBERS, build_city

    call_command("migrate", verbosity=0, interactive=False)
    city = build_city()
    life = Life(city, clock=None)  # type: ignore[arg-type]
    shared = []
    for _ in range(SHARED_CASES):
        reported = report(city.actor("operator"), life.said())
        assert reported.case_id is not None
        perform(reported.case_id, "accept", city.actor("operator"), Given(rule_id=city.missing.pk))
        shared.append(reported.case_id)
    facts = {
        "members": {name: member.pk for name, member in city.members.items()},
        "tokens": {name: make_token(city.members[name]).secret for name in MEMBERS},
        "organizations": {name: organization.pk for name, organization in city.organizations.items()},
        "class": city.manhole.pk,
        "rule": city.missing.pk,
        "place": city.places[0],
        "shared": shared,
    }
    facts_path.write_text(json.dumps(facts), encoding="utf-8")


class Person:
    """Acts through the door for every member of the city, one thing after the other, each under a key of its own."""

    def __init__(self, facts: dict[str, Any], diary: Path, name: str) -> None:
        from chengge.organization.models import Member
        from chengge.organization.queries import actor_of
        from tests.crash.town import Diary

        self.facts, self.diary, self.name = facts, Diary(diary), name
        self.actors = {member.username: actor_of(member) for member in Member.objects.all()}
        self.chance, self.tries, self.photos = Random(name), count(), count()

    def live(self) -> None:
        while True:
            case_id = self.report()
            for step in LIFE:
                self.act(case_id, *step)
                if self.chance.random() < 0.3:
                    self.tug()

    def tug(self) -> None:
        from chengge.domain.errors import Conflict

        case_id = self.chance.choice(self.facts["shared"])
        for step in TUG_OF_WAR:
            with suppress(Conflict):  # Somebody else was first; that is what these cases are for.
                self.act(case_id, *step)

    def report(self) -> int:
        return int(self.send({"action": "report", "member": "operator"})["case_id"])

    def act(self, case_id: int, action: str, member: str, gives: tuple[str, ...]) -> None:
        lon, lat = self.facts["place"]
        given: dict[str, Any] = {}
        for what in gives:
            match what:
                case "photo":
                    given["photos"] = [self.photo(member)]
                case "place":
                    given |= {"lon": lon, "lat": lat}
                case "rule":
                    given["rule_id"] = self.facts["rule"]
                case "reason":
                    given["reason"] = "不属于我单位"
                case organization:
                    given["organization_id"] = self.facts["organizations"][organization]
        self.send({"action": action, "member": member, "case_id": case_id, "given": given})

    def photo(self, member: str) -> str:
        from chengge.casework import photos
        from tests.casework.lives import picture

        return photos.store(picture(hash((self.name, next(self.photos)))), self.actors[member]).sha256

    def send(self, what: dict[str, Any]) -> dict[str, Any]:
        """Do one thing; the diary knows of it before, and of its acknowledgement or refusal after."""
        from chengge.domain.errors import Refused

        what["key"] = f"{self.name}-{next(self.tries)}"
        self.diary.write("tried", what)
        try:
            done = do(what, self.facts, self.actors)
        except Refused:
            self.diary.write("refused", what)
            raise
        self.diary.write("done", done)
        return done


def work(facts: dict[str, Any], prefix: str) -> None:
    """Keep some people at work, each in a process with a diary of its own, until one of them ends in another way than by being killed."""
    names, at_work = count(), 0
    while True:
        while at_work < AT_WORK:
            diary = Path(f"{prefix}{next(names)}.diary")
            if os.fork() == 0:
                try:
                    Person(facts, diary, diary.stem).live()
                except Exception:
                    traceback.print_exc()
                finally:
                    os._exit(1)
            at_work += 1
        _process, status = os.wait()
        at_work -= 1
        if not os.WIFSIGNALED(status):
            break
    for _ in range(at_work):
        os.wait()


def do(what: dict[str, Any], facts: dict[str, Any], actors: dict[str, Any]) -> dict[str, Any]:
    """One thing through the door; what came back."""
    from chengge.casework.actions import Given, Said, perform, report

    actor = actors[what["member"]]
    if what["action"] == "report":
        lon, lat = facts["place"]
        said = Said("hotline", facts["class"], "雨水井盖缺失", "石桥路口", lon, lat)
        reported = report(actor, said, key=what["key"])
        return what | {"case_id": reported.case_id, "report_id": reported.report_id, "repeated": reported.repeated}
    given = Given(**what["given"] | {"photos": tuple(what["given"].get("photos", ()))})
    moved = perform(what["case_id"], what["action"], actor, given, key=what["key"])
    return what | {"entry_id": moved.entry_id, "seq": moved.seq, "repeated": moved.repeated}


def again(facts: dict[str, Any], diaries: list[Path]) -> dict[str, Any]:
    """Send everything once more that was not refused, as a phone does that never heard the answer.

    Returns the results, and the faults of the ledger before and after.
    """
    from chengge.domain.errors import Refused
    from chengge.organization.models import Member
    from chengge.organization.queries import actor_of
    from tests.crash.town import Diary

    actors = {member.username: actor_of(member) for member in Member.objects.all()}
    faults_before, results = faults(), []
    for diary in map(Diary, diaries):
        refused_keys = {line["key"] for line in diary.lines("refused")}
        for tried in diary.lines("tried"):
            if tried["key"] in refused_keys:
                continue
            try:
                results.append(do(tried, facts, actors))
            except Refused as refused:
                results.append(tried | {"refused": refused.code})
    return {"faults_before": faults_before, "results": results, "faults_after": faults()}


def faults() -> list[str]:
    """What `chengge ledger verify` would name."""
    from chengge.casework import audit

    return [str(fault) for checked in audit.verify(1) for fault in checked.faults]


def main(what: str, facts_path: Path, *more: str) -> None:
    if what == "found":
        found(facts_path)
        return
    facts = json.loads(facts_path.read_text(encoding="utf-8"))
    if what == "door":
        work(facts, more[0])
    else:
        print(json.dumps(again(facts, [Path(diary) for diary in more]), ensure_ascii=False))


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
