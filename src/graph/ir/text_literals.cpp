#include "graph/ir/text_literals.h"

#include <algorithm>

#include "graph/ir/text.h"

namespace tenfold {

void TextLiterals::spend(DataType type, const Shape& shape) {
  int64_t n = 1;
  for (int64_t d : shape)
    if (d < 0 || __builtin_mul_overflow(n, d, &n) || n > kMaxTextExtent)
      in_.fail("a tensor of shape {} is too large", shape.str());
  size_t bytes = typeBytes(type, n);
  if (bytes > budget_) in_.fail("the text asks for more constant data than is allowed");
  budget_ -= bytes;
}

Tensor TextLiterals::read(DataType type, const Shape& shape) {
  size_t start = in_.position();
  try {
    spend(type, shape);
    if (in_.peek() == '{') return listed(type, shape);
    if (in_.take("#")) return hashed(type, shape);
    if (in_.takeWord("splat")) return splat(type, shape);
    if (in_.takeWord("range")) return range(type, shape);
    if (in_.takeWord("random")) return random(type, shape);
  } catch (const Error& e) {
    if (std::string_view(e.what()).find(':') < 8) throw;
    in_.failAt(start, e.what());
  }
  in_.failAt(start, "contents expected: {...}, splat(v), range(start,step), random(seed) or #hash");
}

void TextLiterals::store(Tensor& t, int64_t i) {
  if (isFloat(t.dtype()))
    t.setDouble(i, in_.real());
  else
    t.setInt(i, in_.integer());
}

Tensor TextLiterals::listed(DataType type, const Shape& shape) {
  Tensor t(type, shape);
  in_.expect("{");
  for (int64_t i = 0; i < t.numel(); ++i) {
    if (i) in_.expect(",");
    store(t, i);
  }
  if (!in_.take("}")) in_.fail("{} elements expected for shape {}", t.numel(), shape.str());
  return t;
}

Tensor TextLiterals::hashed(DataType type, const Shape& shape) {
  uint64_t seed = 0;
  for (char c = in_.peek(); (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); c = in_.peek()) {
    in_.take(std::string_view(&c, 1));
    seed = seed * 16 + static_cast<uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return randomTensor(type, shape, seed);
}

Tensor TextLiterals::splat(DataType type, const Shape& shape) {
  Tensor t(type, shape);
  in_.expect("(");
  size_t value = in_.position();
  for (int64_t i = 0; i < std::max<int64_t>(t.numel(), 1); ++i) {
    in_.rewind(value);
    if (i < t.numel())
      store(t, i);
    else
      in_.real();
  }
  in_.expect(")");
  return t;
}

Tensor TextLiterals::range(DataType type, const Shape& shape) {
  Tensor t(type, shape);
  in_.expect("(");
  double start = in_.real();
  double step = in_.take(",") ? in_.real() : 1;
  in_.expect(")");
  for (int64_t i = 0; i < t.numel(); ++i) t.setDouble(i, start + step * static_cast<double>(i));
  return t;
}

Tensor TextLiterals::random(DataType type, const Shape& shape) {
  in_.expect("(");
  uint64_t seed = static_cast<uint64_t>(in_.integer());
  bool ranged = in_.take(",");
  double low = ranged ? in_.real() : 0;
  if (ranged) in_.expect(",");
  double high = ranged ? in_.real() : 0;
  in_.expect(")");
  return ranged ? randomTensor(type, shape, seed, low, high) : randomTensor(type, shape, seed);
}

}  // namespace tenfold
