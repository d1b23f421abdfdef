"""One hundred buildings posted one by one, and in one batch, to a server whose every answer takes 5 ms more.

The seed of the batch operations says "100x faster" of 10 ms of network and 5 ms of work. Here each request waits for
the network that is asked for before it is sent; what the server does is real.

    python -m benchmarks.service_posts [--smallest] [--latency S]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks._million import feature
from benchmarks._rows import say
from benchmarks._service import served

BATCH = "/api/v1/buildings/batch"


def posted(client: httpx.Client, items: list[dict[str, object]], latency: float) -> float:
    """Time of a post. [s]"""
    began = time.perf_counter()
    time.sleep(latency)
    answer = client.post(BATCH, json={"items": items})
    answer.raise_for_status()
    if answer.json()["errors"]:
        raise SystemExit(f"not created: {answer.json()['errors'][0]}")
    return time.perf_counter() - began


def main() -> None:
    """Print both, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smallest", action="store_true")
    parser.add_argument("--latency", type=float, default=0.005, help="of the network, each request [s]")
    options = parser.parse_args()
    count = 5 if options.smallest else 100
    dice = random.Random(7)
    features = [feature(number, dice) for number in range(2 * count + 1)]
    with tempfile.TemporaryDirectory(prefix="buem-posts-") as folder, \
            served(Path(folder) / "service", "--workers", "0") as server, \
            httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        posted(client, features[-1:], 0.0)
        single = sum(posted(client, [one], options.latency) for one in features[:count])
        batch = posted(client, features[count:2 * count], options.latency)
    print(f"{count} posts of one building: {single:.3f} s, {1e3 * single / count:.1f} ms each, "
          f"{1e3 * options.latency:g} ms of them network")
    print(f"one post of {count} buildings: {batch:.3f} s; {single / batch:.0f} times as fast (the seed: 100 times)")
    say("service_posts", "one batch over single posts", "whole", single / batch, "", size=count)


if __name__ == "__main__":
    main()
