"""Which model a lab uses, who said so and why; going back takes an instant and needs no gate.

`flywheel.sqlite` is the truth: rows that are only added. `models/active.toml` is the pointer that
runs read; it is replaced in one step after the rows are on the disk. A program that was killed
between the two leaves an old pointer, and the next one that opens the registry mends it.
"""

import logging
from pathlib import Path
from typing import Protocol

from ai_afm.errors import BadInput, GateRefused, ModelError
from ai_afm.flywheel.database import Database
from ai_afm.flywheel.lab import Lab
from ai_afm.flywheel.model_package import file_hashes, install
from ai_afm.flywheel.model_records import (
    Lineage,
    ModelRecords,
    ModelState,
    Registered,
    StateChange,
)
from ai_afm.segment.model_card import toml_value
from ai_afm.segment.model_file import ACTIVE, active_model, read_model, shipped_models
from ai_afm.store import platform

log = logging.getLogger(__name__)

_ABOUT = "# Written by `ai-afm models`; what flywheel.sqlite says counts, this file is mended.\n"


class Records(Protocol):
    """A lab and its open database: a `FlywheelStore`, or less."""

    @property
    def lab(self) -> Lab:
        """Whose models they are."""
        ...

    @property
    def database(self) -> Database:
        """Where their states are written down."""
        ...


class Registry:
    """The models of a lab and their states; opening it mends a pointer that was left behind.

    Parameters
    ----------
    store
        Of the lab.
    shipped
        Models folder that is searched after the lab's own; the one that ships when left out.

    Attributes
    ----------
    mended : str or None
        What was wrong with the pointer when the registry was opened; `None` when it was right.
    """

    def __init__(self, store: Records, shipped: Path | None = None) -> None:
        self.records = ModelRecords(store.database)
        self._own = store.lab.models
        self._folders = [self._own, shipped_models() if shipped is None else shipped]
        self.mended = self._mend()
        if self.mended is not None:
            log.warning("%s", self.mended)

    def add(
        self, source: Path, who: str, reason: str, lineage: Lineage | None = None
    ) -> Registered:
        """Take a model in as a candidate; one that is known already keeps its state.

        Parameters
        ----------
        source
            A package or a model folder, see `model_package.install`.
        who, reason
            Who adds it, and why.
        lineage
            Where it comes from.

        Raises
        ------
        ModelError
            When anything about it is wrong, or another model had its name and version before.
        BadInput
            When nobody says so, or without a reason.
        """
        _check_said(who, reason)
        self._own.mkdir(exist_ok=True)
        card, folder = install(source, self._own)
        return self._enter(f"{card.name}@{card.version}", folder, who, reason, lineage)

    @property
    def active(self) -> str | None:
        """The active model; `None` before the lab has made one active, then the pointer counts."""
        line = self.records.line()
        return line[-1] if line else None

    def check(self, spec: str) -> None:
        """Compare the files of a known model with those that were added; quick, without loading.

        Raises
        ------
        ModelError
            When they are other ones, or gone.
        """
        self._check_files(self.records.require(spec))

    def fault(self, spec: str) -> str | None:
        """Return why the files of a known model are not to be used, `None` if all is well."""
        try:
            self.check(spec)
        except ModelError as exc:
            return str(exc)
        return None

    def promote(self, spec: str, who: str, reason: str) -> StateChange:
        """Bring a model one step further: candidate to shadow, shadow to active.

        Raises
        ------
        GateRefused
            When no passed gate report of these weights allows it.
        ModelError
            When it is active or retired, not known, or its files are not those that were added.
        BadInput
            When nobody says so, or without a reason.
        """
        _check_said(who, reason)
        model = self.records.require(spec)
        self._check_files(model)
        with self.records.database.transaction():
            state = self.records.states()[spec]
            if state not in {ModelState.CANDIDATE, ModelState.SHADOW}:
                raise ModelError(
                    f"{spec} is {state}; only a candidate or shadow is promoted"
                    + (", `rollback --to` brings it back" if state is ModelState.RETIRED else "")
                )
            gate = self._allowed(model)
            if state is ModelState.CANDIDATE:
                self.records.note(model, ModelState.SHADOW, who, reason, gate)
            else:
                self._begin(spec, who)
                self._activate(model, who, reason, gate)
        if state is ModelState.SHADOW:
            self._mend()
        return self.records.history(spec)[-1]

    def rollback(self, who: str, reason: str, to: str | None = None) -> StateChange:
        """Make the model active again that was so before, or a named one that was so once.

        Parameters
        ----------
        who, reason
            Who says so, and why.
        to
            "name@version"; `None`: the last one before the active one.

        Raises
        ------
        ModelError
            When there is none before, the named one was never active or is so now, or its files
            are not those that were active then.
        BadInput
            When nobody says so, or without a reason.
        """
        _check_said(who, reason)
        with self.records.database.transaction():
            line = self.records.line()
            if to is None and len(line) < 2:
                raise ModelError("no model was active before in this lab; there is no way back")
            target = line[-2] if to is None else to
            once = {c.model for c in self.records.history() if c.state is ModelState.ACTIVE}
            if target not in once:
                raise ModelError(f"{target} was never active in this lab; `promote` goes forward")
            if target == line[-1]:
                raise ModelError(f"{target} is the active model already")
            model = self.records.require(target)
            self._check_files(model)
            self._activate(model, who, reason, None)
        self._mend()
        return self.records.history(target)[-1]

    def folder(self, spec: str) -> Path:
        """Return where the files of a model lie: in the lab, else among those that ship.

        Raises
        ------
        ModelError
            When they are gone.
        """
        name, _, version = spec.partition("@")
        for root in self._folders:
            if (root / name / version).is_dir():
                return root / name / version
        raise ModelError(f"the files of {spec} are gone; `ai-afm models add` brings them back")

    def _enter(
        self, spec: str, folder: Path, who: str, reason: str, lineage: Lineage | None = None
    ) -> Registered:
        """Write down a model; a new one becomes a candidate."""
        model = read_model(folder)
        files = file_hashes(folder)
        about = lineage or Lineage()
        with self.records.database.transaction():
            known = self.records.find(spec)
            if known is not None and known.files != files:
                raise ModelError(
                    f"{spec} was added before with other files (weights "
                    f"{known.files.weights[:12]}); choose another version"
                )
            if known is None:
                self.records.enter(spec, files, model.card.parents, about)
                self.records.note(
                    self.records.require(spec), ModelState.CANDIDATE, who, reason, None
                )
        return self.records.require(spec)

    def _begin(self, spec: str, who: str) -> None:
        """Before the first promotion, write down what was active until then: the way back to it."""
        if self.records.line():
            return
        try:
            before = active_model(self._folders)
        except ModelError:
            return
        if before != spec:
            why = "was in use before the first promotion"
            self.records.note(
                self._enter(before, self.folder(before), who, why), ModelState.ACTIVE, who, why
            )

    def _activate(self, model: Registered, who: str, reason: str, gate: int | None) -> None:
        line = self.records.line()
        self.records.note(model, ModelState.ACTIVE, who, reason, gate)
        if line:
            why = f"{model.model} took its place"
            self.records.note(self.records.require(line[-1]), ModelState.RETIRED, who, why)

    def _allowed(self, model: Registered) -> int:
        """Return the number of the gate's report that allows a promotion."""
        gate = self.records.newest_gate(model.model)
        refused = f"{model.model} is not promoted: "
        if gate is None:
            raise GateRefused(refused + "no gate has judged it yet")
        if not gate.passed or gate.sha256 != model.files.weights:
            raise GateRefused(f"{refused}it did not pass the gate (report {gate.id})")
        active = self.active
        if gate.against is not None and active is not None:
            if self.records.require(active).files.weights != gate.against:
                raise GateRefused(
                    f"{refused}gate report {gate.id} compares it with {gate.against[:12]}, but "
                    f"{active} is active now; let the gate judge again"
                )
        return gate.id

    def _check_files(self, model: Registered) -> None:
        found = file_hashes(self.folder(model.model))
        if found != model.files:
            which = "weights" if found.weights != model.files.weights else "card"
            raise ModelError(
                f"the {which} of {model.model} in {self.folder(model.model)} are not those that "
                "were added: corrupt or tampered with; install the model again"
            )

    def _mend(self) -> str | None:
        """Let the pointer name what the database says; return what it was, `None` if it did."""
        active = self.active
        if active is None or self._named() == active:
            return None
        # while the transaction lasts nobody else can make another model active
        with self.records.database.transaction():
            active, named = self.active, self._named()
            if active is None or named == active:
                return None
            content = f"{_ABOUT}model = {toml_value(active)}\n"
            platform.write_atomically(self._own / ACTIVE, content.encode())
        return f"{self._own / ACTIVE} named {named or 'no model'}; by the records it is {active}"

    def _named(self) -> str | None:
        try:
            return active_model([self._own])
        except ModelError:
            return None


def _check_said(who: str, reason: str) -> None:
    if not who.strip() or not reason.strip():
        raise BadInput("a change of a model's state needs a name and a reason")
