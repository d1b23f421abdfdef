"""The page and its files, as they are served."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess

import pytest

from buem.service.routes.pages import MEDIA, POLICY, STATIC, answer, asset


@pytest.mark.parametrize("name", MEDIA)
def test_files_are_those_of_the_build(name):
    found = asset(name)
    assert found.content == (STATIC / name).read_bytes()
    assert gzip.decompress(found.packed) == found.content


def test_no_file_of_the_build_is_forgotten():
    assert {path.name for path in STATIC.iterdir()} == set(MEDIA)


@pytest.mark.parametrize(("known", "accepted", "status", "length"), [
    pytest.param("", "", 200, "content", id="plain"),
    pytest.param("", "br, gzip", 200, "packed", id="packed"),
    pytest.param("TAG", "gzip", 304, None, id="the browser has it"),
    pytest.param('"another"', "", 200, "content", id="the browser has an older one"),
])
def test_answer(known, accepted, status, length):
    found = asset("page.css")
    given = answer(found, known.replace("TAG", found.tag), accepted)
    assert given.status_code == status
    assert given.body == (getattr(found, length) if length else b"")
    assert given.headers["etag"] == found.tag
    assert given.headers.get("content-encoding") == ("gzip" if length == "packed" else None)


def test_the_policy_lets_nothing_in():
    rules = dict(rule.strip().split(" ", 1) for rule in POLICY.split(";"))
    assert rules["default-src"] == "'none'"
    assert set(rules.values()) <= {"'none'", "'self'"}


def test_the_page_has_no_script_style_or_address_of_its_own():
    text = asset("index.html").content.decode()
    assert "style=" not in text
    assert not re.search(r"\son\w+=", text)
    assert re.findall(r"<(script|style)[^>]*>(?!</script>)", text) == []
    assert re.findall(r'(?:src|href)="(?!/static/|/api/|#)([^"]*)"', text) == []


@pytest.mark.parametrize("name", ["maplibre-gl", "uplot"])
def test_licences_are_beside_it(name):
    text = asset("LICENSES.txt").content.decode()
    entry = next(part for part in re.split(r"\n\n\n", text) if part.startswith(f"{name} "))
    assert "Copyright" in entry
    assert "THE SOFTWARE IS PROVIDED" in entry or "THIS SOFTWARE IS PROVIDED" in entry


def test_served(serve):
    client = serve().client
    page = client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"] == POLICY
    assert page.headers["x-content-type-options"] == "nosniff"
    for path in re.findall(r'(?:src|href)="(/static/[^"]*)"', page.text):
        found = client.get(path)
        assert found.status_code == 200
        assert found.headers["content-type"] == MEDIA[path.rpartition("/")[2]]
        again = client.get(path, headers={"If-None-Match": found.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert client.get("/favicon.ico").headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize("path", ["/static/", "/static/../app.py", "/static/%2e%2e/app.py", "/static/nothing.js",
                                  "/static/index.html"])
def test_nothing_else_is_served(serve, path):
    assert serve().client.get(path).status_code == 404


def test_what_is_shipped_is_what_the_sources_build_to():
    sources = STATIC.parent / "page"
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if not (sources / "node_modules").is_dir():
        pytest.skip("the page's modules are not installed (npm ci in buem/service/page)")
    done = subprocess.run(["node", "build.js", "--check"], cwd=sources, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_lock_file_names_no_registry():
    assert "resolved" not in (STATIC.parent / "page" / "package-lock.json").read_text()
