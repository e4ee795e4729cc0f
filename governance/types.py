"""Database types that several rooms pass as parameters."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class TextArray(ArrayField):  # type: ignore[type-arg]
    """`text[]`, for an expression's value."""

    def __init__(self) -> None:
        super().__init__(models.TextField())
