"""Where models lie: one file for each kind under `var/models/<database>/`, replaced in one step, read once in a process."""

import logging
import os
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.db import connection

from chengge.casework.suggestions.model import LinearModel, UnreadableModel

CLASSES, DEPARTMENTS = "classes", "departments"
KINDS = (CLASSES, DEPARTMENTS)

logger = logging.getLogger(__name__)


def path_of(kind: str) -> Path:
    """Of a city's own: what one city calls a class is another's serial number."""
    return Path(settings.VAR_DIR) / "models" / str(connection.settings_dict["NAME"]) / f"{kind}.npz"


def keep(model: LinearModel) -> Path:
    """Put a model in the place of the one before; whoever reads meanwhile reads the old or the new one whole."""
    path = path_of(model.card.kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        part.write(model.as_bytes())
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).replace(path)
    return path


def forget(kind: str) -> bool:
    """Take a model away; whether there was one."""
    path = path_of(kind)
    was_there = path.exists()
    path.unlink(missing_ok=True)
    return was_there


def kept(kind: str) -> LinearModel | None:
    """The model of this city; None where none was trained, or it cannot be read (which is logged). Looks at the file's date alone."""
    path = path_of(kind)
    try:
        status = path.stat()
    except OSError:
        return None
    return _read(path, status.st_mtime_ns, status.st_ino)


@lru_cache(maxsize=2 * len(KINDS))
def _read(path: Path, _changed_ns: int, _inode: int) -> LinearModel | None:
    try:
        return LinearModel.from_bytes(path.read_bytes())
    except (OSError, UnreadableModel) as fault:
        logger.warning("The model %s cannot be read: %s", path.name, fault)
        return None
