"""Rotation: a token knows the one that takes its place."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("tokens", sa.Column("successor_id", sa.String(length=16), nullable=True))


def downgrade() -> None:
    op.drop_column("tokens", "successor_id")
