"""The commands that make, list and revoke keys of the service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy import Connection

keys_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Keys of the service, for X-Api-Key.")

Folder = Annotated[Path, typer.Option("--folder", metavar="DIR", help="Folder of the service.")]
Database = Annotated[str, typer.Option(metavar="URL", help="Its database; SQLite in the folder when absent.")]
Scope = Annotated[str, typer.Option(help="read, run (reads, too) or admin (all).")]
Description = Annotated[str, typer.Option(help="Whose key it is.")]
Days = Annotated[float | None, typer.Option(metavar="DAYS", help="After which it is no key any more.")]


@keys_app.command()
def create(scope: Scope = "run", description: Description = "", days: Days = None,
           folder: Folder = Path("buem-service"), database: Database = "") -> int:
    """Make a key and print it; it cannot be read again."""
    from buem.service.answers import utc_now
    from buem.service.keys import create_key

    with _changing(folder, database, "create") as (connection, note):
        name, key = create_key(connection, scope, description, utc_now(), days)
        note(name)
    print(f"{name}  {scope}\n{key}")
    return 0


@keys_app.command("list")
def list_all(folder: Folder = Path("buem-service"), database: Database = "") -> int:
    """List keys: id, scopes, when made, until when, description; not the keys themselves."""
    from buem.service.answers import stamp
    from buem.service.keys import list_keys

    with _changing(folder, database, "list") as (connection, _):
        rows = list_keys(connection)
    for row in rows:
        until = f"revoked {stamp(row.revoked_at)}" if row.revoked_at else f"until {stamp(row.expires_at) or 'revoked'}"
        print(f"{row.id}  {','.join(row.scopes)}  {stamp(row.created_at)}  {until}  {row.description}".rstrip())
    return 0


@keys_app.command()
def revoke(key_id: Annotated[str, typer.Argument(metavar="ID")], folder: Folder = Path("buem-service"),
           database: Database = "") -> int:
    """Let a key be none any more; servers notice within a second."""
    from buem.errors import OptionError, problem
    from buem.service.answers import utc_now
    from buem.service.keys import revoke_key

    with _changing(folder, database, "revoke") as (connection, note):
        if not revoke_key(connection, key_id, utc_now()):
            raise OptionError([problem("ID", key_id, "the id of a key that is not revoked (buem keys list)")])
        note(key_id)
    print(f"{key_id}  revoked")
    return 0


@contextmanager
def _changing(folder: Path, database: str, action: str) -> Iterator[tuple[Connection, Callable[[str], None]]]:
    """A transaction on the store of a service, and what writes its change into the audit."""
    from buem.service.answers import utc_now
    from buem.service.audit import write_change
    from buem.service.options import ServiceOptions
    from buem.service.request_rules import Named
    from buem.service.store import migrate, open_store, transaction

    options = ServiceOptions(folder=folder, database=database)
    store = open_store(options.database_url, options.database_timeout)
    try:
        migrate(store)
        with transaction(store) as connection:
            def note(key_id: str) -> None:
                change = Named(action=action, resource="keys", resource_id=key_id)
                write_change(connection, change, utc_now(), actor="command line", request_id="")

            yield connection, note
    finally:
        store.dispose()
