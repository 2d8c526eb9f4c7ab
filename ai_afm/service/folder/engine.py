"""Which engine segments the frames of an archive: measured once, by each process.

Archived frames are finished, so that nothing is gained by keeping rows; whatever runs the network
on whole frames fastest will do, as long as it says the same.
"""

import logging

from ai_afm.bench.perception import film_frame
from ai_afm.image.normalise import normalise, start_state
from ai_afm.segment.fast import agreement, engines, fastest
from ai_afm.segment.inputs import usable
from ai_afm.segment.model_file import LoadedModel
from ai_afm.segment.predict import UnetSegmenter, build_network, segment_frame
from ai_afm.segment.runtime import Engine
from ai_afm.types import FloatImage, Segmentation

AGREEMENT = 0.999
"""Share of the labels that an engine has to have in common with torch."""
WORTH = 0.9
"""Share of torch's time that an engine may take: it has to be compiled for each shape of frames."""
_LOG = logging.getLogger(__name__)
_SHAPE = (192, 256)
_SEED = 3


def choose_engine(model: LoadedModel, threads: int = 1) -> Engine | None:
    """Return the engine for whole frames that is fastest here, `None` for torch on the processor.

    Measured on one simulated frame, in less than two seconds. An engine that fails, or whose
    labels differ from torch's on more than 0.1 % of the pixels, is not taken.

    Parameters
    ----------
    model
        From `load_model`.
    threads
        Threads of the arithmetic.
    """
    torch_engine, *others = engines(build_network(model), threads)
    if not others:
        return None
    frame = film_frame(_SEED, _SHAPE)
    channels = usable(frame)
    planes, _ = normalise(channels, start_state(channels, raised=model.card.network.raised))
    seen = segment_frame(frame, UnetSegmenter(model, threads))
    agreeing = [engine for engine in others if _agrees(engine, planes, seen, model)]
    choice = fastest((torch_engine, *agreeing), planes[None])
    spent = choice.milliseconds
    _LOG.info("engines, ms a frame of %d x %d: %s", *_SHAPE, spent)
    worth = spent[choice.engine.name] <= WORTH * spent[torch_engine.name]
    return choice.engine if worth and choice.engine is not torch_engine else None


def _agrees(engine: Engine, planes: FloatImage, seen: Segmentation, model: LoadedModel) -> bool:
    """Say whether an engine runs here and draws what torch draws."""
    try:
        share = agreement(engine, planes, seen.label, model)
    except Exception as exc:  # a third party's library may raise anything; torch is there
        _LOG.warning("%s does not run here, torch is used: %r", engine.name, exc)
        return False
    if share < AGREEMENT:
        _LOG.warning("%s has only %.2f %% of torch's labels", engine.name, 100 * share)
    return share >= AGREEMENT
