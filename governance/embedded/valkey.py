"""The embedded Valkey: started, found again after a crash, stopped."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from governance.embedded import addresses, places, processes
from governance.embedded.problem import Problem

_PATIENCE = 30.0  # seconds for a start

_SETTINGS = """\
port 0
unixsocket {socket}
unixsocketperm 700
dir {data}
logfile {log}
daemonize no
databases 16
save {save}
appendonly no
maxmemory-policy noeviction
tcp-keepalive 0
"""


class Valkey:
    """The Valkey server of one place. `durable=False` keeps nothing on disk, for tests."""

    label = "Valkey"

    def __init__(self, place: places.Place, *, durable: bool = True) -> None:
        self.place = place
        self.durable = durable
        self.data = place.home / "valkey"
        self.socket = place.sockets / addresses.VALKEY_SOCKET
        self.log = place.home / "log" / "valkey.log"

    def start(self) -> None:
        """Start the server, or find the one that runs."""
        if self.pid() is not None:
            return
        self.place.folder("valkey")
        self.place.folder("log")
        if self._launch():
            return
        # What the queue held is found again by the sweeps: a file that cannot be read may be set aside.
        dump = self.data / "dump.rdb"
        if dump.exists():
            dump.replace(dump.with_suffix(".unreadable"))
            if self._launch():
                return
        raise Problem(f"Valkey 启动失败，日志在 {self.log}：\n{_tail(self.log)}")

    def pid(self) -> int | None:
        """The process id of the server that answers at the socket, None when there is none."""
        try:
            with self._client() as client:
                return int(client.info("server")["process_id"])
        except redis.BusyLoadingError:
            return self._wait_loaded()
        except (redis.ConnectionError, redis.TimeoutError):
            return None

    def stop(self) -> None:
        """Stop the server after it has written its data out."""
        pid = self.pid()
        if pid is not None:
            processes.end([pid])

    def _client(self) -> redis.Redis:
        # Whether it answers is asked here in a loop: the client's own patience would add seconds to each start.
        once = Retry(NoBackoff(), retries=0)
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5, retry=once)

    def _wait_loaded(self) -> int | None:
        time.sleep(0.1)
        return self.pid()

    def _launch(self) -> bool:
        """Start the program and wait until it answers; False when it ended instead."""
        conf = self.data / "valkey.conf"
        conf.write_text(
            _SETTINGS.format(
                socket=self.socket, data=self.data, log=self.log, save="900 1 60 1000" if self.durable else '""'
            )
        )
        self.place.give(conf)
        if self.log.exists() and self.log.stat().st_size > 10_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        started = subprocess.Popen(  # noqa: S603
            [places.valkey_program(self.place), conf],
            **self.place.options(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + _PATIENCE
        while started.poll() is None and time.monotonic() < deadline:
            if self.pid() is not None:
                # The server outlives this handle on purpose; tell subprocess not to warn about it.
                started.returncode = 0
                return True
            time.sleep(0.02)
        processes.end([started.pid])
        started.wait()
        return False


def _tail(path: Path) -> str:
    return path.read_text(errors="replace")[-2000:].strip() if path.exists() else ""
