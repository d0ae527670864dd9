"""The open MIMIC-IV demo, from its public bucket by the door through which an envoy reads a hospital's.

Source: Johnson et al., MIMIC-IV Clinical Database Demo 2.2, PhysioNet 2023, https://doi.org/10.13026/dp1f-ex47.
"""

import shutil
from pathlib import Path

from envoy.bucket import Bucket
from envoy.bucket_access import BucketAccess, read_endpoint
from envoy.bucket_address import BucketAddress
from envoy.errors import DataError

OPEN_DEMO = BucketAddress("physionet-open", "mimic-iv-demo/2.2")
_REGION = "us-east-1"
_TABLES = ("patients", "admissions", "diagnoses_icd")
_PATIENCE_SECONDS = 5.0


def fetch_open_demo(folder: Path, *, endpoint: str | None = None) -> None:
    """Fetch the demo's tables into a folder, as they lie in the bucket; gives up soon where there is no network.

    Args:
        folder: Gets ``hosp/*.csv.gz``.
        endpoint: Another S3 server that holds them; None: Amazon's.

    Raises:
        DataError: A table is not there.
        EnvoyError: The bucket can't be read, or ``obstore`` is not installed.
    """
    server = read_endpoint(endpoint, _REGION, insecure_http=False)
    access = BucketAccess(server, _REGION, credentials=None, timeout_seconds=_PATIENCE_SECONDS, attempts=1)
    bucket = Bucket(OPEN_DEMO, access)
    for name in _TABLES:
        table = next(bucket.copies(name), None)
        if table is None:
            raise DataError(f"There is no table {name} in {bucket}.", hint="Set MIMIC_IV_DIR to a copy of the demo.")
        target = folder / table.name
        target.parent.mkdir(exist_ok=True)
        with table.open() as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
