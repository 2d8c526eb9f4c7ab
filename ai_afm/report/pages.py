"""What the pages of this package are rendered with."""

import jinja2


def environment() -> jinja2.Environment:
    """Return templates that escape what they are given and refuse a name that nobody gave."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("ai_afm", "report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
