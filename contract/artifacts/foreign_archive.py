"""What a file is that is no archive of ours, by its kind or by its members' names: for the sentence of the refusal."""

from collections.abc import Collection

from contract.artifacts.file_kind import PHRASES, FileKind
from contract.artifacts.model_refusal import SAVE_HINT, unreadable
from contract.errors import ModelFileError

_EAGER_HINT = "Save the network that was exported, not the export: torch.save(model.state_dict(), 'model.pt')."
_NUMPY_HINT = (
    "Load the arrays into the network and save that: model.load_state_dict({name: torch.from_numpy(arrays[name]) for "
    "name in arrays}); torch.save(model.state_dict(), 'model.pt')."
)
_UNPACK_HINT = "Send the model.pt as torch.save wrote it: unpack the archive and send the file that lies in it."

_HINTS: dict[FileKind, str] = {
    "lfs": "Fetch the file itself (git lfs pull) and send that.",
    "torch legacy": "Save it without _use_new_zipfile_serialization=False: torch.save(model.state_dict(), 'model.pt').",
    "safetensors": "Save it as PyTorch does: torch.save(safetensors.torch.load_file('model.safetensors'), 'model.pt').",
    "hdf5": "Give the numbers to the same network in PyTorch (each layer's weight transposed) and save that: "
    "torch.save(model.state_dict(), 'model.pt').",
    "pickle": "Save it with torch.save, not with pickle or joblib: torch.save(model.state_dict(), 'model.pt').",
    "gzip": "Send the file as torch.save wrote it, not compressed.",
}


def no_archive(kind: FileKind | None) -> ModelFileError:
    """Make the refusal of a file that does not begin as an archive does.

    Args:
        kind: What it is, if that is known.
    """
    what = "it is no archive as torch.save writes it"
    if kind is None:
        return unreadable(f"{what} today (since PyTorch 1.6)")
    return unreadable(f"{what}: {PHRASES[kind]}", hint=_HINTS.get(kind, SAVE_HINT))


def foreign_archive(names: Collection[str]) -> ModelFileError | None:
    """Make the refusal that says what an archive is.

    Args:
        names: Its members', each with its folders.

    Returns:
        The refusal; None: nothing that is known here.
    """
    last = {name.rpartition("/")[2] for name in names}
    if any("/code/" in name for name in names) or "constants.pkl" in last:
        return unreadable("it is a TorchScript archive, which carries program code", hint=_EAGER_HINT)
    if "archive_format" in last or any("/data/weights/" in name for name in names):
        return unreadable("it is a program that torch.export wrote", hint=_EAGER_HINT)
    if names and all(name.endswith(".npy") for name in names):
        return unreadable("it is an archive of numpy's arrays (numpy.savez)", hint=_NUMPY_HINT)
    if any(name.endswith(".h5") for name in last):
        return unreadable("it is a model that Keras saved", hint=SAVE_HINT)
    if any(name.endswith((".pt", ".pth", ".bin", ".ckpt")) for name in last):
        return unreadable("it is a ZIP archive with a model file in it", hint=_UNPACK_HINT)
    return None
