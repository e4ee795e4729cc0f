"""What the people's room gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from django.urls import reverse

from governance.audit import actions
from governance.outbox import registry as outbox
from governance.privacy.registry import register_sealed
from governance.ui import nav
from governance.ui.nav import NavItem
from grids import registry as territory
from grids.sites import standards
from members import followers, following, identity, proposing, registry
from members.care import registration as care
from members.careers import registration as careers
from members.designations import registration as designations
from members.models import Person, Proposal
from members.party import registration as party
from members.party_households import registration as party_households
from members.querysets import open_households_in
from members.services import duplicates, proposals
from members.sheets import registration as sheets
from members.volunteers import registration as volunteers

_SUBJECTS = (sheets, care, party, party_households, designations, volunteers, careers)

_GROUP = "人口"
_PAGES = (
    NavItem(
        "居民", "members:persons", "users", "person.see", _GROUP, 10,
        owns=("members:person", "members:person_change", "members:person_leave", "members:person_die",
              "members:person_reveal", "members:person_join", "members:person_merge", "members:person_apart",
              "members:duplicates"),
    ),
    NavItem(
        "住户", "members:households", "home", "person.see", _GROUP, 20,
        owns=("members:household", "members:member_add", "members:take_in",
              "members:relations", "members:household_dissolve", "members:entry"),
    ),
    NavItem(
        "楼栋", "members:buildings", "building", "person.see", _GROUP, 30,
        owns=("members:building", "members:building_add", "members:building_change", "members:building_remove",
              "members:homes_add", "members:home_remove"),
    ),
    NavItem(
        "登记建议", "members:proposals", "clipboard-check", "person.proposals", _GROUP, 40,
        owns=("members:proposal", "members:proposal_withdraw"),
    ),
)  # fmt: skip

_ACTIONS = {
    "person.add": "登记居民",
    "person.change": "修改居民档案",
    "person.merge": "合并居民档案",
    "person.merged": "居民档案被合并",
    "person.move": "居民迁移",
    "person.moved": "居民迁出",
    "person.died": "居民死亡登记",
    "household.add": "登记住户",
    "household.head": "变更户主",
    "household.dissolve": "注销住户",
    "building.add": "登记楼栋",
    "building.change": "修改楼栋",
    "building.remove": "登记楼栋拆除",
    "building.homes": "批量登记房屋",
    "building.home_removed": "删除登记错的房屋",
    "household.relations": "修改户主与成员关系",
    "person.apart": "标记两份档案不是同一人",
    "person.apart_undone": "取消“不是同一人”标记",
    "proposal.make": "提出居民登记建议",
    "proposal.take": "采纳居民登记建议",
    "proposal.refuse": "不采纳居民登记建议",
    "proposal.withdraw": "撤回居民登记建议",
    "proposal.lapse": "居民登记建议失效",
}
_FIELDS = {
    "born_on": "出生日期", "gender": "性别", "residence": "居住情况", "employer": "工作单位",
    "left_on": "迁出、死亡日期",
    "left_to": "迁往", "head_name": "户主", "household": "住户", "dissolved_on": "注销日期", "removed_on": "拆除日期",
    "merged_into": "并入档案", "relation": "与户主关系", "from_on": "入户日期", "entrances": "单元数", "floors": "层数",
    "followed": "随同数量", "followed_to": "转到", "renamed": "改名",
    "homes": "房屋数", "room": "房屋",
    "apart_from": "另一份档案", "kind": "类型",
}  # fmt: skip


def register_all() -> None:
    """Called once, when Django is ready."""
    register_sealed(Person, "identity_sealed", context=identity.identity_context)
    register_sealed(Person, "phone_sealed", context=identity.phone_context)
    standards.register_households(open_households_in)
    actions.register_subject("members.person", "居民")
    actions.register_subject("members.household", "住户")
    register_sealed(Proposal, "numbers_sealed", context=proposing.numbers_context)
    actions.register_subject("members.building", "楼栋")
    actions.register_subject(proposals.SUBJECT, "居民登记建议")
    outbox.register_subject(proposals.SUBJECT, url=lambda pk: reverse("members:proposal", args=[pk]))
    actions.register_fields(_FIELDS)
    for code, label in _ACTIONS.items():
        actions.register_action(code, label)
    nav.register(*_PAGES)
    registry.register_on_merged(proposals.follow_merge)
    registry.register_on_merged(duplicates.follow_merge)
    registry.register_on_gone(proposals.follow_gone)
    registry.register_on_moved(proposals.follow_move)
    following.follow(*followers.FOLLOWERS)
    territory.register_inhabitants(following.inhabitants)
    territory.register_on_unit_closed(following.unit_closed)
    territory.register_on_unit_moved(following.unit_moved)
    for subject in _SUBJECTS:
        subject.register()
