#include "targets/cpu/copy.h"

#include <cstring>

#include "targets/cpu/launch_tactic.h"
#include "targets/cpu/parallel.h"
#include "targets/moves.h"

namespace tenfold::cpu {
namespace {

class CopyLaunch final : public Launch {
 public:
  explicit CopyLaunch(size_t bytes) : bytes_(bytes) {}
  void run(const LaunchArgs& args) override {
    if (!args.outputs[0] || args.outputs[0] == args.inputs[0]) return;
    parallelFor(static_cast<int64_t>(bytes_), 256 * 1024, [&](int64_t from, int64_t to) {
      std::memcpy(static_cast<char*>(args.outputs[0]) + from, static_cast<const char*>(args.inputs[0]) + from,
                  static_cast<size_t>(to - from));
    });
  }

 private:
  size_t bytes_;
};

std::string refuses(const Node& node, const TuningHint& hint) {
  if (!isView(node)) return "is no view";
  const TensorDesc &in = hint.inputs[0], &out = hint.outputs[0];
  if (in.dtype == DataType::kString) return "strings are copied by the reference";
  if (in.layout == Layout::kPlain && out.layout == Layout::kPlain) return "";
  return in.layout == out.layout && in.shape == out.shape ? "" : "the layouts differ";
}

std::unique_ptr<Launch> prepare(const Node&, Descs inputs, Descs) {
  return std::make_unique<CopyLaunch>(typeBytes(inputs[0].dtype, inputs[0].shape.numel()));
}

}  // namespace

const Tactic& copyTactic() {
  static const LaunchTactic tactic("copy", refuses, prepare);
  return tactic;
}

}  // namespace tenfold::cpu
