#include "targets/cpu/movement/indexed.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "targets/cpu/launch_tactic.h"
#include "targets/cpu/parallel.h"
#include "targets/strides.h"

namespace tenfold::cpu {
namespace {

// How an update meets the elements that are there.
using Combine = void (*)(char* to, const char* from, int64_t count);

template <typename T>
T larger(T a, T b) {
  return a != a || a > b ? a : b;  // NaN where either is
}
template <typename T>
T smaller(T a, T b) {
  return a != a || a < b ? a : b;
}
// Integers wrap around, which C++ defines for unsigned ones only.
template <typename T>
using Wrapping =
    typename std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>, std::type_identity<T>>::type;
template <typename T>
T sum(T a, T b) {
  return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
}
template <typename T>
T product(T a, T b) {
  return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
}

template <typename T, T (*kOp)(T, T)>
void combine(char* to, const char* from, int64_t count) {
  T* y = reinterpret_cast<T*>(to);
  const T* x = reinterpret_cast<const T*>(from);
  for (int64_t i = 0; i < count; ++i) y[i] = kOp(y[i], x[i]);
}

template <typename T>
Combine combineNamed(std::string_view reduction) {
  constexpr struct {
    std::string_view name;
    Combine function;
  } kRows[] = {{"add", combine<T, sum<T>>},
               {"mul", combine<T, product<T>>},
               {"max", combine<T, larger<T>>},
               {"min", combine<T, smaller<T>>}};
  for (const auto& row : kRows)
    if (row.name == reduction) return row.function;
  return nullptr;
}

// Null for plain replacement. Throws Error (kUnsupported) where there is none.
Combine combineOf(const Node& node, DataType type) {
  std::string reduction = node.attrs.text("reduction", "none");
  if (reduction == "none") return nullptr;
  Combine found = type == DataType::kFloat32 ? combineNamed<float>(reduction)
                  : type == DataType::kInt32 ? combineNamed<int32_t>(reduction)
                  : type == DataType::kInt64 ? combineNamed<int64_t>(reduction)
                                             : nullptr;
  if (!found) fail(ErrorKind::kUnsupported, "reduction '{}' of {}", reduction, typeName(type));
  return found;
}

// Where the blocks lie in the table, which is the data of a gather and the result of a scatter. A line of
// rows of indices has one base; row j of it has base + j * step + (indices along `extents`) * strides.
struct Geometry {
  int64_t rows = 0, line = 1, step = 0, run = 1;  // run: elements of a block
  std::vector<int64_t> extents, strides;          // of each entry of a row of indices
  std::vector<int64_t> lineExtents, lineStrides;  // a line's base from its position

  int64_t base(int64_t l) const {
    int64_t at = 0;
    for (size_t d = lineExtents.size(); d-- > 0; l /= lineExtents[d])
      at += l % lineExtents[d] * lineStrides[d];
    return at;
  }
};

Geometry byElements(const Node& node, const Shape& table, const Shape& indices) {
  Geometry g;
  int last = table.rank() - 1, axis = normalizeAxis(node.attrs.integer("axis", 0), table.rank());
  Shape strides = contiguousStrides(table);
  g.rows = indices.numel();
  g.line = std::max<int64_t>(indices[last], 1);
  g.step = axis == last ? 0 : 1;
  g.extents = {table[axis]};
  g.strides = {strides[axis]};
  for (int d = 0; d < last; ++d) {
    g.lineExtents.push_back(std::max<int64_t>(indices[d], 1));
    g.lineStrides.push_back(d == axis ? 0 : strides[d]);
  }
  return g;
}

Geometry byTuples(const Node& node, const Shape& table, const Shape& indices) {
  Geometry g;
  int batch = static_cast<int>(node.attrs.integer("batch_dims", 0)), depth = static_cast<int>(indices.back());
  if (batch + depth > table.rank()) fail(ErrorKind::kUnsupported, "indices of {} entries", depth);
  Shape strides = contiguousStrides(table);
  g.rows = indices.numel(0, indices.rank() - 1);
  g.line = std::max<int64_t>(indices.numel(batch, indices.rank() - 1), 1);
  g.run = table.numel(batch + depth, table.rank());
  for (int k = batch; k < batch + depth; ++k) {
    g.extents.push_back(table[k]);
    g.strides.push_back(strides[k]);
  }
  g.lineExtents = {std::max<int64_t>(table.numel(0, batch), 1)};
  g.lineStrides = {table.numel(batch, table.rank())};
  return g;
}

class IndexedLaunch final : public Launch {
 public:
  IndexedLaunch(const Node& node, Descs in) : node_(node) {
    scatters_ = node.is("ScatterND") || node.is("ScatterElements");
    bool elements = node.is("GatherElements") || node.is("ScatterElements");
    if (!scatters_ && !elements && !node.is("GatherND")) fail(ErrorKind::kUnsupported, "moves by no indices");
    if (!isPlainBytes(in[0].dtype)) fail(ErrorKind::kUnsupported, "elements are {}", typeName(in[0].dtype));
    wide_ = in[1].dtype == DataType::kInt64;
    if (!wide_ && in[1].dtype != DataType::kInt32) fail(ErrorKind::kUnsupported, "indices of another type");
    if (in[0].shape.rank() == 0 || in[1].shape.rank() == 0) fail(ErrorKind::kUnsupported, "a scalar");
    g_ = elements ? byElements(node, in[0].shape, in[1].shape) : byTuples(node, in[0].shape, in[1].shape);
    if (scatters_ && in[2].shape.numel() != g_.rows * g_.run)
      fail(ErrorKind::kUnsupported, "updates that do not fit the indices");
    combine_ = scatters_ ? combineOf(node, in[0].dtype) : nullptr;
    bytes_ = typeBits(in[0].dtype) / 8;
    tableBytes_ = in[0].shape.numel() * bytes_;
  }

  void run(const LaunchArgs& args) override {
    const void* indices = args.inputs[1];
    check(indices);
    char* out = static_cast<char*>(args.outputs[0]);
    if (!scatters_) {
      const char* table = static_cast<const char*>(args.inputs[0]);
      const int64_t blockBytes = g_.run * bytes_;
      return parallelFor(g_.rows, 64 * 1024 / (blockBytes + 16) + 1, [&](int64_t begin, int64_t end) {
        forRows(indices, begin, end, [&](int64_t row, int64_t at) {
          copyBlock(out + row * blockBytes, table + at * bytes_, blockBytes);
        });
      });
    }
    copyTable(args.inputs[0], out);
    // One thread, since the last of several updates of an element counts.
    const char* updates = static_cast<const char*>(args.inputs[2]);
    forRows(indices, 0, g_.rows, [&](int64_t row, int64_t at) {
      const char* from = updates + row * g_.run * bytes_;
      if (combine_)
        combine_(out + at * bytes_, from, g_.run);
      else
        copyBlock(out + at * bytes_, from, g_.run * bytes_);
    });
  }

 private:
  int64_t index(const void* indices, int64_t i) const {
    return wide_ ? static_cast<const int64_t*>(indices)[i] : static_cast<const int32_t*>(indices)[i];
  }

  void check(const void* indices) const {
    int64_t depth = static_cast<int64_t>(g_.extents.size());
    for (int64_t i = 0; i < g_.rows * depth; ++i) {
      int64_t extent = g_.extents[static_cast<size_t>(i % depth)], given = index(indices, i);
      require(given >= -extent && given < extent,
              "node '{}' ({}): index {} at position {} is outside [{}, {})", node_.name, node_.opName(),
              given, i, -extent, extent);
    }
  }

  // f(row, where its block starts in the table) for rows [begin, end).
  template <typename F>
  void forRows(const void* indices, int64_t begin, int64_t end, F f) const {
    size_t depth = g_.extents.size();
    for (int64_t row = begin; row < end;) {
      int64_t l = row / g_.line, stop = std::min(end, (l + 1) * g_.line), base = g_.base(l);
      for (; row < stop; ++row) {
        int64_t at = base + (row - l * g_.line) * g_.step;
        for (size_t k = 0; k < depth; ++k) {
          int64_t i = index(indices, row * static_cast<int64_t>(depth) + static_cast<int64_t>(k));
          at += (i < 0 ? i + g_.extents[k] : i) * g_.strides[k];
        }
        f(row, at);
      }
    }
  }

  static void copyBlock(char* to, const char* from, int64_t bytes) {
    if (bytes == 4)
      std::memcpy(to, from, 4);
    else if (bytes == 8)
      std::memcpy(to, from, 8);
    else
      std::memcpy(to, from, static_cast<size_t>(bytes));
  }

  void copyTable(const void* from, char* to) const {
    if (from == to) return;
    parallelFor(tableBytes_, 256 * 1024, [&](int64_t begin, int64_t end) {
      std::memcpy(to + begin, static_cast<const char*>(from) + begin, static_cast<size_t>(end - begin));
    });
  }

  const Node& node_;
  Geometry g_;
  Combine combine_ = nullptr;
  int64_t bytes_ = 0, tableBytes_ = 0;
  bool scatters_ = false, wide_ = false;
};

std::string refuses(const Node& node, const TuningHint& hint) {
  if (std::string why = refusesChannelsLast(hint); !why.empty()) return why;
  return reasonOf([&] { IndexedLaunch(node, hint.inputs); });
}

std::unique_ptr<Launch> prepare(const Node& node, Descs inputs, Descs) {
  return std::make_unique<IndexedLaunch>(node, inputs);
}

}  // namespace

const Tactic& indexedTactic() {
  static const LaunchTactic tactic("indexed", refuses, prepare, 5e9);
  return tactic;
}

}  // namespace tenfold::cpu
