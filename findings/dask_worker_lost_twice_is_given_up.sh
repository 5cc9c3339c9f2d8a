#!/usr/bin/env bash
# distributed 2026.8.0: a LocalCluster gives up a worker that dies twice at a certain distance.
#
# When the process of a worker dies, its nanny starts another within a second or two. The cluster looks
# 15 s later (distributed.deploy.lost-worker-timeout) whether that worker is back. If it has come back
# and is being replaced once more at this very moment, or if the machine is so busy that the start takes
# longer, the cluster closes the nanny: the worker does not come back, and no error says so. A cluster of
# `dask scheduler` and `dask worker` has no such timer. Seen:
#
#   lost twice, 7 s apart: 2 of 2 workers
#   lost twice, 14.6 s apart: 1 of 2 workers
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work"
"$work/bin/pip" install --quiet dask==2026.8.0 distributed==2026.8.0
cat >"$work/lose.py" <<'PYTHON'
import os
import signal
import time

from distributed import Client, LocalCluster


def lose_the_first(client: Client) -> None:
    processes = client.run(os.getpid)
    names = {key: each["name"] for key, each in client.scheduler_info()["workers"].items()}
    os.kill(next(pid for key, pid in processes.items() if names[key] == 0), signal.SIGKILL)


if __name__ == "__main__":
    for seconds in (7, 14.6):
        with (
            LocalCluster(
                n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs="CRITICAL"
            ) as cluster,
            Client(cluster.scheduler_address) as client,
        ):
            lose_the_first(client)
            time.sleep(seconds)
            lose_the_first(client)
            time.sleep(25)
            n = len(client.scheduler_info()["workers"])
            print(f"lost twice, {seconds} s apart: {n} of 2 workers", flush=True)
PYTHON
"$work/bin/python" "$work/lose.py" | tee "$work/seen"
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
