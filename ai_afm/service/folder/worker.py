"""The child process that segments files of an archive, one after the other.

It is told one JSON line `{"file", "key", "sha256", "channels"}` at a time on stdin and answers
`{"frames"}` when the results and their record are written, or `{"error"}`. It ends when
stdin closes, so it never outlives its parent by more than one file. Whatever is not an error of the
file ends the process, with a traceback on stderr: the parent starts another one for the next file.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ai_afm.errors import AfmError, StoreError
from ai_afm.segment.model_file import LoadedModel, load_model
from ai_afm.service.folder.frame import Eye, Job, segment_file
from ai_afm.service.folder.scans import Scan

if TYPE_CHECKING:
    from ai_afm.segment.predict import UnetSegmenter

ENOUGH = 20
"""Files from which on the choice of an engine, two seconds of each process, can pay."""


def answer(request: dict[str, Any], eye: Eye, out: Path) -> dict[str, Any]:
    """Segment the file of a request; what is wrong with the file becomes the answer."""
    scan = Scan(Path(request["file"]), request["key"])
    channels = request["channels"]
    job = Job(scan, request["sha256"], None if channels is None else tuple(channels))
    try:
        record = segment_file(job, eye, out)
    except StoreError as exc:
        return {"error": str(exc), "fatal": True}
    except AfmError as exc:
        return {"error": str(exc), "fatal": False}
    return {"frames": len(record.frames)}


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until stdin closes."""
    from ai_afm.segment.predict import UnetSegmenter  # imports torch

    parser = argparse.ArgumentParser()
    parser.add_argument("--model")
    parser.add_argument("--models", type=Path, action="append", default=[])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--files", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        model = load_model(options.model, options.models)
        segmenter = UnetSegmenter(model, options.threads)
    except AfmError as exc:
        _say({"error": str(exc), "fatal": True})
        return
    eye: Eye | None = None
    _say({"model": segmenter.model, "model_sha256": segmenter.model_sha256})
    for line in sys.stdin:
        # with the first file: nothing is measured where all files are done already
        eye = eye or open_eye(model, segmenter, options.threads, options.files)
        _say(answer(json.loads(line), eye, options.out))


def open_eye(model: LoadedModel, segmenter: "UnetSegmenter", threads: int, files: int) -> Eye:
    """Return the segmenter, or one with a faster engine where there are files enough."""
    ours = Eye(segmenter, f"torch {segmenter.dtype} cpu")
    if files < ENOUGH:
        return ours
    from ai_afm.segment.predict import UnetSegmenter
    from ai_afm.service.folder.engine import choose_engine  # imports the twin

    engine = choose_engine(model, threads)
    if engine is None:
        return ours
    return Eye(UnetSegmenter(model, threads, engine=engine), engine.name)


def _say(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
