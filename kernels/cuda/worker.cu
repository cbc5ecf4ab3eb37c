#include "worker.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "device.hpp"

namespace {

// ---- the device --------------------------------------------------------------------------------------------------

Device openDevice(int id) {
  Device device;
  int count = 0;
  CUDA(cudaGetDeviceCount(&count));
  if (id >= count) throw Failure("there is no device " + std::to_string(id) + "; there are " + std::to_string(count));
  device.id = id;
  CUDA(cudaSetDevice(id));
  CUDA(cudaGetDeviceProperties(&device.properties, id));
  CUDA(cudaStreamCreateWithFlags(&device.stream, cudaStreamNonBlocking));
  device.rotatedBytes = std::max<size_t>(size_t{256} << 20, 4 * static_cast<size_t>(device.properties.l2CacheSize));
  return device;
}

std::string versionText(int version) { return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10); }

// The fields of the header that only the device knows.
std::string describe(const Device& device) {
  int driver = 0, runtime = 0;
  CUDA(cudaDriverGetVersion(&driver));
  CUDA(cudaRuntimeGetVersion(&runtime));
  const auto& properties = device.properties;
  std::string text = "\"device\":" + quoted(properties.name) + ",\"versions\":{\"cuda\":" + quoted(versionText(runtime)) + ",\"cuda-driver\":" + quoted(versionText(driver));
  for (const auto& versions : {matmulVersions(), convVersions()}) {
    for (const auto& [name, version] : versions) text += "," + quoted(name) + ":" + quoted(version);
  }
  const auto gigabytes = static_cast<long long>(std::llround(static_cast<double>(properties.totalGlobalMem) / 1e9));
  return text + "},\"note\":" + quoted("compute capability " + std::to_string(properties.major) + "." + std::to_string(properties.minor) + ", " + std::to_string(properties.multiProcessorCount) + " multiprocessors, " +
                                        std::to_string(gigabytes) + " GB, last cache " + std::to_string(properties.l2CacheSize) + " B; ns = by events of the device, operands rotated; launch.submit, launch.graph and transfer.* by the host's clock");
}

// ---- timing ------------------------------------------------------------------------------------------------------

// Keeps the stream busy for so many nanoseconds, so that what is put into it meanwhile is there when it comes to it:
// otherwise the time of short kernels would be that of launching them.
__global__ void holdKernel(unsigned long long nanoseconds) {
  unsigned long long start = 0, now = 0;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(start));
  do {
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  } while (now - start < nanoseconds);
}

// A device that was idle takes a moment to come to its clocks.
void raiseClocks(const Device& device) {
  holdKernel<<<1, 1, 0, device.stream>>>(300000000ull);
  LAUNCHED();
  CUDA(cudaStreamSynchronize(device.stream));
}

struct Event {
  cudaEvent_t value = nullptr;
  Event() { CUDA(cudaEventCreate(&value)); }
  Event(const Event&) = delete;
  ~Event() { cudaEventDestroy(value); }
};

class Timer {
 public:
  explicit Timer(const Device& device) : stream_(device.stream) {}

  // Nanoseconds of one of `repeats` repetitions in a row, by the device's clock.
  double device(Work& work, int repeats) {
    while (true) {
      holdKernel<<<1, 1, 0, stream_>>>(static_cast<unsigned long long>(holdNs_));
      LAUNCHED();
      CUDA(cudaEventRecord(start_.value, stream_));
      for (int i = 0; i < repeats; i++) work.enqueue(index_++, stream_);
      // Had the stream come so far before all was in it, the device may have waited for the host.
      const bool early = cudaEventQuery(start_.value) == cudaSuccess;
      cudaGetLastError();
      CUDA(cudaEventRecord(stop_.value, stream_));
      CUDA(cudaEventSynchronize(stop_.value));
      if (!early || holdNs_ >= longestHoldNs) break;
      holdNs_ *= 2;
    }
    float ms = 0;
    CUDA(cudaEventElapsedTime(&ms, start_.value, stop_.value));
    return static_cast<double>(ms) * 1e6 / repeats;
  }

 private:
  static constexpr double longestHoldNs = 2e7;
  cudaStream_t stream_;
  Event start_, stop_;
  double holdNs_ = 5e4;
  long long index_ = 0;
};

// Whether the 95 % interval of the median, between order statistics, is tight enough.
bool isTight(std::vector<double> ns, double tightness) {
  if (ns.size() < 6) return false;
  std::sort(ns.begin(), ns.end());
  const double half = 0.98 * std::sqrt(static_cast<double>(ns.size()));
  const auto middle = static_cast<double>(ns.size()) / 2;
  const auto low = static_cast<size_t>(std::max(0.0, std::floor(middle - half))), high = std::min(ns.size() - 1, static_cast<size_t>(std::ceil(middle + half)));
  return ns[high] - ns[low] <= tightness * ns[ns.size() / 2];
}

constexpr double shortNs = 1e5;  // shorter than this, a time is the mean of several repetitions in a row
constexpr int mostRepeats = 100;

std::unique_ptr<Work> workFor(const Kernel& kernel, const Device& device) {
  for (const auto make : {matmulWork, convWork, elementwiseWork, rowWork, movementWork, launchWork, streamWork}) {
    if (auto work = make(kernel, device)) return work;
  }
  throw Failure("there is no CUDA kernel for " + kernel.kind);
}

std::vector<double> measure(const Kernel& kernel, const Device& device, const Repetition& repetition) {
  const auto work = workFor(kernel, device);
  CUDA(cudaStreamSynchronize(device.stream));
  Timer timer(device);
  const auto begun = std::chrono::steady_clock::now();
  // The first runs are not counted: code is loaded and clocks are raised in them.
  double estimate = 0;
  for (int i = 0; i < 3; i++) estimate = work->byHost() ? work->once() : timer.device(*work, 1);
  const int repeats = work->byHost() ? 1 : std::min(mostRepeats, std::max(1, static_cast<int>(shortNs / std::max(estimate, 1.0)) + 1));
  std::vector<double> ns;
  while (static_cast<int>(ns.size()) < repetition.most) {
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
    if (static_cast<int>(ns.size()) >= repetition.least && (ms > repetition.budgetMs || isTight(ns, repetition.tightness))) break;
    ns.push_back(work->byHost() ? work->once() : timer.device(*work, repeats));
    if (!(ns.back() > 0)) throw Failure("the clock does not move while the kernel runs");
  }
  work->check(device.stream);
  CUDA(cudaStreamSynchronize(device.stream));
  return ns;
}

// ---- talking -----------------------------------------------------------------------------------------------------

void say(int out, std::string line) {
  line += '\n';
  for (size_t done = 0; done < line.size();) {
    const ssize_t written = write(out, line.data() + done, line.size() - done);
    if (written <= 0) _exit(1);
    done += static_cast<size_t>(written);
  }
}

// The next line; false at the end.
bool readLine(FILE* in, std::string& line) {
  line.clear();
  for (int c = fgetc(in); c != EOF; c = fgetc(in)) {
    if (c == '\n') return true;
    line += static_cast<char>(c);
  }
  return !line.empty();
}

std::string timesText(const std::vector<double>& ns) {
  std::string text = "\"ns\":[";
  char number[32];
  for (size_t i = 0; i < ns.size(); i++) {
    std::snprintf(number, sizeof(number), "%s%.6g", i > 0 ? "," : "", ns[i]);
    text += number;
  }
  return text + "]}";
}

}  // namespace

void serve(int in, int out, int id, const Repetition& repetition) {
  Device device;
  try {
    device = openDevice(id);
    raiseClocks(device);
    say(out, "H " + describe(device));
  } catch (const std::exception& error) {
    say(out, std::string("E ") + error.what());
    return;
  }
  FILE* requests = fdopen(in, "r");
  for (std::string line; readLine(requests, line);) {
    try {
      const auto space = line.find(' ');
      const Kernel kernel = parseKernel(line.substr(space + 1));
      const auto ns = measure(kernel, device, repetition);
      say(out, "S " + lineStart(kernel, std::stoi(line)) + timesText(ns));
    } catch (const DeviceLost& error) {
      say(out, std::string("L ") + error.what());
      return;
    } catch (const std::exception& error) {
      say(out, std::string("F ") + error.what());
    }
  }
}
