"""The tables of the first version."""

from __future__ import annotations

from alembic import op

from buem.service.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them."""
    metadata.create_all(op.get_bind())
