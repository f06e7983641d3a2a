"""`python -m tests.supply FILE`: write the bill of materials there, as CycloneDX 1.6 JSON."""

import argparse
from pathlib import Path

from tests.supply.bill import as_json, make_bill


def main() -> None:
    """Write the bill, its folder included."""
    parser = argparse.ArgumentParser(prog="python -m tests.supply")
    parser.add_argument("file", type=Path)
    file: Path = parser.parse_args().file
    bill = make_bill()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(as_json(bill), "utf-8")
    print(f"{file}: {len(bill.components)} packages, and what comes inside them")


if __name__ == "__main__":
    main()
