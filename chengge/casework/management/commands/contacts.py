"""`chengge contacts status|rotate|new-key`: the keys under which contacts are sealed."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from chengge import contacts
from chengge.casework import resealing
from chengge.personal import sealed_columns


class Command(BaseCommand):
    help = "Show under which keys contacts are sealed, seal them under the newest, or make a new key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="what", required=True)
        actions.add_parser("status", help="count what is sealed, by column and key")
        rotate = actions.add_parser("rotate", help="seal everything under the newest key; may be stopped and begun again")
        rotate.add_argument("--dry-run", action="store_true", help="only count what would be sealed anew")
        actions.add_parser("new-key", help="make a key; what is sealed from now on is sealed under it")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "status":
            self._status()
        elif what == "new-key":
            self._new_key()
        elif options["dry_run"]:
            self._would_rotate()
        else:
            self._rotate()

    def _status(self) -> None:
        files = contacts.key_files()
        total: dict[int | None, int] = {}
        for column in sealed_columns():
            counted = resealing.counted_by_key(column)
            for key, number in counted.items():
                total[key] = total.get(key, 0) + number
            told = ", ".join(f"{_name(key)}: {number}" for key, number in sorted(counted.items(), key=_in_order))
            self.stdout.write(f"{column}: {told or 'nothing sealed'}")
        for number in range(len(contacts.keys())):
            where = files[number].name if files else "in CHENGGE_CONTACT_KEY"
            use = (
                f"{total.get(number, 0)} rows"
                if number == 0 or total.get(number)
                else "no row is under it: it may be taken out of the ring"
            )
            self.stdout.write(f"{_name(number)} ({where}): {use}")
        if total.get(None):
            raise CommandError(f"{total[None]} rows are under no key of the ring. Put the lost key back, or erase those contacts.")

    def _would_rotate(self) -> None:
        for column in sealed_columns():
            counted = resealing.counted_by_key(column)
            old = sum(number for key, number in counted.items() if key not in (0, None))
            lost = f", {counted[None]} under a lost key" if counted[None] else ""
            self.stdout.write(f"{column}: {old} of {sum(counted.values())} would be sealed anew{lost}")
        self.stdout.write("Nothing was changed.")

    def _rotate(self) -> None:
        lost = renewed = 0
        with self._progress() as progress:
            for column in sealed_columns():
                bar = progress.add_task(str(column), total=resealing.count_of(column))
                for batch in resealing.reseal(column):
                    lost, renewed = lost + batch.lost, renewed + batch.renewed
                    progress.advance(bar, batch.looked_at)
        self.stdout.write(f"{renewed} rows are sealed under the newest key now.")
        if lost:
            raise CommandError(f"{lost} rows are under no key of the ring. `chengge contacts status` says where.")

    def _new_key(self) -> None:
        secret = secrets.token_urlsafe(32)
        if not contacts.key_files():
            self.stdout.write(f"Put this key first in CHENGGE_CONTACT_KEY, before the others, and start every process anew:\n{secret}")
            return
        path = contacts.add_key(secret)
        self.stdout.write(f"{path.name} is the newest key now. Back up the folder, then run: chengge contacts rotate")

    def _progress(self) -> Progress:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        return Progress(*columns, console=Console(stderr=True))


def _name(key: int | None) -> str:
    if key is None:
        return "under a lost key"
    return "newest key" if key == 0 else f"key before, {key}"


def _in_order(counted: tuple[int | None, int]) -> tuple[bool, int]:
    return counted[0] is None, counted[0] or 0
