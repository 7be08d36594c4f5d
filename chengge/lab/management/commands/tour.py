"""`chengge tour`: one case goes all the way round, by real HTTP, and everybody can see who did what when.

`chengge tour channels`: one problem comes in by every channel, each by its own protocol, and what became of it.

`chengge tour dispute`: a lamp that two bodies claim goes from report to survey, meeting and ruling; the next like it goes by itself.
"""

import secrets
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Column, Table

from chengge.lab.channel_tour import Step, visit
from chengge.lab.dispute_tour import Settled, settle_a_dispute
from chengge.lab.scratch import Scratch, ScratchFailed, scratch_database
from chengge.lab.server import ServerFailed, web_server, worker
from chengge.lab.tour import STEPS, Story, go_round
from chengge.lab.visitor import VisitFailed

ADMINISTRATOR, PASSWORD = "admin", "chengge"


class Command(BaseCommand):
    help = "Take one case all the way round, step by step, in a small city of its own that is thrown away afterwards."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "what",
            nargs="?",
            choices=("case", "channels", "dispute"),
            default="case",
            help="one case all the way, every channel, or a dispute that is settled",
        )
        parser.add_argument("--url", help="address of a running demo city, for example http://127.0.0.1:8000, instead of a city of its own")
        parser.add_argument("--administrator", default=ADMINISTRATOR, help="user name of an administrator (with --url)")
        parser.add_argument("--password", default=PASSWORD, help="password of every account (with --url)")

    def handle(self, *, what: str, url: str | None, administrator: str, password: str, **_options: Any) -> None:
        console = Console(highlight=False)
        if what != "case" and url is not None:
            raise CommandError(f"`chengge tour {what}` changes what a city goes by; it does so in a city of its own only. Leave --url out.")
        try:
            if what == "channels":
                self._channels(console)
            elif what == "dispute":
                self._dispute(console)
            elif url is not None:
                show(console, self._go(console, url.rstrip("/"), administrator, password))
            else:
                self._in_a_city_of_its_own(console)
        except (VisitFailed, ScratchFailed, ServerFailed) as failure:
            raise CommandError(str(failure)) from None

    def _channels(self, console: Console) -> None:
        with _own_city(console) as (scratch, address):
            with console.status("Connecting …") as status:
                steps = visit(address, scratch, PASSWORD, lambda text: status.update(f"By {text} …"))
            console.print(_channel_table(steps))
            console.print("[bold]chengge ledger verify[/bold]: " + " ".join(scratch.chengge("ledger", "verify").split("\n")).strip())

    def _dispute(self, console: Console) -> None:
        with _own_city(console) as (scratch, address), worker(scratch.environment, scratch.folder / "worker.log"):
            with console.status("Two bodies and a lamp …") as status:
                settled = settle_a_dispute(address, ADMINISTRATOR, PASSWORD, lambda text: status.update(text), lambda: time.sleep(1))
            console.print(_dispute_table(settled))
            console.print(_told(settled.next))
            console.print("[bold]chengge ledger verify[/bold]: " + " ".join(scratch.chengge("ledger", "verify").split("\n")).strip())

    def _in_a_city_of_its_own(self, console: Console) -> None:
        with _own_city(console) as (scratch, address):
            show(console, self._go(console, address, ADMINISTRATOR, PASSWORD))
            console.print("[bold]chengge ledger verify[/bold]: " + " ".join(scratch.chengge("ledger", "verify").split("\n")).strip())

    def _go(self, console: Console, address: str, administrator: str, password: str) -> Story:
        with console.status("Going round …") as status:
            return go_round(address, administrator, password, lambda text: status.update(text))


@contextmanager
def _own_city(console: Console) -> Iterator[tuple[Scratch, str]]:
    """A small city with a database and a web server of its own, thrown away afterwards; and its address."""
    with console.status("Making tables …") as status, scratch_database(f"tour_{secrets.token_hex(4)}") as scratch:
        status.update("Founding a small city …")
        scratch.chengge("demo", "--days", "0")
        status.update("Starting a web server …")
        with web_server(scratch.environment, scratch.folder / "web.log") as address:
            status.stop()
            console.print(f"A city of its own runs at {address}.")
            yield scratch, address


def _channel_table(steps: list[Step]) -> Table:
    table = Table(*(Column(heading, overflow="fold") for heading in ("Channel", "How it came", "What became of it")), title="Every channel")
    for step in steps:
        table.add_row(step.channel, step.protocol, step.became, end_section=True)
    return table


def _dispute_table(settled: Settled) -> Table:
    table = Table(*(Column(heading, overflow="fold") for heading in ("Step", "Who", "What came of it")), title="A lamp on the border")
    for step in settled.steps:
        table.add_row(f"{step.chinese}\n  {step.english}", step.who, step.came, end_section=True)
    return table


def _told(story: Story) -> Table:
    """The ledger of a case that goes on, in words."""
    table = Table(*(Column(heading, overflow="fold") for heading in ("When", "Who", "Did what")), title="The next lamp like it")
    for entry in story.entries:
        who = " · ".join(filter(None, (entry["who"], entry["post"], entry["organization"]))) or "by itself"
        words = "; ".join(filter(None, (entry["deed"], entry["note"], *entry["facts"])))
        table.add_row(_moment(entry["at"]), who, words)
    return table


def show(console: Console, story: Story) -> None:
    """The seven steps, the clocks, the ledger."""
    case = story.case
    console.print()
    console.print(f"[bold]Case {case['number']}[/bold]  {case['class_name']} · {case['area']} · grid {case['grid_code']}")
    console.print(f"{case['description']}")
    console.print()
    console.print(_steps(story))
    console.print(_clocks(case))
    console.print(
        f"Ledger: {len(story.ledger)} entries, the chain holds, {len(case['photos'])} photos stand in it by their SHA-256; "
        f"last hash {story.ledger[-1]['hash'][:16]}…"
    )


def _steps(story: Story) -> Table:
    columns = [Column(heading, overflow="fold") for heading in ("Step", "When", "Who", "Did what")]
    table = Table(*columns, title="The seven steps")
    for number, (chinese, english, actions) in enumerate(STEPS, start=1):
        entries = story.of_step(actions)
        for place, entry in enumerate(entries):
            step = f"{number} {chinese}\n  {english}" if place == 0 else ""
            who = " · ".join(filter(None, (entry["who"], entry["post"], entry["organization"])))
            words = [entry["deed"], *entry["facts"]]
            if entry["action"] == "dispatch":
                words.append(f"basis: {story.basis}")
            if entry["photos"]:
                words.append(f"photo {entry['photos'][0][:8]}…")
            table.add_row(step, _moment(entry["at"]), who, "; ".join(words), end_section=place == len(entries) - 1)
        if not entries:
            table.add_row(f"{number} {chinese}\n  {english}", _moment(story.case["ended_at"]), "", _judgement(story.case), end_section=True)
    return table


def _judgement(case: dict[str, Any]) -> str:
    late = [clock["name"] for clock in case["clocks"] if clock["light"] == "red"]
    kept = "every limit was kept" if not late else f"late: {', '.join(late)}"
    return f"on the record for its scores: {kept}; returns {case['return_count']}, reworks {case['rework_count']}"


def _clocks(case: dict[str, Any]) -> Table:
    table = Table("Clock", "Whose", "Limit", "Used", "Due", "Light", title="The clocks")
    for clock in case["clocks"]:
        limit = f"{clock['limit_amount']} {clock['limit_unit'].replace('_', ' ')}{'s' if clock['limit_amount'] > 1 else ''}"
        table.add_row(
            clock["name"], clock["organization"] or "–", limit, f"{clock['used_seconds']} s", _moment(clock["due_at"]), clock["light"]
        )
    return table


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(ZoneInfo(settings.TIME_ZONE)):%m-%d %H:%M:%S}"
