"""Indexes for what is asked about many hospitals at once."""

from alembic import op

revision = "0010"
down_revision = "0009"

_INDEXES = {
    "ix_submissions_verdict": ("submissions", ["verdict", "task", "envoy_id", "version"]),
    "ix_version_answers_envoy_id": ("version_answers", ["envoy_id"]),
    "ix_publications_global_model_id": ("publications", ["global_model_id"]),
}


def upgrade() -> None:
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns, unique=False)


def downgrade() -> None:
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table)
