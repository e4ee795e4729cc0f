"""The embedded PostgreSQL: made once, started, found again after a crash, stopped."""

from __future__ import annotations

import locale
import os
import shutil
import time
from contextlib import closing, suppress
from pathlib import Path

import psycopg2

from governance.embedded import addresses, places, processes
from governance.embedded.problem import Problem

_PATIENCE = 60.0  # seconds for a start or a stop: recovery after a crash replays the log first

_SETTINGS = """\
# Written at every start. What the operator wants otherwise goes into own.conf next to this file.
listen_addresses = ''
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
logging_collector = on
log_directory = '{log}'
log_file_mode = 0600
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_line_prefix = '%m [%p] '
log_min_duration_statement = 1000
{durability}
"""
# A test's data need not outlive the machine.
_CARELESS = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nlog_min_duration_statement = -1"


class Postgres:
    """The PostgreSQL server of one place. `durable=False` trades safety at power loss for speed, for tests."""

    label = "PostgreSQL"

    def __init__(self, place: places.Place, *, durable: bool = True) -> None:
        self.place = place
        self.durable = durable
        self.data = place.home / "postgres"

    def start(self) -> None:
        """Start the server, or find the one that runs; make the cluster and the database when they are missing."""
        programs = places.postgres_programs(self.place)
        self._make_cluster(programs)
        self._check_version(programs)
        if not self._wait_for_earlier():
            self._write_settings()
            self._clear_stale_locks()
            self._launch(programs)
        self._make_database()

    def answers(self) -> bool:
        """Whether the server takes connections."""
        try:
            with closing(self._connect()):
                return True
        except psycopg2.OperationalError:
            return False

    def pid(self) -> int | None:
        """The process id of the running server, None when there is none."""
        noted = self._noted_pid()
        return noted if noted and processes.works_in(noted, self.data) else None

    def stop(self) -> None:
        """Stop the server: running statements are rolled back, data is written out."""
        if self.pid() is None:
            return
        programs = places.postgres_programs(self.place)
        done = self.place.run(
            programs / "pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", f"{_PATIENCE:.0f}", timeout=90
        )
        if done.returncode != 0 and self.pid() is not None:
            raise Problem(f"PostgreSQL 没有在 {_PATIENCE:.0f} 秒内停下：{done.stdout.strip()}")

    def _make_cluster(self, programs: Path) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        if self.data.exists():
            raise Problem(f"{self.data} 里没有完整的数据库。请从备份恢复，或把它移走后再运行一次。")
        new = self.data.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)  # a first start that was cut off
        done = self.place.run(
            *(programs / "initdb", "-D", new, "-U", addresses.POSTGRES_USER, "--auth=peer", "--encoding=UTF8"),
            # The builtin locale sorts the same on every system, so that no upgrade of it spoils an index.
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            # Extensions such as pg_trgm ask the system which characters are letters; in plain C no Chinese one is.
            f"--lc-ctype={_utf8_locale()}",
            *([] if self.durable else ["--no-sync"]),
        )
        if done.returncode != 0:
            raise Problem(f"数据库初始化没有成功：\n{done.stdout.strip()}")
        with (new / "postgresql.conf").open("a") as file:
            file.write("\ninclude 'governance.conf'\ninclude_if_exists 'own.conf'\n")
        new.rename(self.data)

    def _check_version(self, programs: Path) -> None:
        have = (self.data / "PG_VERSION").read_text().strip()
        program = self.place.run(programs / "postgres", "--version").stdout.split()[2].split(".")[0]
        if have != program:
            raise Problem(
                f"数据目录 {self.data} 是 PostgreSQL {have} 的，而现在的程序是 {program}。"
                f"请按 docs/operations.md“升级 PostgreSQL”一节导出、导入。"
            )

    def _write_settings(self) -> None:
        self._write(
            "governance.conf",
            _SETTINGS.format(
                port=addresses.POSTGRES_PORT,
                sockets=self.place.sockets,
                log=self.place.folder("log"),
                durability="" if self.durable else _CARELESS,
            ),
        )
        # No password is on the wire: the system tells the server who is at the other end of the socket.
        self._write("pg_hba.conf", "local all postgres peer map=platform\n")
        names = {processes.user_name(os.geteuid())} | ({self.place.account.name} if self.place.account else set())
        self._write("pg_ident.conf", "".join(f'platform "{name}" postgres\n' for name in sorted(names)))

    def _write(self, name: str, text: str) -> None:
        path = self.data / name
        path.write_text(text)
        self.place.give(path)

    def _wait_for_earlier(self) -> bool:
        """True when an earlier server answers; one that is starting or stopping gets the time for it."""
        deadline = time.monotonic() + _PATIENCE
        while (pid := self.pid()) is not None:
            if self.answers():
                return True
            if time.monotonic() > deadline:
                raise Problem(
                    f"数据目录 {self.data} 上有一个不应答的 PostgreSQL（进程 {pid}）。"
                    f"如果它由别的用户启动，请用那个用户；否则运行 kill -INT {pid}，再启动一次。"
                )
            time.sleep(0.1)
        return False

    def _clear_stale_locks(self) -> None:
        """Remove the lock files of a server that died, after its last backend has gone.

        PostgreSQL itself believes them as long as their number is taken, be it by another
        program since a restart or by a dead process that nobody has collected, as in containers.
        """
        if not processes.PROC.is_dir():
            return
        deadline = time.monotonic() + _PATIENCE
        # Backends that outlive their server still write: their lock file is their protection.
        while processes.working_in(self.data):
            if time.monotonic() > deadline:
                return
            time.sleep(0.1)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        socket = addresses.postgres_socket(self.place.var)
        socket.with_name(socket.name + ".lock").unlink(missing_ok=True)

    def _noted_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _launch(self, programs: Path) -> None:
        log = self.place.folder("log") / "postgres-start.log"
        deadline = time.monotonic() + _PATIENCE
        while True:
            log.unlink(missing_ok=True)
            done = self.place.run(
                *(programs / "pg_ctl", "start", "-D", self.data, "-l", log, "-s", "-w", "-t", f"{_PATIENCE:.0f}"),
                timeout=_PATIENCE + 30,
            )
            if done.returncode == 0:
                return
            said = log.read_text(errors="replace") if log.exists() else done.stdout
            # After kill -9 the backends leave within moments; until then the server rightly refuses.
            if "shared memory block" not in said or time.monotonic() > deadline:
                raise Problem(f"PostgreSQL 启动失败，日志在 {log.parent}：\n{said.strip()[-2000:]}")
            time.sleep(0.5)

    def _connect(self, database: str = "postgres") -> psycopg2.extensions.connection:
        return psycopg2.connect(
            dbname=database,
            user=addresses.POSTGRES_USER,
            host=str(self.place.sockets),
            port=addresses.POSTGRES_PORT,
            connect_timeout=5,
        )

    def _make_database(self) -> None:
        with closing(self._connect()) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [addresses.DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {addresses.DATABASE}")


def _utf8_locale() -> str:
    """The name by which this system knows a locale for UTF-8."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8", "zh_CN.UTF-8", "UTF-8"):
            with suppress(locale.Error):
                return locale.setlocale(locale.LC_CTYPE, name)
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    raise Problem("系统里没有 UTF-8 的 locale。请安装一个，例如：locale-gen zh_CN.UTF-8")
