"""Checks licences, sources, advisories and duplicates of all dependencies, without a network.

Usage: python scripts/dependencies.py

What `cargo deny check` says by the rules of deny.toml, for machines that do not have it. Advisories are
those of the snapshot scripts/advisories.json, which scripts/advisories.py renews; one that concerns a
locked version fails the check, unless it is informational (unsound, unmaintained) or deny.toml ignores
it. A crate that is locked in two versions has to be in deny.toml, with the reason. Needs Python 3.11
and the packages of Cargo.lock in cargo's cache, where a build has put them.
"""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

from advisories import SNAPSHOT, locked

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOKEN = re.compile(r"\(|\)|[^\s()]+")
# As Cargo.lock names the index that deny.toml allows.
INDEX = "registry+"


def is_allowed(expression: str, allowed: set[str]) -> bool:
    """Whether an SPDX expression can be met by licences of `allowed` alone."""
    tokens = TOKEN.findall(expression.replace("/", " OR "))

    def factor() -> bool:
        token = tokens.pop(0)
        if token == "(":
            value = either()
            tokens.pop(0)
            return value
        if tokens and tokens[0] == "WITH":
            token = f"{token} WITH {tokens[1]}"
            del tokens[:2]
        return token in allowed

    def all_of() -> bool:
        value = factor()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            value = factor() and value
        return value

    def either() -> bool:
        value = all_of()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            value = all_of() or value
        return value

    return either()


def metadata() -> list[dict]:
    """The packages of all workspace members and of everything that they depend on."""
    command = ["cargo", "metadata", "--locked", "--offline", "--all-features", "--format-version=1"]
    output = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE).stdout
    return json.loads(output)["packages"]


def triple(version: str) -> list[int]:
    """The numbers of a version, with zeros for those that it lacks."""
    numbers = [int(part) for part in version.split("-")[0].split("+")[0].split(".")]
    return numbers + [0] * (3 - len(numbers))


def meets(version: str, requirement: str) -> bool:
    """Whether a version meets a requirement such as `>= 1.2, < 2` or `^0.20.2`."""
    found = triple(version)
    for part in requirement.split(","):
        sign, bound = re.fullmatch(r"\s*([<>=^~]*)\s*(\S+)\s*", part).groups()
        low = triple(bound)
        if sign == "^":
            place = next((idx for idx, number in enumerate(low) if number), 2)
            high = low[:place] + [low[place] + 1] + [0] * (2 - place)
            fits = low <= found < high
        else:
            compare = {">=": found >= low, ">": found > low, "<=": found <= low, "<": found < low}
            fits = compare[sign] if sign in compare else found == low
        if not fits:
            return False
    return True


def concerns(advisory: dict, version: str) -> bool:
    """Whether an advisory concerns a version: it is neither patched nor unaffected."""
    free = advisory["patched"] + advisory["unaffected"]
    return not any(meets(version, requirement) for requirement in free)


def advised(ignored: set[str]) -> list[str]:
    """A sentence for each advisory that concerns a locked version; notes are printed only."""
    snapshot = json.loads(SNAPSHOT.read_text())
    packages, found = sorted(locked()), []
    for name, version in packages:
        for advisory in snapshot["crates"].get(name, []):
            if not concerns(advisory, version):
                continue
            kind = advisory.get("informational")
            said = f"{name} {version}: {advisory['id']}" + (f", {kind}" if kind else "")
            if kind or advisory["id"] in ignored:
                print(f"note: {said}")
            else:
                found.append(said)
    unknown = sorted({name for name, _ in packages if name not in snapshot["crates"]})
    if unknown:
        print(f"note: {len(unknown)} crates are not in the snapshot of {snapshot['date']}:", *unknown)
    return found


def duplicates(explained: set[str]) -> list[str]:
    """A sentence for each crate that is locked in several versions for no reason that is given."""
    versions: dict[str, list[str]] = {}
    for package in tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]:
        versions.setdefault(package["name"], []).append(package["version"])
    several = {name: found for name, found in versions.items() if len(found) > 1}
    wrong = [f"{name} is locked as {' and '.join(several[name])}"
             for name in sorted(several) if name not in explained]
    gone = [f"deny.toml explains two versions of {name}, of which there is one"
            for name in sorted(explained - several.keys())]
    return wrong + gone


def mistakes() -> list[str]:
    """A sentence for each package that deny.toml does not allow."""
    rules = tomllib.loads((ROOT / "deny.toml").read_text())
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    allowed = set(rules["licenses"]["allow"])
    indices = {INDEX + url for url in rules["sources"]["allow-registry"]}
    found = []
    packages = metadata()
    for package in packages:
        name = f"{package['name']} {package['version']}"
        licence = package["license"]
        if not licence or not is_allowed(licence, allowed):
            found.append(f"{name}: its licence is {licence!r}")
    for package in lock["package"]:
        name = f"{package['name']} {package['version']}"
        source = package.get("source")
        if source is None:
            continue
        if source not in indices:
            found.append(f"{name}: its source is {source}")
        elif "checksum" not in package:
            found.append(f"{name}: Cargo.lock has no checksum")
    found += advised({one["id"] for one in rules["advisories"]["ignore"]})
    found += duplicates({one["crate"].split("@")[0] for one in rules["bans"]["skip"]})
    print(f"{len(packages)} packages, {len(found)} not as deny.toml allows")
    return found


if __name__ == "__main__":
    wrong = mistakes()
    print("\n".join(wrong), end="\n" if wrong else "")
    sys.exit(1 if wrong else 0)
