// Compiles generated kernels by NVRTC for GPUs that need not be there. On Hopper no kernel may spill a
// register.
//
// Ordinarily Hopper gets each node's likeliest configuration and one that its tactic has not had before in
// this program, and one other architecture, in turn, the likeliest. With TENFOLD_ALL_KERNELS set (`./dev test
// gpu-kernels`) all of them get every configuration, for fixed and for free shapes.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "targets/target.h"

namespace tenfold::testing_util {

constexpr const char* kHopper = "sm_90";
constexpr const char* kOthers[] = {"sm_80", "sm_86", "sm_89", "sm_100", "sm_120"};

bool wantsAllKernels();

class KernelSweep {
 public:
  // How many kernels each tactic compiled for Hopper.
  using Counts = std::map<std::string, int, std::less<>>;

  // The one of this program; null where the CUDA target or its compiler is absent.
  static KernelSweep* get();
  // The node by every tactic that generates code for it, or by `only`. `elsewhere`: also for another
  // architecture.
  void add(const Node& node, TuningHint hint, Counts& counts, std::string_view only = "",
           bool elsewhere = true);
  // One configuration for one architecture.
  static void compile(const std::string& architecture, std::string_view tactic, const Node& node,
                      const std::string& config, const TuningHint& hint);

 private:
  KernelSweep();
  int addForHopper(const Tactic& tactic, const Node& node, const TuningHint& hint);

  Target* const hopper_;
  std::map<std::string_view, std::set<std::string>> configs_;
  size_t turn_ = 0;
};

// Every node of a case (OpCase::text) in both layouts.
KernelSweep::Counts compileCase(const std::string& text, std::string_view only = "");
// What `tactic` must compile.
void expectCompiles(std::string_view tactic, std::initializer_list<const char*> texts);

}  // namespace tenfold::testing_util
