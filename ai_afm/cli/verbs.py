"""Verbs whose modules are imported when they are used, so that a rollback takes an instant."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of the command line.

    Parameters
    ----------
    place
        "module:name" below `ai_afm.cli`: a function, or a `typer.Typer` with verbs of its own.
    words
        What `--help` says of it: the first paragraph of its own help.
    """

    place: str
    words: str

    def command(self, name: str) -> Any:
        """Import it, and return it as a command."""
        module, _, attribute = self.place.partition(":")
        found = getattr(import_module(f"ai_afm.cli.{module}"), attribute)
        parent = typer.Typer(add_completion=False)
        if isinstance(found, typer.Typer):
            parent.add_typer(found, name=name)
        else:
            parent.command(name)(found)
        return get_group(parent).commands[name]


def group_of(verbs: Mapping[str, Verb]) -> type[TyperGroup]:
    """Return the class of a `typer.Typer` with these verbs, in their order."""

    class Verbs(TyperGroup):
        """Knows what each verb is about, and imports the one that is asked for."""

        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            for name, verb in verbs.items():
                self.add_command(TyperCommand(name, help=verb.words), name)

        def list_commands(self, ctx: Any) -> list[str]:
            """Return all verbs as they were written down, not by the alphabet."""
            return list(self.commands)

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            """Return name, command and the other arguments; the command is imported now."""
            name, command, rest = super().resolve_command(ctx, args)
            if name is None or name not in verbs:
                return name, command, rest
            return name, verbs[name].command(name), rest

    return Verbs
