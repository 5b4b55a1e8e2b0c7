"""A disk that is full is said to be full, whoever met it; and it harms nothing that is there."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from prove.life import DIMENSIONS, batch, bring_up_to_date, judge
from prove.power_cut import Halves
from siyaq.core.errors import DiskFull, StorageError
from siyaq.core.query import Filters
from siyaq.index import IndexReader, check
from siyaq.index.state import FOLDER, storing
from siyaq.log import LogReader, LogWriter
from siyaq.testing.embedder import HastyEmbedder
from siyaq.testing.lossy_disk import LossyDisk
from siyaq.testing.vfs import Fault

STEPS = 14

_TANTIVY = """
import resource, signal, sys
from pathlib import Path
from prove.life import post
from siyaq.core.errors import StorageError
from siyaq.core.ids import Seq
from siyaq.index.disk import Disk
from siyaq.index.document import told
from siyaq.index.partition import Partition, unused_state
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
partition = Partition(Path(sys.argv[1]), unused_state(0), 15_000_000, Disk())
posts = [post(str(n), f"some text {n} " + f"word{n} " * 30, "a") for n in range(2000)]
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, resource.RLIM_INFINITY))
try:
    partition.add([told(Seq(n + 1), one.id, one) for n, one in enumerate(posts)])
    partition.commit()
except StorageError as error:
    print(type(error).__name__, error)
"""


def test_what_the_system_refuses_tantivy_is_our_own_error(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", _TANTIVY, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    ).stdout
    assert said.startswith("StorageError cannot write ")
    assert os.strerror(errno.EFBIG) in said


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Internal error: 'No space left on device (os error 28)'", DiskFull),
        ("Internal error: 'Disk quota exceeded (os error 122)'", DiskFull),
        ("Internal error: 'Input/output error (os error 5)'", StorageError),
        ("An index writer was killed. A worker thread encountered an error", StorageError),
        ("not a word of the system", ValueError),
    ],
)
def test_the_words_of_tantivy_say_what_it_was(said: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught, storing(Path("words-1")):
        raise ValueError(said)
    assert type(caught.value) is kind


@pytest.mark.parametrize("error", ["full", "short"])
@pytest.mark.parametrize("after", [0, 3, 7])
def test_a_disk_that_fills_up_while_vectors_are_replaced_harms_none(
    tmp_path: Path, error: str, after: int
) -> None:
    directory = tmp_path / "data"
    with LogWriter.open(directory) as writer, LogReader.open(directory) as log:
        writer.append([batch(step) for step in range(1, STEPS + 1)])
        disk = LossyDisk(directory / FOLDER)
        halves = Halves(directory, log, disk)
        halves.follow_near()
        found = _near(directory)
        disk.fault = Fault("write", disk.writes + 1 + after, error)  # type: ignore[arg-type]
        with pytest.raises(DiskFull):
            halves.refine()
        assert disk.refused
        assert _near(directory) == found, "what was found is found"
        halves.close()
        assert check(log, directory) == ()
        assert _near(directory) == found
        bring_up_to_date(log, directory)
    assert not any(judge(directory, STEPS).wrong.values())


def _near(directory: Path) -> set[int]:
    embedder = HastyEmbedder(dimensions=DIMENSIONS)
    with closing(IndexReader.open(directory, embedder)) as reader:
        (vector,) = embedder.embed(["text"])
        return {int(hit.seq) for hit in reader.semantic(vector, Filters(), 1_000_000)}
