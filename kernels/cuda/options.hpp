// The command line.
#pragma once

#include <string>
#include <vector>

#include "worker.hpp"

struct Options {
  bool list = false;
  bool help = false;
  std::vector<std::string> only;   // parts of lines; empty = all
  std::string kernels;             // file with one kernel a line, "-" = standard input; empty = sizes.txt beside the program
  std::string out;                 // file to append to; empty = standard output
  double budgetMs = 15 * 60 * 1e3; // for everything
  double eachMs = 0;               // for each kernel in a round; 0 = what the budget leaves
  double timeoutMs = 60 * 1e3;     // for one kernel
  int rounds = 3;
  int device = 0;
  Repetition repetition;
};

extern const char* const usage;

// Throws std::invalid_argument with what is wrong.
Options parseOptions(int argc, char** argv);
