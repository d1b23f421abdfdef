"""A coverage-guided fuzzer of the reader: `python tests/faults/fuzz_reader.py -runs=100000 [CORPUS]`.

Ends with an error at the first input that the reader answers with anything but a building or an error of our own.
"""

from __future__ import annotations

import gzip
import os
import sys
import tempfile
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parent))

FOLLOWED = ["buem.io", "buem.building", "buem.building_check"]

with atheris.instrument_imports(include=FOLLOWED, enable_loader_override=False):
    from test_reader import SOUND, survives


def main() -> None:
    """Run the fuzzer with the arguments of the process, from sound files if no corpus is given."""
    with tempfile.TemporaryDirectory() as corpus:
        seeds = [SOUND, gzip.compress(SOUND), b"\x1e".join((b"", SOUND, SOUND)), SOUND[:200]]
        for number, seed in enumerate(seeds):
            (Path(corpus) / str(number)).write_bytes(seed)
        given = [word for word in sys.argv[1:] if not word.startswith("-")]
        atheris.Setup([*sys.argv, *([] if given else [corpus])], survives)
        atheris.Fuzz()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main()
