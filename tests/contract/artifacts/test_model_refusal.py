from contract.artifacts.model_refusal import DAMAGED_HINT, SAVE_HINT, unreadable


def test_half_a_sentence_becomes_a_whole_one_and_says_what_to_do() -> None:
    refusal = unreadable("it is cut off")

    assert (refusal.sentence, refusal.hint) == ("The model file can't be read: it is cut off.", SAVE_HINT)
    assert unreadable("it is cut off", hint=DAMAGED_HINT).hint == DAMAGED_HINT
    assert DAMAGED_HINT.endswith(SAVE_HINT)
