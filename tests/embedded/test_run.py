"""`make run` from the outside: started, refused, killed, recovered, stopped with Ctrl-C in a terminal."""

import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from urllib.error import URLError

import pytest

from governance.embedded import addresses, processes, servers
from tests.embedded.conftest import BASE

PATIENCE = 120


class Terminal:
    """The platform in a terminal of its own, where Ctrl-C reaches every process as from a keyboard."""

    def __init__(self, var, port, **environment):
        self.said = ""
        self.pid, self._keyboard = pty.fork()
        if self.pid == 0:
            os.chdir(BASE)
            os.environ.update({"VAR_DIR": str(var), "PORT": str(port), "DEMO": "0"} | environment)
            os.execv(sys.executable, [sys.executable, "-m", "governance.embedded", "run"])  # noqa: S606

    def until(self, pattern):
        """Read on until the output shows `pattern`."""
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, self.said):
            assert time.monotonic() < deadline, self.said
            assert self._read(), self.said

    def _read(self):
        ready, _, _ = select.select([self._keyboard], [], [], 1)
        if not ready:
            return True
        try:
            read = os.read(self._keyboard, 65536)
        except OSError:  # the last writer has gone
            return False
        self.said += read.decode(errors="replace")
        return bool(read)

    def press_ctrl_c(self):
        os.write(self._keyboard, b"\x03")

    def end(self):
        """Read to the end and return the exit status, negative for a signal."""
        deadline = time.monotonic() + PATIENCE
        while self._read():
            assert time.monotonic() < deadline, self.said
        os.close(self._keyboard)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.fixture
def port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


@contextmanager
def running(var, port, **environment):
    terminal = Terminal(var, port, **environment)
    terminal.until("平台已启动")
    yield terminal
    terminal.press_ctrl_c()
    assert terminal.end() == 0, terminal.said


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/sign-in/", timeout=30) as response:
            return response.status == 200
    except URLError:
        return False


def program(var, name):
    """The process ids of the Procfile's program `name`, its children too."""
    command = [(pid, _command_line(pid)) for pid in processes.marked(addresses.digest(var))]
    return sorted(pid for pid, line in command if name in line)


def _command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            return file.read().replace("\0", " ")
    except OSError:
        return ""


def nothing_runs(var):
    return not processes.marked(addresses.digest(var)) and all(s.pid() is None for s in servers.needed(var))


def test_it_answers_refuses_a_second_one_and_stops_cleanly_at_ctrl_c(installed, port, command):
    with running(installed, port) as terminal:
        assert f"http://127.0.0.1:{port}/" in terminal.said
        assert "更新数据库结构" not in terminal.said
        assert "收集静态文件" not in terminal.said
        assert answers(port)
        assert program(installed, "--queues default")
        assert program(installed, "--queues long")
        assert program(installed, "beat")

        before = [server.pid() for server in servers.needed(installed)]
        for action in ("run", "stop"):
            second = command(installed, action, PORT=str(port + 1))
            said, _ = second.communicate(timeout=PATIENCE)
            assert second.returncode == 1
            assert f"平台已经在运行：http://127.0.0.1:{port}/" in said
        assert answers(port)
        assert [server.pid() for server in servers.needed(installed)] == before
    assert "平台已停止" in terminal.said
    assert "Traceback" not in terminal.said
    assert nothing_runs(installed)


def test_a_killed_run_is_cleared_up_by_the_next_one(installed, port):
    terminal = Terminal(installed, port)
    terminal.until("平台已启动")
    os.kill(terminal.pid, signal.SIGKILL)
    left = processes.marked(addresses.digest(installed))
    os.waitpid(terminal.pid, 0)
    assert left

    with running(installed, port) as terminal:
        assert "上次运行没有正常结束" in terminal.said
        assert not any(processes.alive(pid) for pid in left)
        assert answers(port)
    assert nothing_runs(installed)


def test_when_one_program_is_killed_all_stop_and_the_next_start_works(installed, port):
    for name in ("beat", "gunicorn"):
        terminal = Terminal(installed, port)
        terminal.until("平台已启动")
        os.kill(program(installed, name)[0], signal.SIGKILL)
        assert terminal.end() == 1
        assert "意外退出" in terminal.said
        assert nothing_runs(installed)


def test_a_first_start_goes_on_after_ctrl_c_and_after_a_kill_of_everything(var, port):
    terminal = Terminal(var, port)
    terminal.until("更新数据库结构")
    terminal.press_ctrl_c()
    assert terminal.end() == 130
    assert "Traceback" not in terminal.said
    assert nothing_runs(var)

    terminal = Terminal(var, port)
    terminal.until("更新数据库结构")
    os.kill(terminal.pid, signal.SIGKILL)
    for server in servers.needed(var):
        os.kill(server.pid(), signal.SIGKILL)
    os.waitpid(terminal.pid, 0)

    with running(var, port):
        assert answers(port)


def test_a_taken_port_is_said_before_anything_starts(var, command):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        process = command(var, "run", PORT=str(taken))
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert f"make run PORT={taken + 1}" in said
    assert not (var / "servers").exists()


@pytest.mark.parametrize("wrong", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(var, command, wrong):
    process = command(var, "run", PORT=wrong)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "不是端口号" in said
    assert "Traceback" not in said


def test_servers_of_ones_own_are_used_and_left_running(var, port, installed):
    own = servers.start(installed)
    theirs = {
        "DATABASE_URL": f"postgresql://postgres@/governance?host={addresses.socket_dir(installed)}",
        "REDIS_URL": addresses.redis("", installed),
    }
    with running(var, port, **theirs):
        assert answers(port)
    assert not (var / "servers").exists()
    assert all(server.pid() for server in own)


@pytest.mark.parametrize(
    ("urls", "named"),
    [
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "DATABASE_URL"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "REDIS_URL"),
        ({"DATABASE_URL": "mysql://nobody@127.0.0.1/none"}, "postgresql://"),
    ],
)
def test_a_server_that_cannot_be_reached_is_named(var, command, urls, named, port):
    process = command(var, "run", PORT=str(port), **urls)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert named in said
    assert "Traceback" not in said


def test_the_status_tells_what_runs(var, command):
    stopped = command(var, "status")
    assert "PostgreSQL：没有运行" in stopped.communicate(timeout=PATIENCE)[0]
    assert stopped.returncode == 3
    for action, word in (("start", "已启动"), ("status", "运行中"), ("stop", "已停止")):
        process = command(var, action)
        assert word in process.communicate(timeout=PATIENCE)[0]
        assert process.returncode == 0


def test_data_is_removed_only_when_asked_for(var, command):
    servers.start(var, durable=False)
    home = (var / "servers").resolve()
    asked = command(var, "remove")  # nobody answers
    asked.communicate(timeout=PATIENCE)
    assert asked.returncode != 0
    assert home.exists()
    assert "已删除" in command(var, "remove", "--yes").communicate(timeout=PATIENCE)[0]
    assert not home.exists()
    assert not (var / "servers").is_symlink()


def test_help_tells_every_action(command, tmp_path):
    said = command(tmp_path, "--help").communicate(timeout=PATIENCE)[0]
    assert all(action in said for action in ("run", "start", "stop", "status"))
    assert subprocess.run(["make", "-n", "servers"], cwd=BASE, capture_output=True, check=False).returncode == 0
