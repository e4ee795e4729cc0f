"""Finding words in Chinese text: pieces of two characters in a GIN index, as Chinese has no spaces to split at.

`电梯故障` is kept as 电梯, 梯故, 故障. A search for 电梯 is one look-up; a longer word asks for all its pieces.
Runs of Latin letters and digits are kept whole and found by their beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import Func, Value

from governance.types import TextArray

_RUN = re.compile(r"[0-9a-z]+|[\u3400-\u9fff\uf900-\ufaff]+")
# Of a long letter only the beginning is indexed: the matter is in its first lines, and the index stays small.
INDEXED_CHARACTERS = 600


def bigrams(text: str) -> list[str]:
    """The distinct pieces of `text`, sorted; a run of one Chinese character stands for itself."""
    return sorted(set(_pieces(text[:INDEXED_CHARACTERS])))


def _pieces(text: str) -> Iterator[str]:
    for run in _RUN.findall(text.lower()):
        if run[0].isascii():
            yield run[:40]
        elif len(run) == 1:
            yield run
        else:
            yield from (run[i : i + 2] for i in range(len(run) - 1))
            # The last character begins no piece of two; alone it can still be looked for.
            yield run[-1]


def lexemes(*parts: str) -> list[str]:
    """The distinct pieces that `document` stores for these texts, sorted."""
    return sorted(pieces(*parts))


def pieces(*parts: str) -> set[str]:
    """The same as a set."""
    found: set[str] = set()
    for part in parts:
        found.update(_pieces(part[:INDEXED_CHARACTERS]))
    return found


def document(*parts: str) -> Func:
    """The expression to store in `Appeal.search` for these texts; the earlier ones weigh nothing more."""
    return Func(
        Value(lexemes(*parts), output_field=TextArray()), function="array_to_tsvector", output_field=SearchVectorField()
    )


def query(words: str) -> SearchQuery | None:
    """The query for what a person typed, or None when nothing in it can be looked for.

    Words apart by blanks must all occur. A single character finds what begins a piece with it.
    """
    terms = []
    for run in _RUN.findall(words.lower()[:100]):
        if run[0].isascii() or len(run) == 1:
            terms.append(f"'{run[:40]}':*")
        else:
            terms.extend(f"'{run[i : i + 2]}'" for i in range(len(run) - 1))
    return SearchQuery(" & ".join(terms), config="simple", search_type="raw") if terms else None


def any_of(words: str) -> SearchQuery | None:
    """The query for whatever shares a piece with `words`: for what is alike, to be ranked by how much is shared."""
    terms = [f"'{piece}'" for piece in bigrams(words[:60]) if len(piece) > 1]
    return SearchQuery(" | ".join(terms), config="simple", search_type="raw") if terms else None
