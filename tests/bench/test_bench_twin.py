from ai_afm.bench.twin import benchmark


def test_the_benchmark_counts_lines_and_names_its_conditions():
    result = benchmark("single_frequency", "stripes", lines=6, pixels=20)
    assert (result["lines"], result["pixels"], result["channels"]) == (6, 20, 4)
    assert result["lines_per_s"] > 0
    assert result["wall_s"] > 0
