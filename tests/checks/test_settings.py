"""E001, E002, E006, E007, W001, W002: settings that do not mean what their writer meant."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from attio_mirror.checks import check_settings
from attio_mirror.conf import ATTIO_ORIGIN, PushMode, conf

ONE: dict[str, Any] = {"default": {"TOKEN": "t"}}


def found(**given: Any) -> list[tuple[str, str]]:
    """Ids and messages for these settings."""
    with override_settings(ATTIO_MIRROR={"CONNECTIONS": ONE, **given}):
        return [(str(message.id), message.msg) for message in check_settings()]


def ids(**given: Any) -> list[str]:
    return [one for one, _ in found(**given)]


def test_good_settings_are_passed_in_silence() -> None:
    assert found() == []


def test_the_suites_own_settings_pass_all_checks() -> None:
    assert [message.id for message in run_checks(tags=["attio_mirror"])] == []


@pytest.mark.parametrize("given", [{"PUHS": "off"}, {"CONNECTIONS": {"default": {"TOKEN": "t", "TOKNE": "t"}}}])
def test_a_misspelled_key_is_an_error_that_names_it(given: dict[str, Any]) -> None:
    [(one, message)] = found(**given)
    assert one == "attio_mirror.E001"
    assert "PUHS" in message or "CONNECTIONS.default.TOKNE" in message


def test_an_unknown_way_of_pushing_is_an_error_that_names_the_others() -> None:
    with override_settings(ATTIO_MIRROR={"CONNECTIONS": ONE, "PUSH": "sometimes"}):
        [message] = check_settings()
    assert message.id == "attio_mirror.E002"
    assert "sometimes" in message.msg
    assert "queued, inline, off, shadow" in str(message.hint)


def test_no_connection_is_a_warning() -> None:
    assert ids(CONNECTIONS={}) == ["attio_mirror.W001"]
    with override_settings():
        from django.conf import settings

        del settings.ATTIO_MIRROR
        conf.cache_clear()
        assert [message.id for message in check_settings()] == ["attio_mirror.W001"]
    conf.cache_clear()


def test_a_connection_without_a_token_is_a_warning_that_names_it() -> None:
    [(one, message)] = found(CONNECTIONS={**ONE, "north": {"TOKEN": ""}})
    assert (one, "“north”" in message) == ("attio_mirror.W002", True)


@pytest.mark.parametrize(
    "given", [{"CONNECTIONS": ["default"]}, {"CONNECTIONS": {"default": "my-token"}}, {"TIMEOUT": 0}, {"BATCH": -1},
              {"THREADS": "8"}, {"WRITES_PER_SECOND": True}, {"TIMEOUT": 30, "LEASE": 30},
              {"APPROVE_COUNT": -1}, {"APPROVE_SHARE": "half"}, {"APPROVE_VALUE": True},
              {"ALERT_AFTER": 0}, {"ALERT_WEBHOOK": "chat"}],
)  # fmt: skip
def test_values_that_mean_nothing_are_errors_and_show_no_secret(given: dict[str, Any]) -> None:
    [(one, message)] = found(**given)
    assert one == "attio_mirror.E007"
    assert "my-token" not in message


@pytest.mark.parametrize("limit", [None, 0, 10])
def test_a_limit_may_be_none_at_all_or_nothing(limit: int | None) -> None:
    assert ids(APPROVE_COUNT=limit, APPROVE_SHARE=limit, APPROVE_VALUE=limit) == []


def test_settings_that_are_no_dict_are_an_error() -> None:
    with override_settings(ATTIO_MIRROR=["CONNECTIONS"]):
        assert [message.id for message in check_settings()] == ["attio_mirror.E007"]


def test_naive_times_are_an_error() -> None:
    with override_settings(USE_TZ=False):
        assert ids() == ["attio_mirror.E006"]


# -- what the settings become --------------------------------------------------------------------------------------


def test_defaults_stand_in_one_place() -> None:
    with override_settings(ATTIO_MIRROR={"CONNECTIONS": {"default": {}}}):
        given = conf()
    assert given.push == PushMode.QUEUED
    assert given.lease > given.timeout
    assert (given.connections["default"].base_url, given.connections["default"].webhook_secrets) == (ATTIO_ORIGIN, ())


def test_settings_are_read_anew_when_a_test_changes_them() -> None:
    with override_settings(ATTIO_MIRROR={"CONNECTIONS": ONE, "BATCH": 3}):
        assert conf().batch == 3
    assert conf().batch == 24
    with override_settings(DEBUG=True):
        assert conf().batch == 24


def test_one_address_written_bare_is_one_address() -> None:
    with override_settings(ATTIO_MIRROR={"ALERT_EMAILS": "ops@example.com"}):
        assert conf().alert_emails == ("ops@example.com",)


def test_one_webhook_secret_written_bare_is_one_secret() -> None:
    with override_settings(ATTIO_MIRROR={"CONNECTIONS": {"default": {"WEBHOOK_SECRETS": "abc"}}}):
        assert conf().connections["default"].webhook_secrets == ("abc",)
    with override_settings(ATTIO_MIRROR={"CONNECTIONS": {"default": {"WEBHOOK_SECRETS": ["new", "", "old"]}}}):
        assert conf().connections["default"].webhook_secrets == ("new", "old")


def test_an_origin_may_end_in_a_slash() -> None:
    with override_settings(ATTIO_MIRROR={"CONNECTIONS": {"default": {"BASE_URL": "http://127.0.0.1:8765/"}}}):
        assert conf().connections["default"].base_url == "http://127.0.0.1:8765"


def test_no_secret_is_shown_when_settings_are_printed() -> None:
    given = {"default": {"TOKEN": "a-token", "WEBHOOK_SECRETS": ["a-secret"]}}
    with override_settings(ATTIO_MIRROR={"CONNECTIONS": given}):
        shown = repr(conf())
    assert "a-token" not in shown
    assert "a-secret" not in shown
