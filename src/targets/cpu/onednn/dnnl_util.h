// oneDNN in Tenfold's terms. Only the .cpp files of this folder include it.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <vector>

#include "targets/target.h"

namespace tenfold::cpu {

const dnnl::engine& dnnlEngine();
// data_type::undef where oneDNN has none.
dnnl::memory::data_type dnnlType(DataType type);
dnnl::memory::dims dnnlDims(const Shape& shape);
// The tensor as it lies in memory.
dnnl::memory::desc describe(const TensorDesc& desc);
// Aligned at the back to `rank` dimensions.
dnnl::memory::desc describe(const TensorDesc& desc, int rank);
dnnl::memory::desc describePlain(DataType type, const Shape& shape);

// The name of the format tag that gives this descriptor, or empty where none does; and the way back (an empty
// descriptor for a name that is no format of this oneDNN).
std::string formatName(const dnnl::memory::desc& desc);
dnnl::memory::desc describeFormat(dnnl::memory::data_type type, const dnnl::memory::dims& dims,
                                  const std::string& name);

// Reorders `from` into fresh memory.
Tensor repack(const dnnl::memory::desc& fromDesc, const void* from, const dnnl::memory::desc& toDesc);

// Whether so much work is done sooner by one thread than helpers come.
bool isSmall(double multiplications, double bytes);

// A primitive with its arguments, whose addresses are set at each run.
class DnnlCall {
 public:
  enum class Source { kInput, kOutput, kWorkspace, kFixed };
  DnnlCall() = default;
  // `scratchpad`: where in the workspace the primitive's own scratchpad lies. `alone`: it was made for one
  // thread, and runs on one.
  DnnlCall(const dnnl::primitive_desc_base& pd, size_t scratchpad, bool alone = false);

  // The memory of argument `arg`: input or output `index` of the launch, or `index` bytes into its workspace.
  void bind(int arg, const dnnl::memory::desc& desc, Source source, size_t index);
  void bindFixed(int arg, const dnnl::memory::desc& desc, const void* data);
  void run(const LaunchArgs& args);
  bool empty() const { return slots_.empty(); }

 private:
  struct Slot {
    Source source;
    size_t index;
  };
  void execute();

  dnnl::primitive primitive_;
  dnnl::stream stream_;
  bool alone_ = false;
  int64_t fastestAlone_ = INT64_MAX;  // nanoseconds
  std::vector<dnnl::memory> memories_;
  std::vector<dnnl_exec_arg_t> arguments_;
  std::vector<Slot> slots_;
};

// A hint of speed from an implementation's name: 2 generated code, 1 by matrix product, 0 the plain
// reference.
int speedClass(const dnnl::primitive_desc& pd);

}  // namespace tenfold::cpu
