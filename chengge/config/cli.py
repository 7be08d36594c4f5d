"""The `chengge` command: Django's command line with our settings, and the private PostgreSQL running while a command needs it."""

import os
import signal
import sys
from contextlib import ExitStack
from types import FrameType
from typing import NoReturn

# These work on files only; every other command has the database running. `postgres` sees to the server itself.
WITHOUT_DATABASE = frozenset(
    {"help", "--help", "-h", "version", "--version", "collectstatic", "findstatic", "messages", "postgres", "rulebook"}
)


def main() -> None:
    """Run the command named in the arguments."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengge.config.settings")
    signal.signal(signal.SIGTERM, _leave_in_order)
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from chengge.config.postgres import PostgresFailed

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    try:
        with ExitStack() as stack:
            if settings.PRIVATE_POSTGRES is not None and command not in WITHOUT_DATABASE:
                stack.enter_context(settings.PRIVATE_POSTGRES.in_use(settings.DATABASE_NAME, _say))
                os.environ["PATH"] = (
                    f"{settings.PRIVATE_POSTGRES.programs}{os.pathsep}{os.environ.get('PATH', '')}"  # dbshell looks for psql.
                )
            execute_from_command_line(["chengge", *sys.argv[1:]])
    except (PostgresFailed, ImproperlyConfigured) as failure:
        sys.exit(f"chengge: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)


def _leave_in_order(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + signal.SIGTERM)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
