"""Sources and keys: who may send, how often, and for how long a key is good."""

from datetime import timedelta

import pytest

from chengge.clock import PretendedClock
from chengge.domain.errors import Forbidden, Refused, TooMany
from chengge.intake.actions.channels import (
    SourceValues,
    count_request,
    end_old_keys,
    make_source,
    pause,
    resume,
    rotate_key,
    source_with,
)
from chengge.intake.limits import allow, forget_old_counts
from chengge.intake.models import ChannelKey, RateCount
from tests.factories import City, build_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(pretended_clock: PretendedClock) -> City:
    return build_city()


def test_only_an_administrator_makes_a_source(city: City):
    with pytest.raises(Forbidden):
        make_source(city.actor("operator"), SourceValues("短信网关", "sms"))


def test_the_key_of_a_source_tells_who_sends_and_is_kept_nowhere(city: City):
    made = make_source(city.actor("administrator"), SourceValues("短信网关", "sms"))
    assert source_with(made.secret) == made.source
    assert made.secret not in str(ChannelKey.objects.values_list())


def test_an_unknown_key_lets_nobody_in(city: City):
    with pytest.raises(Forbidden):
        source_with("chengge_in_of_nobody")


def test_no_source_sends_by_a_channel_that_people_use(city: City):
    with pytest.raises(Refused, match="inspector"):
        make_source(city.actor("administrator"), SourceValues("手机", "inspector"))


def test_a_paused_source_is_refused_until_it_goes_on(city: City):
    administrator = city.actor("administrator")
    made = make_source(administrator, SourceValues("短信网关", "sms"))
    pause(administrator, made.source.pk)
    with pytest.raises(Forbidden) as refusal:
        source_with(made.secret)
    assert refusal.value.code == "source_paused"
    resume(administrator, made.source.pk)
    assert source_with(made.secret) == made.source


def test_the_old_key_goes_on_for_a_day_beside_the_new_one(city: City, pretended_clock: PretendedClock):
    administrator = city.actor("administrator")
    first = make_source(administrator, SourceValues("短信网关", "sms"))
    second = rotate_key(administrator, first.source.pk)
    assert source_with(first.secret) == source_with(second.secret)
    pretended_clock.advance(timedelta(hours=25))
    assert source_with(second.secret) == second.source
    with pytest.raises(Forbidden):
        source_with(first.secret)


def test_a_key_that_leaked_ends_at_once(city: City):
    administrator = city.actor("administrator")
    first = make_source(administrator, SourceValues("短信网关", "sms"))
    second = rotate_key(administrator, first.source.pk)
    end_old_keys(administrator, first.source.pk)
    with pytest.raises(Forbidden):
        source_with(first.secret)
    assert source_with(second.secret) == second.source


def test_a_source_that_sends_too_often_is_told_when_to_come_again(city: City, pretended_clock: PretendedClock):
    source = make_source(city.actor("administrator"), SourceValues("摄像头平台", "video", rate_per_minute=3)).source
    for _time in range(3):
        count_request(source)
    pretended_clock.advance(timedelta(seconds=20))
    with pytest.raises(TooMany) as refusal:
        count_request(source)
    assert 40 <= refusal.value.retry_after_seconds <= 42
    pretended_clock.advance(timedelta(seconds=refusal.value.retry_after_seconds))
    count_request(source)


def test_counts_of_one_kind_and_one_person_do_not_touch_others(city: City):
    allow("portal", "1.2.3.4", 1, timedelta(hours=1))
    allow("portal", "5.6.7.8", 1, timedelta(hours=1))
    allow("open311", "1.2.3.4", 1, timedelta(hours=1))
    with pytest.raises(TooMany):
        allow("portal", "1.2.3.4", 1, timedelta(hours=1))


def test_counts_name_nobody_and_are_forgotten(city: City, pretended_clock: PretendedClock):
    allow("portal", "13800001111", 5, timedelta(minutes=1))
    assert "13800001111" not in str(list(RateCount.objects.values()))
    pretended_clock.advance(timedelta(minutes=2))
    assert forget_old_counts() == 1
