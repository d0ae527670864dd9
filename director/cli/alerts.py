"""``fl-director alert``: whether alerts arrive."""

import typer

from director.cli.program import opened_director, out, says_what_failed

app = typer.Typer(no_args_is_help=True, help="Alerts: told to whoever does not look.")


@app.callback()
def alert() -> None:
    """Alerts: told to whoever does not look."""


@app.command("test")
@says_what_failed
def alert_test() -> None:
    """Send a test by each channel that is set; exit code 3 if one does not take it."""
    for name in opened_director().alerts.test():
        out.print(f"{name}: taken")
