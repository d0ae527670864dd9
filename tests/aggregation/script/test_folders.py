"""A folder that can't be used is refused by name, in a sentence, at once and without much memory."""

import json
import os
import resource
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.errors import AggregationError
from aggregation.script.folders import FileAt, labels_of, read_folders
from contract.errors import ArtifactError
from contract.names import Digest
from contract.tasks import DIAGNOSIS_COUNT
from contract.written_text import read_text
from tests.hospital_folders import SCALER, model_of, write_folder

BASE = Digest.of(b"a start")


@pytest.fixture
def knh(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "KNH", model_of((1, 2, 3)), 240, base=BASE)


def says(**claims: object) -> Callable[[Path], object]:
    return lambda folder: (folder / "metadata.json").write_text(json.dumps(claims))


def holds(data: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / "metadata.json").write_bytes(data)


def in_place_of(name: str, make: Callable[[Path], object]) -> Callable[[Path], object]:
    def spoil(folder: Path) -> None:
        (folder / name).unlink()
        make(folder / name)

    return spoil


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(20 * 2**30)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def nothing(path: Path) -> None:
    pass


SPOILED: dict[str, tuple[Callable[[Path], object], str]] = {
    "no claim": (says(), "num_examples: Field required"),
    "a claim beyond a float": (holds(b'{"num_examples": 1e400}'), "num_examples: Input should be a finite number"),
    "a claim of 400 digits": (
        holds(b'{"num_examples": ' + b"9" * 400 + b"}"),
        "num_examples: Input should be less than or equal to 1000000000",
    ),
    "a claim beyond what Python reads": (holds(b'{"num_examples": ' + b"9" * 5000 + b"}"), "Invalid JSON: number out"),
    "a claim of more than a task takes": (
        says(num_examples=10_000_001),
        "num_examples is 10000001; diagnosis_count takes 10 to 10000000",
    ),
    "a claim below 0": (says(num_examples=-3), "num_examples: Input should be greater than or equal to 1"),
    "a claim of none": (says(num_examples=0), "num_examples: Input should be greater than or equal to 1"),
    "half a row": (says(num_examples=2.5), "num_examples: Input should be a valid integer"),
    "a truth": (says(num_examples=True), "num_examples: a truth value or a text is no number"),
    "a text": (says(num_examples="240\x1b"), "num_examples: a truth value or a text is no number"),
    "a list for a number": (says(num_examples=[240]), "num_examples: Input should be a valid integer"),
    "another text": (says(num_examples="16"), "num_examples: a truth value or a text is no number"),
    "nothing": (says(num_examples=None), "num_examples: Input should be a valid integer"),
    "a claim twice": (holds(b'{"num_examples": 16, "num_examples": 17}'), "num_examples: the key is there twice"),
    "another key twice": (holds(b'{"num_examples": 16, "a": {"b": 1, "b": 1}}'), "metadata: b: the key is there twice"),
    "a long number beside": (holds(b'{"num_examples": 16, "a": ' + b"9" * 5000 + b"}"), "Invalid JSON: number out"),
    "endless": (holds(b'{"num_examples": Infinity}'), "num_examples: Input should be a finite number"),
    "UTF-16 without its mark": (holds('{"num_examples": 16}'.encode("utf-16-le")), "metadata: Invalid JSON"),
    "no metadata but its name": (holds(b""), "metadata: Invalid JSON"),
    "not a number": (holds(b'{"num_examples": NaN}'), "num_examples: Input should be a finite number"),
    "a list for metadata": (holds(b"[240]"), "metadata: Input should be an object"),
    "nested 100,000 times": (holds(b"[" * 100_000), "metadata.json is larger than 65,536 bytes"),
    "nested as deep as there is room": (holds(b'{"a":' * 10_000), "metadata: Invalid JSON: recursion limit"),
    "metadata in Latin-1": (
        holds('{"num_examples": 240, "by": "Köhler"}'.encode("latin-1")),
        "metadata is not text in UTF-8",
    ),
    "metadata of 20 GB": (in_place_of("metadata.json", huge), "metadata.json is larger than"),
    "no metadata": (in_place_of("metadata.json", nothing), "metadata.json is not there"),
    "a pipe for metadata": (in_place_of("metadata.json", pipe), "metadata.json is a pipe"),
    "a folder for metadata": (in_place_of("metadata.json", Path.mkdir), "metadata.json is a folder"),
    "a model of 20 GB": (in_place_of("model.pt", huge), "model.pt is larger than"),
    "no model": (in_place_of("model.pt", nothing), "model.pt is not there"),
    "a pipe for a model": (in_place_of("model.pt", pipe), "model.pt is a pipe"),
    "a link to an endless device": (in_place_of("model.pt", zeros), "model.pt is a device"),
    "a scaler of 20 GB": (in_place_of("scaler.pkl", huge), "scaler.pkl is larger than"),
    "a pipe for a scaler": (in_place_of("scaler.pkl", pipe), "scaler.pkl is a pipe"),
    "a link to itself": (in_place_of("scaler.pkl", lambda path: path.symlink_to(path.name)), "can't be read (Too many"),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("spoil", "said"), SPOILED.values(), ids=SPOILED)
def test_a_folder_that_can_not_be_used_is_refused_by_name(spoil, said: str, knh: Path):
    spoil(knh)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB
    with pytest.raises(AggregationError) as refused:
        read_folders([knh], None, DIAGNOSIS_COUNT)
    assert refused.value.sentence.startswith("KNH: ")
    assert said in refused.value.sentence
    assert refused.value.sentence.isprintable()
    assert refused.value.hint
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(knh: Path):
    (knh / "model.pt").chmod(0)
    with pytest.raises(AggregationError, match=r"KNH: model.pt can't be read \(Permission denied\)"):
        read_folders([knh], None, DIAGNOSIS_COUNT)


def test_a_file_that_the_system_does_not_give_is_named(knh: Path, monkeypatch):
    def denied(path: str, *_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(AggregationError, match=r"KNH: scaler.pkl can't be read \(Permission denied\)"):
        read_folders([knh], None, DIAGNOSIS_COUNT)


@pytest.mark.parametrize(
    "spoil",
    [
        spoil
        for spoil, said in SPOILED.values()
        if "metadata" in said or "JSON" in said or "num_" in said or "digits" in said
    ],
)
def test_metadata_that_is_of_no_use_is_not_needed_where_a_weight_is_given(spoil, knh: Path):
    spoil(knh)
    (folder,) = read_folders([knh], [7], DIAGNOSIS_COUNT)
    assert (folder.update.num_examples, folder.base) == (7, None)


@pytest.mark.parametrize("weight", [0, -1, 10_000_001])
def test_a_weight_that_is_no_number_of_rows_is_refused(weight: int, knh: Path):
    with pytest.raises(AggregationError, match=f"KNH: {weight} is no number of examples"):
        read_folders([knh], [weight], DIAGNOSIS_COUNT)


@pytest.mark.parametrize("claimed", [240, 240.0])
def test_a_whole_number_is_taken_however_it_is_written(claimed: float, knh: Path):
    says(num_examples=claimed)(knh)
    (folder,) = read_folders([knh], None, DIAGNOSIS_COUNT)
    assert folder.update.num_examples == 240


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_metadata_is_read_however_an_editor_saved_it(encoding: str, knh: Path):
    holds('{"num_examples": 16, "by": "Köhler"}'.encode(encoding))(knh)
    (folder,) = read_folders([knh], None, DIAGNOSIS_COUNT)
    assert folder.update.num_examples == 16


def test_a_folder_is_known_by_its_hospital(knh: Path, tmp_path: Path):
    for_task = write_folder(tmp_path / "MTRH" / DIAGNOSIS_COUNT.name, model_of((3, 2, 1)), 20)
    says(num_examples=240, envoy_name="KUTRRH", cohort="c" * 64)(knh)
    named, of_task = read_folders([knh, for_task], None, DIAGNOSIS_COUNT)
    assert (named.name, named.own_name, named.cohort) == ("KUTRRH", "KNH", "c" * 64)
    assert (of_task.name, of_task.own_name, of_task.cohort) == ("MTRH", "diagnosis_count", None)
    says(num_examples=240, envoy_name="no name!", cohort=5)(knh)
    (nameless,) = read_folders([knh], None, DIAGNOSIS_COUNT)
    assert (nameless.name, nameless.cohort) == ("KNH", None)


@pytest.mark.parametrize("base", [None, 5, "short", "A" * 64, ["0" * 64], BASE])
def test_a_base_is_a_digest_or_unknown(base: object, knh: Path):
    says(num_examples=240, base=base)(knh)
    (folder,) = read_folders([knh], None, DIAGNOSIS_COUNT)
    assert folder.base == (BASE if base == BASE else None)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (nothing, "can't be opened: No such file"),
        (Path.touch, "is no folder"),
        (pipe, "is no folder"),
        (zeros, "is no folder"),
        (lambda path: path.symlink_to(path.name), "can't be opened: Too many levels"),
    ],
)
def test_what_is_no_folder_is_said(make, said: str, tmp_path: Path):
    make(tmp_path / "MTRH")
    with pytest.raises(AggregationError, match=rf"^MTRH {said}") as refused:
        read_folders([tmp_path / "MTRH"], None, DIAGNOSIS_COUNT)
    assert "metadata.json" in refused.value.hint


def test_a_folder_that_is_given_twice_is_refused_by_whatever_names(knh: Path, tmp_path: Path):
    (tmp_path / "Kenyatta").symlink_to(knh)
    with pytest.raises(AggregationError, match=r"KNH is one folder, given twice"):
        read_folders([knh, knh], None, DIAGNOSIS_COUNT)
    with pytest.raises(AggregationError, match=r"KNH and .*KNH/../KNH are one folder, given twice"):
        read_folders([knh, knh / ".." / "KNH"], None, DIAGNOSIS_COUNT)
    with pytest.raises(AggregationError, match="KNH and Kenyatta are one folder, given twice"):
        read_folders([knh, tmp_path / "Kenyatta"], None, DIAGNOSIS_COUNT)


def test_a_name_is_shown_and_obeyed_by_nobody(tmp_path: Path):
    with pytest.raises(AggregationError, match=r"^\\x1b\[2J\[x\] can't be opened"):
        read_folders([tmp_path / "\x1b[2J[x]"], None, DIAGNOSIS_COUNT)


def test_two_folders_of_one_name_are_told_apart_by_their_paths():
    assert labels_of([Path("may", "KNH"), Path("june", "KNH"), Path("MTRH")]) == ["may/KNH", "june/KNH", "MTRH"]


def test_the_folder_that_one_stands_in_has_a_name(knh: Path, monkeypatch):
    monkeypatch.chdir(knh)
    assert labels_of([Path()]) == labels_of([Path("..", "KNH")]) == ["KNH"]


def test_a_working_folder_that_is_gone_is_refused(tmp_path: Path, monkeypatch):
    (tmp_path / "KNH").mkdir()
    monkeypatch.chdir(tmp_path / "KNH")
    (tmp_path / "KNH").rmdir()
    with pytest.raises(AggregationError, match=r"^\.: scaler.pkl is not there"):
        read_folders([Path()], None, DIAGNOSIS_COUNT)


@given(text=st.binary(max_size=200))
def test_metadata_of_any_bytes_is_read_or_refused(text: bytes, tmp_path_factory: pytest.TempPathFactory):
    folder = write_folder(tmp_path_factory.mktemp("any") / "KNH", model_of((1, 2, 3)), 240)
    holds(text)(folder)
    with suppress(AggregationError):
        (read,) = read_folders([folder], None, DIAGNOSIS_COUNT)
        assert read.update.num_examples == json.loads(read_text(text, "metadata"))["num_examples"]


def test_a_model_that_changes_while_it_is_averaged_is_refused(knh: Path):
    (folder,) = read_folders([knh], None, DIAGNOSIS_COUNT)
    (tensor,) = [each for each in DIAGNOSIS_COUNT.layout if each.name == "layers.2.bias"]
    assert folder.update.tensors.read(tensor, 0, 3).tolist() == [1, 2, 3]
    written = write_folder(knh.parent / "new", model_of((7, 8, 9)), 1, SCALER) / "model.pt"
    written.replace(knh / "model.pt")
    with pytest.raises(ArtifactError, match=r"KNH/model.pt changed while it was read"):
        folder.update.tensors.read(tensor, 0, 3)


def test_a_model_that_is_gone_before_it_is_averaged_is_refused(knh: Path):
    (folder,) = read_folders([knh], None, DIAGNOSIS_COUNT)
    (knh / "model.pt").unlink()
    with pytest.raises(ArtifactError, match=r"KNH/model.pt can't be read any more \(No such file"):
        folder.update.tensors.read(DIAGNOSIS_COUNT.layout[0], 0, 3)


def test_a_stretch_beyond_the_end_is_refused(tmp_path: Path):
    (tmp_path / "model.pt").write_bytes(b"0123456789")
    file = FileAt(tmp_path / "model.pt")
    read = np.zeros(4, np.uint8)
    file.read(6, read.data)
    assert read.tobytes() == b"6789"
    with pytest.raises(ArtifactError, match="changed while it was read"):
        file.read(8, read.data)
