"""``fl-director strategy``: the ways to combine models."""

import typer
from rich.table import Table

from contract.messages.system import StrategyDescription, StrategyParameter
from director.assembly import Director
from director.cli.program import AsJson, out, print_json, says_what_failed
from director.settings import read_settings

app = typer.Typer(no_args_is_help=True, help="The ways to combine models.")


@app.command("list")
@says_what_failed
def strategy_list(as_json: AsJson = False) -> None:
    """List the strategies with the numbers that each takes; * is the director's own."""
    found = Director(read_settings()).centre.strategies().items
    if as_json:
        print_json(found)
        return
    table = Table("strategy", "what it does", "parameters")
    for each in found:
        table.add_row(_name(each), each.summary, ", ".join(_number(parameter) for parameter in each.parameters))
    out.print(table)
    out.print("Each may stand behind clip+, such as clip+fedavg: then no change is longer than the median one.")


def _name(found: StrategyDescription) -> str:
    return f"{found.name} * ({found.default_name})" if found.is_default else found.name


def _number(parameter: StrategyParameter) -> str:
    return parameter.name if parameter.default is None else f"{parameter.name} = {parameter.default:g}"
