"""The service by example: starts `buem serve`, posts the request of BuEM's own documentation, runs Helsinki as a job.

`python data/examples/demo_service.py [--port 5000]` prints the answer, and where the page is. In a terminal it then
serves until Ctrl-C; otherwise it ends when the job has. All it writes lies in a temporary folder, which goes with it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

HELSINKI = Path(__file__).with_name("helsinki.geojson.gz")
#: Word for word as BuEM's documentation has it under "Multiple Buildings in Single Request".
REQUEST = '''\
# Create multiple building variants
buildings = []
for i, u_value in enumerate([1.0, 1.5, 2.0]):
    building = {
        "type": "Feature",
        "id": f"Building_{i+1:02d}",
        "geometry": {"type": "Point", "coordinates": [5.0, 52.0]},
        "properties": {
            "buem": {
                "building_attributes": {
                    "latitude": 52.0,
                    "longitude": 5.0, 
                    "A_ref": 100.0,
                    "components": {
                        "Walls": {"U": u_value, "elements": [{"id": "Wall_1", "area": 80.0, "azimuth": 180.0, "tilt": 90.0}]},
                        "Ventilation": {"elements": [{"id": "Vent_1", "air_changes": 0.5}]}
                    }
                }
            }
        }
    }
    buildings.append(building)

# Submit batch request
batch_request = {
    "type": "FeatureCollection", 
    "features": buildings
}

response = requests.post("http://localhost:5000/api/geojson", json=batch_request)
'''  # noqa: E501, W291


def main() -> int:
    """Start, post, print, end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=5000, help="another one than the documentation's, 5000")
    port = parser.parse_args().port
    with tempfile.TemporaryDirectory(prefix="buem-demo-") as folder:
        command = [sys.executable, "-m", "buem", "serve", "--port", str(port), "--folder", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                return show(server)
            except KeyboardInterrupt:
                return 0
            finally:
                server.terminate()
                server.wait(60)


def show(server: subprocess.Popen[str]) -> int:
    """Post the requests to a server and print what comes back; 1 when it does not start or does not answer well."""
    line = server.stdout.readline() if server.stdout else ""
    if "serves on" not in line:
        return 1
    url = line.split()[3]
    print(line, REQUEST, sep="\n", flush=True)
    found: dict[str, Any] = {"requests": requests}
    exec(REQUEST.replace("localhost:5000", url.split("/")[2]), found)
    response = found["response"]
    print(json.dumps(response.json(), indent=1))
    print(f"\n{response.status_code} in {response.elapsed.total_seconds():.2f} s")
    for feature in response.json()["features"]:
        heating = feature["properties"]["buem"]["thermal_load_profile"]["summary"]["heating"]
        print(f"{feature['id']}: heating {heating['total']['value']:,.0f} {heating['total']['unit']}")
    job = requests.post(f"{url}api/geojson?country=FI&description=Helsinki", data=HELSINKI.read_bytes(), timeout=60,
                        headers={"Content-Encoding": "gzip", "Prefer": "respond-async"}).json()["data"]["job_id"]
    print(f"\nHelsinki runs as {job}; the page shows it on a map:\n\n    {url}#/jobs/{job}\n", flush=True)
    if sys.stdin.isatty() and sys.stdout.isatty():
        print("Ctrl-C ends the service.", flush=True)
        return server.wait()
    return follow(f"{url}api/v1/batch/jobs/{job}", response.status_code)


def follow(address: str, answered: int) -> int:
    """Wait until a job has ended; 0 when it and the answer before it are good."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        job = requests.get(address, timeout=60).json()["data"]
        if job["completed_at"]:
            progress = job["progress"]
            print(f"{job['status']}: {progress['completed']} of {progress['total_operations']} done, "
                  f"{progress['failed']} failed")
            return 0 if job["status"] == "completed" and answered == 200 else 1
        time.sleep(0.5)
    return 1


if __name__ == "__main__":
    sys.exit(main())
