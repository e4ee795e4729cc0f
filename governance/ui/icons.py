"""Tabler's drawings, out of the archive that their package ships.

The package itself opens the archive anew for each icon, and reading the list of its six thousand files takes longer
than most of our pages. Here it is opened once in a process, in memory: a file would be shared by workers that fork.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

_SVG = "{http://www.w3.org/2000/svg}"


def drawn(name: str, attributes: dict[str, str]) -> str:
    """The icon ("outline/inbox") as inline SVG with these attributes; KeyError when there is none of that name."""
    drawing = ElementTree.fromstring(_archive().read(f"{name}.svg"))  # noqa: S314  the package's own drawing
    for node in drawing.iter():
        node.tag = node.tag.removeprefix(_SVG)
    drawing.attrib.update(attributes | {"stroke-width": "2"})
    return ElementTree.tostring(drawing, encoding="unicode")


@cache
def _archive() -> ZipFile:
    return ZipFile(BytesIO(resources.files("tablericons").joinpath("tablericons.zip").read_bytes()))
