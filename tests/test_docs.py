"""The pages: links lead somewhere, every command and option of the command line is written down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from buem import cli

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)


def page_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def anchors(path: Path) -> set[str]:
    """Anchors of a page's headings, as mkdocs and GitHub make them."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    kept = (re.sub(r"[^\w\s-]", "", h.lower()) for h in HEADING.findall(text))
    return {re.sub(r"\s+", "-", h.strip()) for h in kept}


def broken_links(path: Path) -> list[str]:
    """Relative links of a page that lead nowhere."""
    wrong = []
    for link in LINK.findall(FENCE.sub("", path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        aim = (path.parent / target).resolve() if target else path
        if not aim.exists() or (anchor and aim.suffix == ".md" and anchor not in anchors(aim)):
            wrong.append(link)
    return wrong


@pytest.mark.parametrize("path", PAGES, ids=page_name)
def test_relative_links_lead_somewhere(path):
    assert broken_links(path) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("[a](there.md)", [], id="a page"),
        pytest.param("[a](there.md#two-words)", [], id="a heading"),
        pytest.param("[a](there.md#three)", ["there.md#three"], id="no such heading"),
        pytest.param("![a](missing.png)", ["missing.png"], id="no such picture"),
        pytest.param("[a](https://example.org/x)", [], id="elsewhere"),
        pytest.param("```\n[a](missing.md)\n```", [], id="inside a block of code"),
    ],
)
def test_broken_links(tmp_path, text, expected):
    (tmp_path / "there.md").write_text("# Two words\n")
    page = tmp_path / "page.md"
    page.write_text(text)
    assert broken_links(page) == expected


def commands() -> dict[str, list[str]]:
    """Every command of the command line, sub-commands in full, with its options."""
    from typer.main import get_command

    found: dict[str, list[str]] = {}

    def walk(command, name):
        children = getattr(command, "commands", {})
        for child, sub in children.items():
            walk(sub, f"{name} {child}")
        if not children:
            found[name] = [o for p in command.params for o in (*p.opts, *p.secondary_opts) if o.startswith("--")]

    walk(get_command(cli.app), "buem")
    return found


@pytest.mark.parametrize("command", commands())
def test_command_is_in_the_docs(command):
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    section = re.search(rf"^## `{re.escape(command)}.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, f"docs/commands.md has no section '## `{command} ...`'"
    missing = [o for o in commands()[command] if o != "--help" and f"`{o}" not in section.group()]
    assert missing == [], "options without a word in docs/commands.md"


def test_every_page_is_in_the_menu():
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    missing = [p.name for p in (ROOT / "docs").glob("*.md") if f": {p.name}" not in menu]
    assert missing == []
