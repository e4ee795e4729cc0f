"""The people's sheet: how its rows come in. Each batch is judged as a whole, then written as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from governance.scope import Actor
from governance.sheets.cells import Cells
from governance.sheets.declare import Importer, Row, Sheet, Verdict
from members.services._common import EDIT
from members.services.persons import REVEAL
from members.sheets.columns import COLUMNS
from members.sheets.exporting import PeopleExporter
from members.sheets.judging import Judge
from members.sheets.lookups import Known, take_turn
from members.sheets.wanted import Context, Wanted, read_row
from members.sheets.writing import write


class PeopleImporter(Importer[Wanted, Context]):
    """One row a person, with the household."""

    batch = 1_000
    most_rows = 200_000
    writes_in_look = False

    def prepare(self, actor: Actor, now: datetime) -> Context:
        """The actor's units, and nothing seen yet."""
        return Context.of(actor, now)

    def read_row(self, cells: Cells, context: Context) -> Wanted:
        """By the rules of the forms."""
        return read_row(cells, context)

    def apply(self, rows: Sequence[Row[Wanted]], context: Context, *, is_look: bool) -> list[Verdict]:
        """Judged against what is on record, and written unless it is a look."""
        if not is_look:
            take_turn(context.by.unit_id)
        judge = Judge(context, Known.of(rows, context, is_look=is_look))
        verdicts = judge.judge(rows)
        if not is_look:
            write(judge.plan, context)
        return verdicts

    def note(self, rows: Sequence[Row[Wanted]], refused: Mapping[int, str], context: Context) -> None:
        """Who was in the file already, and which households have, or lack, their head."""
        for row in rows:
            for key in row.value.keys:
                context.seen.setdefault(key, row.number)
            if row.value.relation != "head" or row.value.home is None:
                continue
            if row.number not in refused:
                context.heads.setdefault(row.value.home, row.number)
            elif refused[row.number] == "relation":
                context.broken.setdefault(row.value.home, row.number)

    def notices(self, context: Context) -> list[str]:
        """Buildings that would be new: a typing error is seen here."""
        names = sorted(context.new_buildings.values())
        if not names:
            return []
        more = f" 等 {len(names):,} 栋" if len(names) > 30 else ""
        return [f"将新登记楼栋 {len(names):,} 栋：{'、'.join(names[:30])}{more}。如有写错的，请改好后重新上传。"]


PEOPLE = Sheet(
    key="persons",
    title="居民",
    noun="人",
    columns=COLUMNS,
    list_view="members:persons",
    importer=PeopleImporter(),
    import_right=EDIT,
    says=(
        "一人一行，同一房屋的为一户。按身份证号识别同一个人；没有身份证号的，按姓名加电话，或同一户内的姓名加出生日期。"
        "空白单元格不改动已登记的内容，同一份表格重复导入不会重复登记。"
    ),
    exporter=PeopleExporter(),
    export_right="person.export",
    ask_right="person.export_ask",
    approve_right="person.export_approve",
    reveal_right=REVEAL,
)
