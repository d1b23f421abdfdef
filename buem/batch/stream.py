"""The features of a file as parts for the workers, in bounded memory."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import accumulate, islice, pairwise
from pathlib import Path

from buem.batch.part import Chosen, PartTask
from buem.batch.seen import SeenIds
from buem.batch.texts import SPOOL, FileTexts
from buem.io.scan import RawFeature, feature_id
from buem.io.tables import PART_SIZE


class PartStream:
    """Draws part after part from the features of a file, and remembers which ids have been before.

    Parameters
    ----------
    features : iterable of RawFeature
        In the order of the file.
    scratch : Path
        Folder for long parts; made when one comes.
    finished : container of int
        Numbers of the parts that an earlier run did; they are passed over, their ids are not forgotten.
    chosen : Chosen, optional
        Features that are done; parts without any are passed over.
    plain : FileTexts, optional
        The file, where its text is what the features are cut from: the workers read there themselves.
    """

    def __init__(self, features: Iterable[RawFeature], scratch: Path, finished: Container[int] = (),
                 chosen: Chosen | None = None, plain: FileTexts | None = None) -> None:
        self._plain = plain
        self._finished = finished
        self._chosen = None if chosen is None else chosen.positions
        self._features = iter(features)
        self._scratch = scratch
        self._seen = SeenIds()
        self._number = 0
        #: Bytes of each part that was drawn and is not done.
        self.sizes: dict[int, int] = {}
        #: Bytes of the parts that were passed over.
        self.passed = 0

    def __iter__(self) -> Iterator[PartTask]:
        return self

    def __next__(self) -> PartTask:
        while True:
            marks: list[tuple[int, int]] = []
            raws = self._gather(marks)
            if not raws:
                raise StopIteration
            duplicates = [marks[place][0] for place in self._seen.add([mark for _, mark in marks])]
            number, self._number = self._number, self._number + 1
            only = self._only(number)
            if number not in self._finished and only != frozenset():
                break
            self.passed += self.done(number)
        return PartTask(number=number, first=number * PART_SIZE, raws=raws, duplicates=frozenset(duplicates), only=only)

    def _only(self, number: int) -> frozenset[int] | None:
        if self._chosen is None:
            return None
        return self._chosen.intersection(range(number * PART_SIZE, (number + 1) * PART_SIZE))

    def _text(self, feature: RawFeature) -> bytes:
        """What a worker needs of a feature: nothing where it is not chosen."""
        return feature.raw if self._chosen is None or feature.index in self._chosen else b""

    def _gather(self, marks: list[tuple[int, int]]) -> Sequence[bytes]:
        """Texts of the next part; places of its features and the hashes of their ids go to `marks`."""
        held: list[bytes] = []
        spans: list[tuple[int, int]] = []
        size = 0
        for feature in islice(self._features, PART_SIZE):
            _note_id(feature, marks)
            text = self._text(feature)
            held.append(text)
            size += len(text)
            if size > SPOOL:
                return self._spool(held, marks)
            if feature.start is not None:
                spans.append((feature.start, feature.start + len(text)))
        if held:
            self.sizes[self._number] = size
        if self._plain is not None and held and len(spans) == len(held):
            return self._plain.at(tuple(spans))
        return tuple(held)

    def _spool(self, held: list[bytes], marks: list[tuple[int, int]]) -> FileTexts:
        self._scratch.mkdir(parents=True, exist_ok=True)
        path = self._scratch / f"features-{self._number:05d}"
        lengths = [len(text) for text in held]
        with path.open("wb") as file:
            file.writelines(held)
            rest = PART_SIZE - len(held)
            held.clear()
            for feature in islice(self._features, rest):
                _note_id(feature, marks)
                lengths.append(file.write(self._text(feature)))
        self.sizes[self._number] = sum(lengths)
        return FileTexts.of(path).at(tuple(pairwise(accumulate(lengths, initial=0))))

    def done(self, number: int) -> int:
        """Forget a part that is done.

        Parameters
        ----------
        number : int
            Of the part.

        Returns
        -------
        int
            Its size. [B]
        """
        (self._scratch / f"features-{number:05d}").unlink(missing_ok=True)
        return self.sizes.pop(number)


def _note_id(feature: RawFeature, marks: list[tuple[int, int]]) -> None:
    name = feature_id(feature.raw)
    if name is not None:
        marks.append((feature.index, hash(name)))
