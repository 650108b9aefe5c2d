"""The documents name everything that is public, and nothing that is not there."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from django.core.management import load_command_class
from django.dispatch import Signal

from attio_mirror import conf, mirrors, models, signals, testing

HOUSE = Path(__file__).parents[2]
DOCS = HOUSE / "docs"
REFERENCE = DOCS / "reference"
PACKAGE = HOUSE / "attio_mirror"
PAGES = sorted([*HOUSE.glob("*.md"), *DOCS.rglob("*.md")])
COMMANDS = sorted(path.stem for path in (PACKAGE / "management/commands").glob("attio_*.py"))
INHERITED = {
    "version",
    "verbosity",
    "settings",
    "pythonpath",
    "traceback",
    "no-color",
    "force-color",
    "skip-checks",
    "help",
}


def named(page: str) -> set[str]:
    """The words that a reference page sets as code."""
    quoted = re.findall(r"`([^`]+)`", (REFERENCE / page).read_text())
    return {word for phrase in quoted for word in re.findall(r"\w+", phrase)}


def test_every_setting_is_named():
    keys = {name.upper() for name in (*conf.Conf.__slots__, *conf.ConnectionConf.__slots__)}
    assert keys - named("settings.md") == set()
    assert {mode.value for mode in conf.PushMode} - named("settings.md") == set()


def test_every_command_is_named():
    headings = re.findall(r"^## `(\w+)", (REFERENCE / "commands.md").read_text(), re.M)
    assert sorted(headings) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_is_named(command):
    page = (REFERENCE / "commands.md").read_text()
    section = page.split(f"## `{command}", 1)[1].split("\n## ", 1)[0]
    parser = load_command_class("attio_mirror", command).create_parser("manage.py", command)
    options = {name for action in parser._actions for name in action.option_strings if name.startswith("--")}
    missing = {name for name in options if name[2:] not in INHERITED and name not in section}
    assert missing == set()


def test_every_check_is_named():
    source = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    written = set(re.findall(r"attio_mirror\.[EWI]\d{3}", source))
    assert set(re.findall(r"attio_mirror\.[EWI]\d{3}", (REFERENCE / "checks.md").read_text())) == written


def test_every_public_name_of_mirrors_is_named():
    assert set(mirrors.__all__) - named("mirrors.md") == set()


def test_every_option_of_a_mirror_is_named():
    assert set(mirrors.mirror.Options.__slots__) - named("mirrors.md") == set()


def test_every_public_name_of_models_is_named():
    assert set(models.__all__) - named("models.md") == set()


def test_every_signal_is_named():
    sent = {name for name, value in vars(signals).items() if isinstance(value, Signal)}
    assert sent
    assert sent - named("models.md") == set()


def test_every_help_for_tests_is_named():
    page = (DOCS / "howto/testing.md").read_text()
    helps = {name for name, value in vars(testing.Attio).items() if not name.startswith("_") and callable(value)}
    assert {name for name in helps if f"{name}(" not in page} == set()


def test_every_variable_of_the_demo_project_is_named():
    source = (HOUSE / "project/settings.py").read_text()
    variables = set(re.findall(r'(?:environ\.get|words)\("(\w+)"', source))
    assert variables
    assert variables - named("environment.md") == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOUSE)))
def test_every_link_between_pages_leads_somewhere(page):
    links = re.findall(r"(?<!!)\[[^\]]+\]\(([^)#]+)", page.read_text())
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOUSE)))
def test_python_in_the_pages_is_python(page):
    for block in re.findall(r"^ *```python\n(.*?)```", page.read_text(), re.S | re.M):
        if ">>>" not in block:
            compile(textwrap.dedent(block).replace("…", "..."), str(page), "exec")


def test_no_page_names_a_command_that_is_not_there():
    text = "\n".join(page.read_text() for page in PAGES)
    assert set(re.findall(r"\battio_(?!mirror)[a-z]+\b", text)) - set(COMMANDS) == set()
