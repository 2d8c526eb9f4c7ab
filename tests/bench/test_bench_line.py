"""The benchmark of the line path measures the real parts and cleans up after itself."""

from ai_afm.bench.line import LineLoad, benchmark


def test_the_benchmark_puts_every_line_through_and_leaves_nothing(tmp_path):
    seen = []
    load = LineLoad(lines=40, pixels=64, channels=2, rate=400.0)
    found = benchmark(load, tmp_path, on_row=lambda path, rows: seen.append(rows))
    assert (found["lines"], found["pixels"], found["channels"], found["directions"]) == (
        40,
        64,
        2,
        2,
    )
    assert found["lines_per_s"] > 0
    assert 0 < found["held_lines_per_s"] < 410
    assert 0 < found["median_ms"] <= found["p99_ms"] <= found["max_ms"]
    assert seen == sorted(seen)
    assert list(tmp_path.iterdir()) == []
