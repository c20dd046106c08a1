#include "graph/ops/contents.h"
#include "graph/ops/pointwise.h"

using namespace tenfold;

static void inferWhere(InferContext& ctx) {
  ctx.require(ctx.type(0) == DataType::kBool, "the condition is {}; bool is expected", typeName(ctx.type(0)));
  ctx.require(ctx.type(1) == ctx.type(2), "the choices are {} and {}; one type is expected",
              typeName(ctx.type(1)), typeName(ctx.type(2)));
  ctx.setType(0, ctx.type(1));
  ctx.setShape(0, broadcastShapes(broadcastShapes(ctx.shape(0), ctx.shape(1)), ctx.shape(2)));
  setMappedContents(ctx, [](const Attributes&, const DimList& v) -> std::optional<Dim> {
    if (v[1] == v[2]) return v[1];
    auto condition = v[0].tryConstant();
    return condition ? std::optional<Dim>(*condition ? v[1] : v[2]) : std::nullopt;
  });
}

static void evalWhere(EvalContext& ctx) {
  DataType type = ctx.input(1).dtype();
  withComputeType(type, [&](auto zero) {
    using C = decltype(zero);
    evalElements<3, C>(ctx, type, [](C condition, C a, C b) { return condition != C{0} ? a : b; });
  });
}

DEFINE_OP(Where) {
  return {.name = "Where",
          .doc = "The second input where the first is true, else the third.",
          .minInputs = 3,
          .maxInputs = 3,
          .infer = inferWhere,
          .eval = evalWhere,
          .cases = {{"c:bool[3,1], a:f32[2,3,5], b:f32[5] -> y = Where(c, a, b)"},
                    {"c:bool[4], a:i64[1], b:i64[4] -> y = Where(c, a, b)"}},
          .pointwise = true};
}
