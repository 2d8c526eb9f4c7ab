"""Let bioimageio.core test a package of ours, in an environment of its own.

Usage, in two environments, because bioimageio.core is not among our dependencies:

    python tests/external/bioimage_check.py write MODEL.zip    (with ai-afm)
    python tests/external/bioimage_check.py test MODEL.zip     (with bioimageio.core and torch)

`test` validates the description, lets the network reproduce its test tensors, and runs it on other
sizes and batches. Exits with 1 and a message
when one of these fails.
"""

import sys
from pathlib import Path

MODEL = "wallnet@2.7.0"


def write(path: Path) -> None:
    from ai_afm.flywheel.bioimageio_package import write_bioimageio
    from ai_afm.flywheel.bioimageio_text import Publication
    from ai_afm.segment.model_file import load_model

    write_bioimageio(load_model(MODEL).folder, path, Publication(("the ai-afm founders",)))


def test(path: Path) -> None:
    from bioimageio.core import test_model
    from bioimageio.spec import load_description

    found = test_model(str(path))
    if found.status != "passed":
        found.display()
        sys.exit(f"bioimageio.core says {found.status} of {path}")
    described = load_description(str(path))
    expect(described.config.model_extra["ai_afm"]["model"], MODEL)
    expect(described.inputs[0].axes[1].channel_names[0], "height")
    expect([axis.id for axis in described.outputs[0].axes], ["batch", "channel", "y", "x"])
    expect(described.outputs[0].axes[1].channel_names[2], "wall_180")
    expect(described.license, "BSD-3-Clause")


def expect(found: object, wanted: object) -> None:
    if found != wanted:
        sys.exit(f"bioimageio.spec read {found!r} instead of {wanted!r}")


if __name__ == "__main__":
    {"write": write, "test": test}[sys.argv[1]](Path(sys.argv[2]))
