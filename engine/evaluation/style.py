"""How a report looks: readable in light and dark, and a list that is filtered without a script."""

from __future__ import annotations

from chat2sql.engine.evaluation.outcomes import OutcomeClass

OUTCOME_COLOURS: dict[OutcomeClass, str] = {
    OutcomeClass.RIGHT: "#009E73",
    OutcomeClass.WRONG: "#D55E00",
    OutcomeClass.DID_NOT_EXECUTE: "#E69F00",
    OutcomeClass.REFUSED: "#CC79A7",
    OutcomeClass.ASKED_BACK: "#56B4E9",
    OutcomeClass.CANNOT_ANSWER: "#0072B2",
    OutcomeClass.FAILED: "#888888",
}

FILTERS = (*OutcomeClass, "won", "lost")
"""Classes that a row of the questions may have and be filtered by."""

_PAGE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent);
  --soft: color-mix(in srgb, currentColor 6%, transparent); }
body { font: 15px/1.5 system-ui, "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  max-width: 1200px; margin: 2rem auto; padding: 0 1rem; background: Canvas; color: CanvasText; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
table { border-collapse: collapse; margin: .8rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem; border-bottom: 1px solid var(--line); }
th { font-weight: 600; } td.number { font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0; overflow-x: auto; } svg { max-width: 100%; height: auto; }
code { font: 13px/1.4 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.note { opacity: .75; } .wide { overflow-x: auto; } .questions { width: 100%; } .questions small { opacity: .75; }
.badge { display: inline-block; padding: 0 .5rem; border-radius: .6rem; white-space: nowrap; border: 2px solid; }
.questions tr:target { background: var(--soft); } summary { cursor: pointer; }
.filter > label { margin-right: 1rem; }
"""


def style() -> str:
    """The style sheet of a report."""
    hidden = ", ".join(f".filter > .f-{name}:checked ~ div tr.q:not(.{name})" for name in FILTERS)
    badges = "\n".join(
        f".badge.{name} {{ border-color: {colour}; }}" for name, colour in OUTCOME_COLOURS.items()
    )
    return f"{_PAGE}{badges}\n{hidden} {{ display: none; }}\n"
