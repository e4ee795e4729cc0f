"""The page of one appeal, and the form of each step: offered by right, kept when refused, warned when stale."""

import re

import pytest

from appeals import services
from appeals.forms.catalogue import FORMS
from appeals.models import Appeal, AppealEntry
from appeals.workflow import STEPS
from governance.audit.models import Entry
from tests.appeals.conftest import REPLY, RESULT
from tests.appeals.pages.conftest import XSS


def page(client, appeal) -> str:
    response = client.get(f"/appeals/{appeal.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def take(client, appeal, step, **data):
    appeal.refresh_from_db()
    return client.post(f"/appeals/{appeal.pk}/steps/{step}/", {"revision": appeal.revision, **data})


def state(appeal) -> str:
    return Appeal.objects.get(pk=appeal.pk).state


def test_every_step_has_its_form() -> None:
    # The complainant's own word comes from the public page, and no posting may say it.
    assert set(FORMS) == set(STEPS) - {"not_solved"}


class TestOffers:
    def test_the_next_action_is_the_one_button(self, dispatched, browse, cast) -> None:
        assert browse(cast.ds).get(f"/appeals/{dispatched.pk}/").context["next_step"] == "accept"
        assert browse(cast.dc).get(f"/appeals/{dispatched.pk}/").context["next_step"] == ""
        assert "recall" in browse(cast.dc).get(f"/appeals/{dispatched.pk}/").context["can"]

    def test_who_may_only_look_gets_no_form(self, dispatched, browse, cast) -> None:
        shown = page(browse(cast.dl), dispatched)
        assert "暂不需要您操作" in shown
        assert browse(cast.dl).get(f"/appeals/{dispatched.pk}/steps/accept/").status_code == 302

    def test_outside_the_scope_is_not_found(self, dispatched, browse, cast) -> None:
        client = browse(cast.ss_2)
        for path in ("", "print/", "reveal/", "steps/accept/"):
            assert client.get(f"/appeals/{dispatched.pk}/{path}").status_code == 404
        assert client.get("/appeals/999999/").status_code == 404
        assert browse(cast.dc).get(f"/appeals/{dispatched.pk}/steps/nonsense/").status_code == 404

    def test_a_unit_is_suggested(self, registered, browse, cast, district) -> None:
        appeal = registered(by=cast.ss, unit_id=district.community_1.pk)
        form = browse(cast.ss).get(f"/appeals/{appeal.pk}/").context["form"]
        assert form.initial["to_unit"] == district.community_1.pk


class TestWholeWay:
    def test_from_the_dispatch_to_the_closing(self, registered, browse, cast, district) -> None:
        appeal = registered(unit_id=district.community_1.pk)
        assert take(browse(cast.dc), appeal, "dispatch", to_unit=district.department_1.pk).status_code == 302
        assert take(browse(cast.ds), appeal, "accept").status_code == 302
        assert take(browse(cast.ds), appeal, "contact", words="已电话联系，约明天上门").status_code == 302
        assert take(browse(cast.ds), appeal, "resolve", result=RESULT, public_reply=REPLY).status_code == 302
        assert state(appeal) == "resolved"
        answers = {"method": "phone", "reached": "yes", "solved": "yes", "satisfaction": "satisfied"}
        assert browse(cast.ss).post(f"/appeals/{appeal.pk}/visit/", answers).status_code == 302
        assert state(appeal) == "closed"

    def test_a_return_and_its_adjudication(self, dispatched, browse, cast) -> None:
        take(browse(cast.ds), dispatched, "send_back", reason="not_my_duty", words="不属于本局职责范围")
        assert "退单申请" in page(browse(cast.dc), dispatched)
        take(browse(cast.dc), dispatched, "adjudicate", uphold="no", words="属于贵局职责")
        assert state(dispatched) == "dispatched"

    def test_upheld_and_given_to_another_at_once(self, dispatched, browse, cast, district) -> None:
        take(browse(cast.ds), dispatched, "send_back", reason="not_my_duty", words="不属于本局职责范围")
        take(browse(cast.dc), dispatched, "adjudicate", uphold="yes", words="同意", to_unit=district.department_2.pk)
        dispatched.refresh_from_db()
        assert (dispatched.state, dispatched.lead_unit_id) == ("dispatched", district.department_2.pk)

    def test_merge_by_number_and_unmerge(self, registered, browse, cast) -> None:
        parent, child = registered(), registered(title="同一件事")
        assert take(browse(cast.dc), child, "merge", into=parent.number).status_code == 302
        assert child.number in page(browse(cast.dc), parent)
        take(browse(cast.dc), child, "unmerge", words="不是同一件事")
        assert state(child) == "registered"

    def test_merge_into_nothing(self, registered, browse, cast) -> None:
        refused = take(browse(cast.dc), registered(), "merge", into="MH20200101-0001")
        assert refused.status_code == 400
        assert 'href="#id_merge_into"' in refused.content.decode()

    def test_reject_edit_and_note(self, registered, browse, cast) -> None:
        appeal = registered()
        take(browse(cast.dc), appeal, "note", words="已向信访局了解")
        facts = {"title": "新的标题", "content": appeal.content, "urgency": "1", "handling_kind": "ordinary"}
        assert take(browse(cast.dc), appeal, "edit", **facts).status_code == 302
        appeal.refresh_from_db()
        assert (appeal.title, appeal.urgency, appeal.phone_masked) == ("新的标题", 1, "138****4080")
        take(
            browse(cast.dc),
            appeal,
            "reject",
            reason="in_court",
            words="法院已受理",
            public_reply="您反映的事项已进入诉讼程序。",
        )
        assert state(appeal) == "rejected"

    def test_an_assisting_unit_has_its_part(self, registered, browse, cast, district) -> None:
        appeal = registered()
        take(
            browse(cast.dc), appeal, "dispatch", to_unit=district.department_1.pk, assisting=[district.department_2.pk]
        )
        take(browse(cast.ds), appeal, "accept")
        assert browse(cast.ds_2).get(f"/appeals/{appeal.pk}/").context["next_step"] == "accept"
        take(browse(cast.ds_2), appeal, "accept")
        assert take(browse(cast.ds_2), appeal, "finish_assisting", result="已配合疏散车辆").status_code == 302


class TestRefusals:
    def test_what_was_typed_is_kept_and_errors_lead_to_their_fields(self, in_progress, browse, cast) -> None:
        refused = take(browse(cast.ds), in_progress, "resolve", result="太短", public_reply=REPLY)
        shown = refused.content.decode()
        assert refused.status_code == 400
        assert refused["X-Form"] == "errors"
        assert 'href="#id_resolve_result"' in shown
        assert REPLY in shown
        assert ">\n太短</textarea>" in shown

    def test_a_stale_form_says_so_and_keeps_the_words(self, in_progress, browse, cast, now) -> None:
        client, old = browse(cast.ds), in_progress.revision
        services.contact(appeal_id=in_progress.pk, words="已经联系过了", by=cast.ds, now=now)
        data = {"revision": old, "result": RESULT, "public_reply": REPLY}
        refused = client.post(f"/appeals/{in_progress.pk}/steps/resolve/", data)
        shown = refused.content.decode()
        assert refused.status_code == 409
        assert RESULT in shown
        assert "最新进展" in shown
        # Having seen that, the person sends the same form again.
        fresh = re.search(r'name="revision" value="(\d+)"', shown)[1]
        assert client.post(f"/appeals/{in_progress.pk}/steps/resolve/", {**data, "revision": fresh}).status_code == 302

    def test_a_right_that_is_lacking_is_403(self, dispatched, browse, cast) -> None:
        assert take(browse(cast.dl), dispatched, "note", words="请抓紧办理").status_code == 302
        assert take(browse(cast.dl), dispatched, "accept").status_code == 403

    def test_the_partial_is_the_form_alone(self, dispatched, browse, cast) -> None:
        headers = {"HX-Request": "true", "HX-Target": "action"}
        part = browse(cast.dc).get(f"/appeals/{dispatched.pk}/steps/recall/", headers=headers).content.decode()
        assert "<html" not in part
        assert 'id="action"' in part
        done = browse(cast.dc).post(f"/appeals/{dispatched.pk}/steps/recall/", {"words": "派错单位"}, headers=headers)
        assert (done.status_code, done["HX-Redirect"]) == (204, f"/appeals/{dispatched.pk}/")

    def test_it_never_leads_to_another_site(self, dispatched, browse, cast) -> None:
        done = take(browse(cast.ds), dispatched, "accept", next="https://evil.example/")
        assert done["Location"] == f"/appeals/{dispatched.pk}/"


class TestShown:
    def test_text_is_shown_as_text(self, registered, browse, cast, district) -> None:
        appeal = registered(title=XSS, content=XSS * 2, complainant=XSS, address=XSS)
        client = browse(cast.dc)
        take(client, appeal, "note", words=XSS)
        take(client, appeal, "dispatch", to_unit=district.department_1.pk, words=XSS)
        for path in ("", "print/", "steps/note/"):
            assert "<script>alert" not in client.get(f"/appeals/{appeal.pk}/{path}").content.decode()

    def test_numbers_are_masked(self, in_progress, browse, cast) -> None:
        for path in ("", "print/"):
            shown = browse(cast.ds).get(f"/appeals/{in_progress.pk}/{path}").content.decode()
            assert "138****4080" in shown
            assert "13812344080" not in shown

    @pytest.mark.parametrize("who", ["dc", "ds", "ss"])
    def test_budget(self, resolved, browse, cast, django_assert_max_num_queries, who) -> None:
        client = browse(getattr(cast, who))
        with django_assert_max_num_queries(27):
            client.get(f"/appeals/{resolved.pk}/")


class TestReveal:
    def test_for_a_reason_on_record(self, in_progress, browse, cast) -> None:
        client = browse(cast.ds)
        shown = client.post(f"/appeals/{in_progress.pk}/reveal/", {"field": "phone", "reason": "联系诉求人核实情况"})
        assert "13812344080" in shown.content.decode()
        assert "no-store" in shown["Cache-Control"]
        assert Entry.objects.filter(action="privacy.read", subject_id=in_progress.pk, user_id=cast.ds.user_id).exists()
        assert AppealEntry.objects.filter(appeal=in_progress, kind="reveal").exists()

    def test_not_without_a_reason(self, in_progress, browse, cast) -> None:
        shown = browse(cast.ds).post(f"/appeals/{in_progress.pk}/reveal/", {"field": "phone", "reason": ""})
        assert shown.status_code == 400
        assert "13812344080" not in shown.content.decode()
        assert not Entry.objects.filter(action="privacy.read").exists()

    def test_not_for_who_does_not_handle_it(self, in_progress, browse, cast) -> None:
        data = {"field": "phone", "reason": "想看看"}
        assert browse(cast.ss).post(f"/appeals/{in_progress.pk}/reveal/", data).status_code == 403
        assert browse(cast.dl).post(f"/appeals/{in_progress.pk}/reveal/", data).status_code == 403
        assert "data-reveal" not in page(browse(cast.ss), in_progress)
        assert "data-reveal" in page(browse(cast.ds), in_progress)
