"""A run's folder that looks live: config, lock and steering socket, without a microscope."""

import time
from contextlib import ExitStack, contextmanager

from ai_afm.service.steering import SteeringServer
from ai_afm.store.run_folder import RunFolder

CONFIG = '[run]\nsample = "a film"\n'


class FakeRun:
    """What a test does with the folder, and what the socket has heard."""

    def __init__(self, path):
        self.folder = RunFolder.create(path, CONFIG)
        self.withdrawn = []
        self._stack = ExitStack()

    def begin(self):
        self._stack.enter_context(self.folder.lock())
        self.server = SteeringServer(self.folder.steering_file, self._withdraw)
        self._stack.callback(self.server.close)
        self.server.publish({"state": "running", "scan": {"number": 3, "rows": 5, "lines": 64}})

    def end(self):
        self._stack.close()

    def _withdraw(self):
        self.withdrawn.append(time.monotonic())


@contextmanager
def live_run(path):
    run = FakeRun(path)
    run.begin()
    try:
        yield run
    finally:
        run.end()
