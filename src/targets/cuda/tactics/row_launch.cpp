#include "targets/cuda/tactics/row_launch.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cuda/tactics/fast_divisor.h"

namespace tenfold::cuda {
namespace {

constexpr size_t kAxes = 8;  // kRowAxes of the kernel
constexpr int64_t kWarp = 32;

// Axes of kernels/rows.cuh as 32-bit words.
void appendAxes(std::vector<uint32_t>& words, const LoopAxes& axes) {
  auto rank = static_cast<size_t>(axes.rank());
  for (const auto& strides : axes.strides)
    for (size_t a = 0; a < kAxes; ++a)
      words.push_back(a < rank ? static_cast<uint32_t>(strides[rank - 1 - a]) : 0);
  for (size_t a = 0; a < kAxes; ++a) {
    FastDivisor d = divisorOf(a < rank ? axes.extents[rank - 1 - a] : 1);
    words.insert(words.end(), {d.divisor, d.multiplier, d.shift});
  }
  words.insert(words.end(), {static_cast<uint32_t>(axes.numel()), static_cast<uint32_t>(rank)});
}

Grid gridOf(int64_t blocks, unsigned parts, int threads) {
  Grid grid;
  grid.threads = static_cast<unsigned>(threads);
  grid.blocks = {static_cast<unsigned>(blocks), parts, 1};
  return grid;
}

// A row operation with vectors of one width.
class Variant {
 public:
  Variant(const RowNode& node, RowPlan plan, RowConfig config, int width, const Module& module,
          const Device& device) {
    std::vector<uint32_t> vectorStrides = plan.vectorStrides();
    plan.group(width);
    config.width = width;
    parts_ = node.splits() ? partsOfRow(plan, config, device) : 1;
    int64_t rows = plan.rows.numel(), columns = plan.columns.numel();
    int64_t chunk = ceilDiv(ceilDiv(columns, parts_), config.lanes) * config.lanes;
    results_ = rows * (config.many ? width : 1);
    std::vector<uint32_t> words(node.operands.size() * 2 + 2, 0);
    appendAxes(words, plan.rows);
    appendAxes(words, plan.columns);
    words.insert(words.end(), vectorStrides.begin(), vectorStrides.end());
    words.insert(words.end(), {static_cast<uint32_t>(plan.length), static_cast<uint32_t>(chunk), parts_});
    params_.resize((words.size() + 1) / 2);
    std::memcpy(params_.data(), words.data(), words.size() * sizeof(uint32_t));
    auto function = [&](const char* name) {
      return module.function(fmt::format("{}_{}", name, width).c_str());
    };
    first_ = function(parts_ > 1 ? "part" : "rows");
    grid_ = gridOf(ceilDiv(rows, config.rowsOfBlock()), parts_, config.threads());
    if (parts_ == 1) return;
    join_ = function("join");
    joinGrid_ = gridOf(ceilDiv(rows * kWarp, config.threads()), 1, config.threads());
  }

  size_t workspaceBytes() const {
    return parts_ > 1 ? parts_ * static_cast<size_t>(results_) * sizeof(float) : 0;
  }
  void run(const std::vector<void*>& memory, const LaunchArgs& args) {
    std::memcpy(params_.data(), memory.data(), memory.size() * sizeof(void*));
    std::memcpy(&params_[memory.size()], &args.workspace, sizeof(void*));
    void* parameters[] = {params_.data()};
    launch(first_, grid_, parameters, args.stream);
    if (join_) launch(join_, joinGrid_, parameters, args.stream);
  }

 private:
  std::vector<uint64_t> params_;  // RowParams
  CUfunction first_ = nullptr, join_ = nullptr;
  Grid grid_, joinGrid_;
  uint32_t parts_ = 1;
  int64_t results_ = 0;
};

class RowLaunch final : public Launch {
 public:
  RowLaunch(const RowNode& node, const RowPlan& plan, const RowConfig& config, const Module& module,
            const Device& device)
      : node_(node) {
    variants_.emplace_back(node, plan, config, 1, module, device);
    int width = plan.takesWidth(config.width) ? config.width : 1;
    if (width > 1) variants_.emplace_back(node, plan, config, width, module, device);
    memory_.resize(node.operands.size());
    std::vector<uint32_t> strides = plan.vectorStrides();
    for (size_t k = 0; k < strides.size(); ++k) {
      bool isVector = strides[k] && (plan.isMany || !node.operands[k].isResult);
      auto bytes = static_cast<uintptr_t>(width * typeBits(node.operands[k].value->dtype) / 8);
      alignment_.push_back(isVector ? std::clamp<uintptr_t>(bytes, 1, 16) : 1);
    }
  }
  size_t workspaceBytes() const override {
    return std::max(variants_.front().workspaceBytes(), variants_.back().workspaceBytes());
  }
  void run(const LaunchArgs& args) override {
    bool aligned = true;
    for (size_t k = 0; k < node_.operands.size(); ++k) {
      const RowOperand& o = node_.operands[k];
      memory_[k] = o.isOutput ? args.outputs[o.index] : args.inputs[o.index];
      aligned = aligned && reinterpret_cast<uintptr_t>(memory_[k]) % alignment_[k] == 0;
    }
    (aligned ? variants_.back() : variants_.front()).run(memory_, args);
  }

 private:
  const RowNode& node_;
  std::vector<Variant> variants_;  // of one element, then of vectors
  std::vector<void*> memory_;
  std::vector<uintptr_t> alignment_;
};

}  // namespace

std::unique_ptr<Launch> prepareRows(const RowNode& node, const RowConfig& config, const Module& module,
                                    const Device& device, Descs inputs, Descs outputs) {
  RowPlan plan(node, inputs, outputs);
  plan.isMany = config.many;
  return std::make_unique<RowLaunch>(node, plan, config, module, device);
}

}  // namespace tenfold::cuda
