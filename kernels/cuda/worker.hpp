// The process that uses the device: it is told kernels, one a line, and answers with their times, one line each.
#pragma once

#include <string>

struct Repetition {
  int least = 5;         // times of each kernel, at least
  int most = 50;         // and at most
  double tightness = 0.02;  // enough when the 95 % interval of the median is no wider than this share of it
  double budgetMs = 500;    // after so long, no more than the least number
};

// Serves requests "<round> <kernel line>" from `in` until its end. Writes first "H <description as JSON fields>" or "E <why
// not>", then for each request "S <line for the samples>" or "F <message>"; or "L <message>" where the device was lost, and
// ends. Never throws.
void serve(int in, int out, int device, const Repetition& repetition);
