// The least that a simulator of this can be: a binary heap of events. Transfers share nothing. heap CASE POLICY
#include "world.hpp"

struct Event {
  double time;
  int entity; // ops from 0, edges as ~edge
};

struct Later {
  bool operator()(const Event& a, const Event& b) const { return a.time > b.time || (a.time == b.time && a.entity > b.entity); }
};

struct Heap {
  std::priority_queue<Event, std::vector<Event>, Later> events;
  double time = 0;
  int latency = 0;

  double now() const { return time; }
  void run(int op, int, int ns) { events.push({time + ns, op}); }
  void move(int edge, int, int, int bytes) { events.push({time + latency + bytes, ~edge}); }
};

template <Policy policy> void simulate(const Case& c) {
  Heap heap;
  heap.latency = c.latency;
  World<Heap, policy> world(c, heap);
  const double before = cpu_ms();
  world.begin();
  while (!heap.events.empty()) {
    heap.time = heap.events.top().time;
    do {
      const int entity = heap.events.top().entity;
      heap.events.pop();
      if (entity >= 0) world.op_ended(entity);
      else world.move_ended(~entity);
    } while (!heap.events.empty() && heap.events.top().time == heap.time);
    world.end_round();
  }
  const double after = cpu_ms();
  if (world.ended != c.ops) std::exit(1);
  report(heap.time, world.moved, after - before, "g++ " __VERSION__);
}

int main(int, char** argv) {
  const Case c = Case::read(argv[1]);
  switch (policy_named(argv[2])) {
    case Policy::fifo: simulate<Policy::fifo>(c); break;
    case Policy::dmda: simulate<Policy::dmda>(c); break;
    case Policy::fixed: simulate<Policy::fixed>(c);
  }
}
