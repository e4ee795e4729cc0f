"""The security office in the browser."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ApiToken, Posting, User
from governance.scope import Role
from tests.fixtures import make_posting

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(cast, sign_in):
    return sign_in(cast.se)


def _names(answer) -> set[str]:
    return {row.object.username for row in answer.context["rows"]}


def test_the_list_finds_people_by_name_initials_account_phone_unit_and_role(office, cast, district):
    user = make_posting(Role.COMMUNITY_WORKER, district.community_3, username="wangfang").user
    from accounts.services.users import set_phone

    user.name, user.initials = "王芳", "WF"
    set_phone(user, "13812344080")
    user.save()
    for query in ("q=王芳", "q=wf", "q=wangf", "q=138 1234 4080"):
        assert _names(office.get(f"/accounts/staff/?{query}")) == {"wangfang"}, query
    street_2 = _names(office.get(f"/accounts/staff/?unit={district.street_2.code}"))
    assert street_2 == {"wangfang", f"ss-{district.street_2.code}", f"cw-{district.community_3.code}"}
    assert "wangfang" in _names(office.get("/accounts/staff/?unit=第二街道"))
    assert _names(office.get("/accounts/staff/?role=AU")) == {f"au-{district.district.code}"}


def test_the_tabs_tell_who_works_who_has_no_posting_and_who_is_disabled(office, cast):
    User.objects.filter(pk=cast.cw.user_id).update(is_active=False)
    Posting.objects.filter(pk=cast.cs.posting_id).update(ends_on="2021-01-01")
    ids = {t: {r.pk for r in office.get(f"/accounts/staff/?tab={t}").context["rows"]} for t in ("none", "disabled")}
    assert ids == {"none": {cast.cs.user_id}, "disabled": {cast.cw.user_id}}
    assert cast.cw.user_id not in {r.pk for r in office.get("/accounts/staff/").context["rows"]}


def test_the_list_keeps_to_its_query_budget(office, cast, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        office.get("/accounts/staff/?tab=all&size=100")


def test_adding_a_person_shows_the_password_once_and_never_again(office, district):
    form = {
        "username": "wangfang",
        "name": "王芳",
        "phone": "13812344080",
        "role": "CW",
        "unit": district.community_1.pk,
        "starts_on": timezone.localdate().isoformat(),
    }
    answer = office.post("/accounts/staff/add/", form)
    user = User.objects.get(username="wangfang")
    secret = answer.context["secret"]
    assert user.check_password(secret)
    assert secret in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    page = office.get(f"/accounts/staff/{user.pk}/").content.decode()
    assert secret not in page
    assert "13812344080" not in page
    taken = office.post("/accounts/staff/add/", form)
    assert taken.status_code == 400
    assert "已被使用" in taken.content.decode()


@pytest.mark.parametrize("change", [{"role": "SL"}, {"unit": "999999"}, {"starts_on": "bald"}, {"name": ""}])
def test_what_is_wrong_stands_at_the_form_and_nothing_is_added(office, district, change):
    form = {"username": "x-1", "name": "王芳", "role": "CW", "unit": district.community_1.pk, "starts_on": "2026-01-01"}
    answer = office.post("/accounts/staff/add/", {**form, **change})
    assert answer.status_code == 400
    assert "error-summary" in answer.content.decode()
    assert not User.objects.filter(name="王芳").exists()


def test_every_change_to_a_person_goes_through_its_form(office, cast, district):
    base = f"/accounts/staff/{cast.cw.user_id}"
    today = timezone.localdate()

    def done(path: str, data: dict | None = None) -> None:
        assert office.get(f"{base}/{path}").status_code == 200, path
        answer = office.post(f"{base}/{path}", data or {})
        assert answer.status_code in {200, 302}, (path, answer.content.decode()[:3000])

    done("edit/", {"name": "王小芳", "phone": ""})
    assert User.objects.get(pk=cast.cw.user_id).name == "王小芳"
    posting = {"role": "SS", "unit": district.street_1.pk, "starts_on": today.isoformat()}
    done("postings/add/", posting)
    new = Posting.objects.get(user_id=cast.cw.user_id, role="SS")
    done(f"postings/{new.pk}/end/", {"when": "now"})
    move = {"unit": district.community_2.pk, "role": "CW", "first_day": (today + timedelta(days=3)).isoformat()}
    done(f"postings/{cast.cw.posting_id}/move/", move)
    assert Posting.objects.get(pk=cast.cw.posting_id).ends_on == today + timedelta(days=2)
    token = {"name": "平板", "posting": cast.cw.posting_id, "expires_on": (today + timedelta(days=30)).isoformat()}
    done("tokens/add/", token)
    done(f"tokens/{ApiToken.objects.get().pk}/revoke/")
    done("sign-out/")
    done("password/")
    done("unlock/")
    done("disable/", {"reason": "离职"})
    done("enable/")
    assert office.get(f"{base}/").status_code == 200


def test_an_end_needs_a_day_or_the_word(office, cast):
    url = f"/accounts/staff/{cast.cw.user_id}/postings/{cast.cw.posting_id}/end/"
    assert office.post(url, {"when": "day"}).status_code == 400
    assert office.post(url, {"when": "day", "last_day": "2020-01-01"}).status_code == 400
    assert office.post(url, {}).status_code == 400


def test_ones_own_page_offers_nothing_and_its_forms_refuse(office, cast, district):
    base = f"/accounts/staff/{cast.se.user_id}"
    page = office.get(f"{base}/").content.decode()
    assert "另一名安全管理员" in page
    assert "停用账号" not in page
    assert office.post(f"{base}/disable/", {"reason": "x"}).status_code == 403
    assert office.post(f"{base}/password/").status_code == 403
    form = {"role": "DC", "unit": district.district.pk, "starts_on": "2026-01-01"}
    assert office.post(f"{base}/postings/add/", form).status_code == 403


def test_a_posting_of_somebody_else_under_a_persons_address_is_not_found(office, cast):
    url = f"/accounts/staff/{cast.cw.user_id}/postings/{cast.cs.posting_id}/end/"
    assert office.get(url).status_code == 404
    assert office.post(url, {"when": "now"}).status_code == 404
    assert office.post(f"/accounts/staff/{cast.cw.user_id}/tokens/1/revoke/").status_code == 404
    assert office.get("/accounts/staff/999999999999999999999999/").status_code == 404
