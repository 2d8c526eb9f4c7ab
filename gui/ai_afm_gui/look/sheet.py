"""The style sheet of both themes: quiet surfaces, one accent, nothing that moves by itself."""

from dataclasses import asdict
from pathlib import Path

from ai_afm_gui.look.tones import Colours

_SHEET = """
QMainWindow, QDialog, QWidget#ground {{ background: {window}; }}
QToolTip {{ background: {panel}; color: {text}; border: 1px solid {line}; padding: 4px 6px; }}

QFrame#panel, QFrame#header {{ background: {panel}; }}
QFrame#header {{ border: none; border-bottom: 1px solid {line}; }}
QFrame#header QLabel#title {{ font-size: 18px; font-weight: 600; }}
QLabel#quiet {{ color: {quiet}; }}
QLabel#heading {{ font-size: 26px; font-weight: 600; }}

QFrame#navigation {{ background: {panel}; border: none; border-right: 1px solid {line}; }}
QFrame#navigation QToolButton {{
    border: none; border-left: 3px solid transparent; border-radius: 0;
    color: {quiet}; padding: 8px 2px; font-size: 13px; background: transparent;
}}
QFrame#navigation QToolButton:hover {{ background: {field}; color: {text}; }}
QFrame#navigation QToolButton:focus {{ border-left-color: {quiet}; }}
QFrame#navigation QToolButton:checked {{
    color: {text}; border-left-color: {accent}; background: {field}; font-weight: 600;
}}

QFrame#failure {{ background: {panel}; border: none; border-top: 3px solid {bad}; }}
QStatusBar {{ background: {panel}; color: {quiet}; border-top: 1px solid {line}; }}
QStatusBar::item {{ border: none; }}

QMenuBar {{ background: {panel}; color: {text}; padding: 1px 4px; }}
QMenuBar::item {{ padding: 4px 10px; background: transparent; border-radius: 4px; }}
QMenuBar::item:selected {{ background: {field}; }}
QMenu {{ background: {panel}; color: {text}; border: 1px solid {line}; padding: 4px 0; }}
QMenu::item {{ padding: 5px 26px 5px 26px; }}
QMenu::item:selected {{ background: {accent}; color: {on_accent}; }}
QMenu::item:disabled {{ color: {quiet}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 8px; }}

QPushButton, QToolButton, QComboBox {{
    background: {field}; color: {text}; border: 1px solid {line};
    border-radius: 5px; padding: 5px 12px;
}}
QToolButton {{ padding: 4px 8px; }}
QToolButton[popupMode="2"], QToolButton[popupMode="1"] {{
    padding-right: 18px;
}}
QToolButton::menu-indicator, QPushButton::menu-indicator {{
    image: url("{icons}/fixed-down.svg"); width: 9px; height: 9px;
    subcontrol-origin: padding; subcontrol-position: center right; right: 3px;
}}
QPushButton:hover, QToolButton:hover, QComboBox:hover {{ border-color: {accent}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {line}; }}
QPushButton:focus, QComboBox:focus {{ border-color: {accent}; }}
QPushButton:disabled, QToolButton:disabled, QComboBox:disabled {{
    color: {quiet}; background: {window};
}}
QPushButton:checked, QToolButton:checked {{ border-color: {accent}; color: {accent}; }}
QPushButton#primary {{
    background: {accent}; color: {on_accent}; border-color: {accent}; font-weight: 600;
}}
QPushButton#primary:hover {{ border-color: {text}; }}
QPushButton#primary:disabled {{ background: {line}; color: {quiet}; border-color: {line}; }}
QPushButton#withdraw {{
    background: {stop}; color: #ffffff; border: 2px solid {stop};
    font-size: 17px; font-weight: 700; padding: 10px;
}}
QPushButton#withdraw:hover, QPushButton#withdraw:focus {{ border-color: {text}; }}
QPushButton#withdraw:pressed {{ background: {stop_pressed}; }}

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QAbstractItemView {{
    background: {field}; color: {text}; border: 1px solid {line}; border-radius: 5px;
    selection-background-color: {accent}; selection-color: {on_accent};
}}
QLineEdit, QSpinBox, QDoubleSpinBox {{ padding: 4px 6px; }}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QPlainTextEdit:focus, QTextEdit:focus {{
    border-color: {accent};
}}
QRadioButton::indicator, QCheckBox::indicator {{
    width: 12px; height: 12px; border: 2px solid {quiet}; background: {field};
}}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator {{ border-radius: 3px; }}
QRadioButton::indicator:checked, QCheckBox::indicator:checked {{
    background: {accent}; border-color: {accent};
}}
QRadioButton::indicator:disabled, QCheckBox::indicator:disabled {{ border-color: {line}; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: url("{icons}/fixed-down.svg"); width: 12px; height: 12px; }}
QSpinBox, QDoubleSpinBox {{ padding-right: 20px; }}
QSpinBox::up-button, QDoubleSpinBox::up-button {{
    subcontrol-origin: border; subcontrol-position: top right; width: 20px; border: none;
}}
QSpinBox::down-button, QDoubleSpinBox::down-button {{
    subcontrol-origin: border; subcontrol-position: bottom right; width: 20px; border: none;
}}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{
    image: url("{icons}/fixed-up.svg"); width: 10px; height: 10px;
}}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{
    image: url("{icons}/fixed-down.svg"); width: 10px; height: 10px;
}}
QComboBox QAbstractItemView {{ border-radius: 0; }}
QAbstractItemView {{ alternate-background-color: {panel}; outline: 0; }}
QAbstractItemView::item {{ padding: 3px 6px; }}
QAbstractItemView::item:selected {{ background: {accent}; color: {on_accent}; }}
QHeaderView::section {{
    background: {panel}; color: {quiet}; border: none; border-bottom: 1px solid {line};
    padding: 4px 6px;
}}
QTabBar::tab {{
    background: transparent; color: {quiet}; padding: 6px 14px; border-bottom: 2px solid {line};
}}
QTabBar::tab:selected {{ color: {text}; border-bottom-color: {accent}; }}
QTabWidget::pane {{ border: none; }}
QGroupBox {{
    border: 1px solid {line}; border-radius: 6px; margin-top: 10px; padding: 10px 8px 8px 8px;
}}
QGroupBox::title {{ subcontrol-origin: margin; left: 10px; padding: 0 4px; color: {quiet}; }}
QSplitter::handle {{ background: {line}; }}
QSplitter::handle:horizontal {{ width: 3px; }}
QSplitter::handle:vertical {{ height: 3px; }}
QProgressBar {{
    background: {field}; border: 1px solid {line}; border-radius: 4px; color: {text};
    text-align: center; min-height: 16px;
}}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
QScrollArea {{ border: none; background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {line}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: {quiet}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""

_ICONS = (Path(__file__).parent / "icons").as_posix()
STOP = "#c3352b"
STOP_PRESSED = "#9d241c"
"""White on the red of STOP + WITHDRAW reads 5.3 : 1, in both themes alike."""


def style_sheet(tones: Colours) -> str:
    """Return the style sheet of a theme.

    Names that widgets may take with `setObjectName`: "panel" (a frame), "heading", "title" and
    "quiet" (labels), "primary" and "withdraw" (buttons).
    """
    return _SHEET.format(**asdict(tones), stop=STOP, stop_pressed=STOP_PRESSED, icons=_ICONS)
