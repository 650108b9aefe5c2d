"""The house is in order: the ladder holds, files stay small, and nothing in them is about where they were written."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

HOUSE = Path(__file__).parents[2]
PACKAGE = HOUSE / "attio_mirror"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)

MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 45
DOORS = {"requests": ("client", "sandbox"), "django_q": ("queue.py",), "rest_framework": ("rest", "urls.py")}

# Written so that this file does not hold them either.
FORBIDDEN = re.compile(
    "|".join(
        [
            "/work" + "/",
            r"\.\./shared",
            "py" + "pi" + r"\.org",
            "npm" + r"js\.",
            "python" + "hosted",
        ]
    ),
    re.IGNORECASE,
)


def tracked() -> list[Path]:
    if not (HOUSE / ".git").exists():
        return []
    names = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, check=True, capture_output=True, text=True).stdout
    return [path for name in names.split("\0") if name and (path := HOUSE / name).is_file()]


@cache
def tree_of(module: Path) -> ast.Module:
    return ast.parse(module.read_text())


def imported(module: Path) -> set[str]:
    """The top-level packages a module imports from outside."""
    nodes = list(ast.walk(tree_of(module)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    taken = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.split(".")[0] for name in plain | taken}


def functions(module: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree_of(module)) if isinstance(node, ast.FunctionDef)]


def place(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def test_imports_go_down_the_ladder_only(monkeypatch):
    monkeypatch.chdir(HOUSE)
    monkeypatch.setattr("logging.config.dictConfig", lambda _: None)  # it would silence our loggers for good
    assert lint_imports(is_debug_mode=False) == 0


@pytest.mark.parametrize("outside", DOORS)
def test_each_outside_thing_has_one_door(outside):
    users = {module.relative_to(PACKAGE).parts[0] for module in MODULES if outside in imported(module)}
    assert users <= set(DOORS[outside])


def test_no_import_hides_in_a_function():
    hidden = [
        f"{place(module)}:{node.lineno}"
        for module in MODULES
        if module.name != "apps.py"
        for function in functions(module)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_no_file_is_too_long():
    assert {place(m): n for m in MODULES if (n := len(m.read_text().splitlines())) > MOST_LINES} == {}


def test_no_function_is_too_long():
    lengths = {f"{place(m)}:{f.name}": f.end_lineno - f.lineno + 1 for m in MODULES for f in functions(m)}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES_OF_A_FUNCTION} == {}


def test_every_module_and_public_class_says_what_it_is():
    silent = []
    for module in MODULES:
        tree = tree_of(module)
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
        if tree.body and not ast.get_docstring(tree):
            silent.append(place(module))
        silent += [f"{place(module)}:{node.name}" for node in classes if not ast.get_docstring(node)]
    assert silent == []


def test_no_file_says_where_it_was_written():
    found = {}
    for path in tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        if hits := FORBIDDEN.findall(text):
            found[place(path)] = hits
    assert found == {}
