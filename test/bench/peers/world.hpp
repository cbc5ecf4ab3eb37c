// The schedulers fifo, dmda and fixed, and what they decide about, over any engine that can run an op for a time, move
// bytes from device to device, and say what has ended: the same decisions for every C++ peer.
#pragma once
#include "case.hpp"
#include <algorithm>
#include <cstring>
#include <functional>
#include <queue>

enum class Policy { fifo, dmda, fixed };

inline Policy policy_named(const char* name) {
  if (std::strcmp(name, "fifo") == 0) return Policy::fifo;
  if (std::strcmp(name, "dmda") == 0) return Policy::dmda;
  if (std::strcmp(name, "fixed") == 0) return Policy::fixed;
  std::fprintf(stderr, "no policy %s\n", name);
  std::exit(2);
}

/// `Engine` has `double now()`, `void run(int op, int device, int ns)` and `void move(int edge, int from, int to, int bytes)`.
/// It reports each end with `op_ended` and `move_ended`, and calls `end_round` after all ends of an instant. Up to 32
/// devices that run one op at a time, each with a memory of its own. A policy is a template argument: no branch in the loop.
template <class Engine, Policy policy> class World {
  const Case& c_;
  Engine& engine_;
  std::vector<int> pending_, missing_, device_, new_ready_;
  /// fifo: ready ops, oldest first, from `head_` on.
  std::vector<int> fifo_;
  size_t head_ = 0;
  uint32_t free_;
  /// dmda: by device, ops whose turn it is by the order of placement; fixed: all ops of the device in their order.
  std::vector<std::priority_queue<std::pair<int, int>, std::vector<std::pair<int, int>>, std::greater<>>> startable_;
  std::vector<std::vector<int>> lane_;
  std::vector<size_t> lane_head_;
  std::vector<int> rank_, queued_;
  std::vector<double> queued_ns_, busy_until_, wait_;
  int placements_ = 0;

public:
  int ended = 0;
  long moved = 0;

  World(const Case& c, Engine& engine)
      : c_(c), engine_(engine), pending_(c.ops), missing_(c.ops), device_(c.ops, -1), free_(c.devices == 32 ? ~0u : (1u << c.devices) - 1),
        startable_(c.devices), lane_(c.devices), lane_head_(c.devices), rank_(policy == Policy::dmda ? c.ops : 0), queued_(c.devices),
        queued_ns_(c.devices), busy_until_(c.devices), wait_(c.devices) {
    for (int op = 0; op < c.ops; op++) pending_[op] = c.pred_start[op + 1] - c.pred_start[op];
    if (policy == Policy::fifo) fifo_.reserve(c.ops);
    if (policy == Policy::fixed) {
      device_ = c.placement;
      for (int op : c.order) lane_[device_[op]].push_back(op);
    }
  }

  /// Ops without predecessors become ready.
  void begin() {
    for (int op = 0; op < c_.ops; op++)
      if (pending_[op] == 0) new_ready_.push_back(op);
    end_round();
  }

  void op_ended(int op) {
    ended++;
    free_ |= 1u << device_[op];
    for (int i = c_.succ_start[op]; i < c_.succ_start[op + 1]; i++) {
      const int edge = c_.succ[i], consumer = c_.consumer[edge];
      if (policy == Policy::fixed) fetch(edge, device_[op], device_[consumer]);
      if (--pending_[consumer] == 0) new_ready_.push_back(consumer);
    }
  }

  void move_ended(int edge) {
    const int op = c_.consumer[edge];
    if (--missing_[op] > 0) return;
    if (policy == Policy::fifo) start(op, device_[op]);
    if (policy == Policy::dmda) startable_[device_[op]].emplace(rank_[op], op);
  }

  void end_round() {
    if (policy == Policy::fifo) dispatch_fifo();
    if (policy == Policy::dmda) dispatch_dmda();
    if (policy == Policy::fixed) dispatch_fixed();
    new_ready_.clear();
  }

private:
  void start(int op, int device) {
    free_ &= ~(1u << device);
    engine_.run(op, device, c_.time(op, device));
  }

  void fetch(int edge, int from, int to) {
    if (from == to || c_.bytes[edge] == 0) return;
    missing_[c_.consumer[edge]]++;
    moved++;
    engine_.move(edge, from, to, c_.bytes[edge]);
  }

  void place(int op, int device) {
    device_[op] = device;
    for (int edge = c_.pred_start[op]; edge < c_.pred_start[op + 1]; edge++) fetch(edge, device_[c_.producer[edge]], device);
  }

  /// The op that has been ready longest to the free device with the smallest id, which waits for the op's inputs.
  void dispatch_fifo() {
    std::sort(new_ready_.begin(), new_ready_.end());
    fifo_.insert(fifo_.end(), new_ready_.begin(), new_ready_.end());
    while (free_ != 0 && head_ < fifo_.size()) {
      const int op = fifo_[head_++], device = __builtin_ctz(free_);
      free_ &= ~(1u << device);
      place(op, device);
      if (missing_[op] == 0) start(op, device);
    }
  }

  double wait(int device, double now) const {
    const bool is_free = (free_ >> device & 1) != 0;
    if (is_free && queued_[device] == 0) return 0;
    return queued_ns_[device] + (is_free ? 0 : std::max(0.0, busy_until_[device] - now));
  }

  /// Each ready op at once to the device with the smallest end of its queue + execution + transfers of the inputs.
  void dispatch_dmda() {
    const double now = engine_.now();
    if (!new_ready_.empty()) {
      std::sort(new_ready_.begin(), new_ready_.end());
      for (int device = 0; device < c_.devices; device++) wait_[device] = wait(device, now);
    }
    for (int op : new_ready_) {
      double here[32] = {}, all = 0, lowest = 1e300;
      for (int edge = c_.pred_start[op]; edge < c_.pred_start[op + 1]; edge++) {
        if (c_.bytes[edge] == 0) continue;
        here[device_[c_.producer[edge]]] += c_.latency + c_.bytes[edge];
        all += c_.latency + c_.bytes[edge];
      }
      int best = -1;
      for (int device = 0; device < c_.devices; device++) {
        const double score = wait_[device] + c_.time(op, device) + (all - here[device]);
        if (score < lowest) {
          lowest = score;
          best = device;
        }
      }
      rank_[op] = placements_++;
      queued_[best]++;
      queued_ns_[best] += c_.time(op, best);
      place(op, best);
      if (missing_[op] == 0) startable_[best].emplace(rank_[op], op);
      wait_[best] = wait(best, now);
    }
    for (uint32_t left = free_; left != 0; left &= left - 1) {
      const int device = __builtin_ctz(left);
      if (startable_[device].empty()) continue;
      const int op = startable_[device].top().second;
      startable_[device].pop();
      queued_[device]--;
      queued_ns_[device] -= c_.time(op, device);
      busy_until_[device] = now + c_.time(op, device);
      start(op, device);
    }
  }

  /// Every device in its given order; outputs move as soon as they exist.
  void dispatch_fixed() {
    for (uint32_t left = free_; left != 0; left &= left - 1) {
      const int device = __builtin_ctz(left);
      if (lane_head_[device] == lane_[device].size()) continue;
      const int op = lane_[device][lane_head_[device]];
      if (pending_[op] > 0 || missing_[op] > 0) continue;
      lane_head_[device]++;
      start(op, device);
    }
  }
};
