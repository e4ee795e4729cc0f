"""The pages' client, for the pages of repeats."""

from tests.appeals.pages.conftest import browse as browse
