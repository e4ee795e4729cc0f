"""Pictures of the demonstration's goods, drawn here: a few plain shapes on a soft ground, no words; always the same."""

from __future__ import annotations

import hashlib
from io import BytesIO
from uuid import NAMESPACE_OID, uuid5

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from governance.files.models import Attachment
from points.models import Goods
from points.shop.services.goods import GOODS

_SIDE, _THUMBNAIL = 400, 160
# A shape: kind ("box", "round", "disc", "line"), corners in hundredths of the picture, colour.
_Shape = tuple[str, tuple[int, int, int, int], str]
_INK, _WHITE = "#3d4a5c", "#ffffff"


def _bottle(body: str, label: str = _WHITE) -> list[_Shape]:
    return [("box", (43, 12, 57, 24), _INK), ("round", (34, 22, 66, 88), body), ("box", (34, 48, 66, 68), label)]


def _bag(body: str, label: str = _WHITE) -> list[_Shape]:
    return [("round", (26, 16, 74, 88), body), ("box", (26, 22, 74, 27), _INK), ("disc", (38, 42, 62, 66), label)]


def _pack(body: str, label: str = _WHITE) -> list[_Shape]:
    return [("round", (18, 32, 82, 76), body), ("round", (34, 42, 66, 66), label)]


def _tube(body: str) -> list[_Shape]:
    return [("round", (16, 42, 72, 60), body), ("box", (72, 45, 84, 57), _INK), ("box", (24, 48, 56, 54), _WHITE)]


def _rolls(body: str) -> list[_Shape]:
    places = ((20, 46), (52, 46), (36, 20))
    rolls: list[_Shape] = []
    for left, top in places:
        rolls += [
            ("disc", (left, top, left + 28, top + 28), body),
            ("disc", (left + 9, top + 9, left + 19, top + 19), _INK),
        ]
    return rolls


def _eggs() -> list[_Shape]:
    rows = [
        ("disc", (16 + 17 * x, 30 + 15 * y, 31 + 17 * x, 48 + 15 * y), "#f2d3ae") for y in range(3) for x in range(4)
    ]
    return [("round", (12, 26, 88, 82), "#cbb594"), *rows]


# Name of the goods → the ground's colour and the shapes.
_PICTURES: dict[str, tuple[str, list[_Shape]]] = {
    "大豆油": ("#fff3d6", _bottle("#e8b53a")), "大米": ("#eaf3ea", _bag("#f7f4ea", "#6fa36f")),
    "鸡蛋": ("#fdf1e3", _eggs()), "挂面": ("#fdeee0", [*_pack("#f4e3bd", "#c0563f")]),
    "食盐": ("#e6f0fa", _bag("#5b8fc9")), "酱油": ("#f6ece4", _bottle("#6b3b22", "#e0b05a")),
    "陈醋": ("#f7eaea", _bottle("#4c2430", "#d9d0c4")), "洗衣液": ("#e5f1fb", _bottle("#3f86c6")),
    "洗洁精": ("#ecf7e6", _bottle("#79b851")), "香皂": ("#fdeaf1", _pack("#e8a0bb")),
    "牙膏": ("#e5f5f5", _tube("#3fa7a3")), "毛巾": ("#f3ecfa", [
        ("round", (22, 24, 78, 84), "#b59bd6"), ("box", (22, 62, 78, 68), _WHITE), ("box", (22, 34, 78, 37), _WHITE)]),
    "抽纸": ("#eef3fb", _pack("#8fb0dd")), "卫生纸": ("#f1f1f1", _rolls("#ffffff")),
    "垃圾袋": ("#e9eef2", _rolls("#7d8b99")), "保温杯": ("#eef0fb", [
        ("round", (36, 10, 64, 26), _INK), ("round", (34, 24, 66, 90), "#5d6fc4"), ("box", (34, 70, 66, 74), _WHITE)]),
    "雨伞": ("#e8f0f6", [
        ("half", (12, 18, 88, 94), "#d65745"), ("line", (50, 54, 50, 86), _INK), ("line", (50, 86, 60, 86), _INK)]),
    "保鲜盒": ("#e6f6f0", [
        ("round", (16, 40, 84, 82), "#a9dcc8"), ("round", (12, 32, 88, 44), "#4fa785")]),
    "手套": ("#fbece6", [
        ("round", (30, 36, 66, 84), "#c9694d"),
        *(("round", (30 + 9 * n, 16, 38 + 9 * n, 46), "#c9694d") for n in range(4)),
        ("round", (62, 46, 80, 58), "#c9694d"), ("box", (30, 76, 66, 84), _WHITE)]),
    "暖手宝": ("#fdeceb", [("disc", (20, 20, 80, 80), "#e27a72"), ("disc", (40, 40, 60, 60), _WHITE)]),
    "跳绳": ("#eaf4fb", [
        ("arc", (22, 2, 78, 86), "#3b8bc4"), ("round", (18, 14, 28, 44), _INK), ("round", (72, 14, 82, 44), _INK)]),
    "作业本": ("#eef6ea", [
        ("round", (26, 16, 76, 86), "#69a35a"), ("box", (26, 16, 34, 86), "#4d7d42"),
        ("box", (42, 30, 68, 44), _WHITE)]),
    "理发一次": ("#f0effa", [
        ("line", (28, 18, 66, 66), _INK), ("line", (72, 18, 34, 66), _INK), ("ring", (22, 62, 42, 82), "#7b6cc4"),
        ("ring", (58, 62, 78, 82), "#7b6cc4")]),
    "磨刀一把": ("#eef1f3", [
        ("round", (16, 38, 66, 58), "#aab6c0"), ("round", (62, 42, 88, 54), "#8a5a3a")]),
    "家电检修一次": ("#e9f3f6", [
        ("round", (18, 24, 82, 70), "#5f93a8"), ("round", (24, 30, 76, 64), "#dfeef3"),
        ("box", (42, 70, 58, 80), _INK)]),
    "衣物缝补一件": ("#fbeef4", [
        ("round", (32, 26, 68, 84), "#d987ab"), ("round", (18, 28, 40, 46), "#d987ab"),
        ("round", (60, 28, 82, 46), "#d987ab"),
        ("line", (40, 56, 60, 56), _WHITE), ("line", (40, 64, 60, 64), _WHITE)]),
    "先锋徽章": ("#fdf3dc", [
        ("box", (38, 12, 48, 44), "#c8443a"), ("box", (52, 12, 62, 44), "#c8443a"),
        ("disc", (28, 36, 72, 80), "#e5b23c"),
        ("disc", (38, 46, 62, 70), "#f7dd92")]),
    "观影券一张": ("#f3eafa", [
        ("round", (12, 32, 88, 70), "#9b6bc4"), ("disc", (7, 44, 19, 58), "#f3eafa"),
        ("disc", (81, 44, 93, 58), "#f3eafa"),
        ("box", (62, 36, 64, 66), _WHITE)]),
}  # fmt: skip


def draw(name: str) -> bytes:
    """The picture of these goods as a JPEG of some kilobytes."""
    ground, shapes = _PICTURES[name]
    # Twice as large and made smaller: edges come out smooth.
    scale = _SIDE * 2 / 100
    image = Image.new("RGB", (_SIDE * 2, _SIDE * 2), ground)
    pen = ImageDraw.Draw(image)
    for kind, corners, colour in shapes:
        _put(pen, kind, [corner * scale for corner in corners], colour, scale)
    return _jpeg(image.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS))


def _put(pen: ImageDraw.ImageDraw, kind: str, at: list[float], colour: str, scale: float) -> None:
    width = round(4 * scale)
    if kind == "box":
        pen.rectangle(at, colour)
    elif kind == "round":
        pen.rounded_rectangle(at, 6 * scale, colour)
    elif kind == "disc":
        pen.ellipse(at, colour)
    elif kind == "half":
        pen.pieslice(at, 180, 360, colour)
    elif kind == "ring":
        pen.ellipse(at, None, colour, width)
    elif kind == "arc":
        pen.arc(at, 0, 180, colour, width)
    else:
        pen.line(at, colour, width)


def _jpeg(image: Image.Image) -> bytes:
    output = BytesIO()
    image.save(output, "JPEG", quality=82)
    return output.getvalue()


def give(goods: list[Goods]) -> None:
    """Give goods without a photo the picture of their name; each has a file of its own, as an uploaded one would."""
    made: dict[str, tuple[bytes, bytes]] = {}
    rows = []
    for one in goods:
        if one.photo_id is None and one.name in _PICTURES:
            if one.name not in made:
                made[one.name] = _both(draw(one.name))
            rows.append(_attachment(one, *made[one.name]))
            one.photo = rows[-1]
    Attachment.objects.bulk_create(rows)
    Goods.objects.bulk_update([one for one in goods if one.photo_id is not None], ["photo"], batch_size=500)


def _both(jpeg: bytes) -> tuple[bytes, bytes]:
    small = Image.open(BytesIO(jpeg)).resize((_THUMBNAIL, _THUMBNAIL), Image.Resampling.LANCZOS)
    return jpeg, _jpeg(small)


def _attachment(goods: Goods, jpeg: bytes, thumbnail: bytes) -> Attachment:
    pk = uuid5(NAMESPACE_OID, f"points-goods-{goods.pk}")
    row = Attachment(
        pk=pk, subject_type=GOODS, subject_id=goods.pk, kind="photo", name=f"{goods.name}.jpg", mime="image/jpeg",
        size=len(jpeg), sha256=hashlib.sha256(jpeg).hexdigest(), width=_SIDE, height=_SIDE, uploaded_by=0,
        uploaded_at=goods.made_at,
    )  # fmt: skip
    row.file.save(f"{pk}.jpg", ContentFile(jpeg), save=False)
    row.thumbnail.save(f"{pk}.jpg", ContentFile(thumbnail), save=False)
    return row
