#include "targets/cpu/rows/row_stream.h"

#include <algorithm>

#include "base/error.h"
#include "targets/strides.h"

namespace tenfold::cpu {
namespace {

bool isFlat(const TensorDesc& desc, const Shape& shape, const std::vector<int>& order) {
  if (desc.shape != shape) return false;
  Shape dims = permuted(shape, order), strides = permuted(stridesOf(desc), order),
        flat = contiguousStrides(dims);
  for (int d = 0; d < dims.rank(); ++d)
    if (dims[d] != 1 && strides[d] != flat[d]) return false;
  return true;
}

// The operands of a loop from the node's inputs that `program` uses; others get no memory.
void addInputs(const Program& program, std::span<const TensorDesc> inputs, const std::vector<size_t>& indices,
               size_t first, const Shape& shape, const std::vector<int>& order,
               std::vector<Loop::Operand>& operands) {
  for (size_t k = 0; k < indices.size(); ++k) {
    bool used = program.inputs[first + k].reg >= 0;
    operands.push_back({permuted(
        used ? broadcastStridesOf(inputs[indices[k]], shape) : Shape::filled(shape.rank(), 0), order)});
  }
}

void gatherInputs(const FusedNode& fused, std::span<const TensorDesc> inputs,
                  std::vector<const Value*>& values, std::vector<size_t>& indices) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!fused.inputs[i] || !hasLane(inputs[i].dtype)) continue;
    values.push_back(fused.inputs[i]);
    indices.push_back(i);
  }
  if (values.size() + 8 > kMaxStreamOperands) fail(ErrorKind::kUnsupported, "too many inputs");
}

}  // namespace

RowSource::RowSource(const FusedNode& fused, const Value* value, std::span<const TensorDesc> inputs,
                     const Shape& shape, const std::vector<int>& order) {
  int own = fused.inputIndex(value);
  if (own >= 0 && value->dtype == DataType::kFloat32 &&
      isFlat(inputs[static_cast<size_t>(own)], shape, order)) {
    inputs_ = {static_cast<size_t>(own)};
    return;
  }
  std::vector<const Value*> values;
  gatherInputs(fused, inputs, values, inputs_);
  Program program = compilePointwise(fused.before, values, {&value, 1});
  if (laneOf(value->dtype) != Lane::kF32)
    fail(ErrorKind::kUnsupported, "rows of {} are not vectorized", typeName(value->dtype));
  // Rows are floats whatever the type in the graph.
  program.outputs[0].type = DataType::kFloat32;
  std::vector<Loop::Operand> operands;
  addInputs(program, inputs, inputs_, 0, shape, order, operands);
  operands.push_back({{}, true});
  loop_.emplace(std::move(program), permuted(shape, order), std::move(operands));
}

const float* RowSource::get(const LaunchArgs& args, int64_t from, int64_t to, float* buffer,
                            void* scratch) const {
  if (!loop_) return static_cast<const float*>(args.inputs[inputs_[0]]) + from;
  std::array<void*, kMaxStreamOperands> memory;
  size_t k = 0;
  for (size_t i : inputs_) memory[k++] = args.inputs[i];
  memory[k] = buffer;
  loop_->run(from, to, memory.data(), scratch);
  return buffer;
}

RowSink::RowSink(const FusedNode& fused, std::span<const TensorDesc> inputs,
                 std::span<const TensorDesc> outputs, const std::vector<int>& order) {
  const Value* value = fused.anchor->outputs[0];
  if (laneOf(value->dtype) != Lane::kF32)
    fail(ErrorKind::kUnsupported, "rows of {} are not vectorized", typeName(value->dtype));
  std::vector<const Value*> outs;
  for (size_t o = 0; o < outputs.size(); ++o) {
    if (!fused.outputs[o]) continue;
    if (outputs[o].shape != outputs[0].shape)
      fail(ErrorKind::kUnsupported, "the region's outputs have different shapes");
    outs.push_back(fused.outputs[o]);
    outputs_.push_back(o);
  }
  const Shape& shape = outputs[0].shape;
  if (outs.size() == 1 && outs[0] == value && value->dtype == DataType::kFloat32 &&
      isFlat(outputs[outputs_[0]], shape, order)) {
    direct_ = outputs_[0];
    return;
  }
  std::vector<const Value*> values{value};
  gatherInputs(fused, inputs, values, inputs_);
  if (values.size() + outs.size() > kMaxStreamOperands) fail(ErrorKind::kUnsupported, "too many operands");
  Program program = compilePointwise(fused.after, values, outs);
  program.inputs[0].type = DataType::kFloat32;
  std::vector<Loop::Operand> operands{{{}, true}};
  addInputs(program, inputs, inputs_, 1, shape, order, operands);
  for (size_t o : outputs_) operands.push_back({permuted(stridesOf(outputs[o]), order)});
  loop_.emplace(std::move(program), permuted(shape, order), std::move(operands));
}

float* RowSink::place(const LaunchArgs& args, int64_t from, float* buffer) const {
  return loop_ ? buffer : static_cast<float*>(args.outputs[direct_]) + from;
}

void RowSink::put(const LaunchArgs& args, int64_t from, int64_t to, float* buffer, void* scratch) const {
  if (!loop_) return;
  std::array<void*, kMaxStreamOperands> memory;
  size_t k = 0;
  memory[k++] = buffer;
  for (size_t i : inputs_) memory[k++] = args.inputs[i];
  for (size_t o : outputs_) memory[k++] = args.outputs[o];
  loop_->run(from, to, memory.data(), scratch);
}

}  // namespace tenfold::cpu
