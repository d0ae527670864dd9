"""The one rule of small counts: fewer than eleven patients are never told of, in any message.

Source: cell size suppression policy of the US Centers for Medicare & Medicaid Services (ResDAC): no cell of 1 to 10.
"""

FEWEST_TOLD = 11


def may_be_told(count: int) -> bool:
    """Tell whether a number of patients may leave the hospital that they are of."""
    return count >= FEWEST_TOLD
