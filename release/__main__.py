"""Make a release's files: ``python -m release``.

Into ``dist/``, anew: the wheel with the dashboard, the source, the bill of materials, the locks, and ``SHA256SUMS``.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path

from release.locked import ALL, ROOT
from release.packages import NotReleasableError, build_packages, commit_time, require_committed, version_here
from release.sbom import PRODUCT, bill_of_materials

DIST = ROOT / "dist"
LOCKS = ("director.txt", "envoy.txt", "torch.txt")


def make_release(into: Path, moment: int) -> list[Path]:
    """Make every file; gives them in their order in ``SHA256SUMS``, which is the last.

    Args:
        into: An empty folder.
        moment: When, in seconds since 1970.

    Raises:
        NotReleasableError: There is no dashboard to put in.
    """
    wheel, source = build_packages(into, moment)
    bill = into / f"{PRODUCT}-{version_here()}.cdx.json"
    document = bill_of_materials(version_here(), _sha256(wheel), moment)
    bill.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    (into / ALL.parent.name).mkdir()
    locks = [shutil.copyfile(ALL.parent / name, into / ALL.parent.name / name) for name in LOCKS]
    made = sorted([wheel, source, bill, *locks])
    sums = into / "SHA256SUMS"
    sums.write_text("".join(f"{_sha256(each)}  {each.relative_to(into).as_posix()}\n" for each in made))
    return [*made, sums]


def main() -> int:
    """Make them of the commit that stands here, and say what was made."""
    try:
        require_committed()
        shutil.rmtree(DIST, ignore_errors=True)
        DIST.mkdir()
        made = make_release(DIST, commit_time())
    except NotReleasableError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for each in made:
        print(f"{each.relative_to(ROOT)}: {each.stat().st_size:,} bytes")
    print("To check: cd dist && sha256sum --check SHA256SUMS")
    return 0


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
