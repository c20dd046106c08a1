// Tactics for operators whose kernels take one form of parameters (kernels/call.cuh): each is a row of a
// table, with the names of its kernels and a plan of their launches.
#pragma once

#include "targets/cuda/tactics/fast_divisor.h"
#include "targets/cuda/tactics/generated.h"

namespace tenfold::cuda {

// Call of kernels/call.cuh.
struct Call {
  const void* in[8] = {};
  void* out[4] = {};
  void* workspace = nullptr;
  uint32_t count = 0;
  int32_t n[40] = {};
  float f[8] = {};
  FastDivisor d[12];
};

struct CallPlan {
  struct Step {
    size_t kernel = 0;
    int64_t threads = 0;   // in the whole grid
    int32_t argument = 0;  // c.n[39]
  };
  Call call;
  std::vector<Step> steps;  // those without threads are left out
  size_t workspace = 0;     // bytes
  // Output 0 begins as a copy of input 0.
  size_t copyBytes = 0;
};

struct CallRow {
  std::string_view op;
  // The kernels as names of functions that take a Call: "argReduce<float, true>". Throws Error
  // (kUnsupported).
  std::vector<std::string> (*kernels)(const Node& node, const TuningHint& hint);
  CallPlan (*plan)(const Node& node, Descs inputs, Descs outputs);
  // Where data decides the shape: the outputs' shapes after the steps have left a count in the workspace's
  // first word. The last kernel then runs over the elements of output 0 with the count as c.n[0].
  std::vector<Shape> (*shapes)(const Node& node, Descs inputs, int64_t count) = nullptr;
};

struct CallFamily {
  const char* name;
  const char* header;  // in kernels/
  std::span<const CallRow> rows;
};

std::unique_ptr<Tactic> makeTactic(const Device& device, const CallFamily& family);

// One launch with a thread for each item, or as many as keep the device busy.
CallPlan onePerItem(int64_t count);
// An axis as lanes: c.n[1] its extent, c.n[2] and c.d[0] the elements of one position.
void setLanes(Call& call, const Shape& shape, int axis);

}  // namespace tenfold::cuda
