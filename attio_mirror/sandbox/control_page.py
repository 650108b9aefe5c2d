"""The page a person sees at the sandbox's address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from string import Template
from typing import Any

PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Attio sandbox</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 3rem auto; padding: 0 1rem }
  table { border-collapse: collapse; width: 100% } th { text-align: left }
  td, th { padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #8884; vertical-align: top }
  code { font-size: .9em; overflow-wrap: anywhere } .number { text-align: right; width: 5rem }
</style>
<h1>Attio sandbox</h1>
<p>A little Attio in the memory of one process: it answers as Attio's REST API does and forgets everything when it
stops. No real person or company is meant.</p>
<p>Point a client at this origin, with the token <code>$token</code>. As a colleague in Attio you edit with
<code>POST /sandbox/edit</code>; <code>POST /sandbox/faults</code> makes the next requests fail.</p>
<h2>What it holds</h2>
<table>$counts</table>
<h2>The last requests</h2>
<table><tr><th>#<th>Time<th>Request<th class="number">Answer</tr>$log</table>
</html>
""")


def render(
    *, token: str, counts: Mapping[str, int], waiting: Mapping[str, int], log: Iterable[Mapping[str, Any]]
) -> str:
    """The page; everything that came from outside is escaped."""
    return PAGE.substitute(
        token=escape(token or "(given when it was started)"),
        counts="".join(_count(name, count) for name, count in {**counts, **waiting}.items()),
        log="".join(_line(entry) for entry in reversed(list(log))) or "<tr><td colspan=4>None yet.</tr>",
    )


def _count(name: str, count: int) -> str:
    return f'<tr><td>{escape(name)}<td class="number">{count}</tr>'


def _line(entry: Mapping[str, Any]) -> str:
    asked = escape(f"{entry['method']} {entry['path']}")
    time, answered = entry["at"][11:19], entry["status"] or "none"
    return f'<tr><td>{entry["number"]}<td>{time}<td><code>{asked}</code><td class="number">{answered}</tr>'
