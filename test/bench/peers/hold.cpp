// std::priority_queue under the hold model: the first event is taken out and comes back later. hold INCREMENTS PENDING
#include "case.hpp"
#include <cmath>
#include <queue>

struct Event {
  double time;
  uint32_t key, generation;
};

struct Later {
  bool operator()(const Event& a, const Event& b) const { return a.time > b.time || (a.time == b.time && a.key > b.key); }
};

int main(int, char** argv) {
  std::FILE* file = std::fopen(argv[1], "rb");
  if (file == nullptr) return 2;
  std::vector<double> increments;
  double buffer[4096];
  for (size_t n; (n = std::fread(buffer, sizeof(double), 4096, file)) > 0;) increments.insert(increments.end(), buffer, buffer + n);
  const size_t pending = std::strtoul(argv[2], nullptr, 10), operations = increments.size() - pending;
  std::priority_queue<Event, std::vector<Event>, Later> queue;
  for (uint32_t i = 0; i < pending; i++) queue.push({increments[i], i, 0});
  double sum = 0;
  const double before = cpu_ms();
  for (size_t i = 0; i < operations; i++) {
    const Event first = queue.top();
    queue.pop();
    sum += first.time - 4096 * std::floor(first.time / 4096) + (first.key & 1023);
    queue.push({first.time + increments[pending + i], first.key, 0});
  }
  const double after = cpu_ms();
  std::printf("{\"operations\": %zu, \"sum\": %.0f, \"loopMs\": %.3f}\n", operations, sum, after - before);
}
