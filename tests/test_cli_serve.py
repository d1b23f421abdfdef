"""`buem serve` before it serves: options that are refused with their name, and where it says it listens."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from buem import cli

pytest.importorskip("fastapi", reason="the service extra is not installed")


def command(*words):
    return cli.main([str(word) for word in words])


@pytest.mark.parametrize(("words", "text"), [
    (("--port", "99999"), "port: 99999; expected 0 to 65535"), (("--port", "-1"), "port: -1; expected 0 to 65535"),
    (("--keys", "maybe"), "keys: 'maybe'; expected one of on, off"),
    (("--body-limit", "big"), "body_limit: 'big'; expected an amount of memory such as 5MB"),
    (("--memory-per-building", "x"), "memory_per_building: 'x'; expected an amount of memory"),
    (("--limit", "jobs"), "limit: 'jobs'; expected NAME=N with one of job_creation"),
    (("--database", "nonsense"), "database: 'nonsense'; expected sqlite:///FILE or postgresql+psycopg://"),
    (("--smtp", "nonsense"), "smtp://, smtp+starttls:// or smtps://"),
    (("--workers", "-2"), "workers: -2; expected a whole number from 1"),
])
def test_an_option_that_is_refused_is_named(tmp_path, capsys, words, text):
    folder = tmp_path / "service"
    assert command("serve", "--folder", folder, *words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert text in line
    # Nothing was begun.
    assert not folder.exists()


@pytest.mark.parametrize("words", [("--port", "web"), ("--workers", "1.5"), ("--lease", "long"), ("--colour", "red"),
                                   ("town.geojson",)])
def test_words_that_it_does_not_take(capsys, words):
    assert command("serve", *words) == 2
    assert "Try 'buem serve --help' for help." in capsys.readouterr().err


def test_a_secret_is_not_repeated(tmp_path, capsys):
    assert command("serve", "--folder", tmp_path / "s", "--smtp", "http://me:secret@mail.example.org") == 2
    assert "secret" not in capsys.readouterr().err


def test_a_folder_that_is_a_file(tmp_path, capsys):
    (tmp_path / "x").write_text("")
    assert command("serve", "--folder", tmp_path / "x", "--port", "0") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert str(tmp_path / "x") in line


def test_a_port_that_is_taken(tmp_path, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert command("serve", "--folder", tmp_path / "s", "--port", port, "--workers", "0") == 1
    assert str(port) in capsys.readouterr().err


def test_another_address_needs_keys(tmp_path, capsys):
    assert command("serve", "--folder", tmp_path / "s", "--host", "0.0.0.0", "--keys", "off") == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_help_loads_no_server():
    code = ("import sys; from buem import cli\ncli.main(['serve', '--help'])\n"
            "print([m for m in ('fastapi', 'uvicorn', 'sqlalchemy', 'pandas') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "--folder" in done.stdout
