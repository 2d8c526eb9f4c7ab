"""Runs of a night: written by hand, with glimpses, probes, a fault and another model."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "report"))

import report_parts

from ai_afm.types import Role

__all__ = ["a_night", "report_parts"]


class Night(report_parts.Recorder):
    """As a run of today writes it: glimpses tell how many lines had come."""

    def start(self):
        facts = {"instrument": "an instrument", "model": report_parts.MODEL, "pid": 1}
        self.journal.append("run_started", facts)

    def _segment(self, number, request):
        for lines in range(8, request.shape[0], 8):
            facts = {"scan": number, "lines": lines, "model": report_parts.MODEL}
            self.journal.append("glimpse", facts)
        return super()._segment(number, request)


def a_night(path, end=True, **tables):
    """Overview, one place with a loop between two images, a fault, another model, a last zoom."""
    night = Night(path, **({"run": {"sample": "BFO-7"}} | tables))
    night.start()
    night.scan(report_parts.OVERVIEW)
    night.scan(report_parts.zoom("T1"), offset=[12e-9, -7e-9])
    night.scan(report_parts.zoom("T1", Role.BEFORE))
    night.probe(report_parts.loop("T1", "T1-1W", Role.WALL))
    night.probe(report_parts.loop("T1", "T1-1B", Role.BULK, x=3e-7))
    night.scan(report_parts.zoom("T1", Role.AFTER))
    night.journal.append(
        "fault", {"kind": "LinkLost", "message": "no answer in 0.5 s", "response": "parked"}
    )
    swap = {"model": "other@2", "before": report_parts.MODEL, "scan": 4, "rows": 8}
    night.journal.append("model_swapped", swap, actor="person")
    night.scan(report_parts.zoom("T2", center=(-4e-7, -2e-7)))
    if end:
        night.finish()
    return night.close()
