#include <algorithm>
#include <array>
#include <optional>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/any_shapes.h"
#include "targets/cuda/tactics/gemm_config.h"
#include "targets/cuda/tactics/gemm_plan.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"
#include "targets/cuda/tactics/tensor_map.h"
#include "targets/cuda/tactics/wgmma_tiles.h"

namespace tenfold::cuda {
namespace {

constexpr const char* kFunction = "gemm";
constexpr size_t kMostCandidates = 14;
constexpr uint32_t kVector = 16;  // bytes

// What the copy engine moves, as it sees it: the operands of the product, and with `boxes` the epilogue's
// matrix and the result.
class OperandMaps {
 public:
  OperandMaps(const GemmNode& node, const GemmConfig& c, const GemmShape& shape) {
    const GemmParams& p = shape.params;
    maps_[0] = map(node.typeA, node.transA, p.m, p.k, p.lda, p.batchA[0], c.m, p);
    maps_[1] = map(node.typeB, !node.transB, p.n, p.k, p.ldb, p.batchB[0], c.n, p);
    if (!c.boxes) return;
    int result = node.epilogue.boxResult(), operand = node.epilogue.boxOperand();
    operands_ = {operand < 0 ? result : operand, result};
    for (size_t i = 0; i < 2; ++i) {
      auto k = static_cast<size_t>(operands_[i]);
      uint64_t stride = shape.epilogue.rowStride(k);
      maps_[2 + i] = {node.epilogue.typeOf(k),
                      {p.n, p.m, static_cast<uint64_t>(shape.batch)},
                      {stride, p.m * stride},
                      static_cast<uint32_t>(c.m / c.groups),
                      false};
    }
  }
  // Which operand of the epilogue map 2 + i is of.
  size_t operand(size_t i) const { return static_cast<size_t>(operands_[i]); }
  // Valid as long as this.
  void* encoded(size_t i, const void* memory) {
    if (memory_[i] != memory) encoded_[i] = maps_[i].encode(memory);
    memory_[i] = memory;
    return &encoded_[i];
  }

 private:
  // `down`: K runs down the rows in memory, and boxes are slabs of 64 positions.
  static MatrixMap map(DataType type, bool down, uint32_t extent, uint32_t k, uint32_t ld,
                       uint32_t batchStride, int tile, const GemmParams& p) {
    uint32_t batch = batchStride ? p.batchExtent[0].divisor : 1;
    MatrixMap map{type, {down ? extent : k, down ? k : extent, batch}, {ld, batchStride}};
    if (!down) map.rows = static_cast<uint32_t>(tile);
    return map;
  }
  std::array<MatrixMap, 4> maps_;
  std::array<int, 2> operands_{};
  std::array<CUtensorMap, 4> encoded_;
  std::array<const void*, 4> memory_{};
};

class GemmLaunch final : public Launch {
 public:
  GemmLaunch(const GemmNode& node, const GemmConfig& config, GemmShape shape,
             std::shared_ptr<const Module> module, const Device& device)
      : node_(node), shape_(std::move(shape)), params_(shape_.params), module_(std::move(module)) {
    grid_.threads = static_cast<unsigned>(config.threads());
    grid_.sharedBytes = config.sharedBytes(node);
    function_ = module_->function(kFunction, grid_.sharedBytes);
    params_.tilesM = ceilDiv(params_.m, static_cast<uint32_t>(config.m));
    params_.tilesN = ceilDiv(params_.n, static_cast<uint32_t>(config.n));
    uint32_t tiles = params_.tilesM * params_.tilesN;
    params_.tiles = FastDivisor(std::max(tiles, 1u));
    params_.allTiles = shape_.isEmpty() ? 0 : tiles * static_cast<uint32_t>(shape_.batch);
    grid_.blocks = {params_.allTiles, static_cast<unsigned>(config.parts), 1};
    if (config.isPersistent())
      grid_.blocks[0] = std::min(grid_.blocks[0], static_cast<unsigned>(device.multiprocessors));
    if (config.family == GemmFamily::kThin)  // a tile at a time for each warp
      grid_.blocks[0] = std::min(
          ceilDiv(params_.allTiles, grid_.threads / 32),
          std::max(residentBlocks(function_, grid_), 1U) * static_cast<unsigned>(device.multiprocessors));
    vectors_ = config.movesResults();
    if (!config.movesVectors()) return;
    if (!shape_.movesOperands || (vectors_ && !shape_.epilogue.isMatrix()))
      fail(
          ErrorKind::kUnsupported,
          "a product of {} x {} x {} in {} batches was compiled for shapes whose operands can be moved by 16 "
          "bytes; build for these shapes as well",
          params_.m, params_.n, params_.k, shape_.batch);
    if (config.usesMaps()) maps_.emplace(node, config, shape_);
  }

  void run(const LaunchArgs& args) override {
    auto optional = [&](int i) { return i < 0 ? nullptr : args.inputs[i]; };
    params_.a = args.inputs[node_.left];
    params_.b = args.inputs[node_.right];
    params_.zeroA = optional(node_.zeroLeft);
    params_.zeroB = optional(node_.zeroRight);
    params_.factors = optional(node_.factors);
    params_.accessA = accessAt(params_.a, shape_.accessA);
    params_.accessB = accessAt(params_.b, shape_.accessB);
    params_.accessFactors = accessAt(params_.factors, shape_.accessA);
    if (params_.allTiles == 0) return;
    void* epilogue = shape_.epilogue.fill(args);
    if (vectors_ && (!shape_.epilogue.isWide() || params_.accessA < kVector || params_.accessB < kVector))
      fail("an operand of the product or its epilogue does not begin at a multiple of {} bytes", kVector);
    if (maps_ && vectors_) {
      void* parameters[] = {maps_->encoded(0, params_.a),
                            maps_->encoded(1, params_.b),
                            maps_->encoded(2, shape_.epilogue.memory(maps_->operand(0))),
                            maps_->encoded(3, shape_.epilogue.memory(maps_->operand(1))),
                            &params_,
                            epilogue};
      launch(function_, grid_, parameters, args.stream);
    } else if (maps_) {
      void* parameters[] = {maps_->encoded(0, params_.a), maps_->encoded(1, params_.b), &params_, epilogue};
      launch(function_, grid_, parameters, args.stream);
    } else {
      void* parameters[] = {&params_, epilogue};
      launch(function_, grid_, parameters, args.stream);
    }
  }

 private:
  static uint32_t accessAt(const void* memory, uint32_t access) {
    auto address = reinterpret_cast<uintptr_t>(memory);
    constexpr uint32_t kWord = 4;
    return access == 0 || address % access == 0 ? access : address % kWord == 0 ? kWord : 0;
  }

  const GemmNode& node_;
  GemmShape shape_;
  GemmParams params_;
  std::optional<OperandMaps> maps_;
  bool vectors_ = false;  // of the epilogue
  std::shared_ptr<const Module> module_;
  CUfunction function_ = nullptr;
  Grid grid_;
};

std::string configCode(const GemmNode& node, const GemmConfig& c) {
  const char *a = memoryType(node.typeA), *b = memoryType(node.typeB), *sum = registerType(node.sum);
  switch (c.family) {
    case GemmFamily::kMma:
      return fmt::format("MmaConfig<{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}>", a, c.m, c.n,
                         c.k * 16 / typeBits(node.typeA), c.warpsM, c.warpsN, c.stages, node.transA,
                         node.transB, c.parts, node.constantRight, node.factors >= 0);
    case GemmFamily::kSkinny:
      return fmt::format("SkinnyConfig<{}, {}, {}, {}, {}, {}, {}, {}>", a, c.swap ? c.n : c.m,
                         c.swap ? c.m : c.n, c.swap, node.transA, node.transB, c.parts,
                         node.constantRight && !c.swap);
    case GemmFamily::kWgmma:
    case GemmFamily::kQuick:
      return wgmmaCode(c, {a, node.transA, node.transB, node.constantRight});
    case GemmFamily::kThin:
      return fmt::format("ThinConfig<{}, {}, {}, {}, {}>", a, c.k, c.n / 32, node.transB, node.constantRight);
    case GemmFamily::kSimt: {
      int each = c.m == 128 ? 8 : 4;
      return fmt::format("SimtConfig<{}, {}, {}, {}, {}, {}, {}, {}, {}, {}>", a, b, sum, c.m, c.n, c.k, each,
                         each, node.transA, node.transB);
    }
  }
  return "";
}

struct FamilyCode {
  const char *include, *function;
};
constexpr FamilyCode kFamilies[] = {{"gemm_mma.cuh", "gemmMma"},       {"gemm_simt.cuh", "gemmSimt"},
                                    {"gemm_skinny.cuh", "gemmSkinny"}, {"gemm_wgmma.cuh", "gemmWgmma"},
                                    {"gemm_quick.cuh", "gemmQuick"},   {"gemm_thin.cuh", "gemmThin"}};
constexpr FamilyCode kBoxes = {"gemm_boxes.cuh", "gemmBoxes"};

// Parameters in front of the product's, as they are declared and passed on.
struct MapCode {
  const char *declared, *passed;
};
constexpr MapCode kNoMaps = {"", ""},
                  kTwoMaps = {"const __grid_constant__ TensorMap a, const __grid_constant__ TensorMap b, ",
                              "a, b, "},
                  kFourMaps = {
                      "const __grid_constant__ TensorMap a, const __grid_constant__ TensorMap b, "
                      "const __grid_constant__ TensorMap r, const __grid_constant__ TensorMap d, ",
                      "a, b, r, d, "};

std::string refuses(const Device&, const Node& node, const TuningHint& hint) {
  return reasonOf([&] {
    if (!hint.knownRanks) fail(ErrorKind::kUnsupported, "the ranks are not known");
    GemmNode parsed(node);
    gemmShape(parsed, hint.inputs, hint.outputs);
  });
}

std::vector<Candidate> candidates(const Device& device, const Node& node, const TuningHint& hint) {
  GemmNode parsed(node);
  GemmShape shape = gemmShape(parsed, hint.inputs, hint.outputs);
  // A kernel serves all shapes that there may be.
  GemmMoves moves;
  if (std::optional<AnyShapes> any = anyShapes(node, hint))
    moves = gemmMoves(parsed, any->inputs, any->outputs);
  std::vector<Candidate> found;
  for (const GemmConfig& c : gemmConfigs(parsed, device, hint.allowTf32)) {
    if ((c.movesVectors() && !moves.operands) || (c.movesResults() && !moves.results)) continue;
    if (c.family == GemmFamily::kThin && !moves.isSingle) continue;
    if (std::optional<double> seconds = estimate(c, parsed, shape, device))
      found.push_back({c.name(), *seconds});
  }
  keepCheapest(found, kMostCandidates);
  return found;
}

std::string generate(const Node& node, const std::string& config, const TuningHint&) {
  GemmNode parsed(node);
  GemmConfig c = gemmConfig(config);
  const FamilyCode& family = c.boxes ? kBoxes : kFamilies[static_cast<size_t>(c.family)];
  const MapCode& maps = c.boxes ? kFourMaps : c.usesMaps() ? kTwoMaps : kNoMaps;
  return fmt::format(
      "#include \"{}\"\n{}typedef {} C;\n"
      "extern \"C\" __global__ void {} {}({}const __grid_constant__ Gemm p, "
      "const __grid_constant__ E e) {{\n  {}<C, Region>({}p, e);\n}}\n",
      family.include, parsed.epilogue.code(), configCode(parsed, c), c.attributes(), kFunction, maps.declared,
      family.function, maps.passed);
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) {
  return kernelOf([node = GemmNode(parts.node), config = gemmConfig(parts.config),
                   module = std::move(parts.module), &device = parts.device](Descs inputs, Descs outputs) {
    return std::make_unique<GemmLaunch>(node, config, gemmShape(node, inputs, outputs), module, device);
  });
}

}  // namespace

const GeneratedFamily kGemm{"gemm", refuses, candidates, generate, makeKernel};

}  // namespace tenfold::cuda
