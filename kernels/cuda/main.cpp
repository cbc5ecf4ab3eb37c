// heddle-cuda: measures the kernels of a list in rounds, every other round in reverse, in a process that may be lost, and
// writes the samples as they come. See README.md.
#include <signal.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <set>

#include "child.hpp"
#include "kernel.hpp"
#include "options.hpp"

namespace {

volatile sig_atomic_t interrupted = 0;

struct Entry {
  std::string line;
  Kernel kernel;
  bool failed = false;
};

// Folder of this program, with its last "/".
std::string ownFolder() {
  char path[4096];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
  const std::string text(path, length > 0 ? static_cast<size_t>(length) : 0);
  return text.substr(0, text.rfind('/') + 1);
}

std::vector<Entry> readKernels(const Options& options) {
  const std::string file = options.kernels.empty() ? ownFolder() + "sizes.txt" : options.kernels;
  std::ifstream opened;
  if (file != "-") {
    opened.open(file);
    if (!opened) throw std::invalid_argument("cannot read " + file + "; --kernels names a list of kernels");
  }
  std::istream& in = file == "-" ? std::cin : opened;
  std::vector<Entry> entries;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    bool wanted = options.only.empty();
    for (const auto& part : options.only) wanted = wanted || line.find(part) != std::string::npos;
    if (wanted) entries.push_back({line, parseKernel(line)});
  }
  if (entries.empty()) throw std::invalid_argument(options.only.empty() ? file + " names no kernel" : "no kernel matches --only; --list prints all");
  return entries;
}

std::string firstModelName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const auto colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

// The first line of the samples; `fields` are those that the device gave.
std::string headerLine(const std::string& fields) {
  char date[16];
  const std::time_t now = std::time(nullptr);
  std::strftime(date, sizeof(date), "%Y-%m-%d", std::gmtime(&now));
  utsname system{};
  uname(&system);
  const long cores = sysconf(_SC_NPROCESSORS_ONLN);
  const long long memory = static_cast<long long>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  return "{\"format\":\"heddle-samples/1\",\"backend\":\"cuda\",\"date\":" + quoted(date) + "," + fields + ",\"machine\":{\"cpu\":" + quoted(firstModelName()) + ",\"cores\":" + std::to_string(cores) +
         ",\"memoryBytes\":" + std::to_string(memory) + ",\"os\":" + quoted(std::string(system.sysname) + " " + system.release + " " + system.machine) + "}}";
}

// Where the samples go. In a file, what earlier runs wrote counts.
class Samples {
 public:
  explicit Samples(const std::string& file) : file_(file) {
    if (file.empty()) return;
    std::ifstream in(file, std::ios::binary);
    long long whole = 0;
    for (std::string line; std::getline(in, line);) {
      // A last line without its end was cut off.
      if (in.eof()) break;
      whole += static_cast<long long>(line.size()) + 1;
      if (header_.empty()) header_ = line;
      else remember(line);
    }
    in.close();
    if (whole > 0 && truncate(file.c_str(), whole) != 0) throw std::invalid_argument("cannot write " + file);
    out_ = std::fopen(file.c_str(), "a");
    if (out_ == nullptr) throw std::invalid_argument("cannot write " + file);
  }

  void begin(const std::string& fields) {
    const std::string device = fields.substr(0, fields.find(",\"versions\""));
    if (header_.empty()) write(headerLine(fields));
    else if (header_.find("\"format\":\"heddle-samples/1\"") == std::string::npos) throw std::invalid_argument(file_ + " holds no samples (heddle-samples/1)");
    else if (header_.find(device) == std::string::npos) throw std::invalid_argument(file_ + " holds samples of another device");
  }
  bool has(const Kernel& kernel, int round) const { return known_.count(lineStart(kernel, round)) > 0; }
  void write(const std::string& line) {
    std::fprintf(out_, "%s\n", line.c_str());
    std::fflush(out_);
  }

 private:
  void remember(const std::string& line) {
    for (const char* field : {"\"ns\":[", "\"failure\":"}) {
      const auto at = line.find(field);
      if (at != std::string::npos) known_.insert(line.substr(0, at));
    }
  }
  std::string file_;
  std::FILE* out_ = stdout;
  std::string header_;
  std::set<std::string> known_;
};

constexpr double startMs = 180e3;

int run(Options options) {
  std::vector<Entry> entries = readKernels(options);
  if (options.list) {
    for (const auto& entry : entries) std::puts(entry.line.c_str());
    return 0;
  }
  const auto begun = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count(); };
  // Half of the time goes into operands and checks.
  options.repetition.budgetMs = options.eachMs > 0 ? options.eachMs : std::min(2000.0, options.budgetMs / 2 / (static_cast<double>(entries.size()) * options.rounds));
  Samples samples(options.out);
  Child child(options.device, options.repetition);
  size_t measured = 0, failed = 0, done = 0;
  bool first = true;

  for (int round = 0; round < options.rounds && !interrupted; round++) {
    for (size_t i = 0; i < entries.size() && !interrupted; i++) {
      Entry& entry = entries[round % 2 == 0 ? i : entries.size() - 1 - i];
      done++;
      if (entry.failed) continue;
      if (samples.has(entry.kernel, round)) {
        measured++;
        continue;
      }
      if (elapsed() > options.budgetMs) {
        std::fprintf(stderr, "\nthe time is over after %zu of %zu measurements\n", measured, entries.size() * static_cast<size_t>(options.rounds));
        return measured > 0 ? 0 : 1;
      }
      if (!child.runs()) {
        const Answer answer = child.start(startMs);
        if (answer.kind != Answer::Kind::header) {
          std::fprintf(stderr, "no GPU can be used: %s\n", answer.text.c_str());
          return 1;
        }
        if (first) samples.begin(answer.text);
        first = false;
      }
      if (isatty(STDERR_FILENO)) std::fprintf(stderr, "\r\033[Kround %d of %d, %zu of %zu: %s", round + 1, options.rounds, i + 1, entries.size(), entry.line.c_str());
      const Answer answer = child.measure(round, entry.line, options.timeoutMs, [] { return interrupted != 0; });
      if (answer.kind == Answer::Kind::sample) {
        samples.write(answer.text);
        measured++;
      } else if (!interrupted) {
        samples.write(lineStart(entry.kernel, round) + "\"failure\":" + quoted(answer.text) + "}");
        entry.failed = true;
        failed++;
      }
    }
  }
  std::fprintf(stderr, "%s%zu measurements, %zu kernels that could not be measured%s\n", isatty(STDERR_FILENO) ? "\r\033[K" : "", measured, failed, interrupted ? "; stopped" : "");
  return measured > 0 || interrupted ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  signal(SIGINT, [](int) { interrupted = 1; });
  // A process that is gone is found when it is written to.
  signal(SIGPIPE, SIG_IGN);
  try {
    const Options options = parseOptions(argc, argv);
    if (options.help) {
      std::fputs(usage, stdout);
      return 0;
    }
    return run(options);
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "heddle-cuda: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "heddle-cuda: %s\n", error.what());
    return 1;
  }
}
