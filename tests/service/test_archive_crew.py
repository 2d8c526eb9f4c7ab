"""Many workers by dask: one that dies costs nothing, a scan that kills them is given up."""

import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from archive_parts import make_archive, segmented, tree

from ai_afm.errors import BadInput, ModelError
from ai_afm.image.export.npz import write_npz
from ai_afm.microscope.simulated.imaging import image_frame
from ai_afm.microscope.simulated.recipes import MIXES
from ai_afm.microscope.simulated.sample import Untouched, build_world, random_spec
from ai_afm.microscope.simulated.settings import ImagingSettings
from ai_afm.service.archive import task
from ai_afm.service.archive.crew import Alone, local_crew, remote_crew
from ai_afm.service.archive.results import Recipe
from ai_afm.service.archive.task import Orders
from ai_afm.types import ScanRegion, ScanRequest

distributed = pytest.importorskip("distributed", reason="needs the extra [dist]")
cloudpickle = pytest.importorskip("cloudpickle")

SIGKILL = getattr(signal, "SIGKILL", signal.SIGTERM)
pytestmark = [
    # what tornado and asyncio say of connections that end with a killed process is theirs
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def kill_one(crew):
    """Kill -9 a worker, once."""
    killed = []

    def after(result):
        if not killed:
            killed.append(min(crew.client.run(os.getpid).values()))
            os.kill(killed[0], SIGKILL)

    return after


class Poison:
    """Lets a worker die when it is about to read a certain file."""

    name, idempotent = "poison", False

    def __init__(self, file):
        self.file = file

    def setup(self, worker):
        read = task.read_frames

        def deadly(path):
            if path.name == self.file:
                os._exit(137)
            return read(path)

        task.read_frames = deadly

    def teardown(self, worker):
        pass


@pytest.mark.timeout(240)
def test_a_killed_worker_costs_nothing_and_all_is_as_one_process_makes_it(tmp_path):
    folder = make_archive(tmp_path / "in", 12)
    with local_crew(2) as crew:
        found = segmented(folder, tmp_path / "two", crew, size=2, on_result=kill_one(crew))
    assert len(found) == 12
    assert {r.kind for r in found.values()} <= {"done", "known"}
    segmented(folder, tmp_path / "one", Alone())
    assert tree(tmp_path / "two") == tree(tmp_path / "one")
    assert len(list((tmp_path / "two").glob("results/*/*.h5"))) == 12


@pytest.mark.timeout(240)
def test_a_scan_that_kills_its_workers_is_given_up_and_the_rest_is_done(tmp_path):
    folder, out = make_archive(tmp_path / "in", 6), tmp_path / "out"
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    from distributed import WorkerPlugin

    plugin = type("Deadly", (Poison, WorkerPlugin), {})("002.npz")
    with local_crew(2) as crew:
        crew.client.register_plugin(plugin)
        found = segmented(folder, out, crew, size=3)
    assert {name for name, r in found.items() if r.kind == "failed"} == {"002.npz"}
    assert "3 workers died at it" in found["002.npz"].reason
    assert len(list(out.glob("results/*/*.h5"))) == 5
    assert list((out / ".sessions").iterdir()) == []


@pytest.mark.timeout(240)
def test_the_workers_of_a_scheduler_do_the_same(tmp_path):
    folder = make_archive(tmp_path / "in", 4)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
    ) as cluster:
        with remote_crew(cluster.scheduler_address, 1) as crew:
            assert crew.workers == 1
            found = segmented(folder, tmp_path / "out", crew, size=1)
        with remote_crew(cluster.scheduler_address, 1) as crew:
            again = segmented(folder, tmp_path / "out", crew, size=1)
    assert {r.kind for r in found.values()} == {"done"}
    assert {r.kind for r in again.values()} == {"known"}
    segmented(folder, tmp_path / "one", Alone())
    assert tree(tmp_path / "out") == tree(tmp_path / "one")


@pytest.mark.timeout(240)
def test_what_is_wrong_with_all_workers_ends_the_session(tmp_path):
    file = make_archive(tmp_path / "in", 1) / "night0" / "000.npz"
    recipe = Recipe("wallnet@2.7.0", "ab" * 32, "cd" * 32, None, "float32")
    orders = Orders(str(tmp_path), str(tmp_path), recipe, made_with=("0.0.1", "9.9"))
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster,
        remote_crew(cluster.scheduler_address) as crew,
        pytest.raises(ModelError, match="install the same everywhere"),
    ):
        list(crew.work(iter([[str(file)]]), orders))


def test_an_address_at_which_nobody_answers_is_refused(monkeypatch):
    monkeypatch.setattr("ai_afm.service.archive.crew._CONNECT", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(BadInput, match="no dask scheduler answers"), remote_crew(address):
            pass


def twin_archive(folder, count, shape=(96, 112)):
    """Scans of random worlds of the digital twin, twenty of each."""
    rng = np.random.default_rng(5)
    for number in range(count):
        if number % 20 == 0:
            sample = Untouched(build_world(random_spec(rng, 6e-6, MIXES)))
        centre, angle = rng.uniform(-1.5e-6, 1.5e-6, 2).tolist(), float(rng.uniform(0, 3))
        region = ScanRegion((centre[0], centre[1]), (shape[1] * 1e-8, shape[0] * 1e-8), angle)
        frame = image_frame(sample, ScanRequest(region, shape, 1.0), ImagingSettings(), rng)
        path = folder / f"world{number // 20:02d}" / f"{number:04d}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_npz(path, frame)
    return folder


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_hundred_scans_of_the_twin_and_a_killed_worker(tmp_path):
    folder = twin_archive(tmp_path / "in", 200)
    with local_crew(2) as crew:
        found = segmented(folder, tmp_path / "two", crew, size=10, on_result=kill_one(crew))
    assert len(found) == 200
    assert sum(r.lost for r in found.values()) >= 1
    assert {r.kind for r in found.values()} <= {"done", "known"}
    segmented(folder, tmp_path / "one", Alone(), size=50)
    assert tree(tmp_path / "two") == tree(tmp_path / "one")
    assert len({r.rows[0]["result"] for r in found.values()}) == 200
    assert all((Path(tmp_path) / "two" / r.rows[0]["result"]).is_file() for r in found.values())
