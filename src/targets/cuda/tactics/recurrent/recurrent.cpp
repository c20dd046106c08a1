#include <algorithm>
#include <cstdio>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/recurrent/cell.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

enum Input { kX, kW, kR, kBias, kLengths, kH0, kC0, kPeepholes, kInputs };
constexpr unsigned kThreads = 256;  // kRecurrentThreads
constexpr int64_t kTile = 64;       // kProjectTile

// RecurrentParams of kernels/recurrent.cuh.
struct Params {
  const void *x, *w, *r, *bias;
  const int32_t* lengths;
  const void *h0, *c0, *peepholes;
  void *y, *lastH, *lastC;
  void *gates, *states, *cells, *resetStates;
  uint32_t* arrived;
  int32_t steps, batch, inputs, hidden, directions, batchFirst, reverse;
  int32_t unitBlocks, unitsEach, batchBlocks, batchEach, chunk;
  double clip;
};

struct Config {
  int together = 4;  // batch elements of a warp
  bool kept = true;  // weights in shared memory
  std::string str() const { return fmt::format("together={} kept={}", together, static_cast<int>(kept)); }
  static Config parse(const std::string& text) {
    Config c;
    int kept = 0;
    if (std::sscanf(text.c_str(), "together=%d kept=%d", &c.together, &kept) != 2)
      fail(ErrorKind::kInvalidPlan, "recurrent: the configuration '{}' is not known", text);
    c.kept = kept != 0;
    return c;
  }
};

size_t aligned(int64_t bytes) { return static_cast<size_t>(roundUp(bytes, 256)); }

struct Extents {
  int64_t steps, batch, inputs, hidden, bytes, real;  // bytes of an element and of a number in registers
  Extents(const Cell& cell, Descs in)
      : steps(in[kX].shape[cell.batchFirst ? 1 : 0]),
        batch(in[kX].shape[cell.batchFirst ? 0 : 1]),
        inputs(in[kX].shape[2]),
        hidden(in[kR].shape[2]),
        bytes(typeBits(in[kX].dtype) / 8),
        real(in[kX].dtype == DataType::kFloat64 ? 8 : 4) {}
  int64_t weightBytes(const Cell& cell, int64_t units) const { return units * cell.gates * hidden * bytes; }
};

// How blocks share the units and the batch.
struct Division {
  int64_t unitBlocks = 1, batchBlocks = 1, chunk = 1;
  size_t sharedBytes = 0;
  bool fits = true;

  Division(const Device& device, const Cell& cell, const Extents& e, const Config& config) {
    auto shared = static_cast<int64_t>(device.sharedBytes);
    int64_t stateBytes = e.hidden * e.real, processors = device.multiprocessors;
    constexpr int64_t kLeastForStates = 32 << 10, kSmall = 64 << 10;
    int64_t forWeights = shared - std::max(kLeastForStates, stateBytes);
    // A few units need no partner; otherwise the barrier costs more than the products.
    if (cell.gates * e.hidden * e.hidden > kSmall || e.weightBytes(cell, e.hidden) > forWeights) {
      int64_t perUnit = std::max<int64_t>(e.weightBytes(cell, 1), 1);
      int64_t most = config.kept ? std::max<int64_t>(forWeights / perUnit, 1) : e.hidden;
      unitBlocks = std::max<int64_t>(ceilDiv(e.hidden, most), 2);
    }
    int64_t groups = std::max<int64_t>(processors / (unitBlocks * cell.directions), 1);
    batchBlocks = std::clamp<int64_t>(groups, 1, std::max<int64_t>(ceilDiv(e.batch, config.together), 1));
    if (unitBlocks > 1)
      unitBlocks = std::clamp<int64_t>(processors / (cell.directions * batchBlocks), unitBlocks,
                                       std::max<int64_t>(e.hidden, unitBlocks));
    int64_t weights = config.kept ? e.weightBytes(cell, ceilDiv(e.hidden, unitBlocks)) : 0;
    int64_t room = (shared - weights) / std::max<int64_t>(stateBytes, 1);
    chunk = std::clamp<int64_t>(room, 1, std::max<int64_t>(ceilDiv(e.batch, batchBlocks), 1));
    if (chunk > config.together) chunk = chunk / config.together * config.together;
    fits = room >= 1 && unitBlocks * batchBlocks * cell.directions <= processors && batchBlocks <= kThreads;
    sharedBytes = static_cast<size_t>(weights + chunk * stateBytes);
  }
};

class RecurrentLaunch final : public Launch {
 public:
  RecurrentLaunch(const Device& device, const Node& node, const Cell& cell, const Config& config,
                  const Module& module, Descs inputs)
      : node_(node) {
    Extents e(cell, inputs);
    Division d(device, cell, e, config);
    if (!d.fits)
      fail(ErrorKind::kUnsupported, "a hidden size of {} does not fit into shared memory", e.hidden);
    params_.steps = static_cast<int32_t>(e.steps);
    params_.batch = static_cast<int32_t>(e.batch);
    params_.inputs = static_cast<int32_t>(e.inputs);
    params_.hidden = static_cast<int32_t>(e.hidden);
    params_.directions = cell.directions;
    params_.batchFirst = cell.batchFirst;
    params_.reverse = cell.reverse;
    params_.unitBlocks = static_cast<int32_t>(d.unitBlocks);
    params_.unitsEach = static_cast<int32_t>(ceilDiv(e.hidden, d.unitBlocks));
    params_.batchBlocks = static_cast<int32_t>(d.batchBlocks);
    params_.batchEach = static_cast<int32_t>(ceilDiv(e.batch, d.batchBlocks));
    params_.chunk = static_cast<int32_t>(d.chunk);
    params_.clip = cell.clip;
    int64_t items = e.steps * e.batch, rows = cell.gates * e.hidden;
    project_ = module.function("projectInputs");
    projectGrid_.threads = kThreads;
    projectGrid_.blocks = {static_cast<unsigned>(std::max<int64_t>(ceilDiv(items, kTile), 1)),
                           static_cast<unsigned>(ceilDiv(rows, kTile)),
                           static_cast<unsigned>(e.batch ? cell.directions : 0)};
    recur_ = module.function("allSteps", d.sharedBytes);
    recurGrid_.threads = kThreads;
    recurGrid_.sharedBytes = d.sharedBytes;
    recurGrid_.together = d.unitBlocks > 1;
    recurGrid_.blocks[0] =
        static_cast<unsigned>(e.batch ? d.unitBlocks * d.batchBlocks * cell.directions : 0);
    int64_t state = cell.directions * e.batch * e.hidden * e.real;
    const int64_t bytes[] = {cell.directions * items * rows * e.real, 2 * state, state, state,
                             cell.directions * d.batchBlocks * static_cast<int64_t>(sizeof(uint32_t))};
    for (size_t i = 0; i < std::size(bytes); ++i) {
      offsets_[i] = workspace_;
      workspace_ += aligned(bytes[i]);
    }
  }
  size_t workspaceBytes() const override { return workspace_; }

  void run(const LaunchArgs& args) override {
    auto input = [&](size_t i) -> const void* { return node_.hasInput(i) ? args.inputs[i] : nullptr; };
    auto output = [&](size_t i) -> void* { return node_.output(i) ? args.outputs[i] : nullptr; };
    params_.x = input(kX);
    params_.w = input(kW);
    params_.r = input(kR);
    params_.bias = input(kBias);
    params_.lengths = static_cast<const int32_t*>(input(kLengths));
    params_.h0 = input(kH0);
    params_.c0 = input(kC0);
    params_.peepholes = input(kPeepholes);
    params_.y = output(0);
    params_.lastH = output(1);
    params_.lastC = output(2);
    char* work = static_cast<char*>(args.workspace);
    params_.gates = work + offsets_[0];
    params_.states = work + offsets_[1];
    params_.cells = work + offsets_[2];
    params_.resetStates = work + offsets_[3];
    params_.arrived = reinterpret_cast<uint32_t*>(work + offsets_[4]);
    void* parameters[] = {&params_};
    launch(project_, projectGrid_, parameters, args.stream);
    launch(recur_, recurGrid_, parameters, args.stream);
  }

 private:
  const Node& node_;
  Params params_{};
  CUfunction project_ = nullptr, recur_ = nullptr;
  Grid projectGrid_, recurGrid_;
  size_t offsets_[5] = {}, workspace_ = 0;
};

Config configFor(const Device& device, const Cell& cell, const TuningHint& hint) {
  Extents e(cell, hint.inputs);
  Config config;
  config.together = hint.staticShapes && e.batch == 1 ? 1 : 4;
  config.kept = Division(device, cell, e, config).fits;
  return config;
}

void checkSupported(const Device& device, const Node& node, const TuningHint& hint) {
  Cell cell(node);
  requireSmall(hint.inputs);
  requireSmall(hint.outputs);
  DataType type = hint.inputs.at(kX).dtype;
  if (!isFloat(type)) fail(ErrorKind::kUnsupported, "it computes with floats only");
  registerType(type);
  for (size_t i = 0; i < hint.inputs.size(); ++i) {
    const TensorDesc& d = hint.inputs[i];
    if (d.dtype == DataType::kUndefined) continue;
    if (d.layout != Layout::kPlain) fail(ErrorKind::kUnsupported, "it knows plain layout only");
    DataType wanted = i == kLengths ? DataType::kInt32 : type;
    if (d.dtype != wanted) fail(ErrorKind::kUnsupported, "input {} is {}", i, typeName(d.dtype));
  }
  for (const TensorDesc& d : hint.outputs)
    if (d.layout != Layout::kPlain) fail(ErrorKind::kUnsupported, "it knows plain layout only");
  Config config = configFor(device, cell, hint);
  if (!Division(device, cell, Extents(cell, hint.inputs), config).fits)
    fail(ErrorKind::kUnsupported, "the hidden states do not fit into shared memory");
}

std::string refuses(const Device& device, const Node& node, const TuningHint& hint) {
  return reasonOf([&] { checkSupported(device, node, hint); });
}

std::vector<Candidate> candidates(const Device& device, const Node& node, const TuningHint& hint) {
  Cell cell(node);
  Extents e(cell, hint.inputs);
  constexpr double kStep = 3e-6, kRate = 1e13;
  double operations = 2.0 * static_cast<double>(e.steps * e.batch * cell.gates * cell.directions) *
                      static_cast<double>(e.hidden * (e.inputs + e.hidden));
  return {{configFor(device, cell, hint).str(),
           operations / kRate + kStep * static_cast<double>(e.steps) + 2 * device.launchSeconds}};
}

std::string generate(const Node& node, const std::string& config, const TuningHint& hint) {
  Config c = Config::parse(config);
  DataType type = hint.inputs.at(kX).dtype;
  return fmt::format(
      "#include \"recurrent.cuh\"\n"
      "struct C {{\n  typedef {0} T;\n  typedef {1} Real;\n"
      "  static constexpr int TOGETHER = {2};\n  static constexpr bool WEIGHTS_KEPT = {3};\n{4}}};\n"
      "extern \"C\" __global__ void __launch_bounds__({5}) projectInputs(const __grid_constant__ "
      "RecurrentParams p) {{ project<C>(p); }}\n"
      "extern \"C\" __global__ void __launch_bounds__({5}) allSteps(const __grid_constant__ RecurrentParams "
      "p) "
      "{{ recur<C>(p); }}\n",
      memoryType(type), registerType(type), c.together, c.kept, Cell(node).code, kThreads);
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) {
  return kernelOf([&device = parts.device, &node = parts.node, cell = Cell(parts.node),
                   config = Config::parse(parts.config),
                   module = std::move(parts.module)](Descs inputs, Descs) {
    return std::make_unique<RecurrentLaunch>(device, node, cell, config, *module, inputs);
  });
}

}  // namespace

const GeneratedFamily kRecurrent{"recurrent", refuses, candidates, generate, makeKernel};

}  // namespace tenfold::cuda
