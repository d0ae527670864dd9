"""Names that the admin gives global versions, and notes on them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "model_aliases",
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("alias", sa.String(length=64), nullable=False),
        sa.Column("global_model_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["global_model_id"], ["global_models.id"], name=op.f("fk_model_aliases_global_model_id_global_models")
        ),
        sa.PrimaryKeyConstraint("task", "alias", name=op.f("pk_model_aliases")),
    )
    op.create_index(op.f("ix_model_aliases_global_model_id"), "model_aliases", ["global_model_id"], unique=False)
    # added without making the table anew: others refer to it
    op.add_column("global_models", sa.Column("note", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("global_models", "note")
    op.drop_table("model_aliases")
