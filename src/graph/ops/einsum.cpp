// Einstein summation, as reductions, transpositions and matrix products.
#include <algorithm>
#include <string>

#include "graph/ops/expand.h"

using namespace tenfold;

namespace {

// One letter per axis; the axes of an ellipsis are the characters from 1 on, counted from the last of them
// back.
using Labels = std::string;

struct Equation {
  std::vector<Labels> inputs;
  Labels output;
};

bool has(const Labels& labels, char c) { return labels.find(c) != Labels::npos; }

// A term's text as labels; `rank` tells how many axes the ellipsis stands for.
Labels parseTerm(ExpandContext& ctx, const std::string& text, int rank) {
  size_t dots = text.find("...");
  int letters = static_cast<int>(dots == std::string::npos ? text.size() : text.size() - 3);
  ctx.require(dots == std::string::npos ? letters == rank : letters <= rank,
              "the term '{}' does not fit {} axes", text, rank);
  if (dots == std::string::npos) return text;
  Labels ellipsis;
  for (int i = rank - letters; i > 0; --i) ellipsis += static_cast<char>(i);
  return text.substr(0, dots) + ellipsis + text.substr(dots + 3);
}

// Without "->": the ellipsis, then the letters that occur once, in order.
Labels implicitOutput(const std::vector<Labels>& inputs) {
  Labels all, once;
  for (const Labels& l : inputs) all += l;
  std::sort(all.begin(), all.end());
  for (char c : all) {
    bool ellipsis = c < ' ';
    if (ellipsis ? !has(once, c) : std::count(all.begin(), all.end(), c) == 1) once += c;
  }
  std::stable_partition(once.begin(), once.end(), [](char c) { return c < ' '; });
  std::reverse(once.begin(), std::find_if(once.begin(), once.end(), [](char c) { return c >= ' '; }));
  return once;
}

Equation parseEquation(ExpandContext& ctx) {
  std::string text = ctx.attrs().text("equation", "");
  std::erase(text, ' ');
  size_t arrow = text.find("->");
  std::string left = text.substr(0, arrow);
  Equation e;
  size_t ellipsisAxes = 0;
  for (size_t begin = 0, i = 0; begin <= left.size(); ++i) {
    size_t end = std::min(left.find(',', begin), left.size());
    ctx.require(i < ctx.node().inputs.size(), "the equation '{}' has more terms than inputs", text);
    e.inputs.push_back(parseTerm(ctx, left.substr(begin, end - begin), ctx.rank(i)));
    ellipsisAxes = std::max<size_t>(
        ellipsisAxes, static_cast<size_t>(std::count_if(e.inputs.back().begin(), e.inputs.back().end(),
                                                        [](char c) { return c < ' '; })));
    begin = end + 1;
  }
  ctx.require(e.inputs.size() == ctx.node().inputs.size(), "the equation '{}' has {} terms for {} inputs",
              text, e.inputs.size(), ctx.node().inputs.size());
  if (arrow == std::string::npos) {
    e.output = implicitOutput(e.inputs);
    return e;
  }
  std::string right = text.substr(arrow + 2);
  bool dots = right.find("...") != std::string::npos;
  e.output = parseTerm(ctx, right, static_cast<int>(dots ? right.size() - 3 + ellipsisAxes : right.size()));
  return e;
}

struct Operand {
  Value* value;
  Labels labels;
};

class Expansion {
 public:
  explicit Expansion(ExpandContext& ctx) : ctx_(ctx) {}

  // Keeps the diagonal of axes that share a letter.
  Operand withoutRepeats(Operand x) {
    for (size_t i = 0; i < x.labels.size(); ++i) {
      size_t j = x.labels.find(x.labels[i], i + 1);
      if (j == Labels::npos) continue;
      Value *rows = counter(x, i), *columns = counter(x, j);
      Value* zero = ctx_.scalar(x.value->dtype, 0);
      x.value = ctx_.emit("Where", {ctx_.emit("Equal", {rows, columns}), x.value, zero});
      x = sumAxis(x, j);
      --i;
    }
    return x;
  }

  // Sums the axes whose letters `needed` does not have.
  Operand reduceTo(Operand x, const Labels& needed) {
    for (size_t i = 0; i < x.labels.size();)
      if (has(needed, x.labels[i]))
        ++i;
      else
        x = sumAxis(x, i);
    return x;
  }

  Operand transposeTo(Operand x, const Labels& order) {
    if (x.labels == order) return x;
    Attributes attrs;
    std::vector<int64_t> perm;
    for (char c : order) perm.push_back(static_cast<int64_t>(x.labels.find(c)));
    attrs.set("perm", perm);
    return {ctx_.emit("Transpose", {x.value}, attrs), order};
  }

  // The product of a and b, summed over the letters that both have and `needed` does not.
  Operand multiply(Operand a, Operand b, const Labels& needed) {
    a = reduceTo(a, needed + b.labels);
    b = reduceTo(b, needed + a.labels);
    Labels batch, summed, rows, columns;
    for (char c : a.labels) (!has(b.labels, c) ? rows : has(needed, c) ? batch : summed) += c;
    for (char c : b.labels)
      if (!has(a.labels, c)) columns += c;
    a = transposeTo(a, batch + rows + summed);
    b = transposeTo(b, batch + summed + columns);
    Value* rowsShape = dims(a, batch.size(), rows.size());
    Value* columnsShape = dims(b, batch.size() + summed.size(), columns.size());
    Value* left = merge(merge(a.value, batch.size(), rows.size()), batch.size() + 1, summed.size());
    Value* right = merge(merge(b.value, batch.size(), summed.size()), batch.size() + 1, columns.size());
    Value* y = ctx_.emit("MatMul", {left, right});
    if (rows.size() == 1 && columns.size() == 1) return {y, batch + rows + columns};
    Value* shape = ctx_.emit("Concat", {shapeOf(y, 0, batch.size()), rowsShape, columnsShape}, axis(0));
    return {ctx_.emit("Reshape", {y, shape}), batch + rows + columns};
  }

 private:
  static Attributes axis(int64_t a) {
    Attributes attrs;
    attrs.set("axis", a);
    return attrs;
  }

  Operand sumAxis(Operand x, size_t i) {
    Attributes attrs;
    attrs.set("keepdims", int64_t{0});
    x.value = ctx_.emit("ReduceSum", {x.value, ctx_.ints({static_cast<int64_t>(i)})}, attrs);
    x.labels.erase(i, 1);
    return x;
  }

  Value* shapeOf(Value* x, size_t first, size_t count) {
    Attributes attrs;
    attrs.set("start", static_cast<int64_t>(first));
    attrs.set("end", static_cast<int64_t>(first + count));
    return ctx_.emit("Shape", {x}, attrs);
  }
  Value* dims(const Operand& x, size_t first, size_t count) { return shapeOf(x.value, first, count); }

  // Axes [first, first + count) become one, of extent 1 where there are none.
  Value* merge(Value* x, size_t first, size_t count) {
    if (count == 1) return x;
    size_t rank = static_cast<size_t>(x->rank());
    Value* product = ctx_.emit("ReduceProd", {shapeOf(x, first, count)});
    Value* shape = ctx_.emit(
        "Concat", {shapeOf(x, 0, first), product, shapeOf(x, first + count, rank - first - count)}, axis(0));
    Attributes attrs;
    attrs.set("allowzero", int64_t{1});
    return ctx_.emit("Reshape", {x, shape}, attrs);
  }

  // 0, 1, 2 ... along axis i of x, broadcastable to x.
  Value* counter(const Operand& x, size_t i) {
    Value* extent = ctx_.emit("Squeeze", {shapeOf(x.value, i, 1)});
    Value* range =
        ctx_.emit("Range", {ctx_.scalar(DataType::kInt64, 0), extent, ctx_.scalar(DataType::kInt64, 1)});
    std::vector<int64_t> axes;
    for (size_t k = 0; k < x.labels.size(); ++k)
      if (k != i) axes.push_back(static_cast<int64_t>(k));
    return ctx_.emit("Unsqueeze", {range, ctx_.ints(axes)});
  }

  ExpandContext& ctx_;
};

void expandEinsum(ExpandContext& ctx) {
  Equation e = parseEquation(ctx);
  Expansion expansion(ctx);
  auto operand = [&](size_t i) { return expansion.withoutRepeats({ctx.input(i), e.inputs[i]}); };
  Operand result = operand(0);
  for (size_t i = 1; i < e.inputs.size(); ++i) {
    Labels needed = e.output;
    for (size_t k = i + 1; k < e.inputs.size(); ++k) needed += e.inputs[k];
    result = expansion.multiply(result, operand(i), needed);
  }
  result = expansion.transposeTo(expansion.reduceTo(result, e.output), e.output);
  // An expansion that is no node at all would be the input itself.
  ctx.setOutput(0, result.value == ctx.input(0) ? ctx.emit("Identity", {result.value}) : result.value);
}

}  // namespace

DEFINE_OP(Einsum) {
  return {.name = "Einsum",
          .doc = "Products of the inputs' elements summed over axes, as an equation of axis letters says.",
          .minInputs = 1,
          .maxInputs = -1,
          .attrs = {{"equation", AttrKind::kText,
                     "terms of letters, e.g. 'bij,bjk->bik'; '...' stands for any axes"}},
          .expand = expandEinsum,
          .cases = {{"a:f32[2,3,4], b:f32[2,4,5] -> y = Einsum(a, b) {equation=\"bij,bjk->bik\"}"},
                    {"a:f32[2,3,4], b:f32[5,3,4] -> y = Einsum(a, b) {equation=\"iab,jab->ij\"}"},
                    {"a:f32[2,3,4,5], b:f32[3,5,6] -> y = Einsum(a, b) {equation=\"bhqd, hdk -> bqhk\"}"},
                    {"a:f32[3,3,2] -> y = Einsum(a) {equation=\"iij->j\"}"},
                    {"a:f32[3,4], b:f32[4], c:f32[3] -> y = Einsum(a, b, c) {equation=\"ij,j,i->\"}"},
                    {"a:f32[2,3,4], b:f32[4,3] -> y = Einsum(a, b) {equation=\"...ij,jk\"}"},
                    {"a:f32[3], b:f32[4] -> y = Einsum(a, b) {equation=\"i,j->ij\"}"}}};
}
