import pytest

from contract.errors import InvalidNameError
from contract.names import AliasName, Digest, EnvoyName, TaskName


@pytest.mark.parametrize("name", ["KUTRRH", "a", "9", "St_Mary-2", "K" * 63])
def test_an_envoys_name_is_a_folder_everywhere(name: str):
    assert EnvoyName(name) == name


@pytest.mark.parametrize(
    "name", ["", "K" * 64, "-a", "_a", "a b", "a/b", "..", "a.b", "CON", "nul", "Com1", "lpt9", "K\n", "é", "a\0"]
)
def test_what_is_no_folder_everywhere_is_no_envoys_name(name: str):
    with pytest.raises(InvalidNameError) as refusal:
        EnvoyName(name)
    assert refusal.value.hint


def test_names_are_compared_without_regard_to_case():
    assert EnvoyName("KNH").folded == EnvoyName("knh").folded


def test_digests_and_tasks_have_their_form():
    assert Digest.of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for wrong in ("", "E" * 64, "e" * 63, "g" * 64):
        with pytest.raises(InvalidNameError):
            Digest(wrong)
    for wrong in ("", "Task", "9t", "a-b"):
        with pytest.raises(InvalidNameError):
            TaskName(wrong)


@pytest.mark.parametrize("name", ["production", "a", "v2", "a_b-c", "a" * 63])
def test_an_alias_is_a_short_word(name: str):
    assert AliasName(name) == name


@pytest.mark.parametrize("name", ["", "2", "2v", "A", "Production", "-a", "_a", "a b", "a.b", "a/b", "a" * 64, "é"])
def test_what_could_be_a_number_or_is_no_word_is_no_alias(name: str):
    with pytest.raises(InvalidNameError):
        AliasName(name)
