#include "options.hpp"

#include <map>
#include <sstream>
#include <stdexcept>

const char* const usage =
    "heddle-cuda: measures kernels on a GPU and prints samples (heddle-samples/1, one JSON object a line)\n"
    "\n"
    "  heddle-cuda --out samples.jsonl --budget 15m    the same again goes on where it was stopped\n"
    "\n"
    "  --out FILE       append to FILE, and leave out what is in it; default: print to standard output\n"
    "  --budget TIME    for everything, such as 90s, 15m, 2h; default 15m\n"
    "  --rounds N       every kernel is measured in N rounds that lie apart in time; default 3\n"
    "  --only TEXT,...  kernels whose line contains one of the texts, such as \"matmul f16\" or softmax\n"
    "  --kernels FILE   measure these, one a line as --list prints them; - = standard input\n"
    "  --list           print the kernels, and end\n"
    "  --device N       number of the GPU; default 0\n"
    "  --timeout TIME   for one kernel; default 60s\n"
    "  --each TIME      times are taken for so long in a round; default: what the budget leaves\n"
    "  --least N        times of a kernel in a round, at least; default 5\n"
    "  --most N         and at most; default 50\n"
    "  --tightness X    enough when the 95 % interval of the median is X of it wide; default 0.02\n"
    "\n"
    "Exit codes: 0 done or stopped, 1 nothing could be measured, 2 wrong usage\n";

namespace {

double milliseconds(const std::string& name, const std::string& text) {
  static const std::map<std::string, double> units = {{"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"min", 60e3}, {"h", 3600e3}};
  size_t read = 0;
  double value = 0;
  try {
    value = std::stod(text, &read);
  } catch (const std::exception&) {
    read = 0;
  }
  const auto unit = units.find(text.substr(read));
  if (read == 0 || !(value > 0) || unit == units.end()) throw std::invalid_argument(name + " takes a time such as 90s, 15m or 2h, not \"" + text + "\"");
  return value * unit->second;
}

double number(const std::string& name, const std::string& text, double least) {
  size_t read = 0;
  double value = 0;
  try {
    value = std::stod(text, &read);
  } catch (const std::exception&) {
    read = 0;
  }
  if (read != text.size() || read == 0 || !(value >= least)) throw std::invalid_argument(name + " takes a number, not \"" + text + "\"");
  return value;
}

}  // namespace

Options parseOptions(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i++) {
    const std::string name = argv[i];
    if (name == "--list") {
      options.list = true;
      continue;
    }
    if (name == "--help" || name == "-h") {
      options.help = true;
      continue;
    }
    const auto value = [&]() -> std::string {
      if (i + 1 >= argc) throw std::invalid_argument(name + " needs a value");
      return argv[++i];
    };
    const auto whole = [&](int least) { return static_cast<int>(number(name, value(), least)); };
    if (name == "--out") options.out = value();
    else if (name == "--budget") options.budgetMs = milliseconds(name, value());
    else if (name == "--each") options.eachMs = milliseconds(name, value());
    else if (name == "--timeout") options.timeoutMs = milliseconds(name, value());
    else if (name == "--kernels") options.kernels = value();
    else if (name == "--rounds") options.rounds = whole(1);
    else if (name == "--device") options.device = whole(0);
    else if (name == "--least") options.repetition.least = whole(1);
    else if (name == "--most") options.repetition.most = whole(1);
    else if (name == "--tightness") options.repetition.tightness = number(name, value(), 0);
    else if (name == "--only") {
      std::istringstream parts(value());
      for (std::string part; std::getline(parts, part, ',');) {
        if (!part.empty()) options.only.push_back(part);
      }
    } else {
      throw std::invalid_argument("unknown option " + name + "; --help lists all");
    }
  }
  if (options.repetition.most < options.repetition.least) throw std::invalid_argument("--most is less than --least");
  return options;
}
