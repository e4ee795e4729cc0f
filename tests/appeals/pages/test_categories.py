"""The category tree: paths follow a rename, nothing in use disappears, and only the district centre keeps it."""

import pytest

from appeals.models import Category
from appeals.services.categories import Settings, add_category, change_category, set_category_active
from governance.audit.models import Entry
from governance.errors import IllegalState, InvalidInput, NotAllowed
from governance.scope import UnitKind

NONE = Settings()


@pytest.fixture
def line(cast, now):
    """甲 / 乙 / 丙."""
    made = []
    for name in ("甲", "乙", "丙"):
        parent = made[-1].pk if made else None
        made.append(add_category(name=name, parent_id=parent, settings=NONE, by=cast.dc, now=now))
    return made


class TestServices:
    def test_a_rename_is_followed_below(self, line, cast, now) -> None:
        change_category(category_id=line[0].pk, name="城建", parent_id=None, settings=NONE, by=cast.dc, now=now)
        assert list(Category.objects.order_by("level").values_list("path", flat=True)) == [
            "城建",
            "城建/乙",
            "城建/乙/丙",
        ]
        assert Entry.objects.filter(action="category.change", after__path="城建").exists()

    def test_a_move_takes_all_below_with_it(self, line, cast, now) -> None:
        other = add_category(name="丁", parent_id=None, settings=NONE, by=cast.dc, now=now)
        change_category(category_id=line[1].pk, name="乙", parent_id=other.pk, settings=NONE, by=cast.dc, now=now)
        assert Category.objects.get(pk=line[2].pk).path == "丁/乙/丙"
        change_category(category_id=line[1].pk, name="乙", parent_id=None, settings=NONE, by=cast.dc, now=now)
        moved = Category.objects.get(pk=line[2].pk)
        assert (moved.path, moved.level) == ("乙/丙", 2)

    def test_refused(self, line, cast, now) -> None:
        with pytest.raises(InvalidInput):
            add_category(name="戊", parent_id=line[2].pk, settings=NONE, by=cast.dc, now=now)
        with pytest.raises(InvalidInput):
            change_category(category_id=line[0].pk, name="甲", parent_id=line[1].pk, settings=NONE, by=cast.dc, now=now)
        with pytest.raises(InvalidInput):
            add_category(name="乙", parent_id=line[0].pk, settings=NONE, by=cast.dc, now=now)
        with pytest.raises(InvalidInput):
            add_category(name="a/b", parent_id=None, settings=NONE, by=cast.dc, now=now)
        with pytest.raises(NotAllowed):
            add_category(name="戊", parent_id=None, settings=NONE, by=cast.ss, now=now)

    def test_off_with_all_below_and_on_again(self, line, cast, now) -> None:
        set_category_active(category_id=line[0].pk, active=False, by=cast.dc, now=now)
        assert not Category.objects.filter(is_active=True).exists()
        with pytest.raises(IllegalState):
            set_category_active(category_id=line[2].pk, active=True, by=cast.dc, now=now)
        set_category_active(category_id=line[0].pk, active=True, by=cast.dc, now=now)
        assert Category.objects.filter(is_active=True).count() == 3

    def test_settings_are_checked(self, line, cast, now, district) -> None:
        good = Settings(lead_kind=UnitKind.DEPARTMENT, lead_unit_id=district.department_1.pk)
        changed = change_category(
            category_id=line[2].pk, name="丙", parent_id=line[1].pk, settings=good, by=cast.dc, now=now
        )
        assert changed.lead_unit_id == district.department_1.pk
        for bad in (Settings(lead_kind="moon"), Settings(lead_unit_id=0)):
            with pytest.raises(InvalidInput):
                add_category(name="己", parent_id=None, settings=bad, by=cast.dc, now=now)


class TestPages:
    def test_tree_form_and_switch(self, line, browse, cast) -> None:
        client = browse(cast.dc)
        assert "丙" in client.get("/appeals/categories/").content.decode()
        assert "丙" not in client.get("/appeals/categories/", {"q": "甲"}).content.decode()
        done = client.post(
            f"/appeals/categories/{line[2].pk}/", {"name": "新丙", "parent": line[1].pk, "lead_kind": ""}
        )
        assert done.status_code == 302
        assert Category.objects.get(pk=line[2].pk).path == "甲/乙/新丙"
        client.post(f"/appeals/categories/{line[2].pk}/active/", {"active": "0"})
        assert not Category.objects.get(pk=line[2].pk).is_active
        refused = client.post("/appeals/categories/add/", {"name": "甲", "parent": "", "lead_kind": ""})
        assert refused.status_code == 400

    def test_for_the_district_centre_alone(self, line, browse, cast) -> None:
        for path in ("", "add/", f"{line[0].pk}/"):
            assert browse(cast.ss).get(f"/appeals/categories/{path}").status_code == 403
