"""Which engine's run made a global model."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("global_models", sa.Column("engine_run", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("global_models", "engine_run")
