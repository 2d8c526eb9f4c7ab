"""The benchmark of the line path measures the real parts and cleans up after itself."""

from ai_afm.bench.line import benchmark


def test_the_benchmark_puts_every_line_through_and_leaves_nothing(tmp_path):
    seen = []
    found = benchmark(40, 64, 2, 400.0, tmp_path, lambda path, rows: seen.append(rows))
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
