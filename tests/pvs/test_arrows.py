"""DESIGN.md, layout: who may import whom, and what setup.cfg ships."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = {"cryoioc": ROOT / "ioc" / "cryoioc", "cryosim": ROOT / "sim" / "cryosim"}
DATA = {"cryoioc.db", "cryoioc.calibrations"}


def modules() -> Iterator[tuple[str, Path]]:
    """Yield every module of the product with its dotted name."""
    for package, folder in FOLDERS.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            yield ".".join((package, *(part for part in parts if part != "__init__"))), path


def imported(path: Path) -> set[str]:
    """Return every dotted name a module imports, wherever the import stands in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@cache
def imports() -> dict[str, set[str]]:
    """Return what every module of the product imports; collecting the tests does not need it."""
    return {name: imported(path) for name, path in modules()}


def users(wanted: str) -> set[str]:
    """Return the modules that import ``wanted`` or something in it."""
    return {
        module
        for module, names in imports().items()
        if any(name == wanted or name.startswith(f"{wanted}.") for name in names)
    }


def within(module: str, *folders: str) -> bool:
    """Say whether a module is in one of the folders."""
    return any(module == folder or module.startswith(f"{folder}.") for folder in folders)


# what is imported -> the only folders that may
ONLY = {
    "caproto": ("cryoioc.records",),
    "serial": ("cryoioc.link",),
    "cryosim": ("cryosim", "cryoioc.rehearsal"),
    "cryoioc.pvs": ("cryoioc.pvs", "cryoioc.views", "cryoioc.instruments", "cryoioc.ioc", "cryoioc.demo",
                    "cryoioc.running", "cryoioc.__main__"),
    "cryoioc.views": ("cryoioc.views", "cryoioc.__main__", "cryoioc.demo"),
    "cryoioc.limits": ("cryoioc.__main__",),
    "cryoioc.ioc": ("cryoioc.views", "cryoioc.demo", "cryoioc.rehearsal", "cryoioc.running", "cryoioc.supervisor",
                    "cryoioc.limits", "cryoioc.__main__"),
    "socket": ("cryoioc.link", "cryoioc.records", "cryoioc.access.hosts", "cryoioc.supervisor",
               "cryosim", "cryoioc.demo",
               "cryoioc.station_ports"),  # how addresses are written; it opens none
}


@pytest.mark.parametrize("what", ONLY)
def test_only_these_folders_import(what):
    assert {user for user in users(what) if not within(user, *ONLY[what])} == set()


# folder -> what nothing in it may import
NEVER = {
    "cryoioc.wire": ("asyncio", "socket", "serial", "time", "cryoioc.clock", "cryoioc.link", "cryoioc.pvs"),
    "cryoioc.devices": ("asyncio", "socket", "serial", "time", "cryoioc.clock", "cryoioc.link", "cryoioc.pvs"),
    "cryoioc.quantities": ("asyncio", "cryoioc.devices", "cryoioc.link", "cryoioc.pvs"),
    "cryoioc.errors": ("cryoioc",),
    "cryoioc.link": ("cryoioc.devices", "cryoioc.pvs", "cryoioc.records", "cryoioc.views"),
    "cryoioc.records": ("cryoioc.devices", "cryoioc.pvs", "cryoioc.link", "cryoioc.station", "cryoioc.wire",
                        "cryoioc.access"),
    "cryoioc.access": ("asyncio", "caproto", "cryoioc.devices", "cryoioc.pvs", "cryoioc.link", "cryoioc.station"),
    "cryoioc.safety": ("cryoioc.devices", "cryoioc.link", "cryoioc.pvs", "cryoioc.records", "cryoioc.station"),
    "cryoioc.bias": ("asyncio", "time", "cryoioc.clock", "cryoioc.devices", "cryoioc.link", "cryoioc.pvs",
                     "cryoioc.records", "cryoioc.station"),
    "cryosim": ("cryoioc.devices", "cryoioc.wire", "cryoioc.pvs", "cryoioc.quantities", "cryoioc.ioc"),
    "cryosim.emulators.lakeshore": ("asyncio", "cryoioc", "cryosim.plant", "cryosim.world"),
    "cryosim.emulators.alicat": ("asyncio", "cryoioc", "cryosim.plant", "cryosim.world"),
    "cryosim.emulators.scpi": ("asyncio", "cryoioc", "cryosim.plant", "cryosim.world"),
    "cryosim.emulators.gaia": ("asyncio", "cryoioc", "cryosim.plant", "cryosim.world"),
    "cryosim.emulators.pfeiffer": ("asyncio", "cryoioc", "cryosim.plant", "cryosim.world"),
    "cryosim.emulators.bronkhorst": ("asyncio", "cryoioc", "cryosim.plant", "cryosim.world"),
    "cryosim.emulators.mks": ("asyncio", "cryoioc", "cryosim.plant", "cryosim.world"),
    "cryosim.plant": ("asyncio", "time", "cryoioc.clock", "cryoioc.link", "cryosim.world"),
}


@pytest.mark.parametrize("folder", NEVER)
def test_nothing_in_it_imports(folder):
    wrong = {(user, what) for what in NEVER[folder] for user in users(what) if within(user, folder)}
    assert wrong == set()
    assert any(within(module, folder) for module in imports()), "the folder exists"


def test_nobody_sleeps_on_the_wall_clock():
    for name, path in modules():
        if name == "cryoioc.demo":
            continue  # its table is for a person in front of a terminal
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                called = (node.value.id, node.attr)
                assert called != ("time", "sleep"), name
                assert called != ("asyncio", "sleep") or name in ("cryoioc.clock", "cryosim.pvs.pace"), name


def test_setup_cfg_lists_exactly_the_packages_of_the_tree():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    listed = set(config["options"]["packages"].split())
    tree = {name for name, path in modules() if path.name == "__init__.py"}
    assert listed == tree | DATA
    for name in DATA:
        assert (ROOT / name.removeprefix("cryoioc.") / "__init__.py").exists()


def test_an_init_holds_a_docstring_and_re_exports_no_code():
    for name, path in modules():
        if path.name == "__init__.py":
            docstring, *rest = ast.parse(path.read_text()).body
            assert isinstance(docstring, ast.Expr), name
            for node in rest:
                exports = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
                assert isinstance(node, ast.Import | ast.ImportFrom) or exports, name
