"""Question sets, metrics, the runner, reports and benchmarks."""
