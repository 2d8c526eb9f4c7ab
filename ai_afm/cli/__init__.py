"""The command line: one module per verb."""


def main() -> None:
    """Run the command line."""
    from ai_afm.cli.app import main as run

    run()
