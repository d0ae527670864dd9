"""Tensors that are the network's under other names, or turned: which habit that is, and how to save them.

Knows the wrappers that put a prefix before each name, and what other libraries do to a layer's parts.
"""

from collections.abc import Mapping, Sequence

from contract.errors import LayoutMismatchError
from contract.network import Layout

Found = Mapping[str, tuple[tuple[int, ...], str]]
"""Of each tensor of a file, by its name: shape and element type."""

_WRAPPERS = {
    "module": "DataParallel or DistributedDataParallel",
    "_orig_mod": "torch.compile",
    "_fsdp_wrapped_module": "FullyShardedDataParallel",
    "_checkpoint_wrapped_module": "activation checkpointing",
}
_NORMALISATION = ("num_batches_tracked", "running_mean", "running_var")
_PARTS_OF_A_WEIGHT = ("_g", "_v", "_u", "_orig", "_mask")
_SHOWN = 60
_MAX_LISTED = 8

LAYOUT_HINT = "Train the network of this task's architecture, without adding, renaming or resizing layers."
_TRANSPOSE_HINT = (
    "Transpose each layer's weight before saving it: state[name] = state[name].T for each name that ends in 'weight'."
)


def named_otherwise(found: Found, layout: Layout) -> LayoutMismatchError | None:
    """Make the refusal of a file that has all of the network's tensors under other names.

    Returns:
        The refusal with its remedy; None: the names are the layout's, or nothing is known of those that are there.
    """
    due = [tensor.name for tensor in layout]
    if all(name in found for name in due):
        return None
    prefix = _prefix(list(found), due)
    if prefix:
        return _prefixed(prefix, due[0])
    wrappers = {part for name in found for part in name.split(".") if part in _WRAPPERS}
    if wrappers and {_unwrapped(name) for name in found} >= set(due):
        return _wrapped_within(sorted(wrappers))
    if [shape for shape, _ in found.values()] == [tensor.shape for tensor in layout]:
        return _renamed(list(found), due)
    return None


def missing(name: str, found: Found) -> LayoutMismatchError:
    """Make the refusal of a file that lacks a tensor."""
    module, _, parameter = name.rpartition(".")
    within = f"{module}.parametrizations.{parameter}."
    part = next((each for each in found if each.startswith(within) or _is_part(each, name)), None)
    if part is None:
        return mismatch(name, "is missing")
    return mismatch(
        name,
        f"is missing: the file holds a part of it, {_shown(part)}, as pruning and parametrizations keep it",
        hint="Make it whole before saving: torch.nn.utils.parametrize.remove_parametrizations(layer, 'weight'), or "
        "torch.nn.utils.prune.remove(layer, 'weight').",
    )


def of_another_shape(name: str, shape: tuple[int, ...], due: tuple[int, ...]) -> LayoutMismatchError:
    """Make the refusal of a tensor of another shape."""
    difference = f"has the shape {_sizes(shape)} instead of {_sizes(due)}"
    if len(shape) == 2 and shape == due[::-1]:
        return mismatch(name, f"{difference}: it is transposed, as Keras and TensorFlow keep it", hint=_TRANSPOSE_HINT)
    return mismatch(name, difference)


def too_many(name: str) -> LayoutMismatchError:
    """Make the refusal of a tensor that the network has not."""
    of_what = " (it belongs to a batch normalisation)" if name.endswith(_NORMALISATION) else ""
    return mismatch(name, f"is not in this task's network{of_what}")


def mismatch(name: str, difference: str, *, hint: str = LAYOUT_HINT) -> LayoutMismatchError:
    """Make the error from what is wrong with one tensor."""
    return LayoutMismatchError(f"The tensor {name[:80]!a} {difference}.", hint=hint, tensor=name[:80])


def _prefix(found: Sequence[str], due: Sequence[str]) -> str:
    """Give what stands before each name that is due; else the wrappers before each name that is there."""
    known = frozenset(found)
    for name in found:
        prefix = name.removesuffix(due[0])
        if name.endswith(due[0]) and prefix and all(prefix + each in known for each in due):
            return prefix
    before = ""
    while found and (part := found[0].removeprefix(before).partition(".")[0]) in _WRAPPERS:
        if not all(name.startswith(f"{before}{part}.") for name in found):
            break
        before += f"{part}."
    return before


def _prefixed(prefix: str, first: str) -> LayoutMismatchError:
    parts = prefix.removesuffix(".").split(".")
    wrappers = [_WRAPPERS[part] for part in dict.fromkeys(parts) if part in _WRAPPERS]
    by = " and ".join(wrappers) if len(wrappers) == len(set(parts)) else "the module around the network"
    is_path = prefix.endswith(".") and all(part.isascii() and (part.isidentifier() or part.isdigit()) for part in parts)
    if is_path and len(prefix) <= _SHOWN:
        path = "model" + "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in parts)
        saved = f"{path}.state_dict()"
    else:
        saved = f"{{name[{len(prefix)}:]: tensor for name, tensor in model.state_dict().items()}}"
    return LayoutMismatchError(
        f"The tensors' names begin with {_shown(prefix)}, which comes from {by}: {_shown(prefix + first)} where "
        f"{_shown(first)} is due.",
        hint=f"Save the network within: torch.save({saved}, 'model.pt').",
        tensor=(prefix + first)[:80],
    )


def _wrapped_within(wrappers: Sequence[str]) -> LayoutMismatchError:
    by = " and ".join(_WRAPPERS[part] for part in wrappers)
    names = " and ".join(f"'{part}.'" for part in wrappers)
    renamed = "name" + "".join(f".replace('{part}.', '')" for part in wrappers)
    return LayoutMismatchError(
        f"The tensors' names hold {names}, which comes from {by}.",
        hint=f"Save them without: torch.save({{{renamed}: tensor for name, tensor in model.state_dict().items()}}, "
        "'model.pt').",
    )


def _renamed(found: Sequence[str], due: Sequence[str]) -> LayoutMismatchError:
    other, own = next(pair for pair in zip(found, due, strict=True) if pair[0] != pair[1])
    names = ", ".join(due[:_MAX_LISTED]) + (", …" if len(due) > _MAX_LISTED else "")
    return LayoutMismatchError(
        f"The tensors have the shapes of this task's network, in its order, and other names: {_shown(other)} where "
        f"{_shown(own)} is due.",
        hint="Save them under the task's names: torch.save(dict(zip(names, model.state_dict().values())), 'model.pt'), "
        f"where names are: {names}.",
        tensor=other[:80],
    )


def _unwrapped(name: str) -> str:
    return ".".join(part for part in name.split(".") if part not in _WRAPPERS)


def _is_part(found: str, name: str) -> bool:
    return found.startswith(name) and found.removeprefix(name) in _PARTS_OF_A_WEIGHT


def _sizes(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "of a single number"


def _shown(name: str) -> str:
    return f"'{ascii(name[:_SHOWN])[1:-1][:_SHOWN]}'"
