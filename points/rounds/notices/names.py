"""How somebody is named in public: the surname and stars. See docs/adr/0093-names-in-a-public-notice.md."""

from __future__ import annotations

from datetime import date

# A child's data are sensitive (Personal Information Protection Law, art. 28): under this age nobody is named.
NAMED_FROM = 14
_COMPOUND = (
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 长孙 宇文 司徒 司空 夏侯 端木 独孤 南宫 轩辕 呼延 东郭 西门 "
    "百里 申屠 太史 濮阳 淳于 单于 公冶 宗政 钟离 闻人 赫连 澹台 鲜于 闾丘 完颜 叶赫 那拉"
)  # fmt: skip


def masked(name: str) -> str:
    """The surname with one or two stars for the given name: 王**, 欧阳*, 买**."""
    parts = name.split("·")
    # The names of some nationalities begin with the given name: of these one character stays.
    surname = name[:2] if len(parts) == 1 and len(name) > 2 and name[:2] in _COMPOUND.split() else name[:1]
    hidden = len(name) - len(surname) if len(parts) == 1 else 2
    return surname + "*" * min(2, max(1, hidden))


def is_of_age(born_on: date | None, on: date) -> bool:
    """Whether somebody may be named: at least 14 on the day; not while the birth date is unknown."""
    if born_on is None:
        return False
    had = (on.month, on.day) >= (born_on.month, born_on.day)
    return on.year - born_on.year - (not had) >= NAMED_FROM
