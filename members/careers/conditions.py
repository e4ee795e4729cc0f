"""The conditions of a promotion: each with the fact that meets it or does not. A waiver needs grounds, by the district.

Source: the district's 社区工作者管理办法（试行）; the figures of each path stand in `workflow.PATHS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from grids.quotas import counts
from members.careers.grades import full_years
from members.careers.workflow import PATHS, Path
from members.models import Appraisal, Career, CareerMeasure
from members.models.careers import DEGREES

_GOOD = {"excellent", "good"}
_RANK = [code for code, _ in DEGREES]
LABELS = {
    "years": "任职年限", "age": "年龄", "degree": "学历", "appraisals": "近两年考核", "discipline": "处分影响期",
    "vacancy": "事业编制空缺",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: what is asked, what is so, and whether that meets it."""

    code: str
    label: str
    asked: str
    fact: str
    met: bool


def conditions_of(career: Career, path_code: str, on: date) -> list[Condition]:
    """All conditions of a path for a career on a day; four queries at most."""
    path = PATHS[path_code]
    found = [_years(career, path, on), _age(career, path, on), _degree(career, path), _appraisals(career, on)]
    found.append(_discipline(career, on))
    if path.to is None:
        found.append(_vacancy(career))
    return found


def unmet(found: list[Condition], waivers: dict[str, object]) -> list[Condition]:
    """Those that are not met, and that nobody has waived."""
    return [one for one in found if not one.met and one.code not in waivers]


def _years(career: Career, path: Path, on: date) -> Condition:
    since = career.post_since if path.to is None else career.entered_on
    years = full_years(since, on)
    label = "任正职年限" if path.to is None else "任职年限"
    return Condition("years", label, f"满 {path.least_years} 年", f"{years} 年", years >= path.least_years)


def _age(career: Career, path: Path, on: date) -> Condition:
    born = career.person.born_on
    if born is None:
        return Condition("age", "年龄", f"不超过 {path.most_age} 周岁", "出生日期未登记", met=False)
    age = full_years(born, on)
    return Condition("age", "年龄", f"不超过 {path.most_age} 周岁", f"{age} 周岁", age <= path.most_age)


def _degree(career: Career, path: Path) -> Condition:
    asked = dict(DEGREES)[path.degree]
    met = _RANK.index(career.degree) >= _RANK.index(path.degree)
    return Condition("degree", "学历", f"{asked}以上", career.get_degree_display(), met)


def _appraisals(career: Career, on: date) -> Condition:
    lines = Appraisal.objects.filter(career=career, round__state="decided").exclude(result="")
    last = list(lines.select_related("round").order_by("-round__year")[:2])
    fact = "、".join(f"{line.round.year} 年{line.get_result_display()}" for line in last) or "没有考核记录"
    met = len(last) == 2 and all(line.result in _GOOD for line in last)
    return Condition("appraisals", "近两年考核", "均为合格以上", fact, met)


def _discipline(career: Career, on: date) -> Condition:
    running = CareerMeasure.objects.filter(
        career=career, kind=CareerMeasure.DISCIPLINE, from_on__lte=on, until_on__gte=on
    )
    one = running.order_by("-until_on").first()
    fact = f"{one.name}，影响期至 {one.until_on:%Y-%m-%d}" if one else "无"
    return Condition("discipline", "处分影响期", "不在影响期内", fact, one is None)


def _vacancy(career: Career) -> Condition:
    count = counts.of_unit(career.street_id, counts.INSTITUTION)
    fact = f"核定 {count.approved}，实有 {count.filled}，空缺 {count.vacant}"
    return Condition("vacancy", "街道事业编制", "有空缺", fact, count.vacant > 0)
