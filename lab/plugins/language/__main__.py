"""Serve the language host to the engine whose address is given."""

import os
import sys
import threading
from concurrent import futures
from importlib.metadata import version

import grpc
from pulumi.runtime.proto import language_pb2_grpc

from lab.plugins.language.host import Host
from lab.plugins.serve import watch


def main() -> None:
    """Serve until told to end, and then end at once: the CLI waits for it."""
    addresses = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if not addresses:
        raise SystemExit("pulumi-language-python is started by Pulumi, not by hand")
    host, ending = Host(addresses[0], version("pulumi")), threading.Event()
    watch(ending)
    server = grpc.server(
        futures.ThreadPoolExecutor(32), options=[("grpc.max_receive_message_length", 400 << 20)]
    )
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    ending.wait()
    host.stop()
    os._exit(0)


main()
