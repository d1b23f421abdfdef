"""The shape of the package: imports go one way, nothing heavy at import, nothing printed, nothing asserted."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import buem

PACKAGE = Path(buem.__file__).parent
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "__pycache__" not in p.parts)

#: From low to high; a module imports from its own layer or from lower ones.
LAYERS = (
    ("errors", "constants"),
    ("profiles", "building", "building_check", "city", "footprint", "weather", "weather_hours", "clock", "vectors"),
    ("compiled",),
    ("lanes_compiled",),
    ("lanes",),
    ("shading",),
    ("thermal_mass", "civil", "occupancy", "households", "hot_water", "uses", "use_words",
     "internal_loads", "dwellings", "workplaces"),
    ("projection", "storeys", "outline", "roofs", "geometry", "nearby", "party_walls", "horizon_loop", "horizon",
     "neighbours"),
    ("archetype", "archetype_table", "countries", "size_class", "tabula", "reference_building", "archetypes"),
    ("window_parts", "stock", "usage"),
    ("envelope_of_shape", "derive"),
    ("films", "inner_films", "ground", "skyline", "solar", "ventilation", "gains", "glazing", "standing",
     "transmission", "apertures", "envelope"),
    ("iso13790", "iso13790_films", "iso13790_records", "iso13790_rows", "iso13790_sun", "iso13790_year", "layers",
     "nodes",
     "iso52016", "iso52016_films", "iso52016_loop", "iso52016_numpy", "iso52016_records", "iso52016_rows",
     "iso52016_sun", "iso52016_year", "iso52016_faces", "iso52016_step", "iso52016_beside", "iso52016_block",
     "iso52016_space", "iso52016_columns"),
    ("season", "demands"),
    ("results",),
    ("node_climate", "network"),
    ("node_spaces",),
    ("simulate",),
    ("io",),
    ("city_report", "city_map", "plots"),
    ("plots_city",),
    ("batch",),
    ("service",),
    ("cli_options",),
    ("cli_city", "cli_results", "cli_serve", "cli_keys"),
    ("cli_retry",),
    ("cli",),
    ("__main__",),
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}

#: Loaded only where they are needed, so that `import buem` and `buem --help` stay fast.
HEAVY = ("pandas", "pvlib", "numba", "matplotlib", "pyarrow", "xarray", "joblib", "shapely", "scipy",
         "fastapi", "uvicorn", "sqlalchemy", "alembic", "httpx", "dask", "distributed", "fsspec")


def dotted(path: Path) -> str:
    """`buem.io.geojson` for its file; a package's name for its `__init__`."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def short(path: Path) -> str:
    """How a module is called in a test's name."""
    return path.relative_to(PACKAGE).as_posix()


NAMES = {dotted(p) for p in MODULES}


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs; blocks under `if TYPE_CHECKING` are left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from (n for other in node.orelse for n in (other, *statements(other)))
            continue
        yield node
        yield from statements(node)


def targets(tree: ast.AST, module: str) -> set[str]:
    """The modules of buem that a module imports, at its top or inside a function."""
    found: set[str] = set()
    for node in statements(tree):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names if a.name.split(".")[0] == "buem"}
            if "buem" in found and used_of_package(tree) == {"__version__"}:
                found.remove("buem")
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").split(".")[0] == "buem":
            found |= {f"{node.module}.{a.name}" if f"{node.module}.{a.name}" in NAMES else node.module or ""
                      for a in node.names if (node.module, a.name) != ("buem", "__version__")}
        elif isinstance(node, ast.ImportFrom) and node.level > 0:
            pytest.fail(f"{module} uses a relative import: {ast.unparse(node)}")
    return found


def used_of_package(tree: ast.AST) -> set[str]:
    """What a module takes from the package itself, as `buem.x`."""
    return {n.attr for n in ast.walk(tree)
            if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "buem"}


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def layer(module: str) -> str:
    """First part of the name below `buem`."""
    return module.split(".")[1]


@pytest.mark.parametrize("path", [p for p in MODULES if p.parent != PACKAGE or p.stem != "__init__"], ids=short)
def test_imports_go_down(path):
    module = dotted(path)
    assert layer(module) in RANK, f"{module} has no place in the order of layers; give it one in LAYERS"
    wrong = [t for t in targets(parse(path), module) if t == "buem" or RANK[layer(t)] > RANK[layer(module)]]
    assert wrong == [], f"{module} imports upwards"


def test_no_cycles():
    graph = {dotted(p): targets(parse(p), dotted(p)) for p in MODULES if dotted(p) != "buem"}
    list(graphlib.TopologicalSorter(graph).static_order())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("import buem.errors", {"buem.errors"}, id="plain"),
        pytest.param("from buem.errors import Problem", {"buem.errors"}, id="name from a module"),
        pytest.param("from buem import errors", {"buem.errors"}, id="module from the package"),
        pytest.param("def f():\n    from buem.errors import Problem", {"buem.errors"}, id="inside a function"),
        pytest.param("if TYPE_CHECKING:\n    import buem.errors", set(), id="for types only"),
        pytest.param("from buem import simulate_all", {"buem"}, id="a lazy name of the package"),
        pytest.param("from buem import __version__", set(), id="the version"),
        pytest.param("import buem\nbuem.__version__", set(), id="the version, in full"),
        pytest.param("import buem\nbuem.simulate()", {"buem"}, id="a lazy name, in full"),
        pytest.param("import numpy", set(), id="somebody else's"),
    ],
)
def test_targets_sees(source, expected):
    assert targets(ast.parse(source), "probe") == expected


@pytest.fixture(scope="module")
def loaded_by_import() -> set[str]:
    code = "import sys, buem; print('\\n'.join(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(out.stdout.split())


@pytest.mark.parametrize("name", HEAVY)
def test_import_is_light(loaded_by_import, name):
    assert "buem" in loaded_by_import
    assert name not in loaded_by_import


@pytest.mark.parametrize("name", buem.__all__)
def test_public_name_resolves(name):
    if name == "plots":
        pytest.importorskip("matplotlib", reason="the plot extra is not installed")
    assert getattr(buem, name) is not None
    assert name in dir(buem)


@pytest.mark.parametrize("first", ["import buem.simulate", "buem.Options", "from buem.simulate import prepare"])
def test_simulate_stays_the_function(first):
    """The import system binds a module to its package under its name, which here is a function's, too."""
    code = f"import buem; {first}; print(callable(buem.simulate), buem.simulate.__module__)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["True", "buem.simulate"]


def test_unknown_public_name():
    with pytest.raises(AttributeError, match="module 'buem' has no attribute 'similate'"):
        buem.similate  # noqa: B018


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_house_rules(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 600, "a file holds at most 600 lines"
    nodes = list(ast.walk(ast.parse(text)))
    assert not any(isinstance(n, ast.Assert) for n in nodes), "raise an error of buem.errors instead of assert"
    calls = [n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    speaking = ("cli.py", "cli_keys.py", "cli_serve.py")
    assert "print" not in calls or path.name in speaking, "only the command line prints"


def test_everything_is_caught_at_the_chunk_boundary_alone():
    catching = [(dotted(p), ast.unparse(n.type) if n.type else "all") for p in MODULES for n in ast.walk(parse(p))
                if isinstance(n, ast.ExceptHandler)]
    broad = [(module, what) for module, what in catching if what in ("all", "Exception")]
    # One around the reading of a chunk, one around its simulation, one around a unit of a job.
    assert {module for module, _ in broad} <= {"buem.batch.chunk", "buem.service.worker"}
    assert len(broad) <= 3
    assert {layer(module) for module, what in catching if what == "BaseException"} <= {"batch"}
