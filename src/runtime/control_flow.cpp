#include "runtime/control_flow.h"

#include <limits>

#include "base/error.h"
#include "graph/ops/eval.h"
#include "graph/ops/op_def.h"
#include "runtime/executor_state.h"

namespace tenfold {

ControlFlow::ControlFlow(Executor& outer, size_t step, const RunArgs& args)
    : outer_(outer), node_(*outer.loaded_.plan().steps[step].node), step_(step), args_(args) {}

void ControlFlow::run() {
  // Bodies decide by values: everything before this step must have run.
  outer_.loaded_.target().synchronize(args_.stream);
  if (node_.is("If")) return runIf();
  if (node_.is("Loop")) return runLoop();
  if (node_.is("Scan")) return scansFirstAxes() ? runScan() : scanOnHost();
  fail(ErrorKind::kUnsupported, "not supported: {} as control flow", node_.opName());
}

void ControlFlow::copy(void* to, const void* from, size_t bytes) {
  if (bytes && to != from) outer_.loaded_.target().copy(to, from, bytes, args_.stream);
}

ControlFlow::Piece ControlFlow::input(size_t i) const {
  const Value* v = node_.input(i);
  if (!v) return {};
  return {v->dtype, outer_.shapes_[v->id], outer_.address(v), v};
}

void* ControlFlow::buffer(size_t slot, size_t bytes) {
  auto& buffers = outer_.stepArgs_[step_].buffers;
  while (buffers.size() <= slot) buffers.push_back(std::make_unique<GrowingBuffer>(outer_.loaded_.target()));
  return buffers[slot]->ensure(bytes);
}

ControlFlow::Piece ControlFlow::upload(size_t slot, const Tensor& tensor) {
  Piece piece{tensor.dtype(), tensor.shape(), buffer(slot, tensor.bytes()), nullptr};
  copy(piece.data, tensor.data(), tensor.bytes());
  return piece;
}

ControlFlow::Piece ControlFlow::keep(size_t slot, const Piece& piece) {
  Piece kept{piece.type, piece.shape, buffer(slot, piece.bytes()), nullptr};
  copy(kept.data, piece.data, piece.bytes());
  return kept;
}

std::vector<int64_t> ControlFlow::ints(const Piece& piece) const {
  if (piece.value) return outer_.onHost(*piece.value, args_.stream).ints();
  Target& target = outer_.loaded_.target();
  if (target.hostAccessible()) return Tensor(piece.type, piece.shape, piece.data).ints();
  Tensor host(piece.type, piece.shape);
  if (host.bytes()) target.copy(host.data(), piece.data, host.bytes(), args_.stream);
  target.synchronize(args_.stream);
  return host.ints();
}

void* ControlFlow::outputMemory(size_t i, const Shape& shape) {
  const Value* v = node_.output(i);
  if (!v) return nullptr;
  return outer_.loaded_.hasStaticShape(*v) ? outer_.address(v) : outer_.provide(*v, shape, args_);
}

void ControlFlow::setOutput(size_t i, const Piece& piece) {
  if (void* to = outputMemory(i, piece.shape)) copy(to, piece.data, piece.bytes());
}

std::vector<ControlFlow::Piece> ControlFlow::runBody(size_t b, const std::vector<Piece>& inputs) {
  Executor& body = *outer_.bodies_[step_][b];
  std::vector<Shape> shapes;
  std::vector<void*> addresses;
  std::vector<std::vector<int64_t>> elements(inputs.size());
  std::vector<const int64_t*> values(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    shapes.push_back(inputs[i].shape);
    addresses.push_back(inputs[i].data);
    if (!body.graph_.inputs[i]->contents) continue;
    elements[i] = ints(inputs[i]);
    values[i] = elements[i].data();
  }
  body.setInputs(shapes, values, outer_.bindings_);
  body.run({addresses, nullptr, args_.stream, nullptr});
  // What the body is told of shapes is changed before its next run.
  outer_.loaded_.target().synchronize(args_.stream);
  std::vector<Piece> results;
  for (const Value* v : body.graph_.outputs)
    results.push_back({v->dtype, body.shapes_[v->id], body.address(v), nullptr});
  return results;
}

void ControlFlow::runIf() {
  size_t branch = ints(input(0)).at(0) != 0 ? 0 : 1;
  std::vector<Piece> captures;
  for (size_t i = 1; i < node_.inputs.size(); ++i) captures.push_back(input(i));
  std::vector<Piece> results = runBody(branch, captures);
  for (size_t i = 0; i < results.size(); ++i) setOutput(i, results[i]);
}

// Makes room where it must, and copies the row behind the others.
void ControlFlow::append(size_t slot, Rows& rows, const Piece& piece, int64_t expected) {
  require(rows.count == 0 || rows.row == piece.shape, "node '{}' ({}): a scan output changes its shape",
          node_.name, node_.opName());
  rows.row = piece.shape;
  size_t bytes = piece.bytes(), used = static_cast<size_t>(rows.count) * bytes;
  if (used + bytes > rows.capacity) {
    constexpr int64_t kMostExpected = 4096;  // a loop may end long before its trip count
    int64_t wanted = rows.count == 0 ? std::min(expected, kMostExpected) : 2 * rows.count;
    size_t capacity = static_cast<size_t>(std::max<int64_t>(wanted, 1)) * bytes;
    if (rows.count == 0) {
      buffer(slot, capacity);
    } else {
      auto larger = std::make_unique<GrowingBuffer>(outer_.loaded_.target());
      copy(larger->ensure(capacity), buffer(slot, used), used);
      outer_.loaded_.target().synchronize(args_.stream);
      outer_.stepArgs_[step_].buffers[slot] = std::move(larger);
    }
    rows.capacity = capacity;
  }
  copy(static_cast<char*>(buffer(slot, rows.capacity)) + used, piece.data, bytes);
  ++rows.count;
}

Shape ControlFlow::stacked(const Value& output, int64_t count, const Shape* row) {
  Shape shape{count};
  if (row)
    for (int64_t d : *row) shape.push_back(d);
  else if (output.shape)
    for (const Dim& d : *output.shape) shape.push_back(d.tryConstant().value_or(0));
  return shape;
}

void ControlFlow::runLoop() {
  size_t captures = static_cast<size_t>(node_.attrs.integer("captures", 0));
  size_t carried = node_.inputs.size() - 2 - captures;
  int64_t trips = node_.hasInput(0) ? ints(input(0)).at(0) : std::numeric_limits<int64_t>::max();
  bool go = !node_.hasInput(1) || ints(input(1)).at(0) != 0;
  const Graph& body = *node_.bodies[0];
  bool decides = body.outputs[0] != body.inputs[1];

  // Buffers: iteration, condition, each carried value twice (a body may exchange two of them), scans.
  const size_t firstCarried = 2, firstScan = firstCarried + 2 * carried;
  Tensor iterationNumber(DataType::kInt64, {});
  std::vector<Piece> args(2);
  args[1] = upload(1, Tensor::scalar(DataType::kBool, 1));
  for (size_t i = 0; i < carried + captures; ++i) args.push_back(input(2 + i));
  std::vector<Rows> scans(body.outputs.size() - 1 - carried);
  for (int64_t iteration = 0; iteration < trips && go; ++iteration) {
    iterationNumber.setInt(0, iteration);
    args[0] = upload(0, iterationNumber);
    std::vector<Piece> results = runBody(0, args);
    for (size_t i = 0; i < scans.size(); ++i)
      append(firstScan + i, scans[i], results[1 + carried + i], trips);
    for (size_t i = 0; i < carried; ++i)
      args[2 + i] = keep(firstCarried + 2 * i + static_cast<size_t>(iteration % 2), results[1 + i]);
    if (decides) go = ints(results[0]).at(0) != 0;
  }
  for (size_t i = 0; i < carried; ++i) setOutput(i, args[2 + i]);
  for (size_t i = 0; i < scans.size(); ++i) {
    const Value& out = *body.outputs[1 + carried + i];
    Shape shape = stacked(out, scans[i].count, scans[i].count ? &scans[i].row : nullptr);
    setOutput(carried + i, {out.dtype, shape, buffer(firstScan + i, scans[i].capacity), nullptr});
  }
}

// Whether slices are contiguous parts of what is scanned and of the results.
bool ControlFlow::scansFirstAxes() const {
  for (const char* name : {"scan_input_axes", "scan_output_axes"})
    for (int64_t axis : node_.attrs.integers(name))
      if (axis != 0) return false;
  for (const auto* values : {&node_.inputs, &node_.outputs})
    for (const Value* v : *values)
      if (v && typeBits(v->dtype) < 8) return false;
  return true;
}

void ControlFlow::runScan() {
  auto attribute = [&](const char* name, size_t i) {
    std::vector<int64_t> values = node_.attrs.integers(name);
    return i < values.size() ? values[i] : 0;
  };
  size_t captures = static_cast<size_t>(node_.attrs.integer("captures", 0)),
         scanned = static_cast<size_t>(node_.attrs.integer("num_scan_inputs", 0)),
         states = node_.inputs.size() - scanned - captures;
  const Graph& body = *node_.bodies[0];
  std::vector<Piece> args, sources;
  for (size_t i = 0; i < node_.inputs.size(); ++i) args.push_back(input(i));
  for (size_t i = 0; i < scanned; ++i) sources.push_back(args[states + i]);
  require(!sources.empty(), "node '{}' (Scan): there is nothing to scan", node_.name);
  int64_t length = sources[0].shape[0];
  size_t results = body.outputs.size() - states;
  std::vector<void*> memory(results);
  auto placeOf = [&](void* base, int64_t t, bool backwards, size_t bytes) {
    return static_cast<char*>(base) + static_cast<size_t>(backwards ? length - 1 - t : t) * bytes;
  };
  for (size_t k = 0; k < results && length == 0; ++k)
    outputMemory(states + k, stacked(*body.outputs[states + k], 0, nullptr));
  for (int64_t t = 0; t < length; ++t) {
    for (size_t i = 0; i < scanned; ++i) {
      Piece slice{sources[i].type, Shape(sources[i].shape.begin() + 1, sources[i].shape.end()), nullptr,
                  nullptr};
      slice.data = placeOf(sources[i].data, t, attribute("scan_input_directions", i) != 0, slice.bytes());
      args[states + i] = slice;
    }
    std::vector<Piece> out = runBody(0, args);
    for (size_t k = 0; k < results; ++k) {
      const Piece& row = out[states + k];
      if (t == 0)
        memory[k] = outputMemory(states + k, stacked(*body.outputs[states + k], length, &row.shape));
      if (memory[k])
        copy(placeOf(memory[k], t, attribute("scan_output_directions", k) != 0, row.bytes()), row.data,
             row.bytes());
    }
    for (size_t i = 0; i < states; ++i) args[i] = keep(2 * i + static_cast<size_t>(t % 2), out[i]);
  }
  for (size_t i = 0; i < states; ++i) setOutput(i, args[i]);
}

// The reference evaluator knows every axis.
void ControlFlow::scanOnHost() {
  std::vector<Tensor> inputs;
  for (const Value* v : node_.inputs) inputs.push_back(v ? outer_.onHost(*v, args_.stream) : Tensor());
  EvalContext ctx(node_, std::move(inputs));
  node_.op->eval(ctx);
  for (size_t i = 0; i < node_.outputs.size(); ++i)
    if (void* to = node_.outputs[i] ? outputMemory(i, ctx.results()[i].shape()) : nullptr)
      copy(to, ctx.results()[i].data(), ctx.results()[i].bytes());
}

}  // namespace tenfold
