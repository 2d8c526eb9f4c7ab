"""The language of the window: English is the source, others are compiled files beside it."""

from pathlib import Path

from qtpy.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

FOLDER = Path(__file__).parent.parent / "translations"
SOURCE = "en"


def in_language(language: str, context: str, text: str) -> str:
    """Return a text in another language than that of the window, in English where it has none.

    Parameters
    ----------
    language
        As of `use_language`.
    context, text
        Under which the text was translated.
    """
    other = QTranslator()
    if language == SOURCE or not other.load(str(FOLDER / f"ai_afm_{language}.qm")):
        return text
    return other.translate(context, text) or text


def use_language(app: QCoreApplication, language: str) -> bool:
    """Install the translations of a language; return whether all texts were found.

    Parameters
    ----------
    app
        The program; it keeps the translators.
    language
        "en", or the name of a file in `translations`, such as "zh_TW".
    """
    if language == SOURCE:
        return True
    QLocale.setDefault(QLocale(language))
    ours = QTranslator(app)
    if not ours.load(str(FOLDER / f"ai_afm_{language}.qm")):
        return False
    app.installTranslator(ours)
    # words of Qt's own dialogs, where Qt was installed with them
    qts = QTranslator(app)
    if qts.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(qts)
    return True
