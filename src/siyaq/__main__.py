"""Where the process begins: `siyaq`, and `python -m siyaq`."""

from __future__ import annotations

from siyaq.models import use_one_blas_thread


def main() -> None:
    """Run the command line, with numpy told to leave the other cores to other processes."""
    use_one_blas_thread()  # counts only before numpy is imported, hence the import below
    from siyaq.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
