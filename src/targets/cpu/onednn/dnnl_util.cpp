#include "targets/cpu/onednn/dnnl_util.h"

#include <oneapi/dnnl/dnnl_debug.h>
#include <string_view>

#include "base/error.h"
#include "targets/cpu/parallel.h"
#include "targets/strides.h"

namespace tenfold::cpu {

const dnnl::engine& dnnlEngine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::memory::data_type dnnlType(DataType type) {
  using T = dnnl::memory::data_type;
  switch (type) {
    case DataType::kFloat32:
      return T::f32;
    case DataType::kFloat16:
      return T::f16;
    case DataType::kBFloat16:
      return T::bf16;
    case DataType::kInt32:
      return T::s32;
    case DataType::kInt8:
      return T::s8;
    case DataType::kUInt8:
      return T::u8;
    default:
      return T::undef;
  }
}

dnnl::memory::dims dnnlDims(const Shape& shape) { return {shape.begin(), shape.end()}; }

dnnl::memory::desc describe(const TensorDesc& desc) {
  return {dnnlDims(desc.shape), dnnlType(desc.dtype), dnnlDims(stridesOf(desc))};
}

dnnl::memory::desc describe(const TensorDesc& desc, int rank) {
  dnnl::memory::dims dims = dnnlDims(desc.shape), strides = dnnlDims(stridesOf(desc));
  int64_t whole = desc.shape.numel();
  while (static_cast<int>(dims.size()) < rank) {
    dims.insert(dims.begin(), 1);
    strides.insert(strides.begin(), whole);
  }
  return {dims, dnnlType(desc.dtype), strides};
}

dnnl::memory::desc describePlain(DataType type, const Shape& shape) {
  return describe(TensorDesc{type, shape, Layout::kPlain, nullptr});
}

std::string formatName(const dnnl::memory::desc& desc) {
  for (int t = dnnl_format_tag_undef + 1; t < dnnl_format_tag_last; ++t) {
    auto tag = static_cast<dnnl_format_tag_t>(t);
    if (tag == dnnl_format_tag_any) continue;
    dnnl_memory_desc_t made = nullptr;
    auto dims = desc.get_dims();
    if (dnnl_memory_desc_create_with_tag(&made, static_cast<int>(dims.size()), dims.data(),
                                         static_cast<dnnl_data_type_t>(desc.get_data_type()),
                                         tag) != dnnl_success)
      continue;
    if (dnnl::memory::desc(made) == desc) return dnnl_fmt_tag2str(tag);
  }
  return "";
}

dnnl::memory::desc describeFormat(dnnl::memory::data_type type, const dnnl::memory::dims& dims,
                                  const std::string& name) {
  for (int t = dnnl_format_tag_undef + 1; t < dnnl_format_tag_last; ++t) {
    auto tag = static_cast<dnnl_format_tag_t>(t);
    if (name != dnnl_fmt_tag2str(tag)) continue;
    dnnl_memory_desc_t made = nullptr;
    if (dnnl_memory_desc_create_with_tag(&made, static_cast<int>(dims.size()), dims.data(),
                                         static_cast<dnnl_data_type_t>(type), tag) == dnnl_success)
      return dnnl::memory::desc(made);
  }
  return {};
}

Tensor repack(const dnnl::memory::desc& fromDesc, const void* from, const dnnl::memory::desc& toDesc) {
  Tensor packed(DataType::kUInt8, Shape{static_cast<int64_t>(toDesc.get_size())});
  dnnl::memory source(fromDesc, dnnlEngine(), const_cast<void*>(from)),
      target(toDesc, dnnlEngine(), packed.data());
  dnnl::stream stream(dnnlEngine());
  dnnl::reorder(source, target).execute(stream, source, target);
  stream.wait();
  return packed;
}

bool isSmall(double multiplications, double bytes) { return multiplications < 1e6 && bytes < 512 * 1024; }

DnnlCall::DnnlCall(const dnnl::primitive_desc_base& pd, size_t scratchpad, bool alone)
    : primitive_(pd.get()), stream_(dnnlEngine()), alone_(alone) {
  bind(DNNL_ARG_SCRATCHPAD, pd.query_md(dnnl::query::scratchpad_md, 0), Source::kWorkspace, scratchpad);
}

void DnnlCall::bind(int arg, const dnnl::memory::desc& desc, Source source, size_t index) {
  memories_.emplace_back(desc, dnnlEngine(), static_cast<void*>(DNNL_MEMORY_NONE));
  arguments_.push_back({arg, memories_.back().get()});
  slots_.push_back({source, index});
}

void DnnlCall::bindFixed(int arg, const dnnl::memory::desc& desc, const void* data) {
  bind(arg, desc, Source::kFixed, 0);
  memories_.back().set_data_handle(const_cast<void*>(data));
}

void DnnlCall::run(const LaunchArgs& args) {
  for (size_t i = 0; i < slots_.size(); ++i) {
    const Slot& s = slots_[i];
    if (s.source == Source::kInput)
      memories_[i].set_data_handle(args.inputs[s.index]);
    else if (s.source == Source::kOutput)
      memories_[i].set_data_handle(args.outputs[s.index]);
    else if (s.source == Source::kWorkspace)
      memories_[i].set_data_handle(static_cast<char*>(args.workspace) + s.index);
  }
  // A primitive does not tell when its helpers came; but if they came at once it is sooner done than alone.
  // So the first run is alone.
  const Clock::time_point began = Clock::now();
  auto took = [&] { return std::chrono::nanoseconds(Clock::now() - began).count(); };
  if (alone_ || fastestAlone_ == INT64_MAX || maxThreads() == 1) {
    Alone alone;
    execute();
    fastestAlone_ = std::min(fastestAlone_, took());
  } else {
    execute();
    if (took() > fastestAlone_ + kLate.count()) helpersAreLate();
  }
}

void DnnlCall::execute() {
  dnnl_status_t status = dnnl_primitive_execute(primitive_.get(), stream_.get(),
                                                static_cast<int>(arguments_.size()), arguments_.data());
  if (status != dnnl_success)
    fail(ErrorKind::kInternal, "oneDNN failed with status {}", static_cast<int>(status));
}

int speedClass(const dnnl::primitive_desc& pd) {
  std::string_view name = pd.impl_info_str();
  if (name.find("ref") != name.npos) return 0;
  return name.find("gemm:") == 0 ? 1 : 2;
}

}  // namespace tenfold::cpu
