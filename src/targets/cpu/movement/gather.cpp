#include "targets/cpu/movement/gather.h"

#include <cstring>

#include "targets/cpu/launch_tactic.h"
#include "targets/cpu/parallel.h"

namespace tenfold::cpu {
namespace {

class GatherLaunch final : public Launch {
 public:
  GatherLaunch(const Node& node, Descs in) : node_(node) {
    const Shape& data = in[0].shape;
    int axis = normalizeAxis(node.attrs.integer("axis", 0), data.rank());
    outer_ = data.numel(0, axis);
    extent_ = data[axis];
    rowBytes_ = static_cast<int64_t>(typeBytes(in[0].dtype, data.numel(axis + 1, data.rank())));
    count_ = in[1].shape.numel();
    wide_ = in[1].dtype == DataType::kInt64;
  }

  void run(const LaunchArgs& args) override {
    const void* indices = args.inputs[1];
    for (int64_t i = 0; i < count_; ++i) check(i, at(indices, i));
    const char* from = static_cast<const char*>(args.inputs[0]);
    char* to = static_cast<char*>(args.outputs[0]);
    parallelFor(outer_ * count_, 128 * 1024 / (rowBytes_ + 16) + 1, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        int64_t index = at(indices, r % count_);
        index += index < 0 ? extent_ : 0;
        copyRow(to + r * rowBytes_, from + (r / count_ * extent_ + index) * rowBytes_);
      }
    });
  }

 private:
  int64_t at(const void* indices, int64_t i) const {
    return wide_ ? static_cast<const int64_t*>(indices)[i] : static_cast<const int32_t*>(indices)[i];
  }
  void check(int64_t i, int64_t index) const {
    require(index >= -extent_ && index < extent_,
            "node '{}' (Gather): index {} at position {} is outside [{}, {})", node_.name, index, i, -extent_,
            extent_);
  }
  void copyRow(char* to, const char* from) const {
    if (rowBytes_ == 4)
      std::memcpy(to, from, 4);
    else if (rowBytes_ == 8)
      std::memcpy(to, from, 8);
    else
      std::memcpy(to, from, static_cast<size_t>(rowBytes_));
  }

  const Node& node_;
  int64_t outer_, extent_, rowBytes_, count_;
  bool wide_;
};

std::string refuses(const Node& node, const TuningHint& hint) {
  if (!node.is("Gather")) return "is no Gather";
  if (!isPlainBytes(hint.inputs[0].dtype))
    return fmt::format("elements are {}", typeName(hint.inputs[0].dtype));
  if (hint.inputs[1].dtype != DataType::kInt64 && hint.inputs[1].dtype != DataType::kInt32)
    return "indices of another type";
  return refusesChannelsLast(hint);
}

std::unique_ptr<Launch> prepare(const Node& node, Descs inputs, Descs) {
  return std::make_unique<GatherLaunch>(node, inputs);
}

}  // namespace

const Tactic& gatherTactic() {
  static const LaunchTactic tactic("gather", refuses, prepare);
  return tactic;
}

}  // namespace tenfold::cpu
