"""Photos are decoded and written anew: what comes out holds pixels alone, no position, no device, no passenger."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO

from PIL import (
    Image,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from governance.errors import InvalidInput

EDGE, THUMBNAIL_EDGE = 2560, 320
QUALITY = 85
# A JPEG is decoded at a fraction of its size, so that a telephone's largest may pass; other formats are decoded whole.
JPEG_PIXELS, OTHER_PIXELS = 120_000_000, 30_000_000
Image.MAX_IMAGE_PIXELS = JPEG_PIXELS
# Named by their modules: a format is known to the decoder only once its module has been loaded.
_FORMATS = (
    JpegImagePlugin.JpegImageFile.format,
    PngImagePlugin.PngImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
)
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as the platform keeps it: two JPEG files, and the larger one's size in pixels."""

    jpeg: bytes
    thumbnail: bytes
    width: int
    height: int


def looks_like_photo(head: bytes) -> bool:
    """Whether the first bytes are those of a picture format, accepted or not."""
    signatures = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"II*\0", b"MM\0*")
    return head.startswith(signatures) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or is_heic(head)


def is_heic(head: bytes) -> bool:
    """Whether the first bytes are those of a HEIC picture, as newer iPhones take them."""
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS


def reencode(file: IO[bytes]) -> Photo:
    """The picture in `file` as JPEG of at most 2560 pixels an edge, upright, without metadata, with its thumbnail.

    Raises InvalidInput for what is no JPEG, PNG or WebP, is broken or cut short, or has too many pixels.
    """
    file.seek(0)
    if is_heic(file.read(12)):
        raise InvalidInput(
            "暂不支持 HEIC 照片。请在手机“设置 → 相机 → 格式”中选“兼容性最佳”后重拍，或转为 JPG 再上传。", field="file"
        )
    file.seek(0)
    try:
        with Image.open(file, formats=_FORMATS) as image:
            _check_pixels(image)
            return _rendered(image)
    except InvalidInput:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except UnidentifiedImageError as error:
        raise InvalidInput("这不是可以识别的照片，请上传 JPG、PNG 或 WebP 格式。", field="file") from error
    except Exception as error:
        # A decoder fails in many ways on hostile bytes; none of them is the platform's fault.
        raise InvalidInput("照片已损坏或没有传完整，请重新拍照或换一张。", field="file") from error


def _check_pixels(image: Image.Image) -> None:
    # The header alone has been read: nothing is decoded before its size is known to be bearable.
    limit = JPEG_PIXELS if image.format in ("JPEG", "MPO") else OTHER_PIXELS
    if image.width * image.height > limit:
        raise _too_many_pixels()


def _too_many_pixels() -> InvalidInput:
    return InvalidInput("照片的像素太多，请在手机上调低拍照分辨率，或缩小后再上传。", field="file")


def _rendered(image: Image.Image) -> Photo:
    if image.format in ("JPEG", "MPO"):
        # Decodes at 1/2, 1/4 or 1/8, never below what is needed.
        image.draft("RGB", (EDGE, EDGE))
    plain = _plain(ImageOps.exif_transpose(image))
    plain.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    small = plain.copy()
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE), Image.Resampling.LANCZOS)
    return Photo(_jpeg(plain, QUALITY), _jpeg(small, 80), plain.width, plain.height)


def _plain(image: Image.Image) -> Image.Image:
    """RGB pixels in sRGB on white, and nothing else: `info` holds comments and profiles that a writer would copy."""
    image = _in_srgb(image)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    elif image.mode.startswith("I;16"):
        image = image.point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    else:
        image = image.convert("RGB")
    image.info = {}
    return image


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or image.mode != "RGB":
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB")) or image
    except (ImageCms.PyCMSError, OSError):
        return image


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
