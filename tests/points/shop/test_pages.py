"""Pages of the shop: what they cost in queries, who sees what, and what is sent to the device."""

from __future__ import annotations

import json
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from governance import privacy
from governance.audit.models import Entry as AuditEntry
from governance.errors import NotFound
from members.models import Person
from points.models import Order
from points.shop.services.orders import Line, place_order
from tests.signing import client_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now():
    """Pages read the real clock."""
    return timezone.now()


@pytest.fixture
def waiting(shop, goods, rich, clerk, now):
    """Twelve orders of two lines that wait."""
    oil, rice = goods(points=1, left=50), goods("大米", 2, left=50)
    for number in range(12):
        who = rich(50, name=f"{'王李张刘陈杨赵黄周吴徐孙'[number]}建国")
        lines = [Line(oil.pk, 1), Line(rice.pk, 1)]
        place_order(shop_id=shop.pk, lines=lines, person_id=who.pk, key=str(uuid.uuid4()), by=clerk, now=now)


@pytest.mark.parametrize(
    ("name", "most"), [("points:orders", 22), ("points:shops", 20), ("points:counter", 18), ("points:my_orders", 18)]
)
def test_lists_have_a_budget(waiting, clerk, name, most, django_assert_max_num_queries):
    client = client_of(clerk)
    client.get(reverse(name))
    with django_assert_max_num_queries(most):
        assert client.get(reverse(name)).status_code == 200


def test_goods_near_have_a_budget(waiting, rich, as_member, cast, django_assert_max_num_queries):
    as_member(rich(5, name="郑秀兰"), cast.pg)
    client = client_of(cast.pg)
    client.get(reverse("points:goods"))
    with django_assert_max_num_queries(24):
        page = client.get(reverse("points:goods"))
    assert "一社区积分超市" in page.content.decode()


def test_the_district_sees_figures_and_nobody(waiting, shop, cast):
    client = client_of(cast.dc)
    assert client.get(reverse("points:orders")).status_code == 403
    for address in (reverse("points:shop", args=[shop.pk]), reverse("points:shop_settlement", args=[shop.pk])):
        page = client.get(address)
        assert page.status_code == 200
        assert "建国" not in page.content.decode()


def test_a_shop_elsewhere_is_not_found(shop, cast):
    client = client_of(cast.cs_2)
    for name in ("points:shop", "points:shop_settlement", "points:counter_sale", "points:offline"):
        assert client.get(reverse(name, args=[shop.pk])).status_code == 404


@pytest.mark.parametrize("month", ["", "x", "2026-13", "9999-99", "2026-1-1", "0001-01"])
def test_a_month_that_is_none_is_the_last_one(shop, cast, month):
    page = client_of(cast.cs).get(reverse("points:shop_settlement", args=[shop.pk]), {"month": month})
    assert page.status_code == 200


def test_bad_input_at_the_counter_is_told_and_kept(shop, goods, rich, clerk):
    oil = goods(left=1)
    client, address = client_of(clerk), reverse("points:counter_sale", args=[shop.pk])
    page = client.post(address, {"sum": "1", "q": "王", f"goods-{oil.pk}": "1"})
    assert page.status_code == 400
    assert "请选择居民" in page.content.decode()
    assert f'name="goods-{oil.pk}" value="1"' in page.content.decode()
    for sent in ("99999999999", "-1", "1.5", "x", "\0"):
        said = {"person": str(rich(5).pk), f"goods-{oil.pk}": sent, "sum": "1", "key": "k" * 200, "points": "x"}
        assert client.post(address, said).status_code == 400
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "sent",
    ["", "[]", "{", '{"items": 1}', '{"items": [{"key": "x"}]}', '{"items": [{"at": "2026-13-01T00:00:00Z"}]}',
     '{"items": [{"key": "12345678", "kind": "sale", "at": "2026-11-01T00:00:00Z", "person": "1", "lines": [[1]]}]}'],
)  # fmt: skip
def test_what_no_device_sends_is_refused(shop, clerk, sent, now):
    client = client_of(clerk)
    begin = reverse("points:offline_begin", args=[shop.pk])
    assert client.post(begin, sent, content_type="application/json").status_code == 400
    body = json.dumps({"secret": "the-device-of-the-counter", "limit": 0})
    begun = client.post(begin, body, content_type="application/json")
    assert begun.status_code == 200
    address = reverse("points:offline_upload", args=[begun.json()["session"]])
    answer = client.post(address, sent, content_type="application/json")
    assert answer.status_code in (400, 403)
    assert answer.json()["message"]


class TestFromNextDoor:
    """Somebody of another community of the street, who may order here on a phone, may do so at the counter as well."""

    PHONE = "13812344085"

    @pytest.fixture
    def neighbour(self, rich, district, now):
        who = rich(100, name="赵秀兰")
        place = {"community_id": district.community_2.pk, "grid_id": None}
        Person.objects.filter(pk=who.pk).update(**place, phone_index=privacy.blind_index("phone", self.PHONE))
        who.refresh_from_db()
        return who

    def sale(self, clerk, shop, **sent):
        return client_of(clerk).post(reverse("points:counter_sale", args=[shop.pk]), sent)

    def test_found_by_the_whole_number_alone_and_masked(self, shop, goods, neighbour, clerk):
        goods(points=10)
        assert "赵*兰" in self.sale(clerk, shop, q=self.PHONE, find=1).content.decode()
        for words in ("赵秀兰", self.PHONE[:10], "zxl"):
            page = self.sale(clerk, shop, q=words, find=1).content.decode()
            assert "没有找到" in page
        looks = AuditEntry.objects.filter(action="shop.found_by_number", is_look=True)
        assert list(looks.values_list("subject_id", "user_id")) == [(neighbour.pk, clerk.user_id)]

    def test_ordered_and_handed_over_with_the_number_to_the_end(self, shop, goods, neighbour, clerk, now):
        oil = goods(points=10)
        sent = {"person": neighbour.pk, f"goods-{oil.pk}": 1, "key": str(uuid.uuid4()), "points": 10}
        assert self.sale(clerk, shop, **sent, place=1).status_code == 400
        assert "赵*兰" in self.sale(clerk, shop, **sent, q=self.PHONE, sum=1).content.decode()
        assert self.sale(clerk, shop, **sent, q=self.PHONE, place=1).status_code == 302
        assert Order.objects.get(person=neighbour).state == "collected"
        assert not AuditEntry.objects.filter(action="shop.found_by_number").exists()

    def test_the_service_asks_for_it_as_well(self, shop, goods, neighbour, clerk, cast, district, now):
        oil = goods(points=10)
        asked = {"shop_id": shop.pk, "lines": [Line(oil.pk, 1)], "person_id": neighbour.pk, "now": now}
        for phone in ("", "13812344086", "赵秀兰"):
            with pytest.raises(NotFound):
                place_order(**asked, key=f"without-{phone}", by=clerk, phone=phone)
        Person.objects.filter(pk=neighbour.pk).update(street_id=district.street_2.pk)
        with pytest.raises(NotFound):
            place_order(**asked, key="another-street", by=clerk, phone=self.PHONE)
        Person.objects.filter(pk=neighbour.pk).update(street_id=district.street_1.pk)
        assert place_order(**asked, key="the-neighbour", by=clerk, phone=self.PHONE).how == "counter"

    def test_their_order_is_found_by_number_at_the_counter(self, shop, goods, neighbour, clerk, now):
        oil = goods(points=10)
        client, address = client_of(clerk), reverse("points:counter")
        assert "没有待领取的订单" in client.post(address, {"code": self.PHONE}).content.decode()
        made = [
            place_order(
                shop_id=shop.pk, lines=[Line(oil.pk, 1)], person_id=neighbour.pk, key=f"order-{n:04}", by=clerk,
                now=now, phone=self.PHONE,
            )
            for n in range(2)
        ]  # fmt: skip
        answer = client.post(address, {"code": " 138 1234 4085"})
        assert answer["Location"] == reverse("points:order", args=[made[0].pk])
        assert "没有" in client.post(address, {"code": "13900000000"}).content.decode()
