#include "targets/cuda/tactics/attention/present.h"

#include <set>

#include "base/error.h"
#include "targets/cuda/tactics/strides.h"

namespace tenfold::cuda {
namespace {

constexpr int64_t kVectorBytes = 16;
constexpr unsigned kThreads = 256;

bool isAligned(const AttentionNode::Operand& now, int64_t bytes) {
  bool aligned = now.offset * bytes % kVectorBytes == 0 && now.extents[3] * bytes % kVectorBytes == 0;
  for (size_t i = 0; i < 3; ++i) aligned = aligned && now.strides[i] * bytes % kVectorBytes == 0;
  return aligned;
}

}  // namespace

std::string presentCode(DataType keys, DataType values) {
  std::string code;
  for (int64_t bytes : std::set<int64_t>{typeBits(keys) / 8, typeBits(values) / 8, kVectorBytes})
    code += fmt::format(
        "extern \"C\" __global__ void __launch_bounds__({0}) present{1}(PresentParams p) {{ "
        "joinPresent<Vector<u8, {1}>>(p); }}\n",
        kThreads, bytes);
  return code;
}

PresentCopies::PresentCopies(const AttentionNode::Operands& o, std::span<const TensorDesc> inputs,
                             const Module& module) {
  using N = AttentionNode;
  for (size_t k : {size_t{0}, size_t{1}}) {
    const N::Operand &to = o.out[N::kPresentKey + k], &now = o.in[N::kKey + k], &past = o.in[N::kPastKey + k];
    if (!to.exists()) continue;
    int64_t bytes = typeBits(inputs[static_cast<size_t>(now.index)].dtype) / 8;
    require(now.strides[3] == 1 || now.extents[3] == 1, "keys and values lie with their elements apart");
    int64_t unit = isAligned(now, bytes) ? kVectorBytes / bytes : 1;
    Copy copy{};
    copy.past = past.index;
    copy.now = now.index;
    copy.to = to.index;
    copy.offset = now.offset * bytes;
    PresentParams& p = copy.params;
    p.batchStride = static_cast<int32_t>(now.strides[0] / unit);
    p.headStride = static_cast<int32_t>(now.strides[1] / unit);
    p.rowStride = static_cast<int32_t>(now.strides[2] / unit);
    p.pastRows = static_cast<int32_t>(past.exists() ? past.extents[2] : 0);
    p.nowRows = static_cast<int32_t>(now.extents[2]);
    p.count = static_cast<uint32_t>(to.extents.numel() / unit);
    p.size = divisorOf(to.extents[3] / unit);
    p.rows = divisorOf(to.extents[2]);
    p.heads = divisorOf(to.extents[1]);
    copy.grid.threads = kThreads;
    copy.grid.blocks[0] = blocksFor(p.count, kThreads);
    copy.function = module.function(fmt::format("present{}", unit * bytes).c_str());
    copies_.push_back(copy);
  }
}

void PresentCopies::run(const LaunchArgs& args) {
  for (Copy& c : copies_) {
    c.params.past = c.past < 0 ? nullptr : args.inputs[c.past];
    c.params.now = static_cast<const char*>(args.inputs[c.now]) + c.offset;
    c.params.to = args.outputs[c.to];
    void* parameters[] = {&c.params};
    launch(c.function, c.grid, parameters, args.stream);
  }
}

}  // namespace tenfold::cuda
