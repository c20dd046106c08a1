#include "targets/null/null_target.h"

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "graph/ir/graph.h"

namespace tenfold {
namespace {

struct Log {
  std::mutex mutex;
  std::vector<std::string> lines;
};
Log& log() {
  static Log instance;
  return instance;
}
void record(std::string line) {
  std::lock_guard lock(log().mutex);
  log().lines.push_back(std::move(line));
}

class NullLaunch final : public Launch {
 public:
  NullLaunch(const Node& node, std::span<const TensorDesc> outputs)
      : node_(node), outputs_(outputs.begin(), outputs.end()) {}

  void run(const LaunchArgs& args) override {
    record(fmt::format("launch {} {}", node_.opName(), node_.name));
    for (size_t o = 0; o < outputs_.size(); ++o) {
      uint8_t* to = static_cast<uint8_t*>(args.outputs[o]);
      size_t bytes = typeBytes(outputs_[o].dtype, outputs_[o].shape.numel());
      if (!to && args.dynamicOutputs)
        to = static_cast<uint8_t*>(args.dynamicOutputs->provide(o, outputs_[o].shape));
      for (size_t i = 0; to && i < bytes; ++i) to[i] = nullPattern(node_.name, o, i);
    }
  }

 private:
  const Node& node_;
  std::vector<TensorDesc> outputs_;
};

class NullKernel final : public Kernel {
 public:
  explicit NullKernel(const Node& node) : node_(node) {}
  std::unique_ptr<Launch> prepare(std::span<const TensorDesc>,
                                  std::span<const TensorDesc> outputs) const override {
    return std::make_unique<NullLaunch>(node_, outputs);
  }

 private:
  const Node& node_;
};

class NullTactic final : public Tactic {
 public:
  std::string_view name() const override { return "null"; }
  std::string refuses(const Node&, const TuningHint&) const override { return ""; }
  std::vector<Candidate> candidates(const Node&, const TuningHint&) const override { return {{"", 1e-6}}; }
  CompiledKernel compile(const Node& node, const std::string& config, const TuningHint&) const override {
    return {"null", config, {}, std::vector<uint8_t>(node.inputs.size(), 0)};
  }
  std::unique_ptr<Kernel> load(const Node& node, const CompiledKernel& compiled) const override {
    if (compiled.tactic != "null")
      fail(ErrorKind::kInvalidPlan, "'{}' is no tactic of the null target", compiled.tactic);
    return std::make_unique<NullKernel>(node);
  }
};

class NullTarget final : public Target {
 public:
  std::string_view name() const override { return "null"; }
  std::string deviceSignature() const override { return "null"; }
  const std::vector<const Tactic*>& tactics() const override { return tactics_; }
  bool acceptsChannelsLast(const Node&) const override { return false; }
  bool fusesEpilogue(const Node&, const Node&) const override { return true; }

  void* allocate(size_t bytes) override {
    record(fmt::format("allocate {}", bytes));
    void* memory = std::aligned_alloc(256, (bytes / 256 + 1) * 256);
    if (!memory) fail(ErrorKind::kOutOfMemory, "out of memory: {} bytes for the null target", bytes);
    return memory;
  }
  void release(void* memory) override {
    record("release");
    std::free(memory);
  }
  void copy(void* to, const void* from, size_t bytes, StreamHandle) override {
    record(fmt::format("copy {}", bytes));
    if (bytes) std::memcpy(to, from, bytes);
  }
  bool hostAccessible() const override { return true; }
  void submit(StreamHandle, void (*task)(void*), void* data) override {
    record("submit");
    task(data);
  }
  void synchronize(StreamHandle) override { record("synchronize"); }

 private:
  NullTactic tactic_;
  std::vector<const Tactic*> tactics_{&tactic_};
};

}  // namespace

std::vector<std::string> takeNullTargetLog() {
  std::lock_guard lock(log().mutex);
  return std::exchange(log().lines, {});
}

uint8_t nullPattern(const std::string& nodeName, size_t output, size_t i) {
  size_t seed = nodeName.size() * 31 + output * 7;
  for (char c : nodeName) seed = seed * 131 + static_cast<uint8_t>(c);
  // Zero in the upper bytes of any element keeps integers small and floats harmless.
  return i % 8 == 0 ? static_cast<uint8_t>(seed % 7) : 0;
}

Target& nullTarget() {
  static NullTarget target;
  return target;
}

}  // namespace tenfold
