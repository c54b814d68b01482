"""`make bench`: run every tests/bench/bench_*.py and print one table. Each has `bench() -> [(name, value, unit)]`."""

import importlib
import sys
from pathlib import Path


def main(wanted: list[str]) -> int:
    """Run the benches whose name contains one of `wanted`, or all of them."""
    failures = 0
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        if wanted and not any(word in path.stem for word in wanted):
            continue
        try:
            rows: list[tuple[str, float, str]] = importlib.import_module(f"tests.bench.{path.stem}").bench()
        # One bench that fails must not hide the numbers of the others.
        except Exception as error:
            print(f"{path.stem}: {type(error).__name__}: {error}", file=sys.stderr)
            failures += 1
            continue
        for name, value, unit in rows:
            print(f"{name:<52} {_rounded(value):>14} {unit}", flush=True)
    return 1 if failures else 0


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:,.4g}"


sys.exit(main(sys.argv[1:]))
