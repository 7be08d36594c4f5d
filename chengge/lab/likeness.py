"""One problem reported by several people in the demo city: some of it merged already, some waiting to be seen by an operator."""

from random import Random

from chengge.casework.actions import Given, Said, add_report, perform, report
from chengge.casework.models import Case, Channel, Origin
from chengge.domain.coordinates import LocalMetres
from chengge.domain.lifecycle import Stage
from chengge.organization.models import Member
from chengge.organization.queries import MACHINE, actor_of

REPEATED, MERGED, ADDED, UNCLEAR = 10, 3, 3, 2
BY = (Channel.HOTLINE, Channel.WEB, Channel.APP)
SAYINGS = ("{what}，还没人来处理", "这里{what}，麻烦看一下", "{what}，已经两天了", "路过看到{what}")
METRES_BESIDE = 14.0
STAGES = (Stage.REPORTED.value, Stage.ACCEPTED.value, Stage.FILED.value, Stage.DISPATCHED.value)


def live(seed: int) -> int:
    """Say again what was said before; returns how many reports came so."""
    chance = Random(f"{seed} likeness")  # noqa: S311 (a simulation)
    known = list(
        Case.objects.filter(stage__in=STAGES, grid_code__isnull=False)
        .exclude(description="")
        .select_related("problem_class")
        .order_by("-reported_at")[: 4 * REPEATED]
    )
    chosen = chance.sample(known, min(REPEATED + ADDED + UNCLEAR, len(known)))
    operator = actor_of(Member.objects.get(username="operator"))
    for place, case in enumerate(chosen):
        said = _said_again(case, chance)
        if place < ADDED:
            add_report(operator, said, case.pk, origin=Origin.SIMULATED)
            continue
        if place < ADDED + UNCLEAR:
            said = Said(said.channel, description=said.description, place=said.place, lon=said.lon, lat=said.lat)
        made = report(MACHINE, said, key=f"like-{seed}-{place}", origin=Origin.SIMULATED)
        if made.case_id is not None and place >= len(chosen) - MERGED:
            given = Given(reason="同一问题，重复上报", into_case_id=case.pk)
            perform(made.case_id, "merge", operator, given, origin=Origin.SIMULATED)
    return len(chosen)


def _said_again(case: Case, chance: Random) -> Said:
    lon, lat = LocalMetres.around(case.lon, case.lat).from_metres(chance.gauss(0, METRES_BESIDE), chance.gauss(0, METRES_BESIDE))
    what = case.description.rstrip("。").split("附近")[-1].lstrip("）")
    return Said(
        channel=chance.choice(BY).value,
        problem_class_id=case.problem_class_id,
        description=chance.choice(SAYINGS).format(what=what),
        place=case.place,
        lon=lon,
        lat=lat,
        accuracy_m=chance.choice((None, 8.0, 15.0)),
    )
