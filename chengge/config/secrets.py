"""Secrets that are made once, on first start, and kept in files only their owner can read."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def kept_secret(path: Path) -> str:
    """The secret kept in `path`: 43 URL-safe characters that stand for 32 random bytes.

    Made on first use; of two processes making it at once, both get the same.
    """
    with suppress(FileNotFoundError):
        return path.read_text(encoding="ascii").strip()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    with suppress(FileExistsError):
        os.link(draft, path)  # Whoever comes first wins; a half-written file is never seen.
    draft.unlink()
    return path.read_text(encoding="ascii").strip()
