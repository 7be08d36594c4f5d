"""The public portal of the demo city: reports of people without an account, followers, photos and words that operators let be shown."""

from random import Random

from chengge.casework.actions import Said, add_report
from chengge.casework.models import Case, Channel, Evidence, Origin
from chengge.domain.lifecycle import Stage
from chengge.intake.actions.following import token_for
from chengge.intake.actions.portal import Spot, approve_photo, refuse_photo, say_publicly
from chengge.intake.models import PublicPhoto
from chengge.intake.queries.portal import portal_rules, public_cases
from chengge.intake.queries.portal.publishing import photos_of_cases
from chengge.organization.models import Member
from chengge.organization.queries import MACHINE, actor_of

SOLVED, UNDER_WAY, REFUSED, FOLLOWED = 14, 6, 3, 12
FOLLOWER_WORDS = ("我也看到了，就在这里", "今天路过还在", "影响走路，请尽快处理", "同一处，附图", "已经好几天了")
WORDS_OF = {
    "暴露垃圾": "人行道旁成堆生活垃圾",
    "道路破损": "车行道路面坑洼",
    "路灯": "路灯夜间不亮",
    "机动车乱停放": "车辆停在人行道上",
    "非机动车乱停放": "自行车占满人行道",
    "道路不洁": "路面有泥土和落叶",
    "非法小广告": "墙面小广告",
    "垃圾箱": "垃圾箱满溢",
}


def fill(seed: int) -> int:
    """Let people follow open problems, and an operator look through some photos; returns how many are shown."""
    chance = Random(f"{seed} portal")  # noqa: S311
    operator = actor_of(Member.objects.get(username="operator"))
    public = public_cases(portal_rules())
    _follow(list(public.exclude(stage=Stage.CLOSED.value).order_by("-pk")[: FOLLOWED * 4]), chance)
    with_photos = public.filter(pk__in=photos_of_cases().values("case_id"))
    solved = with_photos.filter(stage=Stage.CLOSED.value, pk__in=photos_of_cases().filter(phase=Evidence.Phase.HANDLE).values("case_id"))
    chosen = [*solved.order_by("-ended_at")[:SOLVED], *with_photos.exclude(stage=Stage.CLOSED.value).order_by("-pk")[:UNDER_WAY]]
    for case in chosen:
        for photo in photos_of_cases().filter(case=case, public_photo=None):
            spots = [Spot(chance.randrange(80, 700), chance.randrange(300, 700), 160, 120)] if chance.random() < 0.3 else []
            approve_photo(photo.pk, operator, spots)
        words = WORDS_OF.get(case.problem_class.name, "")
        if words:
            say_publicly(case.pk, operator, words, is_hidden=False)
    for photo in photos_of_cases().filter(case__in=public, public_photo=None).order_by("-pk")[:REFUSED]:
        refuse_photo(photo.pk, operator)
    return PublicPhoto.objects.filter(state=PublicPhoto.State.APPROVED).count()


def _follow(cases: list[Case], chance: Random) -> None:
    """Some open problems are seen by several people."""
    for number, case in enumerate(chance.sample(cases, min(FOLLOWED, len(cases)))):
        for follower in range(chance.choice((1, 1, 2, 3))):
            key = f"portal-demo-{number}-{follower}"
            said = Said(channel=Channel.WEB.value, description=chance.choice(FOLLOWER_WORDS), problem_class_id=case.problem_class_id)
            add_report(MACHINE, said, case.pk, key=key, token_hash=token_for(key)[1], origin=Origin.SIMULATED)
