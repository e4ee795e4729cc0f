"""What a row of the hotline's spreadsheet may say, and under which headers hotlines say it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# The column that the file of refused rows carries; coming back with the mended file, it is passed over.
REASON_HEADER = "未导入原因"
_IGNORED = {REASON_HEADER, "原因"}


@dataclass(frozen=True, slots=True)
class ImportField:
    """One field of an appeal that a column can feed. `headers` are the ones known to mean it."""

    key: str
    label: str
    headers: tuple[str, ...]
    required: bool = False
    hint: str = ""


_HEADERS = {
    "source_number": ("留言编号 工单编号 工单号 诉求编号 受理编号 编号 任务编号 业务编号 事件编号 信件编号 流水号"),
    "title": ("留言主题 诉求标题 工单标题 标题 主题 事件标题 诉求主题 工单主题"),
    "content": ("留言详情 诉求内容 工单内容 留言内容 内容 问题描述 事件描述 诉求详情 反映内容 主要内容"),
    "raised_at": ("留言时间 受理时间 诉求时间 来电时间 登记时间 创建时间 反映时间 提交时间 下单时间"),
    "complainant": ("留言用户 诉求人 诉求人姓名 来电人 来电人姓名 反映人 联系人 市民姓名 姓名 投诉人 群众姓名"),
    "phone": ("联系电话 来电号码 电话 手机 手机号 手机号码 联系方式 诉求人电话 来电人电话 电话号码 联系号码"),
    "identity": ("身份证号 身份证 身份证号码 证件号码 公民身份号码"),
    "address": ("事发地址 诉求地址 地址 事件地址 发生地址 事发地点 地点 详细地址 问题地址"),
    "category": ("诉求类别 类别 诉求分类 问题类别 一级标签 分类 问题分类 诉求类型 事件类别 工单分类"),
    "urgency": ("紧急程度 紧急级别 紧急度 缓急程度 优先级"),
    "street": ("所属街道 街道 街道镇 街道（镇） 所属街镇 乡镇街道 镇街"),
    "community": ("所属社区 社区 社区村 社区（村） 村社区 村居 所属村居"),
    "lon": ("经度 lng lon longitude x坐标"),
    "lat": ("纬度 lat latitude y坐标"),
    "handler": ("承办单位 主办单位 办理单位 处理单位 责任单位 答复单位 回复单位 承办部门"),
    "reply": ("答复意见 答复内容 回复内容 办理结果 处理结果 回复意见 反馈内容 办理情况 答复"),
    "replied_at": ("答复时间 回复时间 办结时间 反馈时间 办理时间 完成时间 处理时间"),
}


def _field(key: str, label: str, hint: str = "", *, required: bool = False) -> ImportField:
    return ImportField(key, label, tuple(_HEADERS[key].split()), required, hint)


FIELDS: tuple[ImportField, ...] = (
    _field("source_number", "原编号", "热线系统中的编号，同一编号只导入一次", required=True),
    _field("title", "标题", "可不选，没有标题时取内容的开头"),
    _field("content", "诉求内容", required=True),
    _field("raised_at", "诉求时间", "群众反映的时间", required=True),
    _field("complainant", "诉求人"),
    _field("phone", "联系电话", "加密保存，页面只显示部分数字"),
    _field("identity", "身份证号", "加密保存"),
    _field("address", "事发地址"),
    _field("category", "诉求类别", "全称（城乡建设/安全生产）或最后一级名称"),
    _field("urgency", "紧急程度", "一般、较急、紧急"),
    _field("street", "所属街道", "名称或编码"),
    _field("community", "所属社区", "名称或编码"),
    _field("lon", "经度", "WGS-84 十进制度数"),
    _field("lat", "纬度", "WGS-84 十进制度数"),
    _field("handler", "承办单位", "已答复的记为办理单位，未答复的记入历史供交办参考"),
    _field("reply", "答复意见", "有答复的按已办结导入，等待回访"),
    _field("replied_at", "答复时间"),
)
BY_KEY = {field.key: field for field in FIELDS}
LABELS = {field.key: field.label for field in FIELDS}

_NOISE = re.compile(r"[\s*＊:：()（）\[\]【】_\-/、.。]+")


def normal_header(text: object) -> str:
    """A header without what differs from file to file: width, case, blanks, stars, brackets."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", str(text or ""))).lower()


_KNOWN = {normal_header(header): field.key for field in FIELDS for header in (*field.headers, field.label)}
_SKIPPED = {normal_header(header) for header in _IGNORED}


def field_of(header: str) -> str:
    """The key of the field that a header is known to mean, or ''."""
    return _KNOWN.get(normal_header(header), "")


def is_reason(header: str) -> bool:
    """Whether the column is the one that says why a row was refused."""
    return normal_header(header) in _SKIPPED
