"""What Alembic runs: the steps, on the connection it was given."""

from __future__ import annotations

from alembic import context

from buem.service.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
