"""Appeals in the states that tests need, reached by the services themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from appeals import services
from appeals.categories import ensure_default_categories
from appeals.models import Appeal, HotlineReturn
from appeals.rules import ensure_default_rules
from appeals.services import NewAppeal
from governance.calendars.defaults import ensure_default_calendar
from governance.deadlines.defaults import ensure_default_policies
from governance.outbox.delivery import deliver_next
from governance.outbox.models import Delivery
from tests.fixtures import Cast, District
from tests.standins.hotline import SECRET, HotlineServer, running

RESULT = "已联系维修单位到场更换主板，电梯当日恢复运行，并张贴告知。"
REPLY = "您反映的电梯问题已修复，感谢您的监督。"


def new_appeal(**changes: Any) -> NewAppeal:
    """An ordinary appeal as a person would write it down."""
    values: dict[str, Any] = {
        "title": "三号楼电梯频繁故障",
        "content": "近两周电梯停运五次，老人上下楼困难。",
        "channel": "phone",
        "complainant": "王先生",
        "phone": "13812344080",
        "address": "幸福里三号楼二单元",
    }
    return NewAppeal(**(values | changes))


@pytest.fixture
def rules(db: None, now: datetime) -> None:
    """The default calendar, policies and categories, in force for a year."""
    ensure_default_calendar()
    ensure_default_policies(now - timedelta(days=365))
    ensure_default_categories()
    ensure_default_rules()


@pytest.fixture
def registered(cast: Cast, rules: None, now: datetime) -> Callable[..., Appeal]:
    """`registered(by=cast.dc, **facts)`: a new appeal; by the district centre unless said."""

    def make(by: Any = None, **changes: Any) -> Appeal:
        return services.register(new=new_appeal(**changes), by=by or cast.dc, now=now)

    return make


@pytest.fixture
def dispatched(registered: Callable[..., Appeal], cast: Cast, district: District, now: datetime) -> Appeal:
    """An appeal of the first community, dispatched by the centre to the first department."""
    appeal = registered(unit_id=district.community_1.pk)
    return services.dispatch(appeal_id=appeal.pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now)


@pytest.fixture
def in_progress(dispatched: Appeal, cast: Cast, now: datetime) -> Appeal:
    """The same, accepted by the department."""
    return services.accept(appeal_id=dispatched.pk, by=cast.ds, now=now)


@pytest.fixture
def in_community(registered: Callable[..., Appeal], cast: Cast, district: District, now: datetime) -> Appeal:
    """Dispatched by the street to its community, and accepted there."""
    appeal = registered(by=cast.ss, unit_id=district.community_1.pk)
    services.dispatch(appeal_id=appeal.pk, to_unit_id=district.community_1.pk, by=cast.ss, now=now)
    return services.accept(appeal_id=appeal.pk, by=cast.cw, now=now)


@pytest.fixture
def resolved(in_progress: Appeal, cast: Cast, now: datetime) -> Appeal:
    """The same, resolved; the street has to visit."""
    return services.resolve(appeal_id=in_progress.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)


@pytest.fixture
def closed(resolved: Appeal, cast: Cast, now: datetime) -> Appeal:
    """The same, visited and closed."""
    report = services.VisitReport(method="phone", reached=True, solved=True, satisfaction="satisfied")
    return services.visit(appeal_id=resolved.pk, report=report, by=cast.ss, now=now)


@pytest.fixture
def city(settings: Any) -> Iterator[HotlineServer]:
    """The city hotline, listening, and the platform told where."""
    with running() as server:
        settings.OUTBOX_CHANNELS = {
            "hotline": {"adapter": "governance.outbox.channels.Hotline", "url": server.url, "secret": SECRET}
        }
        yield server


@pytest.fixture
def resolved_for_the_city(
    city: HotlineServer, registered: Callable[..., Appeal], cast: Cast, district: District, now: datetime
) -> Appeal:
    """An appeal of the hotline, resolved by the first department; on the desk of the first street, which visits."""
    appeal = registered(unit_id=district.community_1.pk, channel="hotline", source_number="DQ2026030200017")
    services.dispatch(appeal_id=appeal.pk, to_unit_id=district.department_1.pk, by=cast.dc, now=now)
    services.accept(appeal_id=appeal.pk, by=cast.ds, now=now)
    return services.resolve(appeal_id=appeal.pk, result=RESULT, public_reply=REPLY, by=cast.ds, now=now)


def refuse_newest(city: HotlineServer, now: datetime, reason: str = "答复未说明完成时间") -> HotlineReturn:
    """Deliver all that waits; the city takes it but for the last."""
    waiting = Delivery.objects.filter(channel="hotline", state=Delivery.WAITING).count()
    for _ in range(waiting - 1):
        assert deliver_next(now=now) is True
    city.plan = [(422, f'{{"code": "R01", "reason": "{reason}"}}'.encode())]
    assert deliver_next(now=now) is False
    return HotlineReturn.objects.latest("received_at", "pk")


@pytest.fixture
def returned(city: HotlineServer, resolved_for_the_city: Appeal, now: datetime) -> HotlineReturn:
    """The city has refused its reply."""
    return refuse_newest(city, now)
