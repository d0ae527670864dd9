"""How Alembic runs the migrations: on the connection that ``Database.migrate`` hands in."""

from alembic import context

from director.records.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite can't alter most of a table in place
)
with context.begin_transaction():
    context.run_migrations()
