"""What a start does with Django before the pages are served: version, migrations, static files, demo district.

Each step may be cut off at any point and is done again, or skipped, at the next start.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from governance.embedded import background
from governance.embedded.problem import Problem, say

OLDEST_POSTGRES = 150000


def main() -> int:
    """Do all steps in order; the exit status is 1 after a message that says what to do."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management.base import CommandError, SystemCheckError
    from django.db import DatabaseError

    try:
        django.setup()
        for step in (_reach_servers, _migrate, _complete, _collect_static, _fill):
            step()
    except (Problem, CommandError, SystemCheckError) as problem:
        say(str(problem), error=True)
    except (DatabaseError, ImproperlyConfigured, ValueError, OSError) as error:
        say(f"{type(error).__name__}: {error}", error=True)
    except KeyboardInterrupt:
        return 130
    else:
        return 0
    return 1


def _reach_servers() -> None:
    check_postgres()
    check_redis()


def check_postgres() -> None:
    """Raise Problem when the database cannot be reached, is too old, or cannot hold Chinese text."""
    from django.db import OperationalError, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_encoding')")
            version, encoding = cursor.fetchone()
    except OperationalError as error:
        raise Problem(f"连不上数据库，请检查 DATABASE_URL：{str(error).strip()}") from error
    if version < OLDEST_POSTGRES:
        raise Problem(f"平台需要 PostgreSQL 15 或更高版本，DATABASE_URL 指向的是 {version // 10000}。")
    if encoding != "UTF8":
        raise Problem(f"数据库的编码是 {encoding}，请用 createdb --encoding=UTF8 重新建库。")


def check_redis() -> None:
    """Raise Problem when the broker cannot be reached or is too old."""
    import redis
    from django.conf import settings

    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=5) as client:
            version = str(client.info("server")["redis_version"])
    except redis.RedisError as error:
        raise Problem(f"连不上 Redis/Valkey，请检查 REDIS_URL：{error}") from error
    if tuple(int(part) for part in version.split(".")[:2]) < (6, 2):
        raise Problem(f"平台需要 Redis 6.2 或更高版本（或 Valkey），REDIS_URL 指向的是 {version}。")


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    say("更新数据库结构 …")
    call_command("migrate", interactive=False, verbosity=0)


def _complete() -> None:
    """A district that was set up before a room existed gets what that room begins with; the demo brings its own."""
    from django.conf import settings
    from django.core.management import call_command

    if not settings.DEMO:
        call_command("complete_set_up")


def _collect_static() -> None:
    from django.conf import settings
    from django.core.management import call_command

    def collect() -> None:
        say("收集静态文件 …")
        call_command("collectstatic", interactive=False, verbosity=0)

    root = Path(settings.STATIC_ROOT)
    _once(root.with_name("static.stamp"), _static_content(), collect, still=(root / "staticfiles.json").exists())


def _static_content() -> str:
    """A hash over the names, sizes and times of all static files that are to be collected."""
    from django.contrib.staticfiles.finders import get_finders

    content = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            state = os.stat(storage.path(path))
            content.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    return content.hexdigest()


def _fill() -> None:
    """Load the demo district where it is wanted; tell how to begin where nobody could sign in.

    The pages can be served when territory, staff and appeals are there; the people go on loading in the background.
    The command knows itself what it has loaded, and goes on where it was cut off.
    """
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import CommandError

    from governance import demo

    empty = not get_user_model()._default_manager.exists()
    if not settings.DEMO:
        if empty:
            say("还没有任何账号。请在另一个窗口运行：.venv/bin/python manage.py setup_district")
        return
    if empty:
        say("第一次启动，装入演示区，约需一两分钟；20 万居民同时在后台装入。中途打断也不要紧，下次会接着装 …")
    try:
        _load(demo.TERRITORY)
        if not demo.is_loaded(demo.PEOPLE):
            background.begin(Path(settings.VAR_DIR))
        _load(demo.APPEALS)
    except CommandError as error:
        raise Problem(f"{error}\n正式使用的数据库请这样启动：make run DEMO=0") from error


def _load(part: str) -> None:
    from django.core.management import call_command

    from governance import demo

    if not demo.is_loaded(part):
        call_command("seed_demo", part=part)


def _once(stamp: Path, content: str, work: Callable[[], None], *, still: bool = True) -> None:
    """Do the work unless the stamp says that it was done to its end for this content."""
    if still and stamp.exists() and stamp.read_text() == content:
        return
    stamp.unlink(missing_ok=True)
    work()
    stamp.write_text(content)


if __name__ == "__main__":
    sys.exit(main())
