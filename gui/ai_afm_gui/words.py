"""Texts in modules that know no Qt: translated where there is a Qt, as they are where there is not.

The extraction of texts knows a function by the name `translate`, whoever defines it.
"""

import sys


def translate(context: str, text: str) -> str:
    """Return a text in the language of the window; without Qt, in English.

    Parameters
    ----------
    context
        Class or module that the text belongs to, as a literal.
    text
        English, as a literal; `{name}` is filled in afterwards, by `str.format`.

    Examples
    --------
    >>> translate("Example", "{count} lines").format(count=3)
    '3 lines'
    """
    core = sys.modules.get("qtpy.QtCore")
    return text if core is None else str(core.QCoreApplication.translate(context, text))
