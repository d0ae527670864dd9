"""Real outcomes in the page of evidence, in small."""

from simulation.clinical_consortium import CLINICAL_HOSPITALS
from simulation.clinical_evidence import rows_of, section
from simulation.sharing import ENSEMBLE, FEDERATED, LOCAL, ORACLE, POOLED
from simulation.sharing_table import EVERYBODY


def test_every_way_is_judged_at_every_hospital_and_nobody_is_better_than_the_oracle() -> None:
    rows = rows_of(1, admissions=800, fresh=2000, rounds=4)
    assert [row.way for row in rows[:5]] == [LOCAL, ENSEMBLE, FEDERATED, POOLED, ORACLE]
    assert [row.hospital for row in rows[::5]] == [EVERYBODY, *(str(each.name) for each in CLINICAL_HOSPITALS)]
    overall = {row.way: row.mean("auroc") or 0 for row in rows[:5]}
    assert max(overall, key=lambda way: overall[way]) == ORACLE
    page = section(rows, 1)
    assert f"| pooled below the oracle | {overall[ORACLE] - overall[POOLED]:+.4f} |" in page
