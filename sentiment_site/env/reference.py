"""Write docs/settings.md from the declarations."""

from typing import Any

from sentiment_site.env.registry import SECTIONS, Section, Setting

INTRODUCTION = """\
<!-- Generated: edit sentiment_site/env/variables.py, then run `python -m sentiment_site.env > docs/settings.md`. -->
# Settings

Settings come from environment variables; locally none is needed. A bad value stops the start with one line:

```
$ STREAM_RING_FRAMES=0 .venv/bin/python manage.py check
error: STREAM_RING_FRAMES='0': must be a whole number, 1 or more; unset it for 4096.
```

A variable that looks like a misspelt setting is ignored, with a warning in the log:

```
level=warning event=setting_misspelt name=STREAM_RING_FRAME did_you_mean=STREAM_RING_FRAMES
```

Messages never show secrets. Settings marked *secret* are or contain one.
"""


def build_reference() -> str:
    """Return docs/settings.md: one table for each section, one row for each setting."""
    return "\n".join([INTRODUCTION, *map(_build_section, SECTIONS)])


def _build_section(section: Section) -> str:
    head = f"## {section.title}\n\n| Name | Default | Accepts | Effect |\n|---|---|---|---|\n"
    return head + "".join(map(_build_row, section.settings))


def _build_row(setting: Setting[Any]) -> str:
    default = " ".join(filter(None, [setting.default_text or "none", setting.unit]))
    accepts = setting.kind.accepts + (", *secret*" if setting.kind.is_secret else "")
    return f"| `{setting.name}` | {default} | {accepts} | {setting.documentation} |\n"
