"""GeoPackage, FlatGeobuf, Shapefile and GML as a stream of GeoJSON features, read by GDAL through pyogrio."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from buem.errors import ContainerError, OptionError, Problem, problem
from buem.io.arrow_features import BATCH, encode_rows, to_globe
from buem.io.extras import needed


def stream_vector(path: Path, layer: str = "") -> Iterator[bytes]:
    """The features of a layer, a batch of rows in memory at a time.

    Parameters
    ----------
    path : Path
        A file that GDAL reads.
    layer : str
        Its layer; "" for the only one with outlines.

    Yields
    ------
    bytes
        A GeoJSON feature in longitude and latitude.

    Raises
    ------
    ContainerError
        When the file cannot be read.
    OptionError
        When there is no such layer, or when there are several to choose from.
    MissingExtraError
        When pyogrio is not installed.
    """
    pyogrio = needed("pyogrio", f"{path.suffix} ")
    try:
        chosen = _layer(path, layer, pyogrio.list_layers(path).tolist())
        promised, rows = int(pyogrio.read_info(path, layer=chosen)["features"]), 0
        with pyogrio.raw.open_arrow(path, layer=chosen, batch_size=BATCH, return_fids=True, use_pyarrow=True,
                                    datetime_as_string=True) as (meta, reader):
            turn = to_globe(meta["crs"], path.suffix)
            geometry = meta["geometry_name"] or "wkb_geometry"
            for batch in reader:
                rows += batch.num_rows
                # GDAL adds its own number of a row as the first column; ids among the properties go before it.
                yield from encode_rows(batch, geometry, None, turn)
    except (pyogrio.errors.DataSourceError, OSError) as error:
        raise _unreadable(path, str(error)) from error
    if rows < promised:
        # GDAL stops without a word where some files are cut off.
        raise _unreadable(path, f"it ends after {rows} of {promised} features")


def _unreadable(path: Path, why: str) -> ContainerError:
    # GDAL's words name files, whole.
    return ContainerError([Problem(path=str(path), value=why, expected=f"a {path.suffix} file that GDAL reads",
                                   code="CANNOT_READ")])


def _layer(path: Path, wanted: str, layers: list[list[str | None]]) -> str:
    names = [str(name) for name, _ in layers]
    if not names:
        raise _unreadable(path, "it holds no layer")
    if wanted:
        if wanted not in names:
            raise OptionError([problem("layer", wanted, f"one of {', '.join(names)}")])
        return wanted
    # Some formats do not say what a layer holds before it is read.
    outlines = [str(name) for name, kind in layers if kind is not None and ("Polygon" in kind or kind == "Unknown")]
    if len(outlines) != 1:
        found = f"{len(outlines)} layers with outlines"
        raise OptionError([problem("layer", found, f"one of them by --layer, layer=: {', '.join(outlines or names)}")])
    return outlines[0]
