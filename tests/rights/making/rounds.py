"""What is open to see of points, a member's own pages, and rounds 创先争优: objects for the walk of rights."""

from __future__ import annotations

from datetime import date
from typing import Any

from grids.models import Unit
from points.models import Notice, NoticeLine, NoticeObjection, Round, RoundNomination, RoundObjection
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

    def points_round(self, unit: Unit) -> Round:
        """Of the unit, in its public notice."""
        return Round.objects.create(
            unit=unit, district_id=unit.district_id or 0, street_id=unit.street_id, community_id=unit.community_id,
            title="第四季度先锋小哥评选", kind="pioneer", nominees="residents", way="voting", tie="more", seats=3,
            from_on=date(2026, 9, 1), until_on=date(2026, 11, 30), nominate_days=10, decide_days=5, notice_days=5,
            state="public_notice", made_by_user=0, made_by_name="街道", made_at=self.now, changed_at=self.now,
        )  # fmt: skip

    def nomination(self, unit: Unit) -> RoundNomination:
        """Of somebody who lives there, in the first street's round."""
        person = self.resident(unit)
        return RoundNomination.objects.create(
            round=self.points_round(self.units["street_1"]), person=person, district_id=person.district_id,
            street_id=person.street_id, community_id=person.community_id, grid_id=person.grid_id,
            words="连续三个月上报道路隐患十七处，均已整改。", by_user=0, by_name="社区", by_unit="社区", at=self.now,
        )  # fmt: skip

    def round_objection(self, unit: Unit) -> RoundObjection:
        """Against such a candidate."""
        return RoundObjection.objects.create(
            nomination=self.nomination(unit), from_words="居民", words="事迹有出入", received_at=self.now,
            received_by_name="社区",
        )  # fmt: skip
