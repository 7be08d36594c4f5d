"""Telling leaders every Monday how the week was: once a week, whoever asks how often."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from chengge import clock
from chengge.domain.lifecycle import Post
from chengge.evaluation.facts import FactStore, city_facts, refresh
from chengge.evaluation.indicators import Settings, with_duckdb
from chengge.evaluation.periods import Period
from chengge.evaluation.queries.bulletins import members_with
from chengge.evaluation.queries.weekly_digest import digest_of, week_to_tell
from chengge.notices.actions import Draft, send_many
from chengge.notices.models import Notice
from chengge.notices.recipients import Recipient

TOPIC = "weekly"


def tell_the_week(store: FactStore | None = None) -> int:
    """Tell every leader of the week that has ended, on Monday morning. Returns how many notices were written."""
    week = week_to_tell(clock.now())
    return 0 if week is None else tell_of(week, store)


def tell_of(week: Period, store: FactStore | None = None) -> int:
    """Tell every leader of a week. Returns how many notices were written.

    Doing it again writes nothing: the key of a notice names week and member, so a leader hears of a week once.
    """
    keys = {member_id: f"weekly:{week.name}:{member_id}" for member_id in members_with([Post.LEADER]).values_list("pk", flat=True)}
    told = set(Notice.objects.filter(key__in=keys.values()).values_list("key", flat=True))
    waiting = {member_id: key for member_id, key in keys.items() if key not in told}
    if not waiting:
        return 0
    store = store or city_facts()
    refresh(store)
    with translation.override(settings.LANGUAGE_CODE):
        digest = digest_of(with_duckdb(store, Settings()), week)
    return send_many(
        Draft(
            to=Recipient.member(member_id),
            subject=digest.subject,
            text="\n".join(digest.lines),
            key=key,
            topic=TOPIC,
            link=reverse("leader"),
            about=f"week:{week.name}",
        )
        for member_id, key in waiting.items()
    )
