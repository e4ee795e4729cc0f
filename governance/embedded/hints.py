"""What a command that was run by hand says when its database is not there."""

from __future__ import annotations

from django.conf import settings
from django.db import OperationalError
from psycopg2 import OperationalError as DriverError

from governance.embedded import addresses


def for_database(error: OperationalError) -> str | None:
    """A message for the operator when `error` is about reaching the database; None when it came from a statement."""
    cause = error.__cause__
    if not isinstance(cause, DriverError) or cause.pgcode:
        return None
    said = str(error).strip()
    if settings.DATABASES["default"]["HOST"] == str(addresses.socket_dir(settings.VAR_DIR)):
        return f"数据库没有运行。先运行 make servers（只启动数据库和队列）或 make run，再执行这条命令。\n{said}"
    return f"连不上数据库，请检查 DATABASE_URL 和数据库是否在运行。\n{said}"
