"""A short name for the present state of the files pages are made of."""

import hashlib
from pathlib import Path


def static_version(folder: Path, lock_file: Path) -> str:
    """Ten characters that change whenever a file under `folder` or the list of npm packages changes."""
    digest = hashlib.sha256()
    for path in (lock_file, *sorted(folder.rglob("*"))):
        if path.is_file():
            state = path.stat()
            digest.update(f"{path.name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:10]
