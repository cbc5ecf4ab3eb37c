// A kernel to measure, as a line of text: "matmul f16 batch=1 m=512 n=512 k=64 variant=…". Plain C++, no CUDA.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// A kernel that cannot run here, or was wrong; the message goes into the samples.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The device is in no state to go on: the process must end.
struct DeviceLost : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Kernel {
  std::string kind;
  std::string dtype;
  std::string variant;
  std::vector<std::pair<std::string, long long>> shape;

  long long extent(const std::string& name, long long otherwise = -1) const {
    for (const auto& entry : shape) {
      if (entry.first == name) return entry.second;
    }
    if (otherwise < 0) throw Failure(kind + " needs the extent " + name);
    return otherwise;
  }
};

// The kernel that a line names. Throws std::invalid_argument where it is none.
inline Kernel parseKernel(const std::string& line) {
  std::istringstream words(line);
  Kernel kernel;
  if (!(words >> kernel.kind >> kernel.dtype)) throw std::invalid_argument("not a kernel: \"" + line + "\"");
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == word.size()) throw std::invalid_argument("not an extent: \"" + word + "\" in \"" + line + "\"");
    const std::string name = word.substr(0, equals), value = word.substr(equals + 1);
    if (name == "variant") {
      kernel.variant = value;
      continue;
    }
    size_t read = 0;
    long long extent = 0;
    try {
      extent = std::stoll(value, &read);
    } catch (const std::exception&) {
      read = 0;
    }
    if (read != value.size() || extent < 1) throw std::invalid_argument("not a whole number from 1: \"" + word + "\" in \"" + line + "\"");
    kernel.shape.emplace_back(name, extent);
  }
  return kernel;
}

// The text in quotes, as JSON has it.
inline std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const unsigned char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c < 0x20 ? ' ' : static_cast<char>(c);
  }
  return result + "\"";
}

// How the line of this kernel and round begins in the samples; what follows is either its times or its failure.
inline std::string lineStart(const Kernel& kernel, int round) {
  std::string text = "{\"kind\":" + quoted(kernel.kind) + ",\"shape\":{";
  for (size_t i = 0; i < kernel.shape.size(); i++) {
    text += (i > 0 ? "," : "") + quoted(kernel.shape[i].first) + ":" + std::to_string(kernel.shape[i].second);
  }
  text += "},\"dtype\":" + quoted(kernel.dtype);
  if (!kernel.variant.empty()) text += ",\"variant\":" + quoted(kernel.variant);
  return text + ",\"round\":" + std::to_string(round) + ",";
}
