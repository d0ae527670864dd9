"""What this hospital told which director of its statistics last."""

from pathlib import Path

from contract.messages.statistics import StatisticsReport
from contract.names import TaskName
from envoy.reported import ReportedStatistics

HERE, THERE = "https://director.example", "https://another.example"


def report(num_examples: int, mean: float = 9.0) -> StatisticsReport:
    return StatisticsReport(num_examples=num_examples, mean=(mean,), m2=(900.0,))


def test_a_number_that_was_told_is_no_news_to_the_same_director(tmp_path: Path) -> None:
    reported = ReportedStatistics(tmp_path / "home")
    assert reported.is_news(HERE, report(40))
    reported.remember(HERE, report(40))
    assert not reported.is_news(HERE, report(40))
    assert reported.is_news(HERE, report(41))
    assert reported.is_news(THERE, report(40))
    assert reported.is_news(HERE, report(40).model_copy(update={"task": TaskName("other")}))


def test_no_value_of_patients_is_kept(tmp_path: Path) -> None:
    ReportedStatistics(tmp_path).remember(HERE, report(40, mean=12.345))
    assert "12.345" not in (tmp_path / "reported.json").read_text()


def test_a_file_that_can_not_be_read_makes_everything_news(tmp_path: Path) -> None:
    (tmp_path / "reported.json").write_text("{")
    assert ReportedStatistics(tmp_path).is_news(HERE, report(40))
