"""Two models and what they are judged by: the findings, without any lab."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ai_afm.errors import ModelError
from ai_afm.flywheel.gate.audit import Labelled, label_findings
from ai_afm.flywheel.gate.cases import Case
from ai_afm.flywheel.gate.findings import Finding, Judgement, Limits
from ai_afm.flywheel.gate.rules import golden_findings, own_findings
from ai_afm.flywheel.gate.tally import Counts, Looker, tally
from ai_afm.flywheel.headway import Headway

LOOKS = "looks at crops"
"""What is counted while the models look."""


@dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """The two models: the active one and the candidate."""

    active: Looker
    candidate: Looker


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the two are judged by.

    Parameters
    ----------
    simulated
        Golden crops that every lab has.
    golden
        The lab's golden sets, one sequence each.
    own
        The newest corrections: what the active model has never learned from.
    labels
        The corrections that the candidate has learned from and the active model has not.
    before
        Counts of the active model on `simulated`, where they are known already.
    """

    simulated: Sequence[Case]
    golden: Sequence[Sequence[Case]]
    own: Sequence[Case]
    labels: Sequence[Labelled]
    before: Counts | None = None


def judge(
    contest: Contest,
    evidence: Evidence,
    limits: Limits,
    seed: int = 0,
    about: Mapping[str, Any] | None = None,
    headway: Headway | None = None,
) -> Judgement:
    """Compare two models by all rules.

    Parameters
    ----------
    contest
        The models.
    evidence
        What they are asked.
    limits
        What the candidate must keep to.
    seed
        Of the bootstrap.
    about
        JSON values that go into the report.
    headway
        Told of each time that a model looks at a case.
    """
    headway = headway or Headway()
    headway.begin(LOOKS, looks(evidence))
    try:
        findings = tuple(_findings(contest, evidence, limits, seed, headway))
    except ModelError as exc:
        words = f"the candidate cannot be judged: {exc}"
        findings = (Finding("finite", "", False, 1.0, 0.0, "answers", words),)
    return Judgement(findings, about or {})


def looks(evidence: Evidence) -> int:
    """Return how often a model looks at a case until all is counted."""
    both = 2 * (len(evidence.own) + sum(map(len, evidence.golden)))
    return both + (1 if evidence.before is not None else 2) * len(evidence.simulated)


def _findings(
    contest: Contest, evidence: Evidence, limits: Limits, seed: int, headway: Headway
) -> Iterator[Finding]:
    def counted(cases: Sequence[Case]) -> tuple[Counts, Counts]:
        return tally(contest.active, cases, headway), tally(contest.candidate, cases, headway)

    if evidence.own:
        counts = counted(evidence.own)
        yield from own_findings(evidence.own, counts, limits, seed)
    else:
        yield Finding(
            "own material", "", False, 0.0, limits.gain, "F1",
            "nothing of this lab's own shows that the candidate is better: correct some frames",
        )  # fmt: skip
    yield from label_findings(evidence.labels, contest.candidate, limits)
    for cases in evidence.golden:
        counts = counted(cases)
        yield from golden_findings(cases, counts, limits, seed)
    before = evidence.before
    if before is None:
        before = tally(contest.active, evidence.simulated, headway)
    after = tally(contest.candidate, evidence.simulated, headway)
    yield from golden_findings(evidence.simulated, (before, after), limits, seed)
