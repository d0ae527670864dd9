"""How every part of the reader of ``model.pt`` refuses: one frame for the sentence, and what to do next."""

from contract.errors import ModelFileError

SAVE_HINT = "Save it with torch.save(model.state_dict(), 'model.pt') and send that file unchanged."
DAMAGED_HINT = f"It was damaged or changed after it was saved: send it again. If that does not help: {SAVE_HINT}"
STATE_DICT_HINT = (
    "Save the state_dict alone, not the model or a checkpoint: torch.save(model.state_dict(), 'model.pt')."
)
CLONE_HINT = (
    "Save a clone of each tensor: torch.save({name: t.clone() for name, t in model.state_dict().items()}, 'model.pt')."
)


def unreadable(reason: str, *, hint: str = SAVE_HINT) -> ModelFileError:
    """Make the error from half a sentence about the file (*it* ...)."""
    return ModelFileError(f"The model file can't be read: {reason}.", hint=hint)
