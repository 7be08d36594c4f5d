"""How the lab's commands tell what they do: what takes long has a bar, on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from chengge.organization.queries import CITY_ZONE


@contextmanager
def steps(title: str) -> Iterator[Callable[[str], None]]:
    """Tell step after step of one piece of work in a line."""
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=None)
        yield lambda text: progress.update(task, description=f"{title}: {text}")
        progress.update(task, description=title, total=1, completed=1)


@contextmanager
def passing_time(title: str, start: int, until: int, console: Console) -> Iterator[Callable[[int, int, int], None]]:
    """A bar along simulated time. Call it with the moment (epoch seconds), the open cases and the actions so far."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(title, total=max(until - start, 1), said="")

        def tell(now: int, open_cases: int, actions: int) -> None:
            progress.update(task, completed=now - start, said=f"{city_time(now)}  {actions} actions, {open_cases} open cases")

        yield tell
        progress.update(task, completed=max(until - start, 1))


def city_time(at: int) -> str:
    """A moment as the city's clocks show it."""
    return datetime.fromtimestamp(at, UTC).astimezone(CITY_ZONE).strftime("%m-%d %H:%M")
