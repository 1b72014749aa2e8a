"""Takes the advisories of our dependencies from a checkout of the RustSec advisory database.

Usage: python scripts/advisories.py CHECKOUT

Writes scripts/advisories.json, which scripts/dependencies.py checks the lock files against without a
network: for every crate of Cargo.lock and fuzz/Cargo.lock its advisories, with the versions that they
do not concern. CHECKOUT is a clone of https://github.com/rustsec/advisory-db, whose data are CC0-1.0.
Needs Python 3.11.
"""

import json
import pathlib
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
SNAPSHOT = ROOT / "scripts" / "advisories.json"
LOCKS = ["Cargo.lock", "fuzz/Cargo.lock"]


def locked() -> set[tuple[str, str]]:
    """Name and version of every package of the lock files that is not of this repository."""
    packages = set()
    for path in LOCKS:
        lock = tomllib.loads((ROOT / path).read_text())
        packages |= {(one["name"], one["version"]) for one in lock["package"] if "source" in one}
    return packages


def advisory(text: str) -> dict | None:
    """What an advisory says, from its file; nothing of one that was withdrawn."""
    front = tomllib.loads(text.split("```toml", 1)[1].split("```", 1)[0])
    about, versions = front["advisory"], front.get("versions", {})
    if "withdrawn" in about:
        return None
    found = {
        "id": about["id"],
        "date": str(about["date"]),
        "patched": versions.get("patched", []),
        "unaffected": versions.get("unaffected", []),
    }
    if "informational" in about:
        found["informational"] = about["informational"]
    return found


def snapshot(checkout: pathlib.Path) -> dict:
    """The advisories of all locked crates, and what they were taken from."""
    git = ["git", "-C", str(checkout), "log", "-1", "--format=%H %cs"]
    commit, date = subprocess.run(git, check=True, capture_output=True, text=True).stdout.split()
    crates = {}
    for name in sorted({name for name, _ in locked()}):
        files = sorted((checkout / "crates" / name).glob("RUSTSEC-*.md"))
        found = [advisory(file.read_text(encoding="utf-8")) for file in files]
        crates[name] = [one for one in found if one is not None]
    source = "https://github.com/rustsec/advisory-db"
    return {"source": source, "licence": "CC0-1.0", "date": date, "commit": commit, "crates": crates}


def to_text(taken: dict) -> str:
    """JSON with a line for each advisory."""
    def lines(advisories: list[dict]) -> str:
        return ",".join("\n  " + json.dumps(one) for one in advisories) + ("\n" if advisories else "")

    head = [f"{json.dumps(key)}: {json.dumps(taken[key])}" for key in taken if key != "crates"]
    crates = [f"{json.dumps(name)}: [{lines(found)}]" for name, found in taken["crates"].items()]
    return "{\n" + ",\n".join(head) + ',\n"crates": {\n' + ",\n".join(crates) + "\n}\n}\n"


if __name__ == "__main__":
    SNAPSHOT.write_text(to_text(snapshot(pathlib.Path(sys.argv[1]))))
    print(f"wrote {SNAPSHOT.relative_to(ROOT)}")
