"""Every law says its equation, its units and its source, and its example runs."""

import doctest
import importlib
import inspect
import pkgutil
import re

import pytest

import cryosim.physics as package

MODULES = [importlib.import_module(m.name) for m in pkgutil.iter_modules(package.__path__, package.__name__ + ".")]
LAWS = [
    pytest.param(function, id=f"{module.__name__.rpartition('.')[2]}.{name}")
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
]
DOCUMENTED = re.compile(r"^(\w+) : .+\n((?:    .+\n?)+)", re.MULTILINE)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples_run(module):
    assert doctest.testmod(module).failed == 0


def section(function, title):
    """Return the entries of a section of a numpy docstring: name -> text."""
    doc = inspect.getdoc(function)
    match = re.search(rf"^{title}\n-+\n(.*?)(?=^\w+\n-+\n|\Z)", doc, re.MULTILINE | re.DOTALL)
    assert match, f"{function.__name__}: no section {title}"
    return dict(DOCUMENTED.findall(match[1]))


def test_all_modules_are_looked_at():
    assert len(MODULES) >= 8 and len(LAWS) >= 20


@pytest.mark.parametrize("law", LAWS)
def test_docstring_names_the_arguments_with_units(law):
    parameters = section(law, "Parameters")
    assert list(parameters) == list(inspect.signature(law).parameters)
    for name, text in parameters.items():
        assert re.search(r"\[[^\]]+\]\s*$", text), f"{name}: no unit in brackets"


@pytest.mark.parametrize("law", [law for law in LAWS if law.values[0].__name__ != "within"])
def test_docstring_names_the_results_with_units(law):
    results = section(law, "Returns")
    assert results
    for name, text in results.items():
        assert re.search(r"\[[^\]]+\]", text), f"{name}: no unit in brackets"


@pytest.mark.parametrize("law", LAWS)
def test_docstring_has_an_example(law):
    assert doctest.DocTestFinder(recurse=False).find(law)[0].examples


@pytest.mark.parametrize("law", [law for law in LAWS if not law.values[0].__module__.endswith(("_tables", "validity"))])
def test_docstring_has_source_and_range(law):
    doc = inspect.getdoc(law)
    assert "Raises\n" in doc and ("Source:" in doc or "Difference of" in doc)


@pytest.mark.parametrize("law", [law for law in LAWS if law.values[0].__name__ != "within"])
def test_docstring_has_the_equation(law):
    assert ".. math:: " in inspect.getdoc(law)
