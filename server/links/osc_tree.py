"""The addresses of all stages as OSCQuery tells them; no socket and no clock.

References:
    OSCQuery proposal, https://github.com/Vidvox/OSCQueryProposal
"""

from typing import Any

from server.links.addresses import Address, value_of
from server.links.patch import ROOT, Patch, StageView

ATTRIBUTES = ("FULL_PATH", "CONTENTS", "TYPE", "ACCESS", "VALUE", "RANGE", "DESCRIPTION")
_NOTHING, _WRITE, _BOTH = 0, 2, 3

Node = dict[str, Any]


def host_info(osc_port: int) -> Node:
    """Return where messages go, and what the tree tells."""
    told = {name: name in ATTRIBUTES for name in (*ATTRIBUTES[2:], "LISTEN", "PATH_CHANGED")}
    return {
        "NAME": "Bhava",
        "OSC_PORT": osc_port,
        "OSC_TRANSPORT": "UDP",
        "EXTENSIONS": told,
    }


def tree(stages: list[StageView], patch: Patch) -> Node:
    """Return the root of the tree of all addresses, with their values as they are now."""
    root = _container("/")
    for stage in stages:
        for path, address in patch.table(stage.labels).items():
            _enter(root, f"{ROOT}/{stage.name}/{path}", _leaf(address, stage))
    return root


def find(root: Node, path: str) -> Node | None:
    """Return a node by its full path; None if there is none."""
    node: Node | None = root
    for name in filter(None, path.split("/")):
        node = None if node is None else node.get("CONTENTS", {}).get(name)
    return node


def _enter(node: Node, path: str, leaf: Node) -> None:
    """Put a leaf at a path; an address may have others below it, as `emotion` has."""
    *above, last = path.split("/")
    for name in above:
        contents = node.setdefault("CONTENTS", {})
        full = f"{node['FULL_PATH'].rstrip('/')}/{name}"
        node = contents.setdefault(name, _container(full))
    full = f"{node['FULL_PATH'].rstrip('/')}/{last}"
    node.setdefault("CONTENTS", {})[last] = {"FULL_PATH": full, **leaf}


def _container(path: str) -> Node:
    return {"FULL_PATH": path, "ACCESS": _NOTHING, "CONTENTS": {}}


def _leaf(address: Address, stage: StageView) -> Node:
    leaf: Node = {
        "ACCESS": _BOTH if address.readable else _WRITE,
        "TYPE": address.types,
        "DESCRIPTION": address.meaning,
    }
    if address.readable:
        leaf["VALUE"] = [value_of(address, stage.controls)]
    if address.range:
        leaf["RANGE"] = [{"MIN": address.range.least, "MAX": address.range.most}]
    if address.choices:
        rest: list[Node] = [{} for _ in address.types[1:]]
        leaf["RANGE"] = [{"VALS": list(address.choices)}, *rest]
    return leaf
