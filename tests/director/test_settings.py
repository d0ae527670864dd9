"""The settings: environment over file over defaults, and what is wrong is named in one sentence."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from aggregation.screening import Bounds
from director.cli import app
from director.errors import SettingsError
from director.records.database import Database
from director.settings import DirectorSettings, read_settings
from director.tracking.file_places import database_of


@pytest.fixture(autouse=True)
def a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Read no configuration but the test's."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal() -> SettingsError:
    with pytest.raises(SettingsError) as refused:
        read_settings()
    return refused.value


def test_the_environment_is_over_the_file_and_the_file_over_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert (read_settings().port, read_settings().workers, read_settings().token_days) == (8080, 1, 90)
    (tmp_path / "director.toml").write_text("port = 9000\nworkers = 3\n[gate]\nnorm_ratio = 2.0\n")
    monkeypatch.setenv("DIRECTOR_PORT", "9001")
    monkeypatch.setenv("DIRECTOR_GATE__COSINE", "0.25")
    monkeypatch.setenv("DIRECTOR_TOKEN_DAYS", "")  # an empty variable sets nothing
    found = read_settings()
    assert (found.port, found.workers, found.token_days) == (9001, 3, 90)
    assert (found.gate.norm_ratio, found.gate.cosine) == (2.0, 0.25)


def test_another_file_may_be_named_and_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    elsewhere = tmp_path / "elsewhere.toml"
    monkeypatch.setenv("DIRECTOR_CONFIG", str(elsewhere))
    assert "elsewhere.toml, which is no file" in refusal().sentence
    elsewhere.write_text("port = 9002\n")
    assert read_settings().port == 9002


def test_the_database_lies_in_the_data_folder_unless_it_is_put_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DIRECTOR_DATA_DIR", "data")
    assert Database(read_settings().url).file == tmp_path / "data" / "director.db"
    monkeypatch.setenv("HOME", str(tmp_path))
    for prefix in ("sqlite:///", "sqlite+pysqlite:///"):
        for given, meant in (("/srv/other.db", "/srv/other.db"), ("~/other.db", str(tmp_path / "other.db"))):
            monkeypatch.setenv("DIRECTOR_DATABASE_URL", prefix + given)
            assert Database(read_settings().url).file == Path(meant)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true", "sqlite:"])
def test_a_database_that_is_no_file_is_refused(url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIRECTOR_DATABASE_URL", url)
    assert "database_url: it names no file" in refusal().sentence


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("setting", ["data_dir", "tls_cert", "tls_key"])
def test_a_home_is_found_in_a_file_however_it_was_saved(
    setting: str, encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "director.toml").write_bytes(f'{setting} = "~/fl-centre-test"\n'.encode(encoding))
    assert getattr(read_settings(), setting) == tmp_path / "fl-centre-test"
    monkeypatch.setenv(f"DIRECTOR_{setting.upper()}", "~/another")
    assert getattr(read_settings(), setting) == tmp_path / "another"


def test_a_home_is_found_in_the_path_of_the_file_and_of_a_tracker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "elsewhere.toml").write_text('port = 9003\ntrack_uri = "sqlite:///~/mlflow.db"\n')
    monkeypatch.setenv("DIRECTOR_CONFIG", "~/elsewhere.toml")
    assert read_settings().port == 9003
    assert database_of(str(read_settings().track_uri)) == tmp_path / "mlflow.db"
    monkeypatch.setenv("DIRECTOR_CONFIG", "~nobody-of-that-name/x.toml")
    assert "DIRECTOR_CONFIG: there is no home ~nobody-of-that-name" in refusal().sentence


def test_an_empty_name_of_a_file_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "director.toml").write_text("port = 9004\n")
    monkeypatch.setenv("DIRECTOR_CONFIG", "")
    assert read_settings().port == 9004


def test_a_home_of_nobody_is_named_and_a_wrong_option_is_no_matter_of_the_file(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(SettingsError, match="Setting port: ") as refused:
        read_settings(port=80000)
    assert refused.value.hint == "Give the command another value."
    monkeypatch.setenv("DIRECTOR_DATA_DIR", "~nobody-of-that-name")
    assert refusal().sentence.startswith("Setting data_dir: there is no home ~nobody-of-that-name")


@pytest.mark.parametrize(
    "url", ["postgresql://user:secret@host/db", "mysql://host/db", "/srv/director.db", "sqlite3:///x", "sqlite"]
)
def test_a_database_that_is_not_sqlite_is_refused(url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIRECTOR_DATABASE_URL", url)
    assert "database_url" in refusal().sentence
    assert "SQLite alone" in refusal().sentence
    assert "secret" not in refusal().sentence


@pytest.mark.parametrize("command", [["init"], ["envoy", "list"], ["serve"]])
def test_the_commands_refuse_it_with_one_sentence_and_exit_code_2(command: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIRECTOR_DATABASE_URL", "postgresql://user:secret@host/db")
    ended = CliRunner().invoke(app, command)
    assert ended.exit_code == 2
    sentence, _, hint = ended.stderr.strip().partition("\n")
    assert sentence.startswith("error: Setting database_url: ")
    assert "SQLite alone" in sentence
    assert hint.strip() == "Mend director.toml or the environment."
    assert ended.stdout == ""
    assert "secret" not in ended.stderr


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("DIRECTOR_PROT", "9000", "DIRECTOR_PROT"),
        ("DIRECTOR_PORT", "0", "port"),
        ("DIRECTOR_PORT", "many", "port"),
        ("DIRECTOR_WORKERS", "65", "workers"),
        ("DIRECTOR_STRATEGY", "magic", "strategy"),
        ("DIRECTOR_TRUSTED_PROXIES", '["0.0.0.0/0"]', "trusted_proxies"),
        ("DIRECTOR_TRUSTED_PROXIES", '["::/0"]', "trusted_proxies"),
        ("DIRECTOR_TRUSTED_PROXIES", '["nowhere"]', "trusted_proxies"),
        ("DIRECTOR_TASKS", '{"no name": {"cut_points": [1, 2]}}', "tasks"),
        ("DIRECTOR_TASKS", '{"diagnosis_count": {"cut_points": [15, 5]}}', "cut_points"),
        ("DIRECTOR_TASKS", '{"diagnosis_count": {"cut_points": [5]}}', "cut_points"),
        ("DIRECTOR_TASKS", '{"diagnosis_count": {"cut_points": [5, 15], "label": "x"}}', "label"),
        ("DIRECTOR_GATE__NORM_RATIO", "wide", "gate.norm_ratio"),
    ],
)
def test_a_setting_that_is_wrong_is_named(variable: str, value: str, named: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(variable, value)
    assert named in refusal().sentence


def test_a_key_of_the_file_that_is_unknown_and_a_file_that_does_not_parse_are_named(tmp_path: Path):
    (tmp_path / "director.toml").write_text("prot = 9000\n")
    assert "prot" in refusal().sentence
    (tmp_path / "director.toml").write_text("port = = 9000\n")
    assert "can't be read" in refusal().sentence


def test_settings_do_not_change_under_way():
    settings = DirectorSettings()
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 9000  # type: ignore[misc]  # what shall be refused


@pytest.mark.parametrize(
    ("proxies", "address", "is_trusted"),
    [
        ((), "10.0.0.7", False),
        (("10.0.0.7",), "10.0.0.7", True),
        (("10.0.0.7",), "10.0.0.8", False),
        (("10.0.0.0/8", "fd00::/8"), "10.9.9.9", True),
        (("10.0.0.0/8", "fd00::/8"), "fd00::1%eth0", True),
        (("10.0.0.0/8",), "", False),
    ],
)
def test_a_proxy_is_known_by_its_address(proxies: tuple[str, ...], address: str, is_trusted: bool):
    assert DirectorSettings(trusted_proxies=proxies).trusts(address) == is_trusted


def test_a_count_ratio_of_the_version_before_that_is_too_small_is_taken_for_the_least(tmp_path: Path) -> None:
    assert DirectorSettings(data_dir=tmp_path, gate=Bounds(count_ratio=1.5)).gate.count_ratio == 2
    assert DirectorSettings(data_dir=tmp_path, gate=Bounds(count_ratio=4)).gate.count_ratio == 4


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("http://127.0.0.1:5000", None),
        ("https://mlflow.example.org/team", None),
        ("sqlite:////srv/mlflow.db", None),
        ("databricks", "give http://server:port"),
        ("file:///srv/mlruns", "give http://server:port"),
        ("http://", "give http://server:port"),
        ("sqlite://", "give http://server:port"),
        ("postgresql://mlflow:secret@server/mlflow", "give http://server:port"),
        ("https://mlflow:secret@server", "MLFLOW_TRACKING_USERNAME"),
        ("https://server/?token=secret", "MLFLOW_TRACKING_USERNAME"),
        ("http:mlflow:secret@server", "give http://server:port"),
        ("http://server:secret", "give http://server:port"),
        ("http://server:0", "give http://server:port"),
        ("sqlite://mlflow:secret@server/mlflow.db", "give http://server:port"),
    ],
)
def test_a_tracker_is_a_server_or_a_file_and_who_asks_it_is_no_part_of_its_address(
    uri: str, says: str | None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DIRECTOR_TRACK_URI", uri)
    if says is None:
        assert read_settings().track_uri == uri
    else:
        found = refusal()
        assert "track_uri" in found.sentence
        assert says in found.sentence
        assert "secret" not in found.sentence


def test_what_a_command_names_is_over_all_and_held_to_the_same_rules(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIRECTOR_TRACK_NAME", "set")
    assert read_settings(track_name="named").track_name == "named"
    with pytest.raises(SettingsError, match="track_name"):
        read_settings(track_name="no name/at all")
