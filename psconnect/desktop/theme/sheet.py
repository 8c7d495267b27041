"""The style sheet, made from the tokens. Knows no Qt.

Widgets are addressed by their class and by a dynamic property ``look``; states by ``state`` (``good``, ``warning``,
``bad``, ``plain``). Focus is a border of 2 px in the accent colour on everything that takes it.
"""

from __future__ import annotations

from psconnect.desktop.theme import tokens as t
from psconnect.desktop.theme.tokens import Tokens


def style_sheet(c: Tokens, images: str) -> str:
    """The whole style sheet; ``images`` is the folder with the drawn marks, with forward slashes."""
    parts = (
        _ground(c),
        _labels(c),
        _buttons(c),
        _attribute_buttons(c),
        _fields(c),
        _marks(c, images),
        _tables(c),
        _bars(c),
        _menus(c, images),
    )
    return "\n".join(parts)


_MONO = 'font-family: "Cascadia Mono", "SF Mono", "DejaVu Sans Mono", monospace;'


def _ground(c: Tokens) -> str:
    return f"""
    QWidget {{ font-size: {t.BODY}px; color: {c.text}; }}
    QMainWindow, QDialog, QWidget[look="page"], QStackedWidget {{ background: {c.ground}; }}
    QWidget[look="side"] {{ background: {c.side}; border: 0; border-right: 1px solid {c.line}; }}
    QFrame[look="card"] {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: {t.RADIUS_CARD}px; }}
    QFrame[look="line"] {{ background: {c.line}; border: 0; max-height: 1px; min-height: 1px; }}
    QFrame[look="aside"] {{ border: 0; border-left: 1px solid {c.line}; }}
    QWidget[look="consequence"] {{ background: {c.track}; border-radius: {t.RADIUS_CONTROL}px; }}
    QFrame[look="banner"] {{ border: 0; border-radius: {t.RADIUS_CARD}px; background: {c.accent_ground}; }}
    QFrame[look="demo"] {{ border: 0; border-bottom: 1px solid {c.line}; background: {c.accent_ground}; }}
    QFrame[look="drawer"] {{ background: {c.surface}; border: 0; border-left: 1px solid {c.line}; }}
    QWidget[look="drawer"] {{ background: {c.surface}; }}
    QFrame[look="banner"][place="top"] {{ margin-top: 12px; }}
    QFrame[look="banner"][state="good"] {{ background: {c.good_ground}; }}
    QFrame[look="banner"][state="warning"] {{ background: {c.warning_ground}; }}
    QFrame[look="banner"][state="bad"] {{ background: {c.bad_ground}; }}
    QScrollArea, QScrollArea > QWidget > QWidget[look="page"] {{ background: {c.ground}; border: 0; }}
    QScrollArea[look="clear"], QScrollArea[look="clear"] > QWidget > QWidget {{ background: transparent; border: 0; }}
    QToolTip {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.line}; padding: 4px 6px;
        font-size: {t.SMALL}px; }}
    QStatusBar {{ background: {c.ground}; color: {c.muted}; }}
    QSplitter::handle {{ background: {c.line}; }}
    """


def _labels(c: Tokens) -> str:
    return f"""
    QLabel {{ background: transparent; border: 0; }}
    QLabel[look="title"] {{ font-size: {t.TITLE}px; font-weight: 700; }}
    QLabel[look="heading"] {{ font-size: {t.CARD_TITLE}px; font-weight: 700; }}
    QLabel[look="strong"] {{ font-weight: 600; }}
    QLabel[look="muted"] {{ color: {c.muted}; }}
    QLabel[look="field"] {{ font-size: {t.TABLE}px; font-weight: 600; }}
    QLabel[look="help"] {{ color: {c.muted}; font-size: {t.SMALL}px; }}
    QLabel[look="section"][place="side"] {{ padding-left: 12px; }}
    QLabel[look="section"] {{ color: {c.muted}; font-size: {t.SMALL}px; font-weight: 600; }}
    QLabel[look="error"] {{ color: {c.bad}; font-size: {t.SMALL}px; }}
    QLabel[look="brand"] {{ font-size: {t.CARD_TITLE}px; font-weight: 700; }}
    QLabel[look="table"] {{ font-size: {t.TABLE}px; }}
    QLabel[look="code"] {{ font-family: "Cascadia Mono", "SF Mono", "DejaVu Sans Mono", monospace;
        font-size: {t.TABLE}px; }}
    QLabel[look="figure"] {{ font-size: 18px; font-weight: 700; }}
    QLabel[state="good"] {{ color: {c.good}; }}
    QLabel[state="warning"] {{ color: {c.warning}; }}
    QLabel[state="bad"] {{ color: {c.bad}; }}
    QLabel[look="chip"] {{ font-size: {t.SMALL}px; font-weight: 600; border-radius: 9px; padding: 1px 10px;
        min-height: 18px; background: {c.track}; color: {c.muted}; }}
    QLabel[look="chip"][state="good"] {{ background: {c.good_ground}; color: {c.good}; }}
    QLabel[look="chip"][state="warning"] {{ background: {c.warning_ground}; color: {c.warning}; }}
    QLabel[look="chip"][state="bad"] {{ background: {c.bad_ground}; color: {c.bad}; }}
    QLabel[look="chip"][state="accent"] {{ background: {c.accent_ground}; color: {c.accent}; }}
    """


def _buttons(c: Tokens) -> str:
    height = t.CONTROL_HEIGHT - 2
    return f"""
    QPushButton, QToolButton {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.line};
        border-radius: {t.RADIUS_CONTROL}px; padding: 0 14px; min-height: {height}px; font-weight: 500; }}
    QPushButton:hover, QToolButton:hover {{ background: {c.accent_ground}; }}
    QPushButton:pressed, QToolButton:pressed {{ background: {c.track}; }}
    QPushButton:focus, QToolButton:focus {{ border: 2px solid {c.accent}; padding: 0 13px;
        min-height: {height - 2}px; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {c.muted}; background: {c.track}; border-color: {c.track}; }}
    QPushButton[look="primary"] {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent};
        font-weight: 600; }}
    QPushButton[look="primary"]:hover {{ background: {c.accent_hover}; }}
    QPushButton[look="primary"]:focus {{ border: 2px solid {c.text}; }}
    QPushButton[look="primary"]:disabled {{ background: {c.track}; color: {c.muted}; border-color: {c.track}; }}
    QPushButton[look="danger"] {{ color: {c.bad}; }}
    QPushButton[look="danger"]:disabled {{ color: {c.muted}; }}
    QPushButton[look="link"] {{ background: transparent; border: 2px solid transparent; color: {c.accent};
        padding: 0 5px; min-height: 24px; }}
    QPushButton[look="link"]:hover {{ color: {c.accent_hover}; text-decoration: underline; }}
    QPushButton[look="link"][state="bad"] {{ color: {c.bad}; }}
    QPushButton[look="link"][state="warning"] {{ color: {c.warning}; }}
    QPushButton[look="link"][state="muted"] {{ color: {c.muted}; }}
    QPushButton[look="link"]:focus {{ border: 2px solid {c.accent}; }}
    QPushButton[look="link"]:disabled {{ color: {c.muted}; background: transparent; }}
    QPushButton[look="name"] {{ background: transparent; border: 2px solid transparent; padding: 0 4px 0 0;
        min-height: 24px; font-size: {t.CARD_TITLE}px; font-weight: 700; text-align: left; }}
    QPushButton[look="name"]:hover {{ color: {c.accent}; text-decoration: underline; }}
    QPushButton[look="name"]:focus {{ border: 2px solid {c.accent}; }}
    QPushButton[look="pill"] {{ background: {c.track}; color: {c.muted}; border: 2px solid transparent;
        border-radius: 12px; min-height: 20px; padding: 0 9px; font-size: {t.SMALL}px; font-weight: 600; }}
    QPushButton[look="pill"]:checked {{ background: {c.accent_ground}; color: {c.accent};
        border: 2px solid {c.accent_ground}; }}
    QPushButton[look="pill"]:focus {{ border: 2px solid {c.accent}; }}
    QPushButton[look="segment"] {{ padding: 0 10px; min-height: 26px; font-size: {t.TABLE}px; font-weight: 600;
        color: {c.muted}; }}
    QPushButton[look="segment"]:checked {{ background: {c.accent_ground}; color: {c.accent};
        border: 1px solid {c.accent}; }}
    QPushButton[look="segment"]:focus {{ border: 2px solid {c.accent}; padding: 0 9px; min-height: 24px; }}
    QPushButton[look="nav"] {{ background: transparent; border: 2px solid transparent; text-align: left;
        padding: 0 10px; min-height: 32px; font-weight: 400; }}
    QPushButton[look="nav"]:hover {{ background: {c.track}; }}
    QPushButton[look="nav"]:checked {{ background: {c.accent_ground}; color: {c.accent}; font-weight: 600; }}
    QPushButton[look="nav"]:focus {{ border: 2px solid {c.accent}; }}
    QPushButton::menu-indicator {{ image: none; width: 0; }}
    """


def _attribute_buttons(c: Tokens) -> str:
    return f"""
    QPushButton[look="tab"] {{ background: transparent; border: 2px solid transparent; border-radius: 0;
        padding: 0 10px; min-height: 30px; color: {c.muted}; }}
    QPushButton[look="tab"]:hover {{ color: {c.accent}; }}
    QPushButton[look="tab"][state="bad"] {{ color: {c.bad}; }}
    QPushButton[look="tab"]:checked {{ color: {c.accent}; border-bottom: 2px solid {c.accent}; }}
    QPushButton[look="tab"]:focus {{ border: 2px solid {c.accent}; border-radius: {t.RADIUS_CONTROL}px; }}
    QPushButton[look="code"] {{ background: transparent; border: 2px solid transparent; padding: 0 4px;
        min-height: 26px; text-align: left; font-weight: 400; {_MONO} font-size: {t.TABLE}px; }}
    QPushButton[look="code"]:hover {{ color: {c.accent}; text-decoration: underline; }}
    QPushButton[look="code"][state="bad"] {{ color: {c.bad}; }}
    QPushButton[look="code"][state="muted"] {{ color: {c.muted}; }}
    QPushButton[look="code"]:focus {{ border: 2px solid {c.accent}; }}
    QPushButton[look="function"] {{ color: {c.accent}; border: 1px solid {c.line}; border-radius: 11px;
        min-height: 22px; padding: 0 10px; font-size: {t.SMALL}px; }}
    QPushButton[look="function"]:focus {{ border: 2px solid {c.accent}; padding: 0 9px; min-height: 20px; }}
    QPushButton[look="function"]:disabled {{ color: {c.muted}; background: {c.surface}; }}
    """


def _fields(c: Tokens) -> str:
    height = t.CONTROL_HEIGHT - 2
    fields = "QLineEdit, QComboBox, QSpinBox, QPlainTextEdit, QTextEdit, QDateEdit, QTimeEdit"
    focused = ", ".join(f"{name}:focus" for name in fields.split(", "))
    disabled = ", ".join(f"{name}:disabled" for name in fields.split(", "))
    return f"""
    {fields} {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.control_line};
        border-radius: {t.RADIUS_CONTROL}px; padding: 0 10px; min-height: {height}px;
        placeholder-text-color: {c.muted}; selection-background-color: {c.accent}; selection-color: {c.on_accent}; }}
    QPlainTextEdit, QTextEdit {{ padding: 6px 8px; }}
    {focused} {{ border: 2px solid {c.accent}; padding: 0 9px; min-height: {height - 2}px; }}
    QPlainTextEdit:focus, QTextEdit:focus {{ padding: 5px 7px; }}
    {disabled} {{ background: {c.track}; color: {c.muted}; }}
    QLineEdit[readOnly="true"] {{ background: {c.side}; color: {c.muted}; }}
    QLineEdit[wrong="true"], QComboBox[wrong="true"] {{ border: 2px solid {c.bad}; padding: 0 9px;
        min-height: {height - 2}px; }}
    QLineEdit[look="cell"] {{ background: {c.ground}; border-color: {c.line}; font-size: {t.TABLE}px; min-height: 24px;
        padding: 0 6px; }}
    QLineEdit[look="cell"]:focus {{ background: {c.surface}; border: 2px solid {c.accent}; min-height: 22px;
        padding: 0 5px; }}
    QLineEdit[look="cell"][wrong="true"] {{ border: 2px solid {c.bad}; min-height: 22px; padding: 0 5px; }}
    QLineEdit[look="code"], QPlainTextEdit[look="code"] {{ {_MONO} font-size: {t.TABLE}px; }}
    QFrame[look="row"] {{ background: transparent; border: 0; border-bottom: 1px solid {c.line}; border-radius: 0; }}
    QFrame[look="row"][state="open"] {{ background: {c.ground}; border-left: 3px solid {c.accent}; }}
    QFrame[look="row"][state="bad"] {{ background: {c.bad_ground}; }}
    """


def _marks(c: Tokens, images: str) -> str:
    return f"""
    QCheckBox, QRadioButton {{ spacing: 8px; padding: 2px; border: 2px solid transparent; background: transparent;
        border-radius: {t.RADIUS_CONTROL}px; }}
    QCheckBox:focus, QRadioButton:focus {{ border: 2px solid {c.accent}; }}
    QCheckBox:disabled, QRadioButton:disabled {{ color: {c.muted}; }}
    QCheckBox::indicator, QRadioButton::indicator, QTableView::indicator, QListView::indicator, QTreeView::indicator {{
        width: 16px; height: 16px; border: 1px solid {c.control_line}; border-radius: 4px; background: {c.surface}; }}
    QRadioButton::indicator {{ border-radius: 8px; }}
    QCheckBox::indicator:checked, QTableView::indicator:checked, QListView::indicator:checked,
    QTreeView::indicator:checked {{ background: {c.accent}; border-color: {c.accent};
        image: url({images}/check.svg); }}
    QCheckBox::indicator:indeterminate {{ background: {c.accent}; border-color: {c.accent};
        image: url({images}/minus.svg); }}
    QRadioButton::indicator:checked {{ background: {c.accent}; border-color: {c.accent};
        image: url({images}/dot.svg); }}
    QComboBox::drop-down, QDateEdit::drop-down {{ border: 0; width: 28px; }}
    QComboBox::down-arrow, QDateEdit::down-arrow {{ image: url({images}/chevron-down.svg); width: 16px; height: 16px; }}
    QComboBox QAbstractItemView {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.line};
        selection-background-color: {c.accent_ground}; selection-color: {c.accent}; outline: 0; padding: 4px; }}
    QSpinBox::up-button, QSpinBox::down-button {{ width: 0; border: 0; }}
    """


def _tables(c: Tokens) -> str:
    views = "QTableView, QTreeView, QListView"
    return f"""
    {views} {{ background: {c.surface}; alternate-background-color: {c.surface}; color: {c.text}; border: 2px solid
        transparent; gridline-color: {c.line}; font-size: {t.TABLE}px; outline: 0;
        selection-background-color: {c.accent_ground}; selection-color: {c.text}; }}
    QTableView:focus, QTreeView:focus, QListView:focus {{ border: 2px solid {c.accent};
        border-radius: {t.RADIUS_CONTROL}px; }}
    QTableView::item, QTreeView::item {{ border: 0; border-bottom: 1px solid {c.line}; padding: 0 8px; }}
    QTreeView::item {{ min-height: 28px; }}
    QTableView::item:selected, QTreeView::item:selected, QListView::item:selected {{ background: {c.accent_ground}; }}
    QHeaderView {{ background: {c.surface}; border: 0; }}
    QHeaderView::section {{ background: {c.surface}; color: {c.muted}; border: 0; border-bottom: 1px solid {c.line};
        padding: 0 11px; min-height: 30px; font-size: {t.SMALL}px; font-weight: 600; }}
    QTableView[look="figures"] QHeaderView::section {{ padding: 0 11px 0 2px; }}
    QTableView[look="figures"] QHeaderView::section:first {{ padding-left: 11px; }}
    QTableCornerButton::section {{ background: {c.surface}; border: 0; }}
    QTabWidget::pane {{ border: 0; border-top: 1px solid {c.line}; }}
    QTabBar::tab {{ background: transparent; color: {c.muted}; border: 2px solid transparent; padding: 6px 12px;
        min-height: 22px; }}
    QTabBar::tab:selected {{ color: {c.accent}; border-bottom: 2px solid {c.accent}; font-weight: 600; }}
    QTabBar::tab:focus {{ border: 2px solid {c.accent}; border-radius: {t.RADIUS_CONTROL}px; }}
    """


def _bars(c: Tokens) -> str:
    return f"""
    QProgressBar {{ background: {c.track}; border: 0; border-radius: 4px; min-height: 8px; max-height: 8px; }}
    QProgressBar::chunk {{ background: {c.accent}; border-radius: 4px; }}
    QScrollBar:vertical {{ background: transparent; width: 14px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
    QScrollBar::handle {{ background: {c.control_line}; border-radius: 3px; margin: 2px; }}
    QScrollBar::handle:vertical {{ min-height: 32px; margin: 2px 2px 2px 6px; }}
    QScrollBar::handle:horizontal {{ min-width: 32px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """


def _menus(c: Tokens, images: str) -> str:
    return f"""
    QMenuBar {{ background: {c.side}; color: {c.text}; border-bottom: 1px solid {c.line}; padding: 2px 6px; }}
    QMenuBar::item {{ background: transparent; padding: 4px 10px; border-radius: 4px; }}
    QMenuBar::item:selected {{ background: {c.accent_ground}; color: {c.accent}; }}
    QMenu {{ background: {c.surface}; color: {c.text}; border: 1px solid {c.line}; padding: 6px; }}
    QMenu::item {{ padding: 7px 24px 7px 12px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {c.accent_ground}; color: {c.accent}; }}
    QMenu::item:disabled {{ color: {c.muted}; }}
    QMenu::separator {{ height: 1px; background: {c.line}; margin: 4px 8px; }}
    QMenu::right-arrow {{ image: url({images}/chevron-right.svg); width: 14px; height: 14px; }}
    """
