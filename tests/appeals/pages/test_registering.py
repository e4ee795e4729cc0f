"""登记诉求 and 快速上报: what arrives, what is kept when something is wrong, and what is not doubled."""

import io
import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from appeals.forms.registering import title_of
from appeals.models import Appeal, Category
from governance.files.models import Attachment
from tests.appeals.pages.conftest import XSS

DESK, PHONE = "/appeals/register/", "/appeals/report/"
FACTS = {
    "title": "三号楼电梯频繁故障",
    "content": "近两周电梯停运五次，老人上下楼困难。",
    "channel": "counter",
    "urgency": "0",
    "handling_kind": "ordinary",
    "complainant": "王先生",
    "phone": "13812344080",
}
SHORT = {"content": "三号楼门口井盖缺失。有人差点掉进去。", "urgency": "1"}


def photo(name: str = "现场.jpg") -> SimpleUploadedFile:
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), "gray").save(stream, "JPEG")
    return SimpleUploadedFile(name, stream.getvalue(), "image/jpeg")


class TestDesk:
    def test_arrives_with_its_attachment(self, rules, browse, cast, district) -> None:
        done = browse(cast.ss).post(DESK, {**FACTS, "unit": district.grid_1.pk, "files": photo()})
        appeal = Appeal.objects.get()
        assert done["Location"] == f"/appeals/{appeal.pk}/"
        assert (appeal.grid_id, appeal.desk_unit_id) == (district.grid_1.pk, district.street_1.pk)
        assert Attachment.objects.get().subject_id == appeal.pk

    def test_errors_keep_what_was_typed_and_the_file(self, rules, browse, cast) -> None:
        client = browse(cast.ss)
        refused = client.post(DESK, {**FACTS, "phone": "1381234", "files": photo()})
        shown = refused.content.decode()
        assert refused.status_code == 400
        assert "手机号应为 11 位" in shown
        assert FACTS["content"] in shown
        kept = Attachment.objects.get()
        assert f'value="{kept.pk}" checked' in shown
        client.post(DESK, {**FACTS, "attachments": str(kept.pk)})
        assert Attachment.objects.get().subject_id == Appeal.objects.get().pk

    def test_a_file_that_is_none_is_said(self, rules, browse, cast) -> None:
        fake = SimpleUploadedFile("工资表.pdf", b"MZ this is a program", "application/pdf")
        refused = browse(cast.ss).post(DESK, {**FACTS, "files": fake})
        assert refused.status_code == 400
        assert "工资表.pdf" in refused.content.decode()
        assert not Appeal.objects.exists()

    def test_text_is_shown_as_text(self, rules, browse, cast) -> None:
        refused = browse(cast.ss).post(DESK, {**FACTS, "title": XSS, "address": XSS, "phone": "x"})
        assert "<script>alert" not in refused.content.decode()

    @pytest.mark.parametrize("who", ["dl", "sl"])
    def test_not_for_who_may_not_register(self, browse, cast, who) -> None:
        assert browse(getattr(cast, who)).get(DESK).status_code == 403


class TestRepeats:
    def test_same_phone_and_same_words(self, registered, browse, cast, district) -> None:
        first = registered(title="三号楼电梯频繁故障")
        client = browse(cast.dc)
        found = client.post("/appeals/register/repeats/", {"phone": "138-1234-4080"}).content.decode()
        assert first.number in found
        found = client.post("/appeals/register/repeats/", {"title": "电梯频繁故障困人"}).content.decode()
        assert first.number in found
        assert first.number not in client.post("/appeals/register/repeats/", {"title": "广场舞噪音"}).content.decode()

    def test_only_what_one_may_see(self, registered, browse, cast, district) -> None:
        registered(unit_id=district.community_1.pk)
        found = browse(cast.ss_2).post("/appeals/register/repeats/", {"phone": "13812344080"}).content.decode()
        assert "没有发现" in found


class TestPhone:
    def test_a_plain_form_works_without_scripts(self, rules, browse, cast, district) -> None:
        tile = Category.objects.get(path="政法/社会治安/消防安全")
        done = browse(cast.gw).post(PHONE, {**SHORT, "tile": tile.pk, "files": photo()})
        appeal = Appeal.objects.get()
        assert done["Location"] == "/appeals/worklist/"
        assert (appeal.title, appeal.channel, appeal.category_id) == ("三号楼门口井盖缺失", "grid", tile.pk)
        assert (appeal.grid_id, appeal.desk_unit_id) == (district.grid_1.pk, district.community_1.pk)
        assert Attachment.objects.get().subject_id == appeal.pk

    def test_a_script_gets_the_number(self, rules, browse, cast) -> None:
        done = browse(cast.gw).post(PHONE, SHORT, headers={"Accept": "application/json"})
        assert (done.status_code, json.loads(done.content)["number"]) == (201, Appeal.objects.get().number)

    def test_sent_twice_it_arrives_once(self, rules, browse, cast) -> None:
        client, key = browse(cast.gw), str(uuid.uuid4())
        for _ in range(2):
            done = client.post(
                PHONE, {**SHORT, "client_key": key, "files": photo()}, headers={"Accept": "application/json"}
            )
            assert done.status_code == 201
        assert Appeal.objects.count() == 1

    def test_errors_come_as_json_with_their_fields(self, rules, browse, cast) -> None:
        refused = browse(cast.gw).post(PHONE, {"content": "", "urgency": "0"}, headers={"Accept": "application/json"})
        assert (refused.status_code, json.loads(refused.content)["errors"][0]["field"]) == (400, "content")

    def test_closed_on_the_spot(self, rules, browse, cast, district) -> None:
        spot = {"on_the_spot": "on", "result": "已用围挡围住并复位井盖", "public_reply": "井盖已复位，谢谢提醒。"}
        browse(cast.gw).post(PHONE, {**SHORT, **spot})
        appeal = Appeal.objects.get()
        assert (appeal.state, appeal.desk_unit_id) == ("resolved", district.community_1.pk)

    def test_on_the_spot_wants_its_words(self, rules, browse, cast) -> None:
        refused = browse(cast.gw).post(PHONE, {**SHORT, "on_the_spot": "on", "result": "好"})
        assert refused.status_code == 400
        assert not Appeal.objects.exists()

    def test_on_the_spot_is_not_for_all(self, rules, browse, cast) -> None:
        assert "on_the_spot" not in browse(cast.ds).get(PHONE).content.decode()
        browse(cast.ds).post(
            PHONE, {**SHORT, "on_the_spot": "on", "result": "已经处理好了", "public_reply": "已经处理好了"}
        )
        assert Appeal.objects.get().state == "registered"

    @pytest.mark.parametrize(
        "nonsense", [{"lon": "999", "lat": "1"}, {"lon": "120"}, {"tile": "x"}, {"urgency": "7"}, {"client_key": "no"},
                     {"lon": "nan", "lat": "nan"}, {"unit": "0"}],
    )  # fmt: skip
    def test_nonsense_is_refused_in_words(self, rules, browse, cast, nonsense) -> None:
        refused = browse(cast.gw).post(PHONE, {**SHORT, **nonsense})
        assert refused.status_code == 400

    def test_where_am_i(self, district, browse, cast) -> None:
        client = browse(cast.gw)
        assert json.loads(client.post("/appeals/report/place/", {"lon": "1", "lat": "1"}).content)["found"] is False
        assert client.post("/appeals/report/place/", {"lon": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("content", "title"),
    [("井盖缺失。有人差点掉进去", "井盖缺失"), ("字" * 50, "字" * 29 + "…"), ("第一行\n第二行", "第一行"), ("。", "")],
)
def test_the_title_is_the_first_sentence(content, title) -> None:
    assert title_of(content) == title
