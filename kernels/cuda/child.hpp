// The worker in a process of its own: it may crash or hang without harm to what was measured.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "worker.hpp"

// How a request ended.
struct Answer {
  enum class Kind { header, unavailable, sample, failed, gone } kind;
  // The fields of the header, why there is no device, the line of the sample, or the failure.
  std::string text;
};

class Child {
 public:
  Child(int device, const Repetition& repetition) : device_(device), repetition_(repetition) {}
  Child(const Child&) = delete;
  ~Child() { end(); }

  // Starts the process, unless it runs. The answer is `header`, `unavailable` or `gone`.
  Answer start(double timeoutMs);
  bool runs() const { return pid_ > 0; }
  // Asks it to measure. The answer is `sample`, `failed` or `gone`; after `gone` it does not run. Ends early, as `gone`,
  // when `stopped` says so.
  Answer measure(int round, const std::string& line, double timeoutMs, const std::function<bool()>& stopped);
  void end();

 private:
  Answer receive(double timeoutMs, const std::function<bool()>& stopped);
  Answer gone(const std::string& otherwise);

  int device_;
  Repetition repetition_;
  pid_t pid_ = -1;
  int requests_ = -1, answers_ = -1;
  std::string read_;
};
