"""How an envoy is configured: the environment over the file over defaults, and no unknown keys."""

from datetime import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from envoy.bucket_address import BucketAddress
from envoy.errors import SettingsError
from envoy.house_rules import HouseRules
from envoy.settings import EnvoySettings, read_settings


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in an empty folder without settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "DATA", "CONFIG", "ATTEMPTS", "SEED"):
        monkeypatch.delenv(f"ENVOY_{name}", raising=False)


def test_the_environment_counts_more_than_the_file_and_the_file_more_than_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "envoy.toml").write_text('seed = 3\nattempts = 2\ndata = "tables"\n')
    monkeypatch.setenv("ENVOY_ATTEMPTS", "5")
    monkeypatch.setenv("ENVOY_DATA", "")  # empty: not said
    settings = read_settings()
    assert (settings.seed, settings.attempts, settings.data, settings.held_out_share) == (3, 5, Path("tables"), 0.2)


def test_the_file_may_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other.toml").write_text("seed = 7\n")
    monkeypatch.setenv("ENVOY_CONFIG", str(tmp_path / "other.toml"))
    assert read_settings().seed == 7
    monkeypatch.setenv("ENVOY_CONFIG", str(tmp_path / "nowhere.toml"))
    with pytest.raises(SettingsError, match="which is no file"):
        read_settings()


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("ENVOY_COLOUR", "blue", "ENVOY_COLOUR is no setting"),
        ("ENVOY_SEED", "-1", "Setting seed: "),
        ("ENVOY_HELD_OUT_SHARE", "1", "Setting held_out_share: "),
        ("ENVOY_ATTEMPTS", "many", "Setting attempts: "),
        ("ENVOY_TIMEOUT_SECONDS", "0", "Setting timeout_seconds: "),
        ("ENVOY_INSECURE_HTTP", "perhaps", "Setting insecure_http: "),
        ("ENVOY_MINIMUM_EXAMPLES", "0", "Setting minimum_examples: "),
        ("ENVOY_MAX_EPOCHS", "0", "Setting max_epochs: "),
        ("ENVOY_TASKS", "Diagnosis Count", "Setting tasks.0: "),
        ("ENVOY_HOURS", "at night", "Setting hours: .*write them as 20:00-06:00"),
        ("ENVOY_THREADS", "0", "Setting threads: "),
        ("ENVOY_KILOBYTES_PER_SECOND", "1", "Setting kilobytes_per_second: "),
        ("ENVOY_ANSWER", "always", "Setting answer: "),
        ("ENVOY_DATA", "s3:/tables/mimic", "it begins with s3://"),
        ("ENVOY_DATA", "gs://tables/mimic", "can't be read from gs://"),
        ("ENVOY_S3_REGION", "evil.example/", "Setting s3_region: "),
        ("ENVOY_S3_ANONYMOUS", "perhaps", "Setting s3_anonymous: "),
        ("ENVOY_S3_INSECURE_HTTP", "perhaps", "Setting s3_insecure_http: "),
        ("ENVOY_ANSWER_MARGIN", "-1", "Setting answer_margin: "),
        ("ENVOY_ANSWER_LOSS_MARGIN", "nan", "Setting answer_loss_margin: "),
    ],
)
def test_what_is_no_setting_or_no_value_of_one_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=sentence):
        read_settings()


@pytest.mark.parametrize(("text", "sentence"), [("seed = ", "can't be read"), ("shoe_size = 44", "shoe_size")])
def test_a_file_that_is_wrong_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "envoy.toml").write_text(text)
    with pytest.raises(SettingsError, match=sentence):
        read_settings()


def test_a_home_may_be_said_from_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    assert EnvoySettings(home=Path("~/envoy")).home_folder == Path("/somewhere/envoy")


def test_the_hospitals_limits_hold_unless_it_sets_others(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().rules == HouseRules(minimum_examples=10, max_epochs=1000)
    monkeypatch.setenv("ENVOY_MINIMUM_EXAMPLES", "50")
    monkeypatch.setenv("ENVOY_MAX_EPOCHS", "5")
    assert read_settings().rules == HouseRules(minimum_examples=50, max_epochs=5)
    assert (read_settings().answer, read_settings().insecure_http) == ("off", False)


def test_what_the_hospital_decides_is_written_alike_in_the_environment_and_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (read_settings().allowed_tasks, read_settings().hours, read_settings().bandwidth) == (
        ("diagnosis_count",),
        None,
        None,
    )
    (tmp_path / "envoy.toml").write_text('tasks = ["one", "other"]\nhours = "20:00-06:00"\nkilobytes_per_second = 64\n')
    settings = read_settings()
    assert settings.allowed_tasks == ("one", "other")
    assert settings.hours is not None
    assert not settings.hours.hold(time(12))
    assert settings.bandwidth is not None
    assert settings.bandwidth.piece_bytes == 16_000
    monkeypatch.setenv("ENVOY_TASKS", "other, third")
    monkeypatch.setenv("ENVOY_HOURS", "08:00-18:00")
    settings = read_settings()
    assert settings.allowed_tasks == ("other", "third")
    assert settings.hours is not None
    assert settings.hours.hold(time(12))


def test_a_bucket_is_written_alike_in_the_environment_and_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "envoy.toml").write_text('data = "s3://tables/mimic-iv/"\ns3_endpoint = "https://minio.example:9000"\n')
    settings = read_settings()
    assert (settings.data, settings.s3_endpoint) == (BucketAddress("tables", "mimic-iv"), "https://minio.example:9000")
    assert (settings.s3_region, settings.s3_anonymous, settings.s3_insecure_http) == ("us-east-1", False, False)
    monkeypatch.setenv("ENVOY_DATA", "s3://others")
    assert read_settings().data == BucketAddress("others")
    assert EnvoySettings(data=BucketAddress("ours")).data == BucketAddress("ours")
    (tmp_path / "envoy.toml").write_text('data = "s3:/tables"\n')
    monkeypatch.delenv("ENVOY_DATA")
    with pytest.raises(SettingsError, match="it begins with s3://"):
        read_settings()
    with pytest.raises(ValidationError, match="it begins with s3://"):
        EnvoySettings(data=Path("s3://tables/mimic"))  # has lost a slash


@pytest.mark.parametrize("name", ["aws_secret_access_key", "s3_secret_access_key", "s3_access_key_id"])
def test_credentials_are_no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "envoy.toml").write_text(f'{name} = "hush"\n')
    with pytest.raises(SettingsError, match=name) as refused:
        read_settings()
    assert "hush" not in str(refused.value) + refused.value.hint


def test_where_the_tables_lie_is_text_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "envoy.toml").write_text("data = 5\n")
    with pytest.raises(SettingsError, match=r"Setting data: .*write where the tables lie as text"):
        read_settings()


def test_hours_in_the_file_are_text(tmp_path: Path) -> None:
    (tmp_path / "envoy.toml").write_text("hours = 20\n")
    with pytest.raises(SettingsError, match="write hours as text"):
        read_settings()


def test_a_task_that_is_named_is_another_than_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not read_settings().names_a_task
    monkeypatch.setenv("ENVOY_TASK", "heart")
    assert read_settings().names_a_task


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_the_file_is_read_however_an_editor_saved_it(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "envoy.toml").write_bytes("seed = 3\ndata = 'Ärzte'\n".encode(encoding))
    assert (read_settings().seed, read_settings().data) == (3, Path("Ärzte"))


def test_a_file_of_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "envoy.toml").write_bytes("data = 'Ärzte'".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"envoy\.toml is not text in UTF-8: byte 9") as refused:
        read_settings()
    assert "Save it again as UTF-8" in refused.value.hint


def test_a_path_of_windows_in_double_quotes_is_told_how_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.toml").write_text('data = "D:\\our tables"')
    monkeypatch.setenv("ENVOY_CONFIG", str(tmp_path / "other.toml"))
    with pytest.raises(SettingsError, match=r"other\.toml can't be read") as refused:
        read_settings()
    assert r"data = 'D:\tables'" in refused.value.hint
    (tmp_path / "other.toml").write_text('data = "D:\\tables"')
    with pytest.raises(SettingsError, match=r"Setting data: .*control character.*in single quotes"):
        read_settings()


@pytest.mark.parametrize("setting", ["home", "data", "map", "ca_file"])
def test_a_tilde_stands_for_the_home_in_each_path_of_file_and_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv("HOME", "/me")
    (tmp_path / "envoy.toml").write_text(f'{setting} = "~/here"\n')
    assert getattr(read_settings(), setting) == Path("/me/here")
    monkeypatch.setenv(f"ENVOY_{setting.upper()}", '"~/there" ')
    assert getattr(read_settings(), setting) == Path("/me/there")


def test_so_does_it_where_the_file_itself_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine.toml").write_text("seed = 5")
    monkeypatch.setenv("ENVOY_CONFIG", "~/mine.toml")
    assert read_settings().seed == 5


@pytest.mark.parametrize("setting", ["home", "data", "map", "ca_file"])
def test_an_empty_path_is_no_path_in_the_file_and_none_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv(f"ENVOY_{setting.upper()}", "")
    assert getattr(read_settings(), setting) == EnvoySettings.model_fields[setting].default
    monkeypatch.setenv(f"ENVOY_{setting.upper()}", " ")
    with pytest.raises(SettingsError, match=f"Setting {setting}: The path is empty"):
        read_settings()
    monkeypatch.delenv(f"ENVOY_{setting.upper()}")
    (tmp_path / "envoy.toml").write_text(f'{setting} = ""\n')
    with pytest.raises(SettingsError, match=f"Setting {setting}: The path is empty"):
        read_settings()
