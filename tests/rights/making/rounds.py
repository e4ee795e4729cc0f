"""What is open to see of points, a member's own pages, and rounds 创先争优: objects for the walk of rights."""

from __future__ import annotations

from datetime import date
from typing import Any

from grids.models import Unit
from points.models import Notice, NoticeLine, NoticeObjection
from tests.rights.making.base import Base


class OfRounds(Base):
    """Makes them where the walk wants them."""

    def points_notice(self, unit: Unit) -> Notice:
        """Of the unit's community, published."""
        lives: dict[str, Any] = self._lives(unit) | {"grid_id": None}
        edition = Notice.objects.filter(community=lives["community_id"]).count() + 1
        made = Notice.objects.create(
            unit_id=lives["community_id"], month=date(2026, 10, 1), edition=edition, code=f"code{unit.pk}"[:16],
            reason="更正" if edition > 1 else "", given=30, exchanged=12, people=1, made_at=self.now,
            made_by_name="社区", **lives,
        )  # fmt: skip
        NoticeLine.objects.create(notice=made, place="3号楼", name="王**", given=30, exchanged=12)
        Notice.objects.filter(community=lives["community_id"], state="published").update(state="replaced")
        made.state, made.published_at, made.published_by_name = "published", self.now, "书记"
        made.save()
        return made

    def points_objection(self, unit: Unit) -> NoticeObjection:
        """To such a notice."""
        return NoticeObjection.objects.create(
            notice=self.points_notice(unit), from_words="3号楼居民", words="少记一次", received_on=date(2026, 11, 23),
            received_at=self.now, received_by_name="社区",
        )  # fmt: skip
