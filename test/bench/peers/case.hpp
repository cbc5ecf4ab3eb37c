// A case as the benchmark writes it: 32-bit little-endian integers, times in ns.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>
#include <sys/resource.h>

/// Ops are numbered in an order that respects their dependencies. Edges are numbered by consumer.
struct Case {
  int ops, devices, classes, edges, latency;
  /// `class_of[op]`; the time of an op on a device is `cost[class * devices + device]`.
  std::vector<int> class_of, cost;
  /// Edges into `op`: `pred_start[op]` up to `pred_start[op + 1]`; `producer` and `bytes` (0 = nothing to move) of each.
  std::vector<int> pred_start, producer, bytes;
  /// Edges out of `op`: `succ[succ_start[op]]` up to `succ_start[op + 1]`, ascending; `consumer` of each edge.
  std::vector<int> succ_start, succ, consumer;
  /// A schedule to repeat: device of each op, and all ops in the order of their starts. Empty when there is none.
  std::vector<int> placement, order;

  int time(int op, int device) const { return cost[static_cast<size_t>(class_of[op]) * devices + device]; }

  static Case read(const char* path) {
    std::FILE* file = std::fopen(path, "rb");
    if (file == nullptr) fail(path);
    auto next = [&](size_t count) {
      std::vector<int> values(count);
      if (std::fread(values.data(), sizeof(int), count, file) != count) fail(path);
      return values;
    };
    const std::vector<int> head = next(6);
    Case c{head[0], head[1], head[2], head[3], head[4], {}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
    c.class_of = next(c.ops);
    c.cost = next(static_cast<size_t>(c.classes) * c.devices);
    c.pred_start = next(c.ops + 1);
    c.producer = next(c.edges);
    c.bytes = next(c.edges);
    if (head[5] == 1) {
      c.placement = next(c.ops);
      c.order = next(c.ops);
    }
    std::fclose(file);
    c.reverse();
    return c;
  }

private:
  static void fail(const char* path) {
    std::fprintf(stderr, "%s: cannot be read, or is cut short\n", path);
    std::exit(2);
  }

  void reverse() {
    succ_start.assign(ops + 1, 0);
    succ.resize(edges);
    consumer.resize(edges);
    for (int producer_of_edge : producer) succ_start[producer_of_edge + 1]++;
    for (int op = 0; op < ops; op++) succ_start[op + 1] += succ_start[op];
    std::vector<int> fill(succ_start.begin(), succ_start.end() - 1);
    for (int op = 0; op < ops; op++)
      for (int e = pred_start[op]; e < pred_start[op + 1]; e++) {
        consumer[e] = op;
        succ[fill[producer[e]]++] = e;
      }
  }
};

/// CPU time of this process, user and system, in ms.
inline double cpu_ms() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec * 1e3 + usage.ru_utime.tv_usec / 1e3 + usage.ru_stime.tv_sec * 1e3 + usage.ru_stime.tv_usec / 1e3;
}

/// Prints what the benchmark reads, as JSON.
inline void report(double makespan, long transfers, double loop_ms, const std::string& version) {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  std::printf("{\"makespan\": %.6f, \"transfers\": %ld, \"loopMs\": %.3f, \"peakMb\": %.1f, \"version\": \"%s\"}\n", makespan, transfers, loop_ms, usage.ru_maxrss / 1024.0, version.c_str());
}
