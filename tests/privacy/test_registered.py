"""Every sealed column of the platform is known to `reseal`, with what its values are bound to."""

from __future__ import annotations

from appeals.imports.writing import open_cells, seal_cells
from appeals.models import Appeal, ImportProblem
from appeals.people import set_identity, set_phone
from governance.privacy import open_sealed, registry


def opened(row: Appeal | ImportProblem, field: str) -> str:
    column = registry._columns[type(row), field]
    return open_sealed(getattr(row, field), context=column.context(row))


def test_no_sealed_column_is_left_behind():
    assert registry.unknown_columns() == []


def test_an_appeals_numbers_open_by_what_is_registered():
    appeal = Appeal(seal_key="7f0c3a52-6f4e-4f8e-9a55-0d8c1e6a2b11")
    set_phone(appeal, "13812344080")
    set_identity(appeal, "110101199003070038")
    assert opened(appeal, "phone_sealed") == "13812344080"
    assert opened(appeal, "identity_sealed") == "110101199003070038"


def test_a_refused_rows_cells_open_by_what_is_registered():
    problem = ImportProblem(job_id=3, row=7, cells_sealed=seal_cells(3, 7, ["标题", 5]))
    assert opened(problem, "cells_sealed") == '["标题", 5]'
    assert open_cells(problem) == ["标题", 5]
