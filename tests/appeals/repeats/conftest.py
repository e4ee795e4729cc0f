"""The pages' client, for the pages of repeats."""

from tests.appeals.pages.conftest import browse  # noqa: F401
