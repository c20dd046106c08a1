#include "runtime/control_flow.h"

#include <cstring>
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
  if (node_.is("Scan")) return runScan();
  fail(ErrorKind::kUnsupported, "not supported: {} as control flow", node_.opName());
}

Tensor ControlFlow::input(size_t i) const {
  const Value* v = node_.input(i);
  if (!v) return {};
  return outer_.onHost(*v, args_.stream);
}

void ControlFlow::setOutput(size_t i, const Tensor& tensor) {
  const Value* v = node_.output(i);
  if (!v) return;
  void* to =
      outer_.loaded_.hasStaticShape(*v) ? outer_.address(v) : outer_.provide(*v, tensor.shape(), args_);
  if (tensor.bytes()) outer_.loaded_.target().copy(to, tensor.data(), tensor.bytes(), args_.stream);
}

std::vector<Tensor> ControlFlow::runBody(size_t b, const std::vector<Tensor>& inputs) {
  Executor& body = *outer_.bodies_[step_][b];
  Target& target = outer_.loaded_.target();
  std::vector<Shape> shapes;
  std::vector<void*> addresses;
  std::vector<GrowingBuffer> uploaded;
  std::vector<std::vector<int64_t>> elements(inputs.size());
  std::vector<const int64_t*> values(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    shapes.push_back(inputs[i].shape());
    addresses.push_back(const_cast<void*>(inputs[i].data()));
    if (!target.hostAccessible()) {
      addresses.back() = uploaded.emplace_back(target).ensure(inputs[i].bytes());
      target.copy(addresses.back(), inputs[i].data(), inputs[i].bytes(), args_.stream);
    }
    if (!body.graph_.inputs[i]->contents) continue;
    elements[i] = inputs[i].ints();
    values[i] = elements[i].data();
  }
  body.setInputs(shapes, values, outer_.bindings_);
  body.run({addresses, nullptr, args_.stream, nullptr});
  target.synchronize(args_.stream);
  std::vector<Tensor> results;
  for (const Value* v : body.graph_.outputs) results.push_back(body.onHost(*v, args_.stream));
  return results;
}

void ControlFlow::runIf() {
  size_t branch = input(0).getInt(0) != 0 ? 0 : 1;
  std::vector<Tensor> captures;
  for (size_t i = 1; i < node_.inputs.size(); ++i) captures.push_back(input(i));
  std::vector<Tensor> results = runBody(branch, captures);
  for (size_t i = 0; i < results.size(); ++i) setOutput(i, results[i]);
}

void ControlFlow::runLoop() {
  size_t captures = static_cast<size_t>(node_.attrs.integer("captures", 0));
  size_t carried = node_.inputs.size() - 2 - captures;
  int64_t trips = node_.hasInput(0) ? input(0).getInt(0) : std::numeric_limits<int64_t>::max();
  bool go = !node_.hasInput(1) || input(1).getInt(0) != 0;

  std::vector<Tensor> args{Tensor(DataType::kInt64, {}), Tensor(DataType::kBool, {})};
  for (size_t i = 0; i < carried; ++i) args.push_back(input(2 + i).clone());
  for (size_t i = 0; i < captures; ++i) args.push_back(input(2 + carried + i));
  size_t scans = node_.bodies[0]->outputs.size() - 1 - carried;
  std::vector<std::vector<Tensor>> rows(scans);
  for (int64_t iteration = 0; iteration < trips && go; ++iteration) {
    args[0].setInt(0, iteration);
    args[1].setInt(0, 1);
    std::vector<Tensor> results = runBody(0, args);
    go = results[0].getInt(0) != 0;
    for (size_t i = 0; i < scans; ++i) rows[i].push_back(results[1 + carried + i].clone());
    for (size_t i = 0; i < carried; ++i) args[2 + i] = results[1 + i].clone();
  }
  for (size_t i = 0; i < carried; ++i) setOutput(i, args[2 + i]);
  for (size_t i = 0; i < scans; ++i) {
    const Value* out = node_.bodies[0]->outputs[1 + carried + i];
    Shape shape{static_cast<int64_t>(rows[i].size())};
    // Of a loop that never ran, unknown extents are empty.
    if (rows[i].empty() && out->shape)
      for (const Dim& d : *out->shape) shape.push_back(d.tryConstant().value_or(0));
    if (!rows[i].empty())
      for (int64_t d : rows[i][0].shape()) shape.push_back(d);
    Tensor all(out->dtype, shape);
    char* at = all.as<char>();
    for (const Tensor& row : rows[i]) {
      require(row.bytes() * rows[i].size() == all.bytes(),
              "node '{}' (Loop): a scan output changes its shape", node_.name);
      std::memcpy(at, row.data(), row.bytes());
      at += row.bytes();
    }
    setOutput(carried + i, all);
  }
}

void ControlFlow::runScan() {
  // The reference evaluator knows axes and directions; the bodies of Scan are small.
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < node_.inputs.size(); ++i) inputs.push_back(input(i));
  EvalContext ctx(node_, std::move(inputs));
  node_.op->eval(ctx);
  for (size_t i = 0; i < node_.outputs.size(); ++i)
    if (node_.outputs[i]) setOutput(i, ctx.results()[i]);
}

}  // namespace tenfold
