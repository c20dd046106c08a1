// What the GPU's kernels are timed with: cases, and operands that a cold cache sees.
#pragma once

#include <fmt/format.h>

#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "graph/ir/text.h"
#include "targets/target.h"

namespace tenfold::bench {

struct KernelCase {
  std::string name;
  double gflop = 0;  // of one run; 0: bound by memory
  bool channelsLast = false;
  std::string text;  // its last node is what is timed
};

std::vector<KernelCase> builtInCases();
// Throws Error with the line that is no case.
std::vector<KernelCase> readCases(std::istream& in);

// The larger of bytes over bandwidth and operations over the rate of the operands' type, on an H200.
double floorSeconds(const KernelCase& c, double bytes);

// Largest difference over the largest magnitude; infinite where one is not finite.
double difference(const std::vector<Tensor>& got, const std::vector<Tensor>& want);

// The inputs and outputs of a case's last node, so many times over that they exceed the L2 cache.
class Operands {
 public:
  Operands(const KernelCase& c, Target& gpu);
  ~Operands();
  Operands(const Operands&) = delete;

  const Node& node() const { return *parsed_.graph->nodes().back(); }
  const TuningHint& hint() const { return hint_; }
  double bytes() const { return bytes_; }  // of inputs and outputs, each once
  // Seconds of one launch: the median of several replays.
  double time(const Kernel& kernel);
  // What the last launch wrote.
  std::vector<Tensor> results() const;

 private:
  struct Copy {
    std::vector<void*> inputs, outputs;
  };
  void* upload(const Tensor& t);
  Copy makeCopy();
  void makeCopies();

  TextCase parsed_;
  Target& gpu_;
  TuningHint hint_;
  std::vector<Tensor> inputs_;
  std::vector<Copy> copies_;
  std::vector<void*> memory_;
  double bytes_ = 0;
};

}  // namespace tenfold::bench
