"""Static files with hashed names, and with plain ones as long as nothing has been collected."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """A page must not fail for want of a manifest: tests and a fresh checkout have none."""

    manifest_strict = False

    def url(self, name: str, force: bool = False) -> str:
        """The address of a file: hashed once collected, else as it is."""
        if not self.hashed_files:
            return f"{self.base_url}{name}"
        return str(super().url(name, force))
