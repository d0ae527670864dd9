"""The bill of materials: every locked package, and what the dashboard is built of. CycloneDX 1.6, as JSON.

Source of the form: https://cyclonedx.org/docs/1.6/json/.
"""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from release.locked import ALL, ROOT, TORCH, locked_in

PRODUCT = "fl-director"
ROLES = ("director", "envoy")
NPM_LOCK = ROOT / "dashboard" / "package-lock.json"


def bill_of_materials(version: str, wheel_sha256: str, moment: int) -> dict[str, Any]:
    """Write the bill of a wheel.

    Args:
        version: The product's.
        wheel_sha256: Hexadecimal.
        moment: When it was made, in seconds since 1970.
    """
    product = {
        "type": "application",
        "bom-ref": _python(PRODUCT, version),
        "name": PRODUCT,
        "version": version,
        "purl": _python(PRODUCT, version),
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "hashes": [{"alg": "SHA-256", "content": wheel_sha256}],
    }
    components = [*_python_packages(), *_dashboard_packages()]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, wheel_sha256)}",
        "version": 1,
        "metadata": {"timestamp": datetime.fromtimestamp(moment, UTC).isoformat(), "component": product},
        "components": components,
        "dependencies": [{"ref": product["bom-ref"], "dependsOn": [each["bom-ref"] for each in components]}],
    }


def _python_packages() -> Iterator[dict[str, Any]]:
    """Give what is locked; ``required`` is what a director or an envoy runs on, ``optional`` an extra or a tool."""
    required = {(each.name, each.version) for role in ROLES for each in locked_in(ALL.parent / f"{role}.txt")}
    torch = locked_in(TORCH)
    for each in sorted([*locked_in(ALL), *torch], key=lambda found: (found.name, found.version)):
        needed = each in torch or (each.name, each.version) in required
        found: dict[str, Any] = {
            "type": "library",
            "bom-ref": _python(each.name, each.version),
            "name": each.name,
            "version": each.version,
            "scope": "required" if needed else "optional",
            "purl": _python(each.name, each.version),
        }
        if each.marker:
            found["properties"] = [{"name": f"{PRODUCT}:marker", "value": each.marker}]
        yield found


def _dashboard_packages() -> Iterator[dict[str, Any]]:
    """Give what is built into the dashboard's files; what only builds them is left out."""
    packages = json.loads(NPM_LOCK.read_text(encoding="utf-8"))["packages"]
    seen: set[str] = set()
    for place, each in sorted(packages.items()):
        if not place or each.get("dev") or each.get("devOptional"):
            continue
        name = place.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{quote(name, safe='/')}@{each['version']}"
        if purl in seen:
            continue
        seen.add(purl)
        algorithm, _, content = each["integrity"].partition("-")
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": each["version"],
            "scope": "required",
            "purl": purl,
            "hashes": [{"alg": algorithm.replace("sha", "SHA-"), "content": base64.b64decode(content).hex()}],
        }


def _python(name: str, version: str) -> str:
    return f"pkg:pypi/{name.lower().replace('_', '-')}@{quote(version, safe='')}"
