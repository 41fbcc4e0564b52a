"""The tandem of `lab bench` in SimPy: frames a second through three servers in a row.

Arguments: frames, picoseconds between arrivals, picoseconds of service at each server.
"""

import sys
import time

import simpy


def source(env, frames, interval, stations):
    for _ in range(frames):
        env.process(frame(env, stations))
        yield env.timeout(interval)


def frame(env, stations):
    for server, service in stations:
        with server.request() as turn:
            yield turn
            yield env.timeout(service)
    served.append(env.now)


frames, interval, *services = map(int, sys.argv[1:])
served = []
env = simpy.Environment()
stations = [(simpy.Resource(env), service) for service in services]
begin = time.perf_counter()
env.process(source(env, frames, interval, stations))
env.run()
seconds = time.perf_counter() - begin
if len(served) != frames:
    sys.exit(f"SimPy served {len(served)} of {frames} frames")
print(frames / seconds)
