"""Checks the licences and the sources of all dependencies against deny.toml, without a network.

Usage: python scripts/dependencies.py

What `cargo deny check licenses sources` says, for machines that do not have it; advisories need their
database and are checked by `cargo deny` alone. Needs Python 3.11 and the packages of Cargo.lock in
cargo's cache, where a build has put them.
"""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

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
    print(f"{len(packages)} packages, {len(found)} not as deny.toml allows")
    return found


if __name__ == "__main__":
    wrong = mistakes()
    print("\n".join(wrong), end="\n" if wrong else "")
    sys.exit(1 if wrong else 0)
