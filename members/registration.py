"""What the people's room gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from governance.audit import actions
from governance.privacy.registry import register_sealed
from governance.ui import nav
from governance.ui.nav import NavItem
from grids.sites import standards
from members import identity
from members.care import registration as care
from members.careers import registration as careers
from members.designations import registration as designations
from members.models import Person
from members.party import registration as party
from members.party_households import registration as party_households
from members.sheets import registration as sheets
from members.querysets import open_households_in
from members.volunteers import registration as volunteers

_SUBJECTS = (sheets, care, party, party_households, designations, volunteers, careers)

_GROUP = "人口"
_PAGES = (
    NavItem(
        "居民", "members:persons", "users", "person.see", _GROUP, 10,
        owns=("members:person", "members:person_change", "members:person_leave", "members:person_die",
              "members:person_reveal"),
    ),
    NavItem(
        "住户", "members:households", "home", "person.see", _GROUP, 20,
        owns=("members:household", "members:household_add", "members:member_add", "members:take_in"),
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
}
_FIELDS = {
    "born_on": "出生日期", "gender": "性别", "residence": "居住情况", "employer": "工作单位",
    "left_on": "迁出、死亡日期",
    "left_to": "迁往", "head_name": "户主", "household": "住户", "dissolved_on": "注销日期", "removed_on": "拆除日期",
    "merged_into": "并入档案", "relation": "与户主关系", "from_on": "入户日期", "entrances": "单元数", "floors": "层数",
}  # fmt: skip


def register_all() -> None:
    """Called once, when Django is ready."""
    register_sealed(Person, "identity_sealed", context=identity.identity_context)
    register_sealed(Person, "phone_sealed", context=identity.phone_context)
    standards.register_households(open_households_in)
    actions.register_subject("members.person", "居民")
    actions.register_subject("members.household", "住户")
    actions.register_subject("members.building", "楼栋")
    actions.register_fields(_FIELDS)
    for code, label in _ACTIONS.items():
        actions.register_action(code, label)
    nav.register(*_PAGES)
    for subject in _SUBJECTS:
        subject.register()
