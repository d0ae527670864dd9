"""What was saved in the place of a state_dict, and how to save that: said where ``data.pkl`` was refused.

Knows what people hand to ``torch.save``: a checkpoint, the whole network, an optimizer. Looks, never builds.
"""

import re
from collections.abc import Iterable

from contract.artifacts.model_refusal import STATE_DICT_HINT, unreadable
from contract.artifacts.pickle_texts import root_of, texts_in
from contract.errors import ModelFileError
from contract.network import Layout

_STATE_KEYS = (
    "state_dict", "model_state_dict", "model_state", "net_state_dict", "network_state_dict", "model", "net", "network",
    "module", "weights",
)  # fmt: skip
_WHOLE = frozenset({"_modules", "_parameters"})
_LIGHTNING = "pytorch-lightning_version"
_ARRAYS = (b"cnumpy.core.multiarray\n", b"cnumpy._core.multiarray\n")
_WRAPPED = {"DataParallel": "module", "DistributedDataParallel": "module", "OptimizedModule": "_orig_mod"}
_QUANTISED = re.compile(rb"ctorch(?:\._utils\n_rebuild_qtensor|\nQU?Int[0-9x]+Storage)\n")
_SPARSE = re.compile(rb"ctorch\._utils\n_rebuild_sparse_\w*\n")
_DISTRIBUTED = re.compile(rb"ctorch\.distributed\.")


def mistake_in(pickled: bytes, layout: Layout) -> ModelFileError | None:
    """Make the refusal that says what a ``data.pkl`` holds in the place of a state_dict; None: nothing known here."""
    texts = texts_in(pickled)
    if texts >= _WHOLE:
        return _whole_module(pickled)
    key = next((key for key in _STATE_KEYS if key in texts), None)
    if key is not None and (pickled[2:3] == b"}" or _LIGHTNING in texts):
        return checkpoint(key, _prefix(texts, layout))
    if "param_groups" in texts:
        return unreadable("it holds the state of an optimizer, not the network's", hint=STATE_DICT_HINT)
    if any(symbol in pickled for symbol in _ARRAYS):
        return unreadable(
            "its entries are arrays of numpy, not tensors",
            hint="Save tensors: torch.save({name: torch.from_numpy(array) for name, array in state.items()}, "
            "'model.pt').",
        )
    if _QUANTISED.search(pickled):
        return unreadable("its tensors are quantised", hint="Save the network as it was trained, in float32.")
    if _SPARSE.search(pickled):
        return unreadable("its tensors are sparse", hint="Save each as tensor.to_dense().")
    if _DISTRIBUTED.search(pickled):
        return unreadable("its tensors are parts of distributed ones", hint="Save each as tensor.full_tensor().")
    if pickled[2:3] == b"]":
        return unreadable("it holds something else than a state_dict: a list", hint=STATE_DICT_HINT)
    return None


def checkpoint(key: str, prefix: str = "") -> ModelFileError:
    """Make the refusal of a checkpoint.

    Args:
        key: Under which it holds the state_dict.
        prefix: What its tensors' names begin with, where the network is a part of another module.
    """
    inside = f"checkpoint[{key[:60]!a}]"
    if prefix:
        inside = f"{{name.removeprefix({prefix[:60]!a}): tensor for name, tensor in {inside}.items()}}"
    return unreadable(
        f"it is a checkpoint, which holds the state_dict beside other things, as its entry {key[:60]!a}",
        hint=f"Save the state_dict alone: torch.save({inside}, 'model.pt').",
    )


def _whole_module(pickled: bytes) -> ModelFileError:
    root = root_of(pickled)
    inner = _WRAPPED.get(root.name) if root is not None else None
    path = f"model.{inner}" if inner else "model"
    return unreadable(
        f"it holds the whole network ({str(root)[:80]!a}), not its state_dict" if root is not None
        else "it holds the whole network, not its state_dict",
        hint=f"Save the state_dict alone: torch.save({path}.state_dict(), 'model.pt').",
    )  # fmt: skip


def _prefix(names: Iterable[str], layout: Layout) -> str:
    """Give what stands before the first tensor's name, where it is the same before all; else nothing."""
    known, first = frozenset(names), layout[0].name
    for name in sorted(known):
        prefix = name.removesuffix(first)
        if prefix and name.endswith(first) and all(prefix + tensor.name in known for tensor in layout):
            return prefix
    return ""
