"""How fast `manage.py import_hotline` is, and how much memory it takes.

    python bench/import_hotline.py                    # 100,000 rows, nine of ten answered
    python bench/import_hotline.py --again            # and the same file once more
    python bench/import_hotline.py --rows 20000 --keep /tmp/hotline.xlsx

Writes a spreadsheet of invented text (the same for the same --rows and --seed), makes a database of its own beside
the configured one, runs the real command, and drops the database.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import psycopg2

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DATABASE = "bench_import_hotline"
HEADERS = [
    "工单编号", "诉求标题", "诉求内容", "受理时间", "诉求人", "联系电话", "事发地址", "诉求类别", "紧急程度",
    "所属街道", "所属社区", "经度", "纬度", "答复意见", "答复时间",
]  # fmt: skip
SUBJECTS = [
    "电梯", "路灯", "井盖", "暖气", "自来水", "燃气管道", "垃圾箱", "停车位", "绿化带", "楼道灯", "单元门", "化粪池",
    "健身器材", "监控探头", "消防通道", "充电桩", "公交站牌", "人行横道", "排水沟", "外墙保温",
]  # fmt: skip
FAULTS = [
    "损坏多日无人修理", "夜间噪音影响休息", "被杂物占用无法通行", "存在安全隐患", "渗漏严重", "异味很大", "收费不透明",
    "管理人员态度不好", "报修后一直没有结果", "积水不退", "高空有脱落危险", "长期不亮",
]  # fmt: skip
DETAILS = [
    "近一个月反复出现", "老人和孩子出行很不方便", "多次向物业反映未得到答复", "周边有三十多户居民受影响",
    "上周维修后第二天又坏", "希望尽快派人到现场查看", "建议明确责任单位并公布处理期限", "邻居也已多次反映",
    "雨雪天气时更加严重", "曾经有人因此受伤", "请相关部门协调解决", "如需配合可以随时联系", "晚上十点以后最为明显",
    "附近没有其他可以替代的设施", "去年同一时间也发生过", "盼复", "感谢工作人员的辛苦付出",
]  # fmt: skip
ANSWERS = [
    "经与反映人联系并到现场核实", "情况属实", "已安排专业人员进行维修", "目前已恢复正常使用",
    "后续将加强日常巡查",
    "已责成物业公司限期整改", "将列入下一年度改造计划", "已向反映人说明有关政策", "反映人表示理解",
    "感谢您的监督与支持",
]  # fmt: skip
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"


def rows(count: int, answered: float, seed: int, places: list[tuple[str, str, float, float]]) -> Iterator[list[object]]:
    """Invented rows. `places` are (street, community, longitude, latitude)."""
    dice = random.Random(seed)
    start = datetime(2025, 1, 1, 8)  # noqa: DTZ001 -- as spreadsheets hold it
    for i in range(count):
        street, community, lon, lat = dice.choice(places)
        subject, fault = dice.choice(SUBJECTS), dice.choice(FAULTS)
        raised = start + timedelta(seconds=i * 500 + dice.randrange(400))
        place = f"{community}{dice.randint(1, 60)}号楼{dice.randint(1, 6)}单元"
        said = "，".join(dice.sample(DETAILS, dice.randint(5, 12)))
        reply = "，".join(dice.sample(ANSWERS, dice.randint(4, 9))) if dice.random() < answered else None
        yield [
            f"RX{raised:%Y%m%d}{i:07d}", f"{place}{subject}{fault}", f"{place}的{subject}{fault}，{said}。",
            raised if i % 2 else f"{raised:%Y/%m/%d %H:%M:%S}", f"{dice.choice(SURNAMES)}先生",
            f"1{dice.choice('3589')}{dice.randrange(10**9):09d}", place, None, dice.choice(["一般", "较急", "紧急"]),
            street, community, lon, lat, reply, raised + timedelta(hours=dice.randint(3, 200)) if reply else None,
        ]  # fmt: skip


def write_file(path: Path, args: argparse.Namespace, places: list[tuple[str, str, float, float]]) -> None:
    """The spreadsheet, row by row."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("工单")
    sheet.append(HEADERS)
    for row in rows(args.rows, args.answered, args.seed, places):
        sheet.append(row)
    book.save(path)


def fresh_database() -> dict[str, str]:
    """A new database on the configured server, with the demo territory and the default rules; the environment."""
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    base = settings.DATABASES["default"]
    _recreate(base)
    query = f"?host={base['HOST']}" if base["HOST"].startswith("/") else ""
    host = "" if query else base["HOST"]
    secret = f":{base['PASSWORD']}" if base.get("PASSWORD") else ""
    url = f"postgresql://{base['USER']}{secret}@{host}:{base['PORT']}/{DATABASE}{query}"
    environment = {**os.environ, "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
    manage(environment, "migrate", "--skip-checks", "--verbosity", "0")
    return environment


def _recreate(base: dict, *, drop_only: bool = False) -> None:
    connection = psycopg2.connect(
        dbname="postgres", user=base["USER"], password=base.get("PASSWORD"), host=base["HOST"], port=base["PORT"]
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        if not drop_only:
            cursor.execute(f"CREATE DATABASE {DATABASE}")
    connection.close()


def manage(environment: dict[str, str], *arguments: str) -> str:
    """Run a management command; its output."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


SEED = """
from datetime import timedelta
from django.utils import timezone
from appeals.categories import ensure_default_categories
from governance.calendars.defaults import ensure_default_calendar
from governance.deadlines.defaults import ensure_default_policies
from governance.scope import PLATFORM
from grids.demo import build_territory
from grids.models import Boundary, Unit
now = timezone.now()
build_territory(now=now, by=PLATFORM)
ensure_default_calendar()
ensure_default_policies(now - timedelta(days=365))
ensure_default_categories()
for b in Boundary.objects.filter(valid_to=None, unit__kind="grid").select_related("unit__street", "unit__community"):
    lon, lat = (b.min_lon + b.max_lon) / 2, (b.min_lat + b.max_lat) / 2
    print("PLACE", b.unit.street.name, b.unit.community.name, lon, lat)
"""


def seeded_places(environment: dict[str, str]) -> list[tuple[str, str, float, float]]:
    """The territory's communities, with a point in each of their grids."""
    lines = [line.split() for line in manage(environment, "shell", "-c", SEED).splitlines() if line.startswith("PLACE")]
    return [(street, community, float(lon), float(lat)) for _, street, community, lon, lat in lines]


def measure(environment: dict[str, str], path: Path, count: int) -> None:
    """Run the real command; time, rate and the process's largest resident size."""
    before = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_hotline", str(path)], cwd=ROOT, env=environment, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - before
    process.returncode = os.waitstatus_to_exitcode(status)
    summary = next((line for line in output.splitlines() if re.search(r"新增 \d+ 件", line)), output[-300:])
    peak = usage.ru_maxrss / 1024
    print(f"{summary}  exit {process.returncode}")
    print(
        f"{seconds:.1f} s, {count / seconds:,.0f} rows/s, peak RSS {peak:,.0f} MB, CPU {usage.ru_utime:.1f} s",
        flush=True,
    )


def main() -> None:
    """Parse the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--answered", type=float, default=0.9, help="share of rows that carry a reply")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--keep", type=Path, help="write the spreadsheet here and keep it")
    parser.add_argument("--again", action="store_true", help="then import the same file again: nothing is new")
    args = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    environment = fresh_database()
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = args.keep or Path(folder) / "hotline.xlsx"
            write_file(path, args, seeded_places(environment))
            print(f"{args.rows:,} rows, {path.stat().st_size / 2**20:.1f} MB, {os.cpu_count()} CPUs", flush=True)
            measure(environment, path, args.rows)
            if args.again:
                measure(environment, path, args.rows)
    finally:
        from django.conf import settings

        _recreate(settings.DATABASES["default"], drop_only=True)


if __name__ == "__main__":
    main()
