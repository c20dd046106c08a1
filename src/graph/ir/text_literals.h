// Contents of constants in the text form.
#pragma once

#include "base/tensor.h"
#include "graph/ir/text_scanner.h"

namespace tenfold {

inline constexpr int64_t kMaxTextExtent = int64_t{1} << 40;

class TextLiterals {
 public:
  // All contents together may take `maxBytes`.
  TextLiterals(TextScanner& in, size_t maxBytes) : in_(in), budget_(maxBytes) {}

  // {...}, splat(...), range(...), random(...) or #hash, for a tensor of this type.
  Tensor read(DataType type, const Shape& shape);
  // Takes a tensor's size from what is allowed; throws Error where it is too large.
  void spend(DataType type, const Shape& shape);

 private:
  void store(Tensor& t, int64_t i);
  Tensor listed(DataType type, const Shape& shape);
  Tensor hashed(DataType type, const Shape& shape);
  Tensor splat(DataType type, const Shape& shape);
  Tensor range(DataType type, const Shape& shape);
  Tensor random(DataType type, const Shape& shape);

  TextScanner& in_;
  size_t budget_;
};

}  // namespace tenfold
