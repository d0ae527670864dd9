"""A global version is a set of files, as a submission is; readers of the audit remember how far they have come."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_COLUMNS = {"model": "model_sha256", "scaler": "scaler_sha256", "card": "card_sha256"}
_READERS = ("log", "training_logs", "view")


def upgrade() -> None:
    op.create_table(
        "global_model_files",
        sa.Column("global_model_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["global_model_id"], ["global_models.id"], name=op.f("fk_global_model_files_global_model_id_global_models")
        ),
        sa.PrimaryKeyConstraint("global_model_id", "role", name=op.f("pk_global_model_files")),
    )
    for role, column in _COLUMNS.items():
        op.execute(f"INSERT INTO global_model_files SELECT id, '{role}', {column} FROM global_models")  # noqa: S608 - our own names
        # not rebuilt in a batch: publications refer to the table while it would be away
        op.drop_column("global_models", column)
    readers = op.create_table(
        "readers",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_readers")),
    )
    # what was told before is in the logs and in the view already
    newest = op.get_bind().scalar(sa.text("SELECT coalesce(max(seq), 0) FROM audit"))
    op.bulk_insert(readers, [{"name": name, "seq": newest} for name in _READERS])


def downgrade() -> None:
    op.drop_table("readers")
    for role, column in _COLUMNS.items():
        op.add_column("global_models", sa.Column(column, sa.String(length=64), nullable=False, server_default=""))
        op.execute(
            f"UPDATE global_models SET {column} = (SELECT sha256 FROM global_model_files"  # noqa: S608 - our own names
            f" WHERE global_model_id = global_models.id AND role = '{role}')"
        )
    op.drop_table("global_model_files")
