"""The webhook stays as it should be: what can be mended is mended, what only a person can mend is told."""

from __future__ import annotations

from typing import Any

import pytest

from attio_mirror import tasks
from attio_mirror.core.errors import Unauthorized
from attio_mirror.models import InboxEntry, InboxState, WebhookState
from attio_mirror.sandbox import faults
from attio_mirror.sync.connecting import look_after, provision
from attio_mirror.sync.status import status
from attio_mirror.testing import Attio

URL = "https://crm.example.com/attio/webhook/default/"


@pytest.fixture
def webhook(attio: Attio) -> Any:
    """Attio's side of the webhook we made."""
    made = provision(attio.connection, URL).webhook
    return attio.world.webhooks[made.webhook_id]


def test_a_healthy_one_costs_two_reads_and_changes_nothing(attio: Attio, webhook: Any) -> None:
    attio.gate.forget()
    assert look_after(attio.connection) == WebhookState.ACTIVE
    assert [one.kind for one in attio.gate.log] == ["read", "read"]


def test_what_somebody_changed_in_attio_is_put_right(attio: Attio, webhook: Any) -> None:
    known = list(webhook.subscriptions)
    webhook.target_url, webhook.subscriptions = "https://elsewhere.example/", known[:1]
    assert look_after(attio.connection) == WebhookState.ACTIVE
    assert webhook.target_url == URL
    assert len(webhook.subscriptions) == len(known)


def test_a_degraded_one_is_noted_and_still_counts_as_heard(attio: Attio, webhook: Any) -> None:
    webhook.status = "degraded"
    assert look_after(attio.connection) == WebhookState.DEGRADED
    assert status(attio.connection).webhook_state == "degraded"
    assert status(attio.connection).is_healthy


@pytest.mark.parametrize("how", ["inactive", "gone"])
def test_one_that_announces_nothing_any_more_is_a_problem_that_says_what_to_do(
    attio: Attio, webhook: Any, how: str
) -> None:
    if how == "gone":
        del attio.world.webhooks[webhook.id]
    webhook.status = "inactive"
    attio.gate.forget()
    assert look_after(attio.connection) == how
    assert attio.gate.writes() == []
    [problem] = status(attio.connection).problems
    assert f"attio_connect default --webhook {URL}" in problem
    assert provision(attio.connection, URL).outcome.shows_secret
    assert status(attio.connection).is_healthy


def test_a_connection_without_one_is_left_alone(attio: Attio) -> None:
    attio.gate.forget()
    assert look_after(attio.connection) == WebhookState.NONE
    assert attio.gate.log == []


def test_a_word_attio_may_add_is_no_reason_to_act(attio: Attio, webhook: Any) -> None:
    webhook.status = "resting"
    assert look_after(attio.connection) == WebhookState.ACTIVE


def test_care_goes_on_with_the_next_connection_where_one_is_in_trouble(
    attio: Attio, other: Attio, webhook: Any, caplog: pytest.LogCaptureFixture
) -> None:
    made = provision(other.connection, "https://crm.example.com/attio/webhook/other/").webhook
    other.world.webhooks[made.webhook_id].target_url = "https://elsewhere.example/"
    attio.gate.faults.add(faults.status(503), path="/v2/webhooks")
    tasks.care()
    assert other.world.webhooks[made.webhook_id].target_url.endswith("/other/")
    assert "503" in caplog.text


def test_care_needs_the_scope_and_says_so(attio: Attio, webhook: Any) -> None:
    attio.world.set_scopes("token-of-the-tests", ["object_configuration:read"])
    with pytest.raises(Unauthorized, match="webhook:read"):
        look_after(attio.connection)
    tasks.care()
    attio.connection.refresh_from_db()
    assert "webhook:read" in attio.connection.missing_scopes


def test_care_forgets_what_was_read_long_ago(attio: Attio) -> None:
    InboxEntry.objects.create(
        connection=attio.connection,
        idempotency_key="old",
        body={},
        state=InboxState.DONE,
        received_at="2020-01-01T00:00:00Z",
    )
    tasks.care()
    assert not InboxEntry.objects.exists()
