#include "targets/cpu/rows/integer_reduce.h"

#include <algorithm>
#include <limits>

#include "targets/cpu/launch_tactic.h"
#include "targets/cpu/parallel.h"

namespace tenfold::cpu {
namespace {

// The input as [outer, length, inner], of which length is reduced.
struct Extents {
  int64_t outer = 1, length = 1, inner = 1;
};

// One row of `inner` results from a block of [length, inner].
using ReduceBlock = void (*)(const void* x, void* y, const Extents& e, int64_t row);

// Unsigned, because C++ defines wrapping around only there.
template <typename T>
void add(T& y, T x) {
  using U = std::make_unsigned_t<T>;
  y = static_cast<T>(static_cast<U>(y) + static_cast<U>(x));
}
template <typename T>
void multiply(T& y, T x) {
  using U = std::make_unsigned_t<T>;
  y = static_cast<T>(static_cast<U>(y) * static_cast<U>(x));
}
template <typename T>
void raise(T& y, T x) {
  y = std::max(y, x);
}
template <typename T>
void lower(T& y, T x) {
  y = std::min(y, x);
}

template <typename T, void (*kJoin)(T&, T), T kStart, bool kMean = false>
void reduceBlock(const void* from, void* to, const Extents& e, int64_t row) {
  const T* x = static_cast<const T*>(from) + row * e.length * e.inner;
  T* y = static_cast<T*>(to) + row * e.inner;
  std::fill_n(y, e.inner, kStart);
  for (int64_t l = 0; l < e.length; ++l)
    for (int64_t i = 0; i < e.inner; ++i) kJoin(y[i], x[l * e.inner + i]);
  for (int64_t i = 0; kMean && i < e.inner; ++i) y[i] = static_cast<T>(y[i] / e.length);
}

template <typename T>
ReduceBlock blockNamed(const Node& node) {
  using Limits = std::numeric_limits<T>;
  constexpr struct {
    std::string_view name;
    ReduceBlock function;
  } kRows[] = {{"ReduceSum", reduceBlock<T, add<T>, 0>},
               {"ReduceMean", reduceBlock<T, add<T>, 0, true>},
               {"ReduceProd", reduceBlock<T, multiply<T>, 1>},
               {"ReduceMax", reduceBlock<T, raise<T>, Limits::min()>},
               {"ReduceMin", reduceBlock<T, lower<T>, Limits::max()>}};
  for (const auto& row : kRows)
    if (node.is(row.name)) return row.function;
  return nullptr;
}

ReduceBlock blockOf(const Node& node, DataType type) {
  ReduceBlock found = type == DataType::kInt32   ? blockNamed<int32_t>(node)
                      : type == DataType::kInt64 ? blockNamed<int64_t>(node)
                                                 : nullptr;
  if (!found) fail(ErrorKind::kUnsupported, "is no reduction of int32 or int64");
  return found;
}

std::vector<bool> reducedAxes(const Node& node, Descs in) {
  int rank = in[0].shape.rank();
  std::vector<int64_t> axes;
  if (isPresent(in, 1)) axes = requireInts(in, 1);
  if (axes.empty())
    return std::vector<bool>(static_cast<size_t>(rank), node.attrs.integer("noop_with_empty_axes", 0) == 0);
  std::vector<bool> reduced(static_cast<size_t>(rank), false);
  for (int64_t a : axes) reduced[static_cast<size_t>(normalizeAxis(a, rank))] = true;
  return reduced;
}

Extents extentsOf(const Shape& shape, const std::vector<bool>& reduced) {
  Extents e;
  bool begun = false, ended = false;
  for (int d = 0; d < shape.rank(); ++d) {
    if (shape[d] == 1) continue;
    bool now = reduced[static_cast<size_t>(d)];
    if (now && ended) fail(ErrorKind::kUnsupported, "the reduced axes do not lie together");
    ended = ended || (begun && !now);
    begun = begun || now;
    (now ? e.length : ended ? e.inner : e.outer) *= shape[d];
  }
  if (e.length == 0) fail(ErrorKind::kUnsupported, "nothing is reduced");
  return e;
}

class IntegerReduceLaunch final : public Launch {
 public:
  IntegerReduceLaunch(const Node& node, Descs in)
      : block_(blockOf(node, in[0].dtype)), e_(extentsOf(in[0].shape, reducedAxes(node, in))) {}
  void run(const LaunchArgs& args) override {
    constexpr int64_t kGrain = 32 * 1024;  // elements per thread at least
    parallelFor(e_.outer, kGrain / std::max<int64_t>(e_.length * e_.inner, 1) + 1,
                [&](int64_t begin, int64_t end) {
                  for (int64_t row = begin; row < end; ++row)
                    block_(args.inputs[0], args.outputs[0], e_, row);
                });
  }

 private:
  ReduceBlock block_;
  Extents e_;
};

std::string refuses(const Node& node, const TuningHint& hint) {
  if (std::string why = refusesChannelsLast(hint); !why.empty()) return why;
  return reasonOf([&] { IntegerReduceLaunch(node, hint.inputs); });
}

std::unique_ptr<Launch> prepare(const Node& node, Descs inputs, Descs) {
  return std::make_unique<IntegerReduceLaunch>(node, inputs);
}

}  // namespace

const Tactic& integerReduceTactic() {
  static const LaunchTactic tactic("integer_reduce", refuses, prepare, 5e9);
  return tactic;
}

}  // namespace tenfold::cpu
