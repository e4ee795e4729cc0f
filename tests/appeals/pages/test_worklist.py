"""The page that a person begins on, the visits' queue, and the saved views."""

import pytest

from appeals import desk, services
from appeals.models import Appeal
from governance.ui.services import save_view
from tests.appeals.pages.conftest import XSS

HOME = "/appeals/worklist/"


def shown(client) -> str:
    response = client.get(HOME)
    assert response.status_code == 200
    return response.content.decode()


class TestPiles:
    def test_what_is_new_can_be_accepted_at_once(self, dispatched, browse, cast) -> None:
        client = browse(cast.ds)
        assert f"/appeals/{dispatched.pk}/steps/accept/" in shown(client)
        done = client.post(f"/appeals/{dispatched.pk}/steps/accept/", {"revision": dispatched.revision, "next": HOME})
        assert done["Location"] == HOME
        assert Appeal.objects.get(pk=dispatched.pk).state == "in_progress"

    def test_each_pile_goes_to_its_unit(self, registered, dispatched, browse, cast, now) -> None:
        piles = {pile.key: pile.appeals.count() for pile in desk.piles(cast.ds)}
        assert (piles["accept"], piles["handle"]) == (1, 0)
        assert {pile.key: pile.appeals.count() for pile in desk.piles(cast.dc)}["dispatch"] == 0
        registered(by=cast.ss)
        assert {pile.key: pile.appeals.count() for pile in desk.piles(cast.ss)}["dispatch"] == 1
        assert {pile.key: pile.appeals.count() for pile in desk.piles(cast.ss_2)}["dispatch"] == 0

    def test_what_waits_for_a_visit_leads_to_it(self, resolved, browse, cast) -> None:
        assert f"/appeals/{resolved.pk}/visit/" in shown(browse(cast.ss))
        assert resolved.number in browse(cast.ss).get("/appeals/visits/").content.decode()
        assert resolved.number not in browse(cast.ss_2).get("/appeals/visits/").content.decode()

    def test_a_leader_sees_what_is_late_and_whose(self, in_progress, browse, cast, district) -> None:
        Appeal.objects.filter(pk=in_progress.pk).update(card="red")
        page = shown(browse(cast.sl))
        assert "超期在谁那里" in page
        assert f"tab=late&amp;unit={district.department_1.pk}" in page
        assert "超期在谁那里" not in shown(browse(cast.cw))
        assert desk.late_by_unit(cast.sl)[0].count == 1

    def test_a_grid_worker_has_the_big_button(self, browse, cast, rules) -> None:
        assert "big-action" in shown(browse(cast.gw))
        assert "手头没有待办" in shown(browse(cast.gw))

    def test_text_is_shown_as_text(self, registered, browse, cast) -> None:
        registered(by=cast.cw, title=XSS)
        assert "<script>alert" not in shown(browse(cast.cw))


class TestVisit:
    def post(self, client, appeal, **answers):
        return client.post(f"/appeals/{appeal.pk}/visit/", {"method": "phone", "reached": "yes", **answers})

    def test_unsatisfied_goes_back_to_be_done_again(self, resolved, browse, cast) -> None:
        done = self.post(browse(cast.ss), resolved, solved="no", satisfaction="unsatisfied", words="电梯又坏了一次")
        assert done["Location"] == "/appeals/visits/"
        resolved.refresh_from_db()
        assert (resolved.state, resolved.rehandles) == ("in_progress", 1)

    def test_missing_answers_are_asked_for_and_the_words_kept(self, resolved, browse, cast) -> None:
        refused = self.post(browse(cast.ss), resolved, words="说的话要留下")
        page = refused.content.decode()
        assert refused.status_code == 400
        assert "说的话要留下" in page
        assert 'href="#id_visit_solved"' in page

    def test_the_script_speaks_of_this_appeal(self, resolved, browse, cast) -> None:
        page = browse(cast.ss).get(f"/appeals/{resolved.pk}/visit/").content.decode()
        assert resolved.title in page
        assert cast.ss.unit_name in page

    def test_who_handled_it_does_not_visit(self, resolved, browse, cast) -> None:
        assert browse(cast.ds).get(f"/appeals/{resolved.pk}/visit/").status_code == 403
        assert self.post(browse(cast.cs), resolved, solved="yes", satisfaction="satisfied").status_code == 403


class TestOwn:
    def test_what_one_logged_stays_in_sight(self, registered, browse, cast, district, now) -> None:
        appeal = registered(by=cast.ds)
        services.dispatch(appeal_id=appeal.pk, to_unit_id=district.street_2.pk, by=cast.dc, now=now)
        assert appeal.number in browse(cast.ds).get("/appeals/mine/").content.decode()
        assert appeal.number not in browse(cast.ds_2).get("/appeals/mine/").content.decode()

    def test_saved_views(self, browse, cast) -> None:
        save_view(user_id=cast.ss.user_id, page="appeals", name="超期的", query="tab=late&urgency=2")
        page = browse(cast.ss).get("/appeals/views/").content.decode()
        assert "/appeals/?tab=late&amp;urgency=2" in page
        assert "状态、紧急程度" in page
        assert "超期的" not in browse(cast.dc).get("/appeals/views/").content.decode()


@pytest.mark.parametrize("who", ["dl", "dc", "sl", "ss", "cs", "cw", "gw", "pg", "ds"])
def test_every_role_has_a_page_to_begin_on(browse, cast, who) -> None:
    assert browse(getattr(cast, who)).get("/", follow=True).status_code == 200
