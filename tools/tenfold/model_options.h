// Options that several commands share: the model or plan, its inputs, shapes, device, and how to build.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "common/session.h"

namespace tenfold {

// A check of an option's value: a number of at least this.
std::function<std::string(const std::string&)> atLeast(double least);

struct ModelOptions {
  std::string model, device, timingCache;
  std::vector<std::string> inputs, minShapes, optShapes, maxShapes, disabledPasses;
  bool measure = true, quiet = false, fp16 = false, bf16 = false, noTf32 = false;
  int threads = 0;
  double errorBudget = 0;

  void addTo(CLI::App& command);
  Target& target() const;
  std::map<std::string, Tensor> givenInputs() const;
  ShapeRequest shapes() const;
  // Loads a plan, or builds a model, with progress on standard error.
  std::unique_ptr<Plan> plan() const;
};

}  // namespace tenfold
