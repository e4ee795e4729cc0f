"""What people of the demo district write about, and their names. All of it invented for the demo."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

# The unit of a matter that street and community handle themselves.
LINE = "line"


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter that comes up again and again. `{place}` is filled in; `unit` is a department's name, or LINE."""

    category: str
    unit: str
    weight: int
    title: str
    content: str
    result: str
    reply: str


def _matters() -> list[Matter]:
    with (Path(__file__).parent / "matters.csv").open(encoding="utf-8", newline="") as file:
        return [_matter(row) for row in csv.DictReader(file)]


def _matter(row: dict[str, str]) -> Matter:
    texts = {name: text for name, text in row.items() if name != "weight"}
    return Matter(weight=int(row["weight"]), **texts)


MATTERS = _matters()
ESTATES = [
    "幸福里",
    "阳光家园",
    "景园小区",
    "丽水华城",
    "湖畔新居",
    "银杏苑",
    "学府花园",
    "铁人小区",
    "龙南小区",
    "远望花园",
    "明湖雅苑",
    "创业新村",
    "乘风家园",
    "奥林小镇",
    "悦园",
    "康乐小区",
]
SPOTS = [
    "{n}号楼",
    "{n}号楼二单元",
    "{n}号楼门口",
    "南门",
    "北侧道路",
    "{n}号楼后身",
    "小广场",
    "幼儿园旁",
    "西门公交站",
]
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = [
    "建国",
    "秀兰",
    "伟",
    "丽华",
    "志强",
    "桂英",
    "敏",
    "海涛",
    "玉梅",
    "磊",
    "淑珍",
    "洋",
    "艳",
    "勇",
    "晓东",
    "静",
    "国庆",
    "雪",
    "振华",
    "佳宁",
    "明远",
    "春霞",
    "立新",
    "宇航",
    "红梅",
    "凤英",
    "浩然",
    "思雨",
    "德胜",
    "雅琴",
]
DISPATCH_WORDS = [
    "请按职责尽快办理，及时联系诉求人。",
    "请核实情况后按时限答复。",
    "涉及民生，请优先办理。",
    "",
    "请牵头办理，办结后上传照片。",
]
RETURN_WORDS = [
    "该路段由市级单位养护，不属我单位职责，请改派。",
    "地址经核实不在本辖区，请改派。",
]
VISIT_WORDS = [
    "诉求人表示问题已经解决，对办理速度满意。",
    "诉求人认可，希望今后加强巡查。",
    "已电话核实，情况属实。",
]
AGAIN_WORDS = [
    "诉求人表示只处理了一半，昨天又出现同样问题。",
    "诉求人表示没有人到现场看过。",
]
