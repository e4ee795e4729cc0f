"""The embedded PostgreSQL and Valkey: started, found, recovered, refused. All real."""

import os
import signal
import subprocess
import sys
from contextlib import closing

import psycopg2
import pytest
import redis

from governance.embedded import addresses, processes, servers
from governance.embedded.problem import Problem


def query(var, statement, *values):
    with closing(
        psycopg2.connect(
            dbname=addresses.DATABASE,
            user=addresses.POSTGRES_USER,
            host=str(addresses.socket_dir(var)),
            port=addresses.POSTGRES_PORT,
        )
    ) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone() if cursor.description else None


def broker(var):
    return redis.Redis.from_url(addresses.redis("", var))


def postgres_and_valkey(var):
    return servers.start(var, durable=False)


def test_both_start_keep_their_data_and_stop(var):
    postgres, valkey = servers.start(var)
    query(var, "CREATE TABLE kept AS SELECT 7 AS n")
    with broker(var) as client:
        client.set("kept", "7")
    servers.stop(var)
    assert postgres.pid() is None
    assert valkey.pid() is None

    servers.start(var)
    assert query(var, "SELECT n FROM kept") == (7,)
    with broker(var) as client:
        assert client.get("kept") == b"7"


def test_a_second_start_finds_what_runs(var):
    first = [server.pid() for server in postgres_and_valkey(var)]
    assert [server.pid() for server in postgres_and_valkey(var)] == first


def test_nothing_listens_on_the_network(var):
    _postgres, _valkey = postgres_and_valkey(var)
    assert query(var, "SELECT current_setting('listen_addresses')") == ("",)
    with broker(var) as client:
        assert client.config_get("port") == {"port": "0"}


def test_the_database_knows_chinese_letters(var):
    postgres_and_valkey(var)
    query(var, "CREATE EXTENSION pg_trgm")
    assert query(var, "SELECT cardinality(show_trgm('下水道堵塞')) > 3") == (True,)
    assert query(var, "SELECT current_setting('server_encoding'), current_setting('jit')") == ("UTF8", "off")


def test_the_operators_own_settings_come_last(var):
    postgres, _ = postgres_and_valkey(var)
    servers.stop(var)
    own = postgres.data / "own.conf"
    own.write_text("work_mem = '33MB'\n")
    postgres.place.give(own)
    postgres_and_valkey(var)
    assert query(var, "SELECT current_setting('work_mem')") == ("33MB",)


def test_a_kill_is_recovered_from_with_what_was_committed(var):
    postgres, valkey = servers.start(var)
    query(var, "CREATE TABLE kept AS SELECT 7 AS n")
    for server in (postgres, valkey):
        os.kill(server.pid(), signal.SIGKILL)

    servers.start(var)

    assert query(var, "SELECT n FROM kept") == (7,)
    with broker(var) as client:
        assert client.ping()


def test_a_lock_file_whose_number_is_now_another_program_does_not_stop_the_start(var):
    postgres, _ = postgres_and_valkey(var)
    os.kill(postgres.pid(), signal.SIGKILL)
    # A program of the same account, as after a restart of the machine.
    with subprocess.Popen(["/bin/sleep", "60"], **postgres.place.options()) as other:
        try:
            while processes.working_in(postgres.data):
                pass
            lock = postgres.data / "postmaster.pid"
            lock.write_text(lock.read_text().replace(lock.read_text().split("\n")[0], str(other.pid), 1))

            postgres_and_valkey(var)

            assert query(var, "SELECT 1") == (1,)
            assert other.poll() is None
        finally:
            other.kill()


def test_a_first_start_that_was_cut_off_begins_again(var):
    postgres = servers.needed(var, durable=False)[0]
    half = postgres.place.folder("postgres.new")
    (half / "PG_VERSION").write_text("18\n")
    postgres_and_valkey(var)
    assert query(var, "SELECT 1") == (1,)
    assert not half.exists()


def test_an_unreadable_queue_is_set_aside(var):
    _, valkey = servers.start(var)
    servers.stop(var)
    dump = valkey.data / "dump.rdb"
    dump.write_bytes(b"VALKEY080" + b"\xff" * 100)
    valkey.place.give(dump)

    servers.start(var)

    with broker(var) as client:
        assert client.ping()
    assert dump.with_suffix(".unreadable").exists()


def test_data_of_another_version_is_left_alone(var):
    postgres, _ = postgres_and_valkey(var)
    servers.stop(var)
    (postgres.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(Problem, match="PostgreSQL 17"):
        postgres_and_valkey(var)
    assert [server.pid() for server in servers.needed(var)] == [None, None]


def test_a_setting_that_postgresql_refuses_is_shown(var):
    postgres, _ = postgres_and_valkey(var)
    servers.stop(var)
    own = postgres.data / "own.conf"
    own.write_text("work_mem = 'much'\n")
    postgres.place.give(own)
    with pytest.raises(Problem, match="work_mem"):
        postgres_and_valkey(var)


def test_starts_at_the_same_moment_make_one_server(var):
    starter = (
        "import sys; from pathlib import Path; from governance.embedded import servers\n"
        "print(*[s.pid() for s in servers.start(Path(sys.argv[1]), durable=False)])"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", starter, str(var)], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    pids = [process.communicate()[0].strip().splitlines()[-1] for process in started]
    assert len(set(pids)) == 1


def test_urls_of_ones_own_start_nothing(var, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@db.example/governance")
    monkeypatch.setenv("REDIS_URL", "redis://queue.example/0")
    assert servers.start(var) == []
    assert not (var / "servers").exists()


def test_one_url_of_ones_own_starts_the_other_server(var, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@db.example/governance")
    assert [server.label for server in servers.start(var, durable=False)] == ["Valkey"]


def test_a_command_by_hand_says_how_to_start_the_database(var):
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        env=os.environ | {"VAR_DIR": str(var)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "make servers" in done.stderr
    assert "Traceback" not in done.stderr
