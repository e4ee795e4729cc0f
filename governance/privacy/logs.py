"""Numbers of people in the log: whoever wrote the line, no mobile, landline or identity number leaves in full."""

from __future__ import annotations

import logging

from governance.privacy.masking import mask_text


class MaskingFormatter(logging.Formatter):
    """A formatter that masks the whole line, with the traceback and the message of the exception in it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line as it is written."""
        return mask_text(super().format(record))
