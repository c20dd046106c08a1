// Reference evaluation of elementwise operators over broadcast inputs: rows of elements are brought into a
// compute type (elements.h), a function turns input rows into an output row, and the row is stored.
#pragma once

#include <functional>
#include <utility>

#include "graph/ops/elements.h"
#include "graph/ops/eval.h"

namespace tenfold {

// out[i] from in[0][i], in[1][i], ... for i < n.
template <typename In, typename Out>
using RowFunction = std::function<void(const In* const* in, Out* out, int64_t n)>;

// Output 0, of the type `type`, from all inputs of the node. In and Out are compute types; instantiated for
// equal ones and for Out = int64_t.
template <typename In, typename Out = In>
void evalRows(EvalContext& ctx, DataType type, const RowFunction<In, Out>& f);

// Output 0 = f(element of each of the first N inputs) in the given compute types; all N inputs must be
// present.
template <size_t N, typename In, typename Out = In, typename F>
void evalElements(EvalContext& ctx, DataType type, F f) {
  ctx.require(ctx.numInputs() == N, "has {} inputs, expected {}", ctx.numInputs(), N);
  evalRows<In, Out>(ctx, type, [f](const In* const* in, Out* out, int64_t n) {
    for (int64_t i = 0; i < n; ++i) out[i] = [&]<size_t... K>(std::index_sequence<K...>) {
        return static_cast<Out>(f(in[K][i]...));
      }
    (std::make_index_sequence<N>());
  });
}

// The same in input 0's compute type, giving input 0's type.
template <size_t N, typename F>
void evalMap(EvalContext& ctx, F f) {
  DataType type = ctx.input(0).dtype();
  withComputeType(type, [&](auto zero) { evalElements<N, decltype(zero)>(ctx, type, f); });
}

// For operators of floats only.
template <size_t N, typename F>
void evalFloatMap(EvalContext& ctx, F f) {
  DataType type = ctx.input(0).dtype();
  ctx.require(isFloat(type), "input 0 is {}; floats are expected", typeName(type));
  evalElements<N, double>(ctx, type, f);
}

// For predicates: booleans from elements.
template <size_t N, typename F>
void evalPredicate(EvalContext& ctx, F f) {
  withComputeType(ctx.input(0).dtype(),
                  [&](auto zero) { evalElements<N, decltype(zero), int64_t>(ctx, DataType::kBool, f); });
}

}  // namespace tenfold
