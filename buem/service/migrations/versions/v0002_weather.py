"""Weather that is kept by its name."""

from __future__ import annotations

from alembic import op

from buem.service.tables import weather

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make its table; a new store has it from the first step."""
    weather.create(op.get_bind(), checkfirst=True)
