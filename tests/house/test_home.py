"""The demo project's home page leads to everything else."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string


def test_home_page_leads_to_admin_attio_and_health(client):
    page = client.get("/").content.decode()
    assert all(f'href="{address}"' in page for address in ("/admin/", "https://app.attio.com/", "/attio/health/"))


def test_home_page_of_a_sandbox_leads_to_its_control_page():
    page = render_to_string("home.html", {"attio": "http://127.0.0.1:8700", "sandbox": True})
    assert 'href="http://127.0.0.1:8700/sandbox/"' in page
    assert "app.attio.com" not in page


@pytest.mark.parametrize("template", ["home.html", "admin/base_site.html"])
def test_pages_hold_no_inline_code(template):
    page = render_to_string(template, {})
    assert "<script>" not in page
    assert "style=" not in page
    assert '"data:' not in page


@pytest.mark.django_db
def test_admin_wears_the_name_of_the_demo(client):
    assert "attio_mirror demo" in client.get("/admin/login/").content.decode()
