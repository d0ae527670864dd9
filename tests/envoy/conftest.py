import gzip
from dataclasses import dataclass
from pathlib import Path

import pytest

CLEAN = {
    "diagnoses_icd": """\
subject_id,hadm_id,seq_num,icd_code,icd_version
10000001,20000001,1,0030,9
10000001,20000001,2,E8809,9
10000001,20000001,3,V5861,9
10000002,20000002,1,A09,10
10000002,20000002,2,T40X1XA,10
10000002,20000003,1,C7A1,10
""",
    "admissions": """\
subject_id,hadm_id,admittime,dischtime,deathtime,admission_type,admission_location,discharge_location,race,hospital_expire_flag
10000001,20000001,2196-02-24 14:38:00,2196-03-04 14:02:00,,URGENT,EMERGENCY ROOM,HOME,WHITE,0
10000002,20000002,2153-09-17 17:08:00,2153-09-25 13:20:00,,URGENT,EMERGENCY ROOM,,"OTHER, UNKNOWN",0
10000002,20000003,2154-09-17 17:08:00,2154-09-25 13:20:00,2154-09-25 13:20:00,URGENT,EMERGENCY ROOM,DIED,OTHER,1
""",
    "patients": """\
subject_id,gender,anchor_age,anchor_year,anchor_year_group,dod
10000001,F,21,2125,2011 - 2013,
10000002,M,72.5,2134,2011 - 2013,2154-09-25
""",
}


@dataclass(frozen=True)
class DataFolder:
    """A hospital's folder of tables in the making."""

    path: Path

    def put(self, file: str, content: str | bytes) -> None:
        """Write one file; a text named ``.gz`` is compressed."""
        data = content.encode() if isinstance(content, str) else content
        target = self.path / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(gzip.compress(data) if file.endswith(".gz") and isinstance(content, str) else data)


@pytest.fixture
def data_folder(tmp_path: Path) -> DataFolder:
    """A folder with three clean tables in ``hosp``."""
    folder = DataFolder(tmp_path / "data")
    for name, text in CLEAN.items():
        folder.put(f"hosp/{name}.csv", text)
    return folder
