"""What goes wrong on the way, and what it means for the thing we asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from attio_mirror.core.errors import AttioError, NoAnswer, NotSent, RateLimited, Refused, Unavailable
from attio_mirror.sandbox import Fault, faults

from .tenant import Tenant, open_tenant


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    with open_tenant() as opened:
        yield opened


def happened(tenant: Tenant) -> bool:
    return bool(tenant.world.ask_or_raise("POST", "/v2/objects/companies/records/query", body={}, system=True)["data"])


@pytest.mark.parametrize(
    ("fault", "error", "effect"),
    [
        (faults.unreachable, NotSent, False),
        (faults.timeout_before, NoAnswer, False),
        (faults.timeout_after, NoAnswer, True),
        (faults.cut_before, NoAnswer, False),
        (faults.cut_after, NoAnswer, True),
        (faults.cut_midway, NoAnswer, True),
        (faults.malformed, NoAnswer, True),
        (faults.slow(31), NoAnswer, True),
        (faults.rate_limited(2), RateLimited, False),
        (faults.status(500), Unavailable, False),
        (faults.status(502, "<html>Bad Gateway</html>", after=True), Unavailable, True),
        (faults.status(404, "<html>nobody here</html>"), Refused, False),
    ],
    ids=lambda given: f"{given.kind} {given.after}" if isinstance(given, Fault) else "",
)
def test_fault_says_no_more_than_is_known(tenant, fault, error, effect):
    tenant.gate.faults.add(fault, method="POST", path="records$")
    with pytest.raises(AttioError) as raised:
        tenant.attio.create("companies", {"name": "Acme"})
    assert type(raised.value) is error
    assert happened(tenant) is effect


def test_slow_answer_within_our_patience_is_an_answer(tenant):
    tenant.gate.faults.add(faults.slow(29))
    assert tenant.attio.create("companies", {"name": "Acme"}).record_id


def test_nothing_is_repeated_on_its_own(tenant):
    tenant.gate.faults.add(faults.status(503), times=2)
    with pytest.raises(Unavailable):
        tenant.attio.objects()
    assert len(tenant.gate.log) == 1


def test_limit_of_writes_says_when_to_come_back():
    with open_tenant(rate_limits=True) as tenant:
        for number in range(25):
            tenant.attio.create("companies", {"name": f"Company {number}"})
        with pytest.raises(RateLimited) as raised:
            tenant.attio.create("companies", {"name": "Company 25"})
        assert raised.value.retry_at is not None
        wait = raised.value.retry_at - tenant.world.clock.now()
        assert timedelta(0) < wait <= timedelta(seconds=2)
        assert raised.value.code == "rate_limit_exceeded"
        tenant.world.clock.advance(wait.total_seconds())
        assert tenant.attio.create("companies", {"name": "Company 25"}).record_id


def test_reads_have_a_limit_of_their_own():
    with open_tenant(rate_limits=True) as tenant:
        for _ in range(60):
            tenant.attio.query("companies")
        assert tenant.attio.create("companies", {"name": "Acme"}).record_id
