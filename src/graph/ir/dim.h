// A symbolic dimension: an integer expression over the network's input dimensions. Expressions are kept in a
// normal form (a sum of products), so that two dimensions that must be equal compare equal, and memory can
// be planned by formula.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"

namespace tenfold {

struct DimNode;  // an opaque factor: a symbol, or an operation that is no polynomial

// Values of symbols, by name.
using DimBindings = std::map<std::string, int64_t>;
// Inclusive bounds of a dimension.
struct DimRange {
  int64_t min = 0, max = 0;
};
using DimRanges = std::map<std::string, DimRange>;

class Dim {
 public:
  Dim() : Dim(0) {}
  Dim(int64_t constant);  // NOLINT: implicit on purpose, dimensions mix with integers everywhere
  static Dim symbol(const std::string& name);

  bool isConstant() const;
  bool isSymbol() const;
  // The constant; throws Error where the dimension is symbolic.
  int64_t constant() const;
  std::optional<int64_t> tryConstant() const;

  Dim operator+(const Dim& other) const;
  Dim operator-(const Dim& other) const;
  Dim operator*(const Dim& other) const;
  // Divisions round towards minus infinity or plus infinity; the divisor is taken to be positive.
  static Dim floorDiv(const Dim& a, const Dim& b);
  static Dim ceilDiv(const Dim& a, const Dim& b);
  static Dim mod(const Dim& a, const Dim& b);
  static Dim max(const Dim& a, const Dim& b);
  static Dim min(const Dim& a, const Dim& b);
  // Whether a <= b for all values of the symbols, which are taken to be 0 or more; false where there is no
  // proof.
  static bool provablyAtMost(const Dim& a, const Dim& b);
  // a / b if the division is exact for every value of the symbols, as far as can be proved.
  static std::optional<Dim> exactDiv(const Dim& a, const Dim& b);

  bool operator==(const Dim& other) const { return key() == other.key(); }
  bool operator<(const Dim& other) const { return key() < other.key(); }

  // Value under bindings; throws Error naming a symbol that is not bound.
  int64_t eval(const DimBindings& bindings) const;
  // Bounds by interval arithmetic; a symbol without a range throws Error.
  DimRange range(const DimRanges& ranges) const;
  // Every symbol that occurs, appended without repetition.
  void collectSymbols(std::vector<std::string>& out) const;
  Dim substitute(const std::map<std::string, Dim>& values) const;

  // The normal form as text, e.g. "2*batch + floordiv(s,4)"; Dim::parse reads it back.
  const std::string& key() const;
  const std::string& str() const { return key(); }
  static Dim parse(const std::string& text);

 private:
  friend struct DimNode;
  struct Poly;
  explicit Dim(std::shared_ptr<const Poly> poly) : poly_(std::move(poly)) {}
  static Dim fromPoly(Poly poly);
  static Dim opaque(const char* op, const Dim& a, const Dim& b);
  static bool provablyNonNegative(const Dim& d, int depth);
  static bool quotientsCancel(const Dim& d, int depth);
  static std::optional<Dim> divideNested(const Dim& a, const Dim& b);
  Dim termAsDim(const std::string& key) const;
  Dim replaceAtom(const std::string& name, const Dim& value) const;
  std::shared_ptr<const Poly> poly_;
};

// Dimensions, or the elements of a shape tensor, in order. Operators are asked about inputs of any rank: an
// element that is not there is an Error.
class DimList : public std::vector<Dim> {
 public:
  using vector::vector;
  DimList(vector dims) : vector(std::move(dims)) {}  // NOLINT: implicit on purpose, it is the same thing
  Dim& operator[](size_t i) { return vector::operator[](checked(i)); }
  const Dim& operator[](size_t i) const { return vector::operator[](checked(i)); }
  Dim& front() { return (*this)[0]; }
  const Dim& front() const { return (*this)[0]; }
  Dim& back() { return (*this)[size() - 1]; }
  const Dim& back() const { return (*this)[size() - 1]; }

 private:
  size_t checked(size_t i) const {
    if (i >= size()) failAt(i);
    return i;
  }
  [[noreturn]] void failAt(size_t i) const;
};

// A symbolic shape of known rank.
using SymShape = DimList;

SymShape symShape(const Shape& shape);
// The shape if every dimension is constant.
std::optional<Shape> constantShape(const SymShape& shape);
Shape evalShape(const SymShape& shape, const DimBindings& bindings);
Dim numel(const SymShape& shape, size_t from = 0, size_t to = SIZE_MAX);
std::string str(const SymShape& shape);
// ONNX broadcasting of symbolic shapes. Two different symbols meet as the larger rule allows: a dimension
// that is provably 1 yields; otherwise they are taken to be equal and the first one is kept unless one is
// constant.
SymShape broadcastShapes(const SymShape& a, const SymShape& b);

}  // namespace tenfold
