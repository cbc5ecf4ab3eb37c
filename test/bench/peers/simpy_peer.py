"""SimPy 3, in its natural form: a process a task, which waits for the processes of the tasks before it, gets a device,
waits for its transfers, and runs. Which device it gets is decided as the other peers do, once all that happens at an
instant has happened. Transfers share nothing. simpy_peer.py CASE fifo|dmda"""

import array
import heapq
import json
import resource
import sys
import time

import simpy

AFTER_ALL_ELSE = 10  # priority of the decisions among the events of an instant


class Case:
    """32-bit integers as the benchmark writes them; see case.hpp."""

    def __init__(self, path):
        with open(path, "rb") as file:
            def read(count):
                values = array.array("i")
                values.fromfile(file, count)
                return values.tolist()
            self.ops, self.devices, self.classes, edges, self.latency, _ = read(6)
            self.class_of = read(self.ops)
            self.cost = read(self.classes * self.devices)
            self.pred_start = read(self.ops + 1)
            self.producer = read(edges)
            self.bytes = read(edges)

    def time(self, op, device):
        return self.cost[self.class_of[op] * self.devices + device]


class World:
    def __init__(self, case):
        self.case = case
        self.env = simpy.Environment()
        self.device = [-1] * case.ops
        self.placed = [None] * case.ops  # event: has a device
        self.turn = [None] * case.ops  # event: may start; dmda alone
        self.ready = []  # ops of this instant
        self.transfers = 0
        self.decision_due = False
        self.tasks = []
        for op in range(case.ops):
            self.tasks.append(self.env.process(self.task(op)))

    def task(self, op):
        case, env = self.case, self.env
        edges = range(case.pred_start[op], case.pred_start[op + 1])
        if edges:
            yield env.all_of([self.tasks[case.producer[edge]] for edge in edges])
        self.ready.append(op)
        self.decide_soon()
        self.placed[op] = env.event()
        yield self.placed[op]
        device = self.device[op]
        moves = [env.timeout(case.latency + case.bytes[edge]) for edge in edges
                 if case.bytes[edge] > 0 and self.device[case.producer[edge]] != device]
        if moves:
            self.transfers += len(moves)
            yield env.all_of(moves)
        yield from self.wait_for_turn(op, device)
        yield env.timeout(case.time(op, device))
        self.release(op, device)
        self.decide_soon()

    def decide_soon(self):
        if self.decision_due:
            return
        self.decision_due = True
        event = self.env.event()
        event._ok, event._value = True, None
        event.callbacks.append(self.decide)
        self.env.schedule(event, AFTER_ALL_ELSE)

    def wait_for_turn(self, op, device):
        return ()

    def decide(self, _event):
        self.decision_due = False
        self.ready.sort()
        self.place_ready()


class Fifo(World):
    """The op that has been ready longest to the free device with the smallest id."""

    def __init__(self, case):
        self.waiting = []
        self.head = 0
        self.free = list(range(case.devices))
        super().__init__(case)

    def release(self, op, device):
        heapq.heappush(self.free, device)

    def place_ready(self):
        self.waiting += self.ready
        self.ready = []
        while self.free and self.head < len(self.waiting):
            op = self.waiting[self.head]
            self.head += 1
            self.device[op] = heapq.heappop(self.free)
            self.placed[op].succeed()


class Dmda(World):
    """Each ready op at once to the device with the smallest end of its queue + execution + transfers of the inputs."""

    def __init__(self, case):
        count = case.devices
        self.idle = [True] * count
        self.busy_until = [0] * count
        self.queued = [0] * count
        self.queued_time = [0] * count
        self.startable = [[] for _ in range(count)]
        self.rank = [0] * case.ops
        self.placements = 0
        super().__init__(case)

    def wait_for_turn(self, op, device):
        self.turn[op] = self.env.event()
        heapq.heappush(self.startable[device], (self.rank[op], op))
        self.decide_soon()
        yield self.turn[op]

    def release(self, op, device):
        self.idle[device] = True

    def wait(self, device):
        if self.idle[device]:
            return self.queued_time[device] if self.queued[device] else 0
        return self.queued_time[device] + max(0, self.busy_until[device] - self.env.now)

    def place_ready(self):
        case = self.case
        waits = [self.wait(device) for device in range(case.devices)] if self.ready else None
        for op in self.ready:
            data = [0] * case.devices
            everything = 0
            for edge in range(case.pred_start[op], case.pred_start[op + 1]):
                if case.bytes[edge] > 0:
                    ticks = case.latency + case.bytes[edge]
                    data[self.device[case.producer[edge]]] += ticks
                    everything += ticks
            first = case.class_of[op] * case.devices
            best, lowest = -1, None
            for device in range(case.devices):
                score = waits[device] + case.cost[first + device] + everything - data[device]
                if lowest is None or score < lowest:
                    best, lowest = device, score
            self.device[op] = best
            self.rank[op] = self.placements
            self.placements += 1
            self.queued[best] += 1
            self.queued_time[best] += case.time(op, best)
            waits[best] = self.wait(best)
            self.placed[op].succeed()
        self.ready = []
        for device in range(case.devices):
            if self.idle[device] and self.startable[device]:
                self.start(heapq.heappop(self.startable[device])[1], device)

    def start(self, op, device):
        ticks = self.case.time(op, device)
        self.idle[device] = False
        self.queued[device] -= 1
        self.queued_time[device] -= ticks
        self.busy_until[device] = self.env.now + ticks
        self.turn[op].succeed()


def main():
    case = Case(sys.argv[1])
    world = {"fifo": Fifo, "dmda": Dmda}[sys.argv[2]](case)
    before = time.process_time()
    world.env.run()
    after = time.process_time()
    print(json.dumps({
        "makespan": world.env.now, "transfers": world.transfers, "loopMs": (after - before) * 1000,
        "peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "version": f"SimPy {simpy.__version__}, Python {sys.version.split()[0]}",
    }))


main()
