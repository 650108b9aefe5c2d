"""What a refusal that speaks of the plan closes."""

from __future__ import annotations

import pytest

from attio_mirror.core.plan import Deed, closed


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("PATCH", "/v2/objects/deals/records/1", ("deals", Deed.WRITE)),
        ("POST", "/v2/objects/deals/records", ("deals", Deed.WRITE)),
        ("POST", "/v2/objects/deals/records/query", ("deals", Deed.READ)),
        ("GET", "/v2/objects/deals/records/1", ("deals", Deed.READ)),
        ("GET", "/v2/objects/deals/records/1/attributes/stage/values?show_historic=true", ("deals", Deed.HISTORY)),
        ("PATCH", "/v2/objects/deals/attributes/value", ("deals", Deed.SETTINGS)),
        ("GET", "/v2/objects/deals/attributes", ("deals", Deed.READ)),
        ("PATCH", "/v2/lists/sales/attributes/value", ("sales", Deed.SETTINGS)),
        ("GET", "/v2/webhooks", ("", Deed.READ)),
        ("POST", "/v2/webhooks", ("", Deed.WRITE)),
    ],
)
def test_of_each_request(method: str, path: str, expected: tuple[str, Deed]) -> None:
    assert closed(method, path) == expected
