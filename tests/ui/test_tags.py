"""The template tags and what they draw."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from zipfile import ZipFile

import pytest
import tablericons.templatetags.tablericons
from django.template import Context, Template
from django.test import RequestFactory

from governance.ui import chips, dates, icons, nav
from governance.ui.templatetags import ui

ROOT = Path(__file__).resolve().parents[2]
NOW = dt.datetime(2026, 11, 23, 13, 36, tzinfo=dt.UTC)


def draw(source: str, **context: object) -> str:
    return Template(source).render(Context(context)).strip()


@pytest.mark.parametrize(
    ("source", "drawn"),
    [
        ("{{ at|moment }}", "2026-11-23 21:36"),
        ("{{ at|day }}", "2026-11-23"),
        ("{{ at|official }}", "2026年11月23日"),
        ("{{ at|official_moment }}", "2026年11月23日 21:36"),
        ("{{ date|official_moment }}", "2026年1月2日"),
        ("{{ none|moment }}{{ none|short }}{{ none|official }}{{ none|span }}", ""),
        ("{{ 12345|thousands }}", "12,345"),
        ("{{ 'abc'|thousands }}", "abc"),
        ("{{ 2516582|filesize }}", "2.4 MB"),
        ("{{ 820000|filesize }}", "801 KB"),
        ("{{ '13812344080'|mask }}", "138****4080"),
        ("{{ '230604199001011234'|mask }}", "230***********1234"),
        ("{{ '12345'|mask }}", "*****"),
        ("{% chip '' 'ok' %}", ""),
        ("{% chip typed 'ok' %}", '<span class="chip ok">&lt;b&gt;</span>'),
        ("{% query a=1 b='' c='中' %}", "?a=1&amp;c=%E4%B8%AD"),
    ],
)
def test_what_a_tag_draws(source, drawn):
    assert draw(source, at=NOW, date=dt.date(2026, 1, 2), none=None, typed="<b>") == drawn


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(30, "不到 1 分"), (60 * 12, "12 分"), (3600 * 5 + 60 * 39, "5 小时 39 分"), (86400 * 3 + 3600 * 2, "3 天 2 小时"),
     (86400, "1 天"), (7200, "2 小时"), (-90000, "1 天 1 小时")],
)  # fmt: skip
def test_a_length_of_time(seconds, words):
    assert dates.span(seconds) == words


def hours(number: float) -> dt.datetime:
    return NOW + dt.timedelta(hours=number)


@pytest.mark.parametrize(
    ("chip", "text", "tone"),
    [
        (chips.clock(None, now=NOW), "不计时", "mute"),
        (chips.clock(hours(30), now=NOW), "剩余 1 天 6 小时", "mute"),
        (chips.clock(hours(5), now=NOW, card="yellow"), "剩余 5 小时", "soon"),
        (chips.clock(hours(-2), now=NOW), "超期 2 小时", "over"),
        (chips.clock(hours(-2), now=NOW, card="red"), "超期 2 小时", "over"),
        (chips.clock(hours(2), now=NOW, card="red"), "剩余 2 小时", "over"),
        (chips.clock(hours(2), now=NOW, ended_at=NOW), "按期", "ok"),
        (chips.clock(hours(-3), now=NOW, ended_at=hours(-1)), "超期 2 小时", "over"),
        (chips.clock(hours(2), now=NOW, paused=True), "计时暂停", "mute"),
    ],
)
def test_a_clock_says_what_is_left(chip, text, tone):
    assert (chip.text, chip.tone) == (text, tone)
    assert chip.tone == "mute" or chip.icon


def test_a_states_tone_must_be_known():
    with pytest.raises(ValueError, match="unknown tones"):
        chips.register_tones({"x": "pink"})


@pytest.mark.parametrize(
    ("tag", "query"),
    [
        ("{% qs tab='over' %}", "?q=a&amp;q=b&amp;tab=over"),
        ("{% qs q=None %}", "?tab=all"),
        ("{% qs after='xyz' %}", "?q=a&amp;q=b&amp;tab=all&amp;after=xyz"),
        ("{% qs q=None tab='' %}", "?"),
    ],
)
def test_a_query_string_changes_in_part_and_starts_over(tag, query):
    request = RequestFactory().get("/?q=a&q=b&tab=all&after=abc")
    assert draw(tag, request=request) == query


def test_an_icon_is_silent_unless_it_has_a_label():
    assert 'aria-hidden="true"' in ui.icon("inbox")
    assert 'aria-label="删除 &quot;"' in ui.icon("trash", label='删除 "')
    assert ui.icon("no-such-icon") == ""


@pytest.mark.parametrize("name", ["outline/inbox", "outline/trash", "filled/star", "outline/map-pin"])
def test_an_icon_is_drawn_as_its_package_draws_it(name):
    attributes = {"class": "icon big", "aria-label": '删除 "<&>"', "focusable": "false"}
    theirs = tablericons.templatetags.tablericons.icon(name, **attributes)
    assert icons.drawn(name, attributes) == theirs


def test_the_archive_of_icons_is_opened_once(monkeypatch):
    opened = []
    monkeypatch.setattr(icons, "ZipFile", lambda file: opened.append(file) or ZipFile(file))
    icons._archive.cache_clear()
    ui._svg.cache_clear()
    assert all(ui.icon(name) for name in ("inbox", "trash", "filled/star"))
    assert ui.icon("no-such-icon") == ""
    assert len(opened) == 1


def test_every_icon_named_in_the_project_exists():
    with ZipFile(Path(tablericons.__file__).parent / "tablericons.zip") as archive:
        there = {name.removesuffix(".svg") for name in archive.namelist()}
    code = [
        path
        for room in ("governance", "grids", "accounts", "members", "points", "appeals")
        for path in ROOT.glob(f"{room}/**/*.py")
    ]
    files = [*ROOT.glob("templates/**/*.html"), *code]
    named = {(name, path.name) for path in files for name in re.findall(r'icon[ =]"([a-z0-9-]+)"', path.read_text())}
    assert len(named) > 40
    assert {(name, path) for name, path in named if f"outline/{name}" not in there} == set()


def test_no_page_carries_what_the_policy_forbids():
    """Inline styles, scripts and handlers would be dropped by the browser without a word."""
    bad = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*(src=|type=\"application/json\"))|javascript:", re.I)
    pages = ROOT.glob("templates/**/*.html")
    found = [(path.name, match[0]) for path in pages for match in bad.finditer(path.read_text())]
    assert found == []


def test_colours_are_written_in_the_tokens_alone():
    colour = re.compile(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(|oklch|color-mix", re.I)
    files = [path for path in (ROOT / "frontend").glob("**/*.css") if path.name != "tokens.css"]
    files += list((ROOT / "frontend").glob("**/*.js"))
    found = [(path.name, m[0]) for path in files for m in colour.finditer(re.sub(r"[\"'`]#|\(#", "", path.read_text()))]
    assert found == []


def test_an_entry_owns_the_pages_it_names():
    item = nav.NavItem("列表", "appeals:list", "inbox", owns=("appeals:detail", "visits:*"))
    assert [item.is_current(name) for name in ("appeals:list", "appeals:detail", "visits:do", "appeals:new")] == [
        True, True, True, False,
    ]  # fmt: skip
