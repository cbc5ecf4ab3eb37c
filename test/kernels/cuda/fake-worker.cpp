// In the place of worker.cu: answers without a device. Kinds say what happens.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "kernel.hpp"
#include "worker.hpp"

void serve(int in, int out, int device, const Repetition& repetition) {
  FILE* requests = fdopen(in, "r");
  FILE* answers = fdopen(out, "w");
  if (device == 9) {
    std::fprintf(answers, "E there is no device 9\n");
    std::fflush(answers);
    return;
  }
  std::fprintf(answers, "H \"device\":\"Example %d\",\"versions\":{\"cuda\":\"1.0\"}\n", device);
  std::fflush(answers);
  char line[4096];
  while (std::fgets(line, sizeof(line), requests) != nullptr) {
    const std::string text = std::string(line).substr(0, std::string(line).find('\n'));
    const Kernel kernel = parseKernel(text.substr(text.find(' ') + 1));
    if (kernel.kind == "hangs") sleep(100);
    if (kernel.kind == "crashes") std::abort();
    if (kernel.kind == "lost") {
      std::fprintf(answers, "L the device was lost\n");
      std::fflush(answers);
      return;
    }
    if (kernel.kind == "fails") std::fprintf(answers, "F it says \"no\"\n");
    else std::fprintf(answers, "S %s\"ns\":[%d,%g]}\n", lineStart(kernel, std::atoi(line)).c_str(), repetition.least, repetition.budgetMs);
    std::fflush(answers);
  }
}
