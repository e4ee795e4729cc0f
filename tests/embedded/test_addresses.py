"""What DATABASE_URL and REDIS_URL may say."""

from pathlib import Path

import pytest

from governance.embedded import addresses


def test_a_database_url_with_everything():
    entry = addresses.database("postgresql://us%40er:pa%2Fss@db.example:6432/dis%20trict?sslmode=require", Path("var"))
    assert (entry["USER"], entry["PASSWORD"]) == ("us@er", "pa/ss")
    assert (entry["HOST"], entry["PORT"], entry["NAME"]) == ("db.example", "6432", "dis trict")
    assert entry["OPTIONS"] == {"sslmode": "require"}


def test_a_database_url_with_a_sockets_folder():
    entry = addresses.database("postgresql:///district?host=/run/postgresql", Path("var"))
    assert (entry["HOST"], entry["PORT"], entry["USER"], entry["OPTIONS"]) == ("/run/postgresql", "", "", {})


def test_another_kind_of_database_is_refused_with_an_example():
    with pytest.raises(ValueError, match="postgresql://"):
        addresses.database("mysql://somebody@db.example/district", Path("var"))


def test_without_urls_both_are_sockets_in_one_folder(tmp_path):
    folder = str(addresses.socket_dir(tmp_path))
    assert addresses.database("", tmp_path)["HOST"] == folder
    assert addresses.redis("", tmp_path) == f"unix://{folder}/valkey.sock"


@pytest.mark.parametrize(
    ("redis_url", "number", "shifted", "celerys"),
    [
        ("redis://queue.example:6379/2", 1, "redis://queue.example:6379/3", "redis://queue.example:6379/3"),
        ("rediss://:word@queue.example", 2, "rediss://:word@queue.example/2", "rediss://:word@queue.example/2"),
        ("unix:///run/v.sock", 0, "unix:///run/v.sock?db=0", "redis+socket:///run/v.sock?virtual_host=0"),
        ("unix:///run/v.sock?db=3", 2, "unix:///run/v.sock?db=5", "redis+socket:///run/v.sock?virtual_host=5"),
    ],
)
def test_a_redis_url_takes_a_number_and_celerys_form(redis_url, number, shifted, celerys):
    assert addresses.redis_number(redis_url, number) == shifted
    assert addresses.broker(shifted) == celerys
