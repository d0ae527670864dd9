"""Quarantine: a person's decisions, reports of statistics with a verdict, what an aggregate left out, validation."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_EMPTY_LIST = sa.text("'[]'")


def upgrade() -> None:
    with op.batch_alter_table("submissions") as table:
        table.add_column(sa.Column("decision", sa.JSON(none_as_null=True), nullable=True))
    with op.batch_alter_table("statistics") as table:
        table.add_column(sa.Column("verdict", sa.String(length=16), nullable=False, server_default="admitted"))
        table.add_column(sa.Column("checks", sa.JSON(), nullable=False, server_default=_EMPTY_LIST))
        table.add_column(sa.Column("decision", sa.JSON(none_as_null=True), nullable=True))
    with op.batch_alter_table("global_models") as table:
        table.add_column(sa.Column("quarantined", sa.JSON(), nullable=False, server_default=_EMPTY_LIST))
        table.add_column(sa.Column("held_out", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "validation_tables",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("task_digest", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_validation_tables")),
    )
    op.create_index(op.f("ix_validation_tables_task"), "validation_tables", ["task"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_validation_tables_task"), table_name="validation_tables")
    op.drop_table("validation_tables")
    for name, columns in (
        ("global_models", ("held_out", "quarantined")),
        ("statistics", ("decision", "checks", "verdict")),
        ("submissions", ("decision",)),
    ):
        with op.batch_alter_table(name) as table:
            for column in columns:
                table.drop_column(column)
