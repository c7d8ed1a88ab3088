"""`python -m core.sheet_child <limits as JSON>`, the file on standard input.

It confines itself, then writes JSON lines on standard output ({"sheet": name} where a sheet begins, [number, cells] for
a row) and its verdict, one JSON line, on standard error. A hostile file can end this process and nothing else.
"""

import json
import os
import resource
import sys
import warnings
from typing import IO

from core.sheet_child.opening import BROKEN, TOO_BIG_INSIDE, Limits, Unreadable, rows_of


def confine(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.written, limits.written))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")


def written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def read(source: IO[bytes], out: IO[str], limits: Limits) -> dict[str, object]:
    sheet = None
    try:
        for row in rows_of(source, limits):
            if row.sheet != sheet:
                sheet = row.sheet
                out.write(written({"sheet": sheet}))
            out.write(written([row.number, row.cells]))
        out.flush()
    except Unreadable as refusal:
        return {"refused": str(refusal)}
    except (MemoryError, OSError):
        return {"refused": TOO_BIG_INSIDE}
    except ValueError:
        return {"refused": BROKEN}
    return {"read": True}


def main() -> None:
    limits = Limits(**json.loads(sys.argv[1]))
    confine(limits)
    with open(0, "rb", closefd=False) as source:
        verdict = read(source, open(1, "w", encoding="utf-8", errors="replace", closefd=False), limits)  # noqa: SIM115
    sys.stderr.write(json.dumps(verdict) + "\n")
    sys.stderr.flush()
    os._exit(0)  # what could not be written to a full disk is not tried again


if __name__ == "__main__":
    main()
