"""Runs with their rounds; and a time in which nothing new is opened."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("task_digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("deadline_seconds", sa.Float(), nullable=False),
        sa.Column("strategy", sa.String(length=100), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("late", sa.String(length=16), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("patience", sa.Integer(), nullable=True),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_state"), "runs", ["state"], unique=False)
    op.create_table(
        "run_invitations",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("envoy_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("patients", sa.Integer(), nullable=True),
        sa.Column("cohort", sa.String(length=64), nullable=True),
        sa.Column("answered_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_invitations_run_id_runs")),
        sa.ForeignKeyConstraint(["envoy_id"], ["envoys.id"], name=op.f("fk_run_invitations_envoy_id_envoys")),
        sa.PrimaryKeyConstraint("run_id", "envoy_id", name=op.f("pk_run_invitations")),
    )
    op.create_table(
        "rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("start_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("closes_at", _MOMENT, nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("details", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_rounds_run_id_runs")),
        sa.ForeignKeyConstraint(["start_id"], ["starts.id"], name=op.f("fk_rounds_start_id_starts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("run_id", "number", "attempt", name=op.f("uq_rounds_run_id")),
    )
    op.create_index(op.f("ix_rounds_run_id"), "rounds", ["run_id"], unique=False)
    op.create_table(
        "round_closings",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_round_closings_round_id_rounds")),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_round_closings")),
    )
    op.create_table(
        "contributions",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("envoy_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(length=32), nullable=False),
        sa.Column("cohort", sa.String(length=64), nullable=True),
        sa.Column("returned_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_contributions_round_id_rounds")),
        sa.ForeignKeyConstraint(["envoy_id"], ["envoys.id"], name=op.f("fk_contributions_envoy_id_envoys")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_contributions_submission_id_submissions")
        ),
        sa.PrimaryKeyConstraint("round_id", "envoy_id", name=op.f("pk_contributions")),
    )
    op.create_table(
        "quiescences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiescences")),
    )
    # a column without its foreign key, and an index in place of a constraint: a table that others refer to stays
    op.add_column("global_models", sa.Column("round_id", sa.Integer(), nullable=True))
    op.create_index("uq_global_models_round_id", "global_models", ["round_id"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_global_models_round_id", "global_models")
    op.drop_column("global_models", "round_id")
    for table in ("quiescences", "contributions", "round_closings", "rounds", "run_invitations", "runs"):
        op.drop_table(table)
