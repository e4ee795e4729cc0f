"""How fast the people's sheet is: the look and the taking over of one large file, and the same file once more.

    python bench/people_sheet.py                     # 200,000 rows of one community
    python bench/people_sheet.py --rows 20000 --keep /tmp/people.xlsx
    python bench/people_sheet.py --rows 5000 --care  # then the special care sheet, with all of them on a list

Writes a spreadsheet of invented people (the same for the same --rows and --seed), makes a database of its own beside
the configured one, uploads the file and does its two jobs in a process of their own, as a worker does them
(governance.jobs.services.run, with its progress thread), then drops the database. No broker and no web server.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import psycopg2

if TYPE_CHECKING:
    from governance.scope import Actor

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DATABASE = "bench_people_sheet"
HEADERS = [
    "姓名", "身份证号", "联系电话", "性别", "出生日期", "与户主关系", "居住情况", "楼栋", "单元", "房号", "住址",
    "所属网格/社区", "住户类型", "入户日期", "工作单位", "备注",
]  # fmt: skip
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = "国建秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂芳"
CARE_HEADERS = ["姓名", "身份证号", "类别", "关爱等级", "认定依据", "列入日期", "走访提示"]
FAMILY = (("户主", 1960), ("配偶", 1962), ("子女", 1988), ("孙辈", 2014))


def rows(count: int, seed: int) -> Iterator[list[object]]:
    """Invented people, four rooms a floor, three in a household."""
    dice = random.Random(seed)
    for number in range(count):
        household, member = divmod(number, 3)
        building, home = divmod(household, 96)
        entrance, rest = divmod(home, 24)
        relation, year = FAMILY[member]
        born = date(year, 1, 1) + timedelta(days=dice.randrange(365 * 8))
        born = min(born, date(2020, 1, 1))
        digits = f"99{number // 500 % 10000:04d}{born:%Y%m%d}{number % 500 * 2 + member % 2:03d}"
        identity = digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True)) % 11]
        yield [
            dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, 2)), identity,
            f"1{dice.choice('3589')}{dice.randrange(10**9):09d}" if dice.random() < 0.9 else None, None, None,
            relation, dice.choice(["户籍在本社区并居住", "流动人口"]), f"{building + 1}号楼", f"{entrance + 1}单元",
            f"{rest // 4 + 1}0{rest % 4 + 1}", None, None, "自有住房", date(2010, 1, 1) + timedelta(days=number % 5000),
            dice.choice([None, None, "大庆油田", "个体经营"]), None,
        ]  # fmt: skip


def care_rows(count: int, seed: int) -> Iterator[list[object]]:
    """All of them on one list, on three levels."""
    for number, row in enumerate(rows(count, seed)):
        yield [row[0], row[1], "独居老人", f"{'ABC'[number % 3]} 级", "子女在外地", None, "耳背，请敲门"]


def write_file(path: Path, title: str, headers: list[str], lines: Iterator[list[object]]) -> None:
    """A spreadsheet, row by row."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.append(headers)
    for line in lines:
        sheet.append(line)
    book.save(path)


def fresh_database() -> dict[str, str]:
    """A new database on the configured server; the environment that names it."""
    from django.conf import settings

    base = settings.DATABASES["default"]
    recreate(base)
    query = f"?host={base['HOST']}" if base["HOST"].startswith("/") else ""
    host = "" if query else base["HOST"]
    secret = f":{base['PASSWORD']}" if base.get("PASSWORD") else ""
    url = f"postgresql://{base['USER']}{secret}@{host}:{base['PORT']}/{DATABASE}{query}"
    environment = {**os.environ, "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return environment


def recreate(base: dict, *, drop_only: bool = False) -> None:
    """Drop the benchmark's database, and make it anew."""
    connection = psycopg2.connect(
        dbname="postgres", user=base["USER"], password=base.get("PASSWORD"), host=base["HOST"], port=base["PORT"]
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        if not drop_only:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
    connection.close()


def bring(path: Path, care: Path | None, *, again: bool) -> None:
    """In the process with the new database: the people's file, then the care file where there is one."""
    import django

    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from accounts.acting import actor_from
    from accounts.models import Posting, User
    from governance.calendars.defaults import ensure_default_calendar
    from governance.scope import Role
    from grids.models import Unit
    from members.care.kinds import ensure_default_kinds

    settings.MEDIA_ROOT = tempfile.mkdtemp()
    parent = None
    for kind, code, name in (("district", "990001", "试验区"), ("street", "990001001", "第一街道"),
                             ("community", "990001001001", "第一社区")):  # fmt: skip
        unit = Unit(code=code, name=name, kind=kind, parent=parent, opened_on=date(2020, 1, 1))
        for level in ("district_id", "street_id", "community_id"):
            setattr(unit, level, getattr(parent, level) if parent else None)
        unit.save()
        setattr(unit, f"{kind}_id", unit.pk)
        unit.save()
        parent = unit
    user = User.objects.create(username="bench", name="王社工")
    posting = Posting.objects.create(user=user, unit=parent, role=Role.COMMUNITY_WORKER, starts_on=date(2020, 1, 1))
    actor = actor_from(posting, now=timezone.now())
    bring_one("persons", path, actor, again=again)
    if care is not None:
        ensure_default_calendar()
        ensure_default_kinds()
        bring_one("care", care, actor, again=again)
    print(f"peak RSS {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def bring_one(key: str, path: Path, actor: Actor, *, again: bool) -> None:
    """Upload, look, take over; each with its time."""
    from django.utils import timezone

    from governance.jobs import services as jobs
    from governance.sheets import imports

    for turn in range(2 if again else 1):
        with path.open("rb") as file:
            started = time.perf_counter()
            upload = imports.receive(sheet_key=key, file=file, file_name=path.name, by=actor, now=timezone.now())
            print(f"{key}: upload (sealed)  {time.perf_counter() - started:6.1f} s")
        done(jobs, upload.check_job, "look")
        upload.refresh_from_db()
        if turn:
            # A look at what is here already finds nothing to do; the work is measured all the same.
            upload.checked["changed"] = 1
            upload.save()
        imports.start(upload_id=upload.pk, by=actor, now=timezone.now())
        upload.refresh_from_db()
        done(jobs, upload.import_job, "taking over")


def done(jobs: object, job: object, what: str) -> None:
    """Do a job here, as a worker does it."""
    from django.utils import timezone

    started, used = time.perf_counter(), time.process_time()
    jobs.run(job_id=job.pk, now=timezone.now())  # type: ignore[attr-defined]
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    job.refresh_from_db()  # type: ignore[attr-defined]
    print(f"{what:16} {seconds:6.1f} s, CPU {cpu:6.1f} s, {job.done / seconds:8,.0f} rows/s  {job.message}", flush=True)  # type: ignore[attr-defined]


def main() -> None:
    """Parse the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=20261128)
    parser.add_argument("--keep", type=Path, help="write the spreadsheet here and keep it")
    parser.add_argument("--once", action="store_true", help="leave out the second import of the same file")
    parser.add_argument("--care", action="store_true", help="then bring them all onto a special care list")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--care-file", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    if args.inside:
        bring(args.inside, args.care_file, again=not args.once)
        return
    environment = fresh_database()
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = args.keep or Path(folder) / "people.xlsx"
            write_file(path, "居民", HEADERS, rows(args.rows, args.seed))
            print(f"{args.rows:,} rows, {path.stat().st_size / 2**20:.1f} MB, {os.cpu_count()} CPUs", flush=True)
            command = [sys.executable, __file__, "--inside", str(path), *(["--once"] if args.once else [])]
            if args.care:
                care = Path(folder) / "care.xlsx"
                write_file(care, "重点关爱", CARE_HEADERS, care_rows(args.rows, args.seed))
                command += ["--care-file", str(care)]
            subprocess.run(command, cwd=ROOT, env=environment, check=True)
    finally:
        from django.conf import settings

        recreate(settings.DATABASES["default"], drop_only=True)


if __name__ == "__main__":
    main()
