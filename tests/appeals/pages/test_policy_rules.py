"""The rules in the browser: read, tried on a case, added, changed and removed."""

from appeals.models import Category, PolicyRule
from governance.deadlines.models import Policy


class TestPages:
    def test_the_rules_and_a_case_to_try(self, rules, browse, cast, django_assert_max_num_queries) -> None:
        client = browse(cast.dc)
        with django_assert_max_num_queries(10):
            page = client.get("/appeals/policy-rules/").content.decode()
        assert "自来水供应" in page
        water = Category.objects.get(path__endswith="自来水供应")
        asked = {"try": "1", "category": water.pk, "urgency": "0", "channel": "hotline", "handling_kind": "enquiry"}
        assert "使用“<b>水电气热</b>”" in client.get("/appeals/policy-rules/", asked).content.decode()
        for bad in ({"urgency": "x"}, {"category": "9" * 30}, {"channel": "\x00"}):
            assert client.get("/appeals/policy-rules/", asked | bad).status_code == 400

    def test_added_changed_and_removed(self, rules, browse, cast) -> None:
        client = browse(cast.dc)
        data = {
            "category": "",
            "urgency": "2",
            "channel": "",
            "handling_kind": "",
            "policy": Policy.objects.get(code="life_safety").pk,
        }
        assert client.post("/appeals/policy-rules/add/", data).status_code == 302
        rule = PolicyRule.objects.get(urgency=2)
        assert client.post("/appeals/policy-rules/add/", data).status_code == 400
        url = f"/appeals/policy-rules/{rule.pk}/"
        assert client.post(url, data | {"channel": "phone"}).status_code == 302
        rule.refresh_from_db()
        assert rule.channel == "phone"
        client.post(f"{url}remove/")
        assert not PolicyRule.objects.filter(pk=rule.pk).exists()
