"""Each global version knows the one that it moved on from, what stood still, and hospitals' words on it.

And a hospital may have a size that the admin expects of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_EMPTY_LIST = sa.text("'[]'")

# Every version was published in the act that made it, so its parent is what was published before that.
_PARENTS = """
UPDATE global_models SET parent = (
    SELECT before.version
    FROM publications AS earlier
    JOIN global_models AS before ON before.id = earlier.global_model_id
    WHERE earlier.task = global_models.task
      AND before.task_digest = global_models.task_digest
      AND earlier.id = (
        SELECT max(each.id) FROM publications AS each
        WHERE each.task = global_models.task
          AND each.id < (SELECT min(own.id) FROM publications AS own WHERE own.global_model_id = global_models.id)
      )
)
"""


def upgrade() -> None:
    # columns are added without making a table anew: others refer to it
    op.add_column("envoys", sa.Column("expected_examples", sa.Integer(), nullable=True))
    op.add_column("global_models", sa.Column("parent", sa.Integer(), nullable=True))
    op.add_column("global_models", sa.Column("standing", sa.JSON(), nullable=False, server_default=_EMPTY_LIST))
    op.add_column("global_models", sa.Column("notes", sa.JSON(), nullable=False, server_default=_EMPTY_LIST))
    op.execute(_PARENTS)
    op.create_table(
        "version_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("global_model_id", sa.Integer(), nullable=False),
        sa.Column("envoy_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["global_model_id"], ["global_models.id"], name=op.f("fk_version_answers_global_model_id_global_models")
        ),
        sa.ForeignKeyConstraint(["envoy_id"], ["envoys.id"], name=op.f("fk_version_answers_envoy_id_envoys")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_answers")),
    )
    op.create_index(op.f("ix_version_answers_global_model_id"), "version_answers", ["global_model_id"], unique=False)


def downgrade() -> None:
    op.drop_table("version_answers")
    for column in ("notes", "standing", "parent"):
        op.drop_column("global_models", column)
    op.drop_column("envoys", "expected_examples")
