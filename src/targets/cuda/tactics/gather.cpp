#include "base/error.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/driver/driver.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/strided_move.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

constexpr unsigned kThreads = 256;
constexpr int kWidest = 16;  // bytes that a thread moves at once

// Indexing of kernels/indexing.cuh.
struct Params {
  const void* data = nullptr;
  const void* indices = nullptr;
  const void* updates = nullptr;
  void* out = nullptr;
  uint32_t count = 0;
  FastDivisor slice, perBatch;
  int32_t batchStride = 0, shared = 0, depth = 1;
  int32_t extent[kMoveAxes] = {}, stride[kMoveAxes] = {};
  MoveAxes axes;
};

struct Plan {
  Params params;
  int bytes = 0;         // of what a thread moves at once
  size_t copyBytes = 0;  // of the data that a scatter starts from
};

int bytesOf(const TensorDesc& d) { return typeBits(d.dtype) / 8; }

// Makes `slice` elements as few as alignment allows; all strides are multiples of the slice.
void setSlices(Plan& plan, int elementBytes, int64_t slice, int64_t slices, bool mayWiden) {
  int64_t factor = 1;
  while (mayWiden && elementBytes * factor < kWidest && slice % (2 * factor) == 0 && slice > 0) factor *= 2;
  plan.bytes = static_cast<int>(elementBytes * factor);
  plan.params.slice = divisorOf(slice / factor);
  plan.params.count = static_cast<uint32_t>(slices * (slice / factor));
  auto scale = [&](int32_t& stride) { stride = static_cast<int32_t>(stride / factor); };
  scale(plan.params.batchStride);
  for (int32_t& s : plan.params.stride) scale(s);
}

Plan gather(const Node& node, Descs in, Descs) {
  const Shape& data = in[0].shape;
  int axis = normalizeAxis(node.attrs.integer("axis", 0), data.rank());
  int64_t inner = data.numel(axis + 1, data.rank()), count = in[1].shape.numel();
  Plan plan;
  plan.params.perBatch = divisorOf(count);
  plan.params.batchStride = static_cast<int32_t>(data[axis] * inner);
  plan.params.shared = 1;
  plan.params.extent[0] = static_cast<int32_t>(data[axis]);
  plan.params.stride[0] = static_cast<int32_t>(inner);
  setSlices(plan, bytesOf(in[0]), inner, data.numel(0, axis) * count, true);
  return plan;
}

// Tuples of indices in the last axis of input 1 after `batch` shared axes.
Plan tuples(const Node& node, Descs in, int batch, bool mayWiden) {
  const Shape &data = in[0].shape, &indices = in[1].shape;
  int64_t depth = indices.back();
  if (depth > kMoveAxes) fail(ErrorKind::kUnsupported, "tuples of {} indices", depth);
  require(batch + depth <= data.rank(), "node '{}': {} indices for shape {}", node.name, depth, data.str());
  int last = batch + static_cast<int>(depth);
  Plan plan;
  plan.params.perBatch = divisorOf(indices.numel(batch, indices.rank() - 1));
  plan.params.batchStride = batch ? static_cast<int32_t>(data.numel(batch, data.rank())) : 0;
  plan.params.depth = static_cast<int32_t>(depth);
  for (int d = batch; d < last; ++d) {
    plan.params.extent[d - batch] = static_cast<int32_t>(data[d]);
    plan.params.stride[d - batch] = static_cast<int32_t>(data.numel(d + 1, data.rank()));
  }
  setSlices(plan, bytesOf(in[0]), data.numel(last, data.rank()), indices.numel(0, indices.rank() - 1),
            mayWiden);
  return plan;
}

Plan gatherNd(const Node& node, Descs in, Descs) {
  return tuples(node, in, static_cast<int>(node.attrs.integer("batch_dims", 0)), true);
}

bool combines(const Node& node) { return node.attrs.text("reduction", "none") != "none"; }

// How updates meet what is there, as kernels/indexing.cuh calls it.
std::string reductionCode(const Node& node, DataType type) {
  struct Row {
    std::string_view name;
    const char* code;
  };
  constexpr Row kReductions[] = {
      {"add", "JoinSum"}, {"max", "JoinMost"}, {"min", "JoinLeast"}, {"mul", "JoinProduct"}};
  std::string name = node.attrs.text("reduction", "none");
  if (name == "none") return "Assign";
  bool hasAtomics = type == DataType::kFloat32 || type == DataType::kInt32 || type == DataType::kInt64;
  if (name == "add" && hasAtomics) return "Add";
  for (const Row& row : kReductions)
    if (row.name == name) return fmt::format("Exchange<{}, {}>", row.code, bytesType(typeBits(type) / 8));
  fail(ErrorKind::kUnsupported, "the reduction is {}", name);
}

void requireReduction(const Node& node, Descs in) {
  reductionCode(node, in[0].dtype);
  if (combines(node)) memoryType(in[0].dtype);
}

Plan scatterNd(const Node& node, Descs in, Descs) {
  requireReduction(node, in);
  Plan plan = tuples(node, in, 0, !combines(node));
  plan.copyBytes = typeBytes(in[0].dtype, in[0].shape.numel());
  return plan;
}

// One element of the data for each index, at the index's own position along the other axes.
Plan elements(const Node& node, Descs in, Descs) {
  const Shape &data = in[0].shape, &indices = in[1].shape;
  int axis = normalizeAxis(node.attrs.integer("axis", 0), data.rank());
  Shape strides = stridesOf(in[0]);
  Plan plan;
  plan.bytes = bytesOf(in[0]);
  plan.params.count = static_cast<uint32_t>(indices.numel());
  plan.params.extent[0] = static_cast<int32_t>(data[axis]);
  plan.params.stride[0] = static_cast<int32_t>(strides[axis]);
  if (plan.params.count)
    for (int d = 0; d < indices.rank(); ++d)
      plan.params.axes.append(indices[d], 0, d == axis ? 0 : strides[d]);
  return plan;
}

Plan scatterElements(const Node& node, Descs in, Descs out) {
  requireReduction(node, in);
  Plan plan = elements(node, in, out);
  plan.copyBytes = typeBytes(in[0].dtype, in[0].shape.numel());
  return plan;
}

Plan oneHot(const Node& node, Descs, Descs out) {
  const Shape& shape = out[0].shape;
  int axis = normalizeAxis(node.attrs.integer("axis", -1), shape.rank());
  Plan plan;
  plan.bytes = bytesOf(out[0]);
  plan.params.count = static_cast<uint32_t>(shape.numel());
  plan.params.slice = divisorOf(shape.numel(axis + 1, shape.rank()));
  plan.params.perBatch = divisorOf(shape[axis]);
  return plan;
}

struct Row {
  std::string_view name;
  Plan (*plan)(const Node&, Descs, Descs);
  const char* kernel;  // of type {0} and index type {1}
  size_t data, indices;
  bool scatters;
};
constexpr Row kRows[] = {{"Gather", gather, "gather<{0}, Slices<{1}>>", 0, 1, false},
                         {"GatherElements", elements, "gather<{0}, Elements<{1}>>", 0, 1, false},
                         {"GatherND", gatherNd, "gather<{0}, Slices<{1}>>", 0, 1, false},
                         {"OneHot", oneHot, "oneHot<{0}, {1}>", 2, 0, false},
                         {"ScatterElements", scatterElements, "scatter<{0}, Elements<{1}>, {2}>", 0, 1, true},
                         {"ScatterND", scatterNd, "scatter<{0}, Slices<{1}>, {2}>", 0, 1, true}};

const Row* find(const Node& node) {
  for (const Row& row : kRows)
    if (node.is(row.name)) return &row;
  return nullptr;
}

Plan makePlan(const Row& row, const Node& node, Descs in, Descs out) {
  requireSmall(in);
  requireSmall(out);
  return row.plan(node, in, out);
}

class GatherLaunch final : public Launch {
 public:
  GatherLaunch(const Row& row, std::shared_ptr<const Module> module, const Plan& plan)
      : row_(row),
        module_(std::move(module)),
        plan_(plan),
        function_(module_->function(fmt::format("indexed{}", plan.bytes).c_str())) {}

  void run(const LaunchArgs& args) override {
    Params& params = plan_.params;
    params.data = args.inputs[row_.data];
    params.indices = args.inputs[row_.indices];
    params.updates = row_.scatters ? args.inputs[2] : nullptr;
    params.out = args.outputs[0];
    if (plan_.copyBytes && params.out != params.data)
      check(driver().cuMemcpyDtoDAsync(reinterpret_cast<CUdeviceptr>(params.out),
                                       reinterpret_cast<CUdeviceptr>(params.data), plan_.copyBytes,
                                       static_cast<CUstream>(args.stream)),
            "copying what is scattered into");
    void* parameters[] = {&params};
    launch(function_, {{blocksFor(params.count, kThreads), 1, 1}, kThreads, 0}, parameters, args.stream);
  }

 private:
  const Row& row_;
  std::shared_ptr<const Module> module_;
  Plan plan_;
  CUfunction function_;
};

std::string refuses(const Device&, const Node& node, const TuningHint& hint) {
  const Row* row = find(node);
  if (!row) return "reads and writes no indexed elements";
  if (!isPlainBytes(hint.inputs[row->data].dtype))
    return fmt::format("elements are {}", typeName(hint.inputs[row->data].dtype));
  DataType index = hint.inputs[row->indices].dtype;
  if (index != DataType::kInt64 && index != DataType::kInt32) return "indices of another type";
  for (const auto* side : {&hint.inputs, &hint.outputs})
    for (const TensorDesc& d : *side)
      if (d.layout != Layout::kPlain) return "it knows plain layout only";
  return reasonOf([&] { makePlan(*row, node, hint.inputs, hint.outputs); });
}

std::string generate(const Node& node, const std::string&, const TuningHint& hint) {
  const Row& row = *find(node);
  const char* index = hint.inputs[row.indices].dtype == DataType::kInt64 ? "i64" : "i32";
  DataType type = hint.inputs[row.data].dtype;
  std::string code = "#include \"indexing.cuh\"\n";
  for (int bytes = typeBits(type) / 8; bytes <= kWidest; bytes *= 2) {
    bool sums = row.scatters && combines(node);
    std::string element = sums ? memoryType(type) : bytes == kWidest ? "Vector<u64, 2>" : bytesType(bytes);
    code += fmt::format(
        "extern \"C\" __global__ void __launch_bounds__(256) indexed{}(const __grid_constant__ Indexing p) "
        "{{ "
        "{}(p); }}\n",
        bytes, fmt::format(fmt::runtime(row.kernel), element, index, reductionCode(node, type)));
    if (sums) break;
  }
  return code;
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) {
  return kernelOf([&node = parts.node, module = std::move(parts.module)](Descs inputs, Descs outputs) {
    const Row& row = *find(node);
    return std::make_unique<GatherLaunch>(row, module, makePlan(row, node, inputs, outputs));
  });
}

}  // namespace

const GeneratedFamily kGather{"gather", refuses, oneCandidate, generate, makeKernel};

}  // namespace tenfold::cuda
