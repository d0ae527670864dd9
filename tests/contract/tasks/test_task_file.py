"""A task as a file: what it says is what the task is, and every mistake is named at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import InvalidTaskError
from contract.messages.tasks import TaskDescription
from contract.tasks import Outcome, Shares
from contract.tasks.task_file import MAX_TASK_BYTES, read_task_file
from tests.contract.tasks.task_files import HEART, changed


def mistakes(data: bytes) -> str:
    with pytest.raises(InvalidTaskError) as refusal:
        read_task_file(data)
    assert refusal.value.hint
    assert all(each in refusal.value.sentence for each in refusal.value.mistakes[:8])
    return "\n".join(refusal.value.mistakes)


def test_a_file_says_all_that_a_task_is() -> None:
    task = read_task_file(HEART.encode())
    assert task.column_names == (
        "age",
        *("pain=none", "pain=typical", "pain=other", "pain:missing"),
        "angina",
        *("cholesterol", "cholesterol:missing"),
    )
    assert (task.architecture.input_size, task.architecture.hidden_sizes, task.architecture.output_size) == (8, (), 1)
    assert (task.outcome, task.shares) == (Outcome("binary", "narrowed"), Shares(0.1, 0.2))
    assert (task.source, task.exclusions, task.cut_points) == ("table", ("age < 18",), (0.2, 0.6))
    assert task.training.epochs(100) == 2


def test_a_task_comes_over_the_wire_as_it_is_in_the_file() -> None:
    task = read_task_file(HEART.encode())
    said = TaskDescription.model_validate_json(TaskDescription.of(task).model_dump_json())
    assert said.to_task() == task
    assert said.to_task().digest == task.digest == said.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('unit = "years"', 'unit = "months"'),
        ("epochs = 2", "steps = 2"),
        ("test = 0.2", "test = 0.21"),
        ("[0.2, 0.6]", "[0.2, 0.5]"),
        ('missing = "none"', 'missing = "other"'),
        ('"age < 18"', '"age < 16"'),
        ('out_of_bounds = "abstain"\n', ""),
        ("batch_size = 16", "batch_size = 16\nweight_decay = 0.001"),
    ],
)
def test_whatever_is_said_otherwise_is_another_task(old: str, new: str) -> None:
    assert read_task_file(changed(old, new)).digest != read_task_file(HEART.encode()).digest


def test_what_is_said_at_its_default_is_the_same_task() -> None:
    said = changed("epochs = 2", "epochs = 2\nweight_decay = 0")
    assert read_task_file(said).digest == read_task_file(HEART.encode()).digest


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('kind = "flag"', 'kind = "maybe"', "features.3 (angina).kind"),
        ('unit = "years"', "years = 1", "features.1 (age).years"),
        ("epochs = 2", "", "plan: give either epochs or steps"),
        ("epochs = 2", "epochs = 2\nsteps = 3", "plan: give either epochs or steps"),
        ("minimum = 50\n", "", "features.4 (cholesterol): a number needs minimum and maximum"),
        ('kind = "flag"', 'kind = "flag"\nminimum = 0', "features.3 (angina): a flag has no minimum"),
        ('categories = ["none", "typical", "other"]', "", "features.2 (pain): a category lists its categories"),
        ('kind = "logistic"', 'kind = "mlp"', "model.hidden"),
        ("learning_rate = 0.05", "learning_rate = -1", "plan.learning_rate"),
        ("[0.2, 0.6]", "[0.2]", "risk.bounds"),
        ("[0.2, 0.6]", "[0.6, 0.2]", "risk.bounds: they do not rise"),
        ("[0.2, 0.6]", "[0.2, 1.5]", "risk.bounds: bounds of a probability"),
        ('name = "heart"', 'name = "Heart disease"', "name: "),
        ('"age < 18"', '"weight < 18"', "exclusions: "),
        ("minimum = 0\n", "minimum = 200\n", "features (age): its maximum must be above its minimum"),
        ("missing = 240", "missing = 10", "features (cholesterol): the value that stands for a missing one"),
        ('source = "narrowed"', 'source = "angina"', "outcome.source: the column angina is an input too"),
        ('title = "Narrowed', 'title = "\\u001b[31mNarrowed', "title: "),
        ("[split]\nvalidation = 0.1\ntest = 0.2", "", "split: say the shares"),
        ("validation = 0.1", "validation = 0\nwhatever = 1", "split.whatever: "),
        ('["static", "at_admission"]', '["static"]', "features (pain): its availability is at_admission"),
    ],
)
def test_a_mistake_is_named(old: str, new: str, named: str) -> None:
    assert named in mistakes(changed(old, new))


def test_all_mistakes_are_named_at_once() -> None:
    named = mistakes(changed('kind = "flag"', 'kind = "maybe"').replace(b"epochs = 2", b"epochs = 0"))
    assert "features.3 (angina).kind" in named
    assert "plan.epochs" in named


@pytest.mark.parametrize("data", [b"\xff", b"name = ", b"[" * 100_000, b"x" * (MAX_TASK_BYTES + 1)])
def test_what_is_no_toml_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidTaskError):
        read_task_file(data)


@given(st.text(max_size=200))
def test_any_other_text_is_refused_in_few_words(text: str) -> None:
    with pytest.raises(InvalidTaskError) as refusal:
        read_task_file(text.encode("utf-8", "surrogatepass"))
    assert 0 < len(refusal.value.sentence) < 4000


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_task_is_the_same_however_an_editor_saved_it(encoding: str) -> None:
    assert read_task_file(HEART.encode(encoding)).digest == read_task_file(HEART.encode()).digest


def test_text_of_another_encoding_is_named_with_what_to_do() -> None:
    with pytest.raises(InvalidTaskError, match="not text in UTF-8: byte 10") as refused:
        read_task_file('title = "é"'.encode("latin-1"))
    assert "Save it again as UTF-8" in refused.value.hint
