"""The embedded llama.cpp server: one model file, the OpenAI protocol, this machine only.

    python -m chat2sql.engine.llm.local_server --model FILE --port N --slots FOLDER

It runs in a process of its own until SIGTERM or SIGINT. All slots share one context, so that a single long
prompt may use it whole while short ones run side by side. With the default model and the default sizes it
takes about 2.6 GB of memory: 1.1 for the weights, 0.7 for the shared context, the rest for buffers.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

import xllamacpp

DEFAULT_CONTEXT = 24_576
"""Tokens shared by all slots: two prompts of 12,000 tokens at once."""

DEFAULT_SLOTS = 4
"""Requests computed at once, and the most texts that one request may sample."""

PREFIXES_KEPT = 8
"""Saved prefixes kept across restarts; one takes about 29 kB per token with the default model."""

_PROMPT_CACHE_MIB = 1024
"""Memory for prompts that had to leave their slot, so that two datasources may alternate."""


def command(model: Path, port: int, slots: Path, *, alias: str) -> list[str]:
    """The command line that runs the server."""
    return [
        *(sys.executable, "-m", "chat2sql.engine.llm.local_server"),
        *("--model", str(model), "--port", str(port), "--slots", str(slots), "--alias", alias),
    ]


def parameters(
    model: Path, port: int, slots: Path, *, alias: str, context: int, parallel: int
) -> xllamacpp.CommonParams:
    """The server's parameters.

    Args:
        model: the GGUF file.
        port: TCP port on 127.0.0.1.
        slots: folder of saved prefixes.
        alias: the model's name in answers.
        context: tokens shared by all slots.
        parallel: number of slots.
    """
    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(model)
    wanted.model_alias = {alias}
    wanted.hostnames = ["127.0.0.1"]
    wanted.port = port
    wanted.n_ctx = context
    wanted.n_parallel = parallel
    wanted.kv_unified = True
    wanted.cache_ram_mib = _PROMPT_CACHE_MIB
    # Else each new request empties the idle slots, and with them the warm prefix.
    wanted.cache_idle_slots = False
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = os.cpu_count() or 1
    wanted.endpoint_slots = True
    wanted.slot_save_path = f"{slots}{os.sep}"
    wanted.ui = False
    return wanted


def forget_old_prefixes(slots: Path, keep: int = PREFIXES_KEPT) -> None:
    """Delete all but the newest saved prefixes."""
    saved = sorted(slots.glob("*.slot"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in saved[keep:]:
        file.unlink()


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description="The embedded llama.cpp server.")
    parser.add_argument("--model", type=Path, required=True, help="GGUF file")
    parser.add_argument("--port", type=int, required=True, help="TCP port on 127.0.0.1")
    parser.add_argument("--slots", type=Path, required=True, help="folder of saved prefixes")
    parser.add_argument("--ctx", type=int, default=DEFAULT_CONTEXT, help="tokens shared by all slots")
    parser.add_argument("--parallel", type=int, default=DEFAULT_SLOTS, help="requests computed at once")
    parser.add_argument("--alias", help="the model's name in answers; default: the file's name")
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    options.slots.mkdir(parents=True, exist_ok=True)
    forget_old_prefixes(options.slots)
    server = xllamacpp.Server(
        parameters(
            options.model,
            options.port,
            options.slots,
            alias=options.alias or options.model.stem,
            context=options.ctx,
            parallel=options.parallel,
        )
    )
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    # Python runs signal handlers between waits only.
    while not stop.wait(0.2):
        pass
    # The server has no stop of its own: it ends with its object.
    del server


if __name__ == "__main__":
    main()
