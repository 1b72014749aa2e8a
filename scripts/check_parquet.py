"""Opens every results file of a store with pyarrow, an implementation of Parquet that is not ours.

Usage: python scripts/check_parquet.py STORE

Checked of each file: names and types of the columns, the metadata in its footer, that its rows are
those of the blocks that the footer lists, and that every value is finite or, after a divergence,
null. Needs `pip install -r scripts/requirements.txt`; `make interop` does all of it.
"""

import json
import math
import pathlib
import sys

import pyarrow as pa
import pyarrow.parquet as pq

NAME = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        pa.field("ensemble", NAME, nullable=False),
        pa.field("chain", pa.int64(), nullable=False),
        pa.field("step", pa.int64(), nullable=False),
        pa.field("observable", NAME, nullable=False),
        pa.field("value", pa.float64()),
        pa.field("diverged_at", pa.int64()),
    ]
)
SUMMARIES = pa.schema(
    [
        pa.field("ensemble", NAME, nullable=False),
        *(pa.field(name, pa.int64(), nullable=False) for name in ("first_chain", "chains", "step")),
        pa.field("observable", NAME, nullable=False),
        *(pa.field(name, pa.int64(), nullable=False) for name in ("n", "n_diverged")),
        *(pa.field(name, pa.float64()) for name in ("min", "max", "mean", "m2", "m3", "m4")),
        *(
            pa.field(name, pa.list_(pa.field("item", item, nullable=False)), nullable=False)
            for name, item in (
                ("bucket_sign", pa.int8()),
                ("bucket", pa.int32()),
                ("bucket_n", pa.int64()),
            )
        ),
    ]
)
KEYS = {"blocks", "code", "ensembles", "record", "version"}


def check(path: pathlib.Path) -> int:
    """Checks one results file and returns its number of rows."""
    file = pq.ParquetFile(path)
    table = file.read()
    metadata = {key.decode(): value.decode() for key, value in file.metadata.metadata.items()}
    missing = {f"maruyama.{key}" for key in KEYS} - metadata.keys()
    assert not missing, f"the footer has no {sorted(missing)}"
    is_reduced = metadata["maruyama.record"] == "summaries 1"
    schema, check_rows = (SUMMARIES, check_summaries) if is_reduced else (SCHEMA, check_block)
    assert table.schema.remove_metadata().equals(schema), f"columns are {table.schema}"
    ensembles = json.loads(metadata["maruyama.ensembles"])
    blocks = json.loads(metadata["maruyama.blocks"])
    for block in blocks:
        check_rows(table.slice(block["first_row"], block["rows"]), block)
        cell = json.loads(ensembles[block["ensemble"]])["cell"]
        assert {"model", "steps", "seed"} <= cell.keys(), f"the cell is {cell}"
    n_rows = sum(block["rows"] for block in blocks)
    assert n_rows == table.num_rows, f"{table.num_rows} rows, {n_rows} in its blocks"
    return n_rows


def check_block(rows: pa.Table, block: dict) -> None:
    """Checks the rows of one block against its entry in the footer."""
    columns = rows.to_pydict()
    assert set(columns["ensemble"]) == {block["ensemble"]}, "rows of another ensemble"
    chains = range(block["first_chain"], block["first_chain"] + block["chains"])
    assert sorted(set(columns["chain"])) == list(chains), f"not the chains {chains}"
    names = ("step", "observable", "value", "diverged_at")
    for step, name, value, diverged_at in zip(*(columns[name] for name in names), strict=True):
        seen = diverged_at is None or step < diverged_at
        may_not_exist_yet = name == "passage" or name.startswith("mean_of_")
        is_right = (value is not None) == seen or (value is None and may_not_exist_yet)
        assert is_right, f"{name} {value} at step {step}, {diverged_at=}"
        assert value is None or math.isfinite(value), f"value {value} at step {step}"


def check_summaries(rows: pa.Table, block: dict) -> None:
    """Checks the rows of one block of statistics against its entry in the footer."""
    for row in rows.to_pylist():
        assert row["ensemble"] == block["ensemble"], "rows of another ensemble"
        for name in ("first_chain", "chains"):
            assert row[name] == block[name], f"{name} is {row[name]}"
        assert 0 <= row["n"] <= row["chains"] - row["n_diverged"], f"counts of {row}"
        assert (row["min"] is None) == (row["n"] == 0), f"extremes of {row}"
        if row["mean"] is not None:
            slack = 1e-9 * max(abs(row["min"]), abs(row["max"]))
            assert row["min"] - slack <= row["mean"] <= row["max"] + slack, f"mean of {row}"
        if row["bucket"]:
            assert sum(row["bucket_n"]) == row["n"], f"buckets of {row}"


def main() -> None:
    """Checks the store that the first argument names."""
    files = sorted((pathlib.Path(sys.argv[1]) / "results").glob("*.parquet"))
    if not files:
        sys.exit(f"no results in {sys.argv[1]}")
    try:
        n_rows = sum(check(path := file) for file in files)
    except AssertionError as error:
        sys.exit(f"{path}: {error}")
    print(f"{len(files)} results files, {n_rows} rows: as documented")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
