// Nodes of networks under construction, which are gone before one is built: the boundaries of loops and
// conditionals (frontend/network makes Loop and If of them), and nodes whose computation this library does
// not have. They have types and shapes, no evaluation.
#include "graph/ops/infer.h"

using namespace tenfold;

namespace {

// A loop may change the extents of a carried value: those that differ between initial and next value are
// open.
void inferRecurrence(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  SymShape shape = ctx.shape(0);
  int64_t next = ctx.attrs().integer("next", -1);
  const Value* v = next < 0 ? nullptr : ctx.graph().valueById(static_cast<int>(next));
  if (v && v->shape) {
    ctx.require(v->shape->size() == shape.size(), "the initial value is {}, the next one {}", str(shape),
                str(*v->shape));
    for (size_t i = 0; i < shape.size(); ++i)
      if (!(shape[i] == (*v->shape)[i])) shape[i] = ctx.unknownDim(fmt::format("carried.{}", i));
  }
  ctx.setShape(0, shape);
}

void inferTripLimit(InferContext& ctx) {
  bool isCount = ctx.attrs().text("kind", "count") == "count";
  ctx.require(isCount ? isInteger(ctx.type(0)) : ctx.type(0) == DataType::kBool,
              "the limit is {}, expected {}", typeName(ctx.type(0)), isCount ? "an integer" : "a boolean");
  ctx.require(numel(ctx.shape(0)) == Dim(1), "the limit has shape {}, expected a scalar", str(ctx.shape(0)));
}

void inferIterator(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  SymShape shape = ctx.shape(0);
  ctx.require(!shape.empty(), "a scalar has no axis to iterate over");
  shape.erase(shape.begin() + normalizeAxis(ctx.attrs().integer("axis", 0), ctx.rank(0)));
  ctx.setShape(0, shape);
}

void inferLoopOutput(InferContext& ctx) {
  ctx.setType(0, ctx.type(0));
  SymShape shape = ctx.shape(0);
  if (ctx.attrs().text("kind", "last_value") != "last_value") {
    auto length = ctx.contents(1);
    int axis = normalizeAxis(ctx.attrs().integer("axis", 0), ctx.rank(0) + 1);
    shape.insert(shape.begin() + axis,
                 length && length->size() == 1 ? length->front() : ctx.unknownDim("length"));
  }
  ctx.setShape(0, shape);
}

void inferCondition(InferContext& ctx) {
  ctx.require(ctx.type(0) == DataType::kBool && numel(ctx.shape(0)) == Dim(1),
              "the condition is {} {}, expected one boolean", typeName(ctx.type(0)), str(ctx.shape(0)));
}

void inferIfOutput(InferContext& ctx) {
  ctx.require(ctx.type(0) == ctx.type(1), "the branches give {} and {}", typeName(ctx.type(0)),
              typeName(ctx.type(1)));
  ctx.setType(0, ctx.type(0));
  SymShape shape = ctx.shape(0);
  ctx.require(ctx.rank(1) == ctx.rank(0), "the branches give shapes {} and {}", str(shape),
              str(ctx.shape(1)));
  for (size_t i = 0; i < shape.size(); ++i)
    if (!(shape[i] == ctx.shape(1)[i])) shape[i] = ctx.unknownDim(fmt::format("branch.{}", i));
  ctx.setShape(0, shape);
}

// Gathering and scattering change the first dimension by the number of members, where that is known.
void inferCollective(InferContext& ctx) {
  enum : int64_t { kAllGather = 1, kReduceScatter = 4 };
  ctx.setType(0, ctx.type(0));
  SymShape shape = ctx.shape(0);
  int64_t operation = ctx.attrs().integer("operation", 0);
  auto members = static_cast<int64_t>(ctx.attrs().integers("group").size());
  if (operation == kAllGather || operation == kReduceScatter) {
    ctx.require(!shape.empty(), "a scalar cannot be gathered or scattered");
    if (members == 0)
      shape[0] = ctx.unknownDim("members");
    else
      shape[0] = operation == kAllGather ? shape[0] * Dim(members) : Dim::floorDiv(shape[0], Dim(members));
  }
  ctx.setShape(0, shape);
}

OpDef boundary(const char* name, const char* doc, int mostInputs, void (*infer)(InferContext&),
               std::vector<AttrSpec> attrs) {
  return {.name = name,
          .doc = doc,
          .minInputs = 1,
          .maxInputs = mostInputs,
          .attrs = std::move(attrs),
          .infer = infer};
}

// Reads a value and gives none.
OpDef sink(OpDef def) {
  def.minOutputs = def.maxOutputs = 0;
  def.hasSideEffects = true;
  return def;
}

const AttrSpec kLoop = {"loop", AttrKind::kInt, "the loop's number"};
const AttrSpec kConditional = {"conditional", AttrKind::kInt, "the conditional's number"};
const AttrSpec kAxis = {"axis", AttrKind::kInt, "default 0"};

}  // namespace

DEFINE_OP(LoopRecurrence) {
  return boundary("LoopRecurrence", "A value carried by a loop; input 0 is the initial one.", 1,
                  inferRecurrence,
                  {kLoop, {"next", AttrKind::kInt, "id of the value for the next iteration"}});
}
DEFINE_OP(LoopTripLimit) {
  return sink(boundary("LoopTripLimit", "What ends a loop.", 1, inferTripLimit,
                       {kLoop, {"kind", AttrKind::kText, "count or while"}}));
}
DEFINE_OP(LoopIterator) {
  return boundary("LoopIterator", "A slice of a tensor for each iteration of a loop.", 1, inferIterator,
                  {kLoop, kAxis, {"reverse", AttrKind::kInt, "1: from the end; default 0"}});
}
DEFINE_OP(LoopOutput) {
  return boundary("LoopOutput", "What leaves a loop; input 1 is the length of a collection.", 2,
                  inferLoopOutput,
                  {kLoop, kAxis, {"kind", AttrKind::kText, "last_value, concatenate or reverse"}});
}
DEFINE_OP(IfCondition) {
  return sink(boundary("IfCondition", "The condition of a conditional.", 1, inferCondition, {kConditional}));
}
DEFINE_OP(IfInput) {
  return boundary("IfInput", "What enters the branches of a conditional.", 1, inferSameAsInput,
                  {kConditional});
}
DEFINE_OP(IfOutput) {
  OpDef def =
      boundary("IfOutput", "What leaves a conditional: input 0 or 1.", 2, inferIfOutput, {kConditional});
  def.minInputs = 2;
  return def;
}
DEFINE_OP(MixtureOfExperts) {
  return boundary("MixtureOfExperts", "Gated perceptrons chosen for each token.", 11, inferSameAsInput,
                  {{"activation", AttrKind::kInt, "nvinfer1::MoEActType"}});
}
DEFINE_OP(Collective) {
  return boundary("Collective", "An exchange between devices.", 1, inferCollective,
                  {{"operation", AttrKind::kInt, "nvinfer1::CollectiveOperation"},
                   {"reduction", AttrKind::kInt, "nvinfer1::ReduceOperation"},
                   {"root", AttrKind::kInt, "rank of the root; -1 where there is none"},
                   {"group", AttrKind::kInts, "ranks that take part; none for all"}});
}
