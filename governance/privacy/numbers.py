"""Telephone and identity numbers as people type them: normal form, and what is wrong in words they can act on."""

from __future__ import annotations

import datetime
import re
import unicodedata

from governance.errors import InvalidInput

_MOBILE = re.compile(r"1[3-9]\d{9}")
# 010 and 02x are the three-digit area codes, all others have four; an extension may follow.
_LANDLINE = re.compile(r"(010|02\d|0[3-9]\d{2})-?(\d{7,8})(?:-(\d{1,6}))?")
_LOCAL = re.compile(r"([2-8]\d{6,7})(?:-(\d{1,6}))?")
_SERVICE = re.compile(r"[48]00\d{7}")
_SEPARATORS = re.compile(r"[\s()\[\]·.]+")
_EXTENSION = re.compile(r"-*(?:转|分机|ext|x|#)+-*", re.IGNORECASE)
_COUNTRY = re.compile(r"(?:\+|00)?86-?(?=1[3-9]\d{9}$|0?\d{2,3}-?\d{7,8}(?:-\d+)?$)")
_DASHES = re.compile(r"[-‐-―−﹣_]+")

_IDENTITY = re.compile(r"[1-9]\d{16}[\dX]")
# GB 11643-1999: weights of the first seventeen digits, and the check character by the sum modulo 11.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def normalise_phone(text: str) -> str:
    """The normal form of a number, the same however it was typed: "13812344080", "0459-6123456", "0459-6123456-801".

    Takes full-width digits, spaces, brackets, a country code, and a spreadsheet's trailing ".0".
    What is no number at all comes back trimmed; this never raises.
    """
    text = unicodedata.normalize("NFKC", text).strip().removesuffix(".0")
    text = _DASHES.sub("-", _EXTENSION.sub("-", _SEPARATORS.sub("", text))).strip("-")
    text = _without_country(text)
    digits = text.replace("-", "")
    if _MOBILE.fullmatch(digits) or _SERVICE.fullmatch(digits):
        return digits
    if match := _LANDLINE.fullmatch(text):
        return "-".join(part for part in match.groups() if part)
    return text


def _without_country(text: str) -> str:
    dashless = text.replace("-", "")
    if _COUNTRY.match(dashless) and _MOBILE.fullmatch(dashless[-11:]):
        return dashless[-11:]
    rest = _COUNTRY.sub("", text, count=1)
    # Abroad the area code loses its zero: +86 459 6123456.
    return "0" + rest if rest != text and not rest.startswith(("0", "1")) else rest


def validate_phone(text: str, *, field: str = "phone") -> str:
    """The normal form of a mobile, landline (with or without area code) or 400 number.

    Raises InvalidInput, naming `field`, with what to correct.
    """
    phone = normalise_phone(text)
    if any(p.fullmatch(phone) for p in (_MOBILE, _LANDLINE, _LOCAL, _SERVICE)):
        return phone
    raise InvalidInput(_phone_fault(phone), field=field)


def _phone_fault(phone: str) -> str:
    if not phone:
        return "请填写联系电话。"
    digits = re.sub(r"\D", "", phone)
    if not digits or len(digits) * 2 < len(phone):
        return "联系电话只能是数字，请填写手机号或座机号。"
    if digits.startswith("1"):
        if len(digits) != 11:
            return f"手机号应为 11 位，现在是 {len(digits)} 位，请核对。"
        return "没有以这三位开头的手机号，请核对。"
    return "联系电话不正确：手机号为 11 位；座机请写成“区号-号码”，如 0459-6123456。"


def identity_is_valid(text: str) -> bool:
    """Whether `text` is an 18-character resident identity number with a real date and the right check character."""
    return not _identity_fault(_normalise_identity(text))


def validate_identity(text: str, *, field: str = "identity") -> str:
    """The normal form (trimmed, capital X) of a resident identity number; raises InvalidInput naming `field`."""
    identity = _normalise_identity(text)
    if fault := _identity_fault(identity):
        raise InvalidInput(fault, field=field)
    return identity


def _normalise_identity(text: str) -> str:
    return re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", text)).upper()


def _identity_fault(identity: str) -> str:
    if len(identity) == 15 and identity.isdigit():
        return "15 位旧身份证号已停用，请填写 18 位身份证号。"
    if len(identity) != 18:
        return f"身份证号应为 18 位，现在是 {len(identity)} 位，请核对。"
    if not _IDENTITY.fullmatch(identity) or not identity.isascii():
        return "身份证号前 17 位应为数字，末位为数字或 X，请核对。"
    if not _is_date(identity[6:14]):
        return "身份证号中的出生日期不存在，请核对第 7 至 14 位。"
    total = sum(int(digit) * weight for digit, weight in zip(identity, _WEIGHTS, strict=False))
    if _CHECKS[total % 11] != identity[17]:
        return "身份证号校验位不对，可能有一位输错，请核对。"
    return ""


def _is_date(digits: str) -> bool:
    try:
        return datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year >= 1850
    except ValueError:
        return False
