#include "graph/ops/infer.h"

#include "base/error.h"

namespace tenfold {
namespace {
struct UnknownRank {};
}  // namespace

void InferContext::failText(const std::string& message) const {
  throw Error(
      ErrorKind::kInvalidArgument,
      fmt::format("node '{}' ({}): {}", node_.name.empty() ? fmt::format("#{}", node_.id) : node_.name,
                  node_.opName(), message));
}

void InferContext::expectEqual(const Dim& a, const Dim& b, const char* what) const {
  require(a == b || !a.isConstant() || !b.isConstant(), "{}: {} and {} must be equal", what, a.str(),
          b.str());
}

void InferContext::expectShape(size_t i, const SymShape& expected, const char* what) const {
  if (!hasShape(i)) return;
  const SymShape& found = *node_.inputs[i]->shape;
  bool fits = found.size() == expected.size();
  for (size_t d = 0; fits && d < found.size(); ++d)
    fits = found[d] == expected[d] || !found[d].isConstant() || !expected[d].isConstant();
  require(fits, "input {} ({}) has shape {}; {} is expected", i, what, str(found), str(expected));
}

DataType InferContext::type(size_t i) const {
  require(has(i), "input {} is missing", i);
  return node_.inputs[i]->dtype;
}

const SymShape& InferContext::shape(size_t i) const {
  require(has(i), "input {} is missing", i);
  if (!node_.inputs[i]->shape) throw UnknownRank{};
  return *node_.inputs[i]->shape;
}

const Tensor* InferContext::constant(size_t i) const {
  return has(i) && node_.inputs[i]->isConstant() ? &node_.inputs[i]->constant : nullptr;
}

std::optional<DimList> InferContext::contents(size_t i) const {
  if (!has(i)) return std::nullopt;
  const Value& v = *node_.inputs[i];
  if (v.contents) return v.contents;
  // Only shape arithmetic is followed: long integer tensors are data.
  constexpr int64_t kLongest = 1024;
  if (!v.isConstant() || v.constant.numel() > kLongest) return std::nullopt;
  if (!isInteger(v.dtype) && v.dtype != DataType::kBool) return std::nullopt;
  DimList dims;
  for (int64_t x : v.constant.ints()) dims.emplace_back(x);
  return dims;
}

std::optional<std::vector<int64_t>> InferContext::ints(size_t i) const {
  if (const Tensor* t = constant(i); t && (isInteger(t->dtype()) || t->dtype() == DataType::kBool))
    return t->ints();
  auto dims = contents(i);
  if (!dims) return std::nullopt;
  std::vector<int64_t> values;
  for (const Dim& d : *dims) {
    auto c = d.tryConstant();
    if (!c) return std::nullopt;
    values.push_back(*c);
  }
  return values;
}

void InferContext::setType(size_t output, DataType type) {
  if (Value* v = node_.output(output)) v->dtype = type;
}

void InferContext::setShape(size_t output, SymShape shape) {
  require(shape.size() <= kMaxRank, "the result has {} dimensions; {} is the limit", shape.size(), kMaxRank);
  if (Value* v = node_.output(output)) v->shape = std::move(shape);
}

void InferContext::setContents(size_t output, DimList contents) {
  if (Value* v = node_.output(output)) v->contents = std::move(contents);
}

Dim InferContext::unknownDim(const std::string& hint, std::optional<Dim> upper) {
  std::string key = "symbol." + hint;
  if (!node_.attrs.has(key)) node_.attrs.set(key, graph_.freshSymbol(hint).key());
  if (upper) node_.attrs.set("upper." + hint, upper->key());
  return Dim::symbol(node_.attrs.text(key, ""));
}

void inferNode(Graph& graph, Node& node) {
  const OpDef& op = *node.op;
  InferContext ctx(graph, node);
  int inputs = static_cast<int>(node.inputs.size()), outputs = static_cast<int>(node.outputs.size());
  ctx.require(inputs >= op.minInputs && (op.maxInputs < 0 || inputs <= op.maxInputs),
              "has {} inputs, expected {} to {}", inputs, op.minInputs, op.maxInputs);
  ctx.require(outputs >= op.minOutputs && (op.maxOutputs < 0 || outputs <= op.maxOutputs),
              "has {} outputs, expected {} to {}", outputs, op.minOutputs, op.maxOutputs);
  for (Value* v : node.outputs) {
    if (!v) continue;
    v->shape.reset();
    v->contents.reset();
  }
  try {
    op.infer(ctx);
  } catch (const UnknownRank&) {
    for (Value* v : node.outputs)
      if (v && v->dtype == DataType::kUndefined && !node.inputs.empty() && node.inputs[0])
        v->dtype = node.inputs[0]->dtype;
  } catch (const Error& e) {
    std::string message = e.what();
    if (message.rfind("node '", 0) == 0) throw;
    ctx.fail("{}", message);
  } catch (const std::logic_error& e) {
    // What an operator does not ask of its inputs by name, such as a rank of at least 1, stops here.
    ctx.fail("its inputs or attributes do not fit the operator ({})", e.what());
  }
}

void inferGraph(Graph& graph) {
  for (Node* node : graph.nodes()) inferNode(graph, *node);
}

void inferSameAsInput(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  ctx.setShape(0, ctx.shape(0));
  if (auto contents = ctx.contents(0)) ctx.setContents(0, *contents);
}

void inferBroadcast(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  SymShape shape = ctx.shape(0);
  for (size_t i = 1; i < ctx.numInputs(); ++i) shape = broadcastShapes(shape, ctx.shape(i));
  ctx.setShape(0, shape);
}

void inferCompare(InferContext& ctx) {
  ctx.setType(0, DataType::kBool);
  SymShape shape = ctx.shape(0);
  for (size_t i = 1; i < ctx.numInputs(); ++i) shape = broadcastShapes(shape, ctx.shape(i));
  ctx.setShape(0, shape);
}

}  // namespace tenfold
