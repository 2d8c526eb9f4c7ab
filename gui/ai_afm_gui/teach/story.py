"""The story of a lab's loop as five steps, and what may be done in each: no Qt.

Correct, freeze, teach, judge, use. A step that cannot be done says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ai_afm.flywheel.datasets.manifest import Kind
from ai_afm.flywheel.model_records import GateReport, ModelState
from ai_afm.report.quantity import duration, quantity
from ai_afm_gui.teach.course import Course, Planned
from ai_afm_gui.teach.headway import Headway, read_headway, words_of
from ai_afm_gui.teach.lab_books import Books, DatasetLine
from ai_afm_gui.teach.model_lines import ModelLine
from ai_afm_gui.words import translate


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the story.

    Parameters
    ----------
    title
        What is done in it.
    figure
        The number that counts, with its unit where it has one.
    words
        What the number is of.
    more
        A second sentence, empty without one.
    action
        What its button says, empty without a button.
    why_not
        Why the button cannot be used now, empty when it can.
    """

    title: str
    figure: str
    words: str
    more: str = ""
    action: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Doing:
    """What the page does just now, beside what the records tell.

    Parameters
    ----------
    busy
        Verb that is under way ("dataset", "train", "gate", "models"), empty for none.
    said
        Its last sentence.
    planned, course
        The round that was worked on last.
    left
        s that it will still take, `None` where nobody can tell.
    is_elsewhere
        Whether another process trains in this lab: one of a window that was closed, or of a shell.
    """

    busy: str = ""
    said: str = ""
    planned: Planned | None = None
    course: Course = field(default_factory=Course)
    left: float | None = None
    is_elsewhere: bool = False

    @property
    def is_training(self) -> bool:
        """Whether a training is under way, here or elsewhere."""
        return self.busy == "train" or self.is_elsewhere

    @property
    def headway(self) -> Headway | None:
        """How far it is with what it counts, `None` where it counts nothing now."""
        return read_headway(self.said) if self.busy else None

    @property
    def is_resumable(self) -> bool:
        """Whether a round was begun, is not under way, and has not ended."""
        return self.planned is not None and not self.planned.done and not self.is_training


def newest_training_set(books: Books) -> DatasetLine | None:
    """Return the training set that a round would learn from."""
    return next((d for d in reversed(books.datasets) if d.kind is Kind.TRAINING), None)


def candidate_of(books: Books) -> ModelLine | None:
    """Return the model that the story is about: the newest one that may still be promoted."""
    stepping = (ModelState.CANDIDATE, ModelState.SHADOW)
    return next((m for m in reversed(books.models) if m.state in stepping), None)


def steps(books: Books, doing: Doing) -> tuple[Step, ...]:
    """Return the five steps as they stand."""
    return (
        _correct(books),
        _freeze(books, doing),
        _teach(books, doing),
        _judge(books, doing),
        _use(books),
    )


def _correct(books: Books) -> Step:
    waiting = books.waiting
    more = translate(
        "Teach", "Nothing new to learn from; the review queue holds {n} crops."
    ).format(n=books.asked)
    if waiting.corrections:
        people = ", ".join(waiting.people)
        more = translate("Teach", "{length} of line, {people}, {time}").format(
            length=quantity(waiting.corrected, "m"), people=people, time=duration(waiting.seconds)
        )
    return Step(
        translate("Teach", "1  Correct"),
        str(waiting.corrections),
        translate("Teach", "crops corrected since the last round"),
        more,
        translate("Teach", "Review") if books.asked else "",
    )


def _freeze(books: Books, doing: Doing) -> Step:
    title, action = translate("Teach", "2  Freeze"), translate("Teach", "Freeze a training set")
    newest = newest_training_set(books)
    why_not = _busy(doing)
    if newest is None:
        empty = "" if books.waiting.corrections else translate("Teach", "nothing was corrected yet")
        words = translate("Teach", "training sets")
        return Step(title, "0", words, "", action, why_not or empty)
    words = translate("Teach", 'crops in the newest set "{name}"').format(name=newest.name)
    more = translate("Teach", "{n} of them to validate on").format(n=newest.validated_on)
    if newest.missing:
        more = translate("Teach", "{n} newer crops are not in it").format(n=newest.missing)
    else:
        why_not = why_not or translate("Teach", "the newest set has all there is")
    return Step(title, str(newest.corrections), words, more, action, why_not)


def _teach(books: Books, doing: Doing) -> Step:
    title = translate("Teach", "3  Teach")
    planned, course = doing.planned, doing.course
    if doing.is_training and planned is not None and not planned.done:
        share = f"{course.step} / {planned.steps}"
        return Step(title, share, translate("Teach", "steps"), _pace(doing))
    if doing.is_training:
        words = translate("Teach", "steps; it makes ready")
        return Step(title, "0", words, words_of(doing.said))
    why_not = _busy(doing)
    if newest_training_set(books) is None:
        why_not = why_not or translate("Teach", "freeze a training set first")
    if doing.is_resumable and planned is not None:
        return Step(
            title,
            f"{course.step} / {planned.steps}",
            translate("Teach", "steps of a round that was interrupted"),
            translate("Teach", "It goes on from its last checkpoint.") if course.step else "",
            translate("Teach", "Go on"),
            why_not,
        )
    rounds = sum("+r" in m.model for m in books.models if m.state is not None)
    more = "" if planned is None else translate("Teach", "the last one gave {model}").format(
        model=planned.model
    )  # fmt: skip
    action = translate("Teach", "Teach")
    return Step(title, str(rounds), translate("Teach", "rounds so far"), more, action, why_not)


def _pace(doing: Doing) -> str:
    """Return how long a training will take, or what it waits for."""
    if doing.course.waits_for:
        return translate("Teach", "It waits: the run {run} is live.").format(
            run=doing.course.waits_for
        )
    if not doing.course.losses:
        return _before_the_first_step(doing)
    if doing.left is None:
        elsewhere = translate("Teach", "Another process trains.")
        return elsewhere if doing.is_elsewhere else words_of(doing.said)
    return translate("Teach", "{time} to go").format(time=duration(doing.left))


def _judge(books: Books, doing: Doing) -> Step:
    title, action = translate("Teach", "4  Judge"), translate("Teach", "Judge")
    model = candidate_of(books)
    why_not = _busy(doing)
    if model is None:
        words = translate("Teach", "candidate to be judged")
        return Step(title, translate("Teach", "no"), words)
    if doing.busy == "gate":
        words = translate("Teach", "the gate compares it with the active model")
        far = doing.headway
        figure = "..." if far is None else f"{100 * far.done // far.whole} %"
        return Step(title, figure, words, words_of(doing.said) or model.model)
    report = books.report(model.model)
    if report is None:
        return Step(title, "?", translate("Teach", "nobody has judged it"), model.model, action,
                    why_not)  # fmt: skip
    passed = translate("Teach", "passed") if report.passed else translate("Teach", "refused")
    words = translate("Teach", "by the gate, report {n}").format(n=report.id)
    stale = outdated(books, report)
    again = translate("Teach", "Judge again")
    return Step(title, passed, words, stale or model.model, again, why_not)


def _use(books: Books) -> Step:
    title = translate("Teach", "5  Use")
    active = books.model(books.active)
    if active is None:
        return Step(title, translate("Teach", "none"), translate("Teach", "model is active"))
    words = translate("Teach", "is the model that runs use")
    last = next((c for c in reversed(books.changes) if c.model == active.model), None)
    more = "" if last is None or last.state is not ModelState.ACTIVE else translate(
        "Teach", "{who}: {reason}"
    ).format(who=last.who, reason=last.reason)  # fmt: skip
    return Step(title, active.model, words, more)


def _busy(doing: Doing) -> str:
    """Return why nothing else is begun now, empty when it may."""
    verbs: Mapping[str, str] = {
        "dataset": translate("Teach", "a set is being frozen"),
        "train": translate("Teach", "a training is under way"),
        "gate": translate("Teach", "the gate is judging"),
    }
    return verbs["train"] if doing.is_elsewhere else verbs.get(doing.busy, "")


def outdated(books: Books, report: GateReport) -> str:
    """Return why a report does not count any more, empty when it does."""
    against = str(report.report.get("against", ""))
    if against and against != books.active:
        return translate("Teach", "compared with {model}, which is no longer active").format(
            model=against
        )
    return ""


def training_words(doing: Doing) -> tuple[str, str]:
    """Return how a training goes in a sentence, and what is learned and replayed in another."""
    planned, course = doing.planned, doing.course
    if planned is None:
        return translate("Teach", "No model was trained in this lab yet."), ""
    hint = translate(
        "Teach",
        'Learns from the set "{set}", starting from {parent}. {n} of {batch} crops of a step are'
        " corrections; the others are replayed simulated material, so that nothing is forgotten.",
    ).format(set=planned.dataset, parent=planned.parent, n=planned.corrected, batch=planned.batch)
    if course.skipped or course.went_back:
        hint += " " + translate("Teach", "{n} steps were skipped, it went back {k} times.").format(
            n=course.skipped, k=course.went_back
        )
    return _course_words(doing, planned), hint


def _course_words(doing: Doing, planned: Planned) -> str:
    course = doing.course
    if not doing.is_training:
        if planned.done:
            words = translate("Teach", "{model}: {n} steps, {time} of processor time.")
        else:
            words = translate("Teach", "{model}: interrupted after {n} steps, {time}.")
        return words.format(model=planned.model, n=course.step, time=duration(course.cpu))
    if course.waits_for:
        return _pace(doing)
    if not course.begun or planned.done:
        return words_of(doing.said) or translate("Teach", "It makes ready.")
    if not course.losses:
        return _before_the_first_step(doing)
    words = translate("Teach", "Step {n} of {all}, loss {loss}").format(
        n=course.step, all=planned.steps, loss=f"{course.losses[-1]:.3f}"
    )
    if doing.left is not None:
        words += ", " + translate("Teach", "{time} to go").format(time=duration(doing.left))
    return words


def _before_the_first_step(doing: Doing) -> str:
    words = translate(
        "Teach", "It makes the simulated material to be replayed; a lab's first round takes longer."
    )
    return words if doing.headway is None else f"{words} {doing.headway.words}"
