"""What each hospital takes of the disk, and which files were pruned."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_OF_A_HOSPITAL = (
    "SELECT {what} FROM submissions s JOIN submission_files f ON f.submission_id = s.id WHERE s.envoy_id = envoys.id"
)


def upgrade() -> None:
    for name in ("kept_versions", "kept_bytes"):
        op.add_column("envoys", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    for table in ("submission_files", "starts"):
        op.add_column(table, sa.Column("pruned_at", sa.DateTime(timezone=True), nullable=True))
    versions, size = (
        _OF_A_HOSPITAL.format(what=what) for what in ("count(DISTINCT s.id)", "coalesce(sum(f.bytes), 0)")
    )
    op.execute(f"UPDATE envoys SET kept_versions = ({versions}), kept_bytes = ({size})")  # noqa: S608 - our own words


def downgrade() -> None:
    for table, name in (
        ("starts", "pruned_at"),
        ("submission_files", "pruned_at"),
        ("envoys", "kept_bytes"),
        ("envoys", "kept_versions"),
    ):
        op.drop_column(table, name)
