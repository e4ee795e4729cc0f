"""A code as a QR, drawn as SVG without style or script of its own, as the pages' policy wants it."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe

# Modules around it that stay white, by the standard.
_BORDER = 4


def svg(text: str, label: str) -> SafeString:
    """The QR of a code of letters and digits; black on white also in dark, as scanners want it."""
    rows = [bytes(row) for row in segno.make_qr(text, error="m").matrix]
    size = len(rows) + 2 * _BORDER
    path = "".join(
        f"M{x + _BORDER} {y + _BORDER}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return mark_safe(  # noqa: S308  digits and our own words alone
        f'<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="{label}" shape-rendering="crispEdges">'
        f'<rect class="qr-light" width="{size}" height="{size}"/><path class="qr-dark" d="{path}"/></svg>'
    )
