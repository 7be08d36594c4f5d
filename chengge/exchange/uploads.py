"""Files that an administrator has sent to look at before importing them. They lie beside the photos for a day, each member's apart."""

import re
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.errors import NotFound, Refused

KEPT = timedelta(days=1)
MOST_BYTES = 512 * 2**20
TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that lies ready. `token` names it in addresses; `file_name` is what its owner calls it."""

    token: str
    path: Path
    file_name: str


def keep(member_id: int, files: Iterable[UploadedFile]) -> Upload:
    """Put files into a folder of their own; the first is the one to import, the others go with it (a class table).

    Raises:
        Refused: a file is too large for a page, or has no name.
    """
    forget_old(member_id)
    token = secrets.token_hex(16)
    folder = _folder(member_id) / token
    folder.mkdir(parents=True)
    first: Path | None = None
    for file in files:
        name = Path(file.name or "").name
        if not name or name.startswith("."):
            raise Refused("file", _("The file has no name."), field="file")
        if (file.size or 0) > MOST_BYTES:
            raise Refused(
                "large",
                _("%(file)s is larger than %(most)d MB.") % {"file": name, "most": MOST_BYTES // 2**20},
                _("Import it on the server: chengge import …"),
                field="file",
            )
        place = folder / name
        with place.open("wb") as kept:
            for chunk in file.chunks():
                kept.write(chunk)
        first = first or place
    if first is None:
        raise Refused("file", _("No file was chosen."), _("Choose one."), field="file")
    return Upload(token, first, first.name)


def kept(member_id: int, token: str, file_name: str) -> Upload:
    """A file this member sent before. Raises NotFound when it is gone, or was somebody else's."""
    path = _folder(member_id) / token / Path(file_name).name
    if not TOKEN.fullmatch(token) or not path.is_file():
        raise NotFound("upload", _("This file lies here no longer."), _("Choose it once more."))
    return Upload(token, path, path.name)


def forget(upload: Upload) -> None:
    shutil.rmtree(upload.path.parent, ignore_errors=True)


def forget_old(member_id: int) -> None:
    """Drop what this member left lying for longer than a day."""
    before = (clock.now() - KEPT).timestamp()
    folder = _folder(member_id)
    for one in folder.iterdir() if folder.is_dir() else ():
        if one.stat().st_mtime < before:
            shutil.rmtree(one, ignore_errors=True)


def _folder(member_id: int) -> Path:
    return Path(settings.MEDIA_ROOT) / "imports" / str(member_id)
