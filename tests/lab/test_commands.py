"""`chengge demo` and `chengge simulate` as somebody types them."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from chengge import clock
from chengge.casework.models import Case, LedgerEntry
from chengge.field.models import ComponentSurvey
from chengge.foundation.models import Division
from chengge.lab.lives import last_simulated_moment
from chengge.organization.models import Duty, Member, RosterEntry
from chengge.organization.queries import city_day


def say(*words: str) -> str:
    said = StringIO()
    call_command(*words, stdout=said)
    return said.getvalue()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_demo_is_made_lived_in_and_lives_on() -> None:
    said = say("demo", "--days", "1", "--cases-per-day", "12")
    for name in ("operator", "leader", "dispatcher", "dept", "inspector", "mayor", "chengge"):
        assert name in said
    first, last = Case.objects.count(), last_simulated_moment()
    assert first > 20
    assert last is not None
    assert clock.now() - last < timedelta(minutes=10)
    assert set(ComponentSurvey.objects.values_list("state", flat=True)) == {"waiting", "approved", "refused"}
    assert RosterEntry.objects.filter(day__gt=city_day(clock.now())).exists()

    with pytest.raises(CommandError, match="not empty"):
        say("demo")
    assert Case.objects.count() == first

    said = say("simulate", "--days", "0.5", "--cases-per-day", "40")
    assert "ahead of the clock" in said
    onward = last_simulated_moment()
    assert onward is not None
    assert onward > last + timedelta(hours=4)
    assert Case.objects.count() > first
    assert Duty.objects.filter(starts_at__gt=onward + timedelta(days=6)).exists()

    entries = LedgerEntry.objects.count()
    say("simulate", "--days", "0.02", "--speed", "3600", "--cases-per-day", "3000")
    assert LedgerEntry.objects.count() > entries


@pytest.mark.django_db
def test_a_real_city_is_never_thrown_away() -> None:
    Division.objects.create(code=330102, name="别的区", valid_from=date(2026, 1, 1))
    with pytest.raises(CommandError, match="another city"):
        say("demo", "--again")
    Member.objects.create(username="somebody")
    with pytest.raises(CommandError, match="not empty"):
        say("demo")
    assert Division.objects.filter(code=330102).exists()


@pytest.mark.django_db
def test_an_empty_database_has_nothing_to_simulate() -> None:
    with pytest.raises(CommandError, match="chengge demo"):
        say("simulate", "--days", "1")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("demo", "--days", "31"), "between 0 and 30"),
        (("demo", "--seed", "-1"), "--seed"),
        (("simulate", "--days", "0"), "more than 0"),
        (("simulate", "--speed", "fast"), "`max` or a number"),
        (("simulate", "--speed", "-2"), "`max` or a number"),
        (("simulate", "--cases-per-day", "0"), "--cases-per-day"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(words: tuple[str, ...], what: str) -> None:
    with pytest.raises(CommandError, match=what):
        say(*words)
