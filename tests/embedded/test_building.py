"""What `make run` builds before it starts anything: the Python environment and the static files."""

import json
import shutil
import subprocess

import pytest

from governance.embedded import pages
from governance.embedded.problem import Problem
from tests.embedded.conftest import BASE


@pytest.fixture
def frontend(tmp_path):
    """A project whose build needs no package: it copies one file."""
    (tmp_path / "frontend").mkdir()
    (tmp_path / "frontend" / "app.js").write_text("1")
    build = "node -e \"fs.mkdirSync('static', {recursive: true}); fs.copyFileSync('frontend/app.js', 'static/app.js')\""
    package = {"name": "pages", "version": "1.0.0", "private": True}
    (tmp_path / "package.json").write_text(json.dumps(package | {"scripts": {"build": build}}))
    lock = {"name": "pages", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": package}}
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    return tmp_path


def built(frontend):
    return (frontend / "static" / "app.js").read_text()


def test_pages_are_built_with_the_node_of_the_environment(frontend, monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    pages.build(frontend)
    assert built(frontend) == "1"


def test_unchanged_sources_are_not_built_again(frontend, capsys):
    pages.build(frontend)
    capsys.readouterr()
    pages.build(frontend)
    assert capsys.readouterr().out == ""


def test_a_changed_source_is_built_without_installing_again(frontend, capsys):
    pages.build(frontend)
    capsys.readouterr()
    (frontend / "frontend" / "app.js").write_text("2")
    pages.build(frontend)
    assert built(frontend) == "2"
    assert "安装" not in capsys.readouterr().out


def test_removed_pages_are_built_again(frontend):
    pages.build(frontend)
    shutil.rmtree(frontend / "static")
    pages.build(frontend)
    assert built(frontend) == "1"


def test_a_build_that_fails_says_why_and_is_tried_again(frontend):
    (frontend / "frontend" / "app.js").unlink()
    with pytest.raises(Problem, match=r"frontend/app\.js"):
        pages.build(frontend)
    (frontend / "frontend" / "app.js").write_text("3")
    pages.build(frontend)
    assert built(frontend) == "3"


def environment(checkout, requirements="requirements.txt"):
    return subprocess.run(
        ["sh", "deploy/environment.sh", requirements], cwd=checkout, capture_output=True, text=True, check=False
    )


@pytest.fixture
def checkout(tmp_path):
    """A project without dependencies, in a folder with a space and Chinese in its name."""
    folder = tmp_path / "我的 平台"
    (folder / "deploy").mkdir(parents=True)
    shutil.copy(BASE / "deploy" / "environment.sh", folder / "deploy")
    (folder / "requirements.txt").write_text("# nothing\n")
    return folder


def test_an_environment_is_finished_kept_and_made_anew_where_the_checkout_has_moved(checkout):
    (checkout / ".venv" / "bin").mkdir(parents=True)  # cut off while it was being made
    (checkout / "requirements.txt").write_text(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    failed = environment(checkout)
    assert failed.returncode == 1
    assert "依赖没有装全" in failed.stderr

    (checkout / "requirements.txt").write_text("# nothing\n")
    assert environment(checkout).returncode == 0
    again = environment(checkout)
    assert (again.returncode, again.stdout) == (0, "")

    moved = checkout.rename(checkout.with_name("moved"))
    assert "建立 Python 环境" in environment(moved).stdout
    assert str(moved) in (moved / ".venv" / "bin" / "pip").read_text()
