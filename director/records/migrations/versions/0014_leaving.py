"""Hospitals that have left, and tasks that begin anew from the shared start."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("envoys", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("publications") as table:  # made anew: nothing refers to it
        table.alter_column("global_model_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM publications WHERE global_model_id IS NULL")
    with op.batch_alter_table("publications") as table:
        table.alter_column("global_model_id", existing_type=sa.Integer(), nullable=False)
    op.drop_column("envoys", "withdrawn_at")
