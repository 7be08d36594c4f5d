"""Facts on the disk: one Parquet file for each table and month, and a manifest that says what they hold and up to where they tell.

A file is written aside and moved into place; the manifest is written last. Whoever reads takes the manifest first: it names every
file by the digest of its content, and files that it names are never written over.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection

from chengge.domain.facts import FactTable
from chengge.evaluation.facts.tables import schema_of

MANIFEST = "manifest.json"
PINNED = "pinned"  # manifests that must not be forgotten, named by their digest
LAYOUT = 1  # rises when columns change: facts of another layout are made anew
ROWS_A_GROUP = 122_880  # of which DuckDB takes one at a time; a group without what is asked for is never read


@dataclass(slots=True)
class Manifest:
    """What the store holds.

    Attributes:
        read_to: the place in the ledger up to which the facts tell; empty before the first time.
        read_at: when, in epoch seconds.
        files: by table and month: the file's name and how many rows it has.
    """

    layout: str = ""
    read_to: str = ""
    read_at: int = 0
    files: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def digest(self) -> str:
        """One digest of everything that the facts say: runs are frozen to it."""
        return sha256(orjson.dumps(self.files, option=orjson.OPT_SORT_KEYS)).hexdigest()


@dataclass(frozen=True, slots=True)
class FactStore:
    """The facts in one folder."""

    folder: Path

    def manifest(self) -> Manifest:
        """What the store holds; an empty one before the first time."""
        path = self.folder / MANIFEST
        return Manifest(**orjson.loads(path.read_bytes())) if path.exists() else Manifest()

    def months(self, table: str) -> list[str]:
        """The months of a table that have rows, the oldest first."""
        return sorted(self.manifest().files.get(table, {}))

    def paths(self, table: str, months: Sequence[str] | None = None) -> list[Path]:
        """The files of a table, of all months or of those named, the oldest first."""
        files = self.manifest().files.get(table, {})
        wanted = sorted(files) if months is None else [month for month in sorted(months) if month in files]
        return [self.folder / table / files[month]["file"] for month in wanted]

    def read(self, table: FactTable, month: str, manifest: Manifest) -> pa.Table:
        """The rows of one month; none where there is no file."""
        kept = manifest.files.get(table.name, {}).get(month)
        return schema_of(table).empty_table() if kept is None else pq.read_table(self.folder / table.name / kept["file"])

    def write(self, table: FactTable, month: str, rows: pa.Table, manifest: Manifest) -> bool:
        """Write the rows of one month, sorted, and name the file in the manifest. Returns whether they differ from those before."""
        if rows.num_rows == 0:
            return _left_out(manifest.files, table.name, month)
        files = manifest.files.setdefault(table.name, {})
        sink = pa.BufferOutputStream()
        rows = rows.sort_by([(name, "ascending") for name in (*table.together, *table.key)]).combine_chunks()
        pq.write_table(rows, sink, compression="zstd", row_group_size=ROWS_A_GROUP, coerce_timestamps="us")
        content = sink.getvalue()
        name = f"{month}-{sha256(content).hexdigest()[:16]}.parquet"
        before = files.get(month, {}).get("file")
        files[month] = {"file": name, "rows": rows.num_rows}
        if name != before:
            _put(self.folder / table.name / name, content)
        return name != before

    def finish(self, manifest: Manifest) -> None:
        """Make the manifest the one that holds, and drop files that neither it nor the one before names."""
        named = {*self._named(self.manifest()), *self._named(manifest), *self._pinned_files()}
        _put(self.folder / MANIFEST, orjson.dumps(_plain(manifest), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
        for path in self.folder.glob("*/*.parquet"):
            if path.relative_to(self.folder).as_posix() not in named:
                path.unlink(missing_ok=True)

    def pin(self) -> Manifest:
        """Keep all files of the manifest that holds, for as long as the store: what a run was made from. Returns that manifest."""
        manifest = self.manifest()
        path = self._pin(manifest.digest())
        if not path.exists():
            _put(path, orjson.dumps(_plain(manifest), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
        return manifest

    def pinned(self, digest: str, read_at: int) -> "PinnedFacts":
        """The facts of a digest that was pinned, as they stood at a moment in epoch seconds. Raises FileNotFoundError where it was not."""
        if not self._pin(digest).exists():
            raise FileNotFoundError(self._pin(digest))
        return PinnedFacts(self.folder, digest, read_at)

    def _pin(self, digest: str) -> Path:
        return self.folder / PINNED / f"{digest}.json"

    def _pinned_files(self) -> Iterator[str]:
        for path in self.folder.glob(f"{PINNED}/*.json"):
            yield from self._named(Manifest(**orjson.loads(path.read_bytes())))

    @staticmethod
    def _named(manifest: Manifest) -> Iterator[str]:
        return (f"{table}/{kept['file']}" for table, months in manifest.files.items() for kept in months.values())


@dataclass(frozen=True, slots=True)
class PinnedFacts(FactStore):
    """Facts as they were when they were pinned. They are read, never written."""

    digest: str
    read_at: int

    def manifest(self) -> Manifest:
        manifest = Manifest(**orjson.loads(self._pin(self.digest).read_bytes()))
        manifest.read_at = self.read_at
        return manifest


def city_facts() -> FactStore:
    """The facts of the city whose database is in use."""
    return FactStore(settings.VAR_DIR / "facts" / str(connection.settings_dict["NAME"]))


def layout_of(tables: Sequence[FactTable]) -> str:
    """A mark of what columns there are: facts with another one are made anew."""
    told = [
        [table.name, table.source, list(table.together), [[column.name, column.kind, column.sql] for column in table.columns]]
        for table in tables
    ]
    return f"{LAYOUT}-{sha256(orjson.dumps(told)).hexdigest()[:16]}"


def _plain(manifest: Manifest) -> dict[str, Any]:
    return {name: getattr(manifest, name) for name in ("layout", "read_to", "read_at", "files")}


def _left_out(files: dict[str, dict[str, Any]], table: str, month: str) -> bool:
    """Name no file for a month without rows, and no table without months."""
    was_there = files.get(table, {}).pop(month, None) is not None
    if table in files and not files[table]:
        del files[table]
    return was_there


def _put(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
