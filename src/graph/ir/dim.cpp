#include "graph/ir/dim.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/error.h"

namespace tenfold {

// An opaque factor: a symbol (op == nullptr) or an operation on two dimensions.
struct DimNode {
  std::string name;  // its text, which is its identity
  const char* op = nullptr;
  Dim a, b;
};

namespace {

using Atom = std::shared_ptr<const DimNode>;
struct Term {
  std::vector<Atom> atoms;  // sorted by name, repeated for powers
  int64_t coefficient = 0;
};

int64_t floorDivide(int64_t a, int64_t b) {
  require(b != 0, "a shape expression divides by zero");
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

// Products of bounds may leave int64; they saturate instead of wrapping.
int64_t saturatingMul(int64_t a, int64_t b) {
  int64_t r;
  if (!__builtin_mul_overflow(a, b, &r)) return r;
  return (a < 0) == (b < 0) ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}
int64_t saturatingAdd(int64_t a, int64_t b) {
  int64_t r;
  if (!__builtin_add_overflow(a, b, &r)) return r;
  return a < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

DimRange divRange(const DimRange& a, const DimRange& b) {
  int64_t low = std::max<int64_t>(b.min, 1), high = std::max<int64_t>(b.max, 1);
  auto [min, max] = std::minmax(
      {floorDivide(a.min, low), floorDivide(a.min, high), floorDivide(a.max, low), floorDivide(a.max, high)});
  return {min, max};
}
DimRange modRange(const DimRange& a, const DimRange& b) {
  int64_t top = std::max<int64_t>(b.max - 1, 0);
  return {0, a.min >= 0 ? std::min(a.max, top) : top};
}
DimRange maxRange(const DimRange& a, const DimRange& b) {
  return {std::max(a.min, b.min), std::max(a.max, b.max)};
}
DimRange minRange(const DimRange& a, const DimRange& b) {
  return {std::min(a.min, b.min), std::min(a.max, b.max)};
}

struct Operation {
  const char* name;
  int64_t (*apply)(int64_t, int64_t);
  DimRange (*range)(const DimRange&, const DimRange&);
  Dim (*build)(const Dim&, const Dim&);
};
constexpr Operation kOperations[] = {
    {"floordiv", floorDivide, divRange, Dim::floorDiv},
    {"mod", [](int64_t a, int64_t b) { return a - floorDivide(a, b) * b; }, modRange, Dim::mod},
    {"max", [](int64_t a, int64_t b) { return std::max(a, b); }, maxRange, Dim::max},
    {"min", [](int64_t a, int64_t b) { return std::min(a, b); }, minRange, Dim::min},
};
const Operation& operation(std::string_view name) {
  for (const Operation& row : kOperations)
    if (name == row.name) return row;
  fail("unknown operation '{}' in a dimension", name);
}

std::string productKey(const std::vector<Atom>& atoms) {
  std::string key;
  for (const Atom& a : atoms) key += (key.empty() ? "" : "*") + a->name;
  return key;
}

bool isOperation(const DimNode& node, const char* op) { return node.op && !std::strcmp(node.op, op); }
bool isQuotient(const DimNode& node) { return isOperation(node, "floordiv"); }

// Takes each atom of `divisor` out of `atoms`; false where one is missing.
bool removeAtoms(std::vector<Atom>& atoms, const std::vector<Atom>& divisor) {
  for (const Atom& d : divisor) {
    auto it = std::find_if(atoms.begin(), atoms.end(), [&](const Atom& a) { return a->name == d->name; });
    if (it == atoms.end()) return false;
    atoms.erase(it);
  }
  return true;
}

}  // namespace

// A sum of terms, keyed by their product's text; the empty key is the constant term, no coefficient is zero.
struct Dim::Poly {
  std::map<std::string, Term> terms;
  std::string text;

  void add(const std::vector<Atom>& atoms, int64_t coefficient) {
    std::string key = productKey(atoms);
    Term& term = terms[key];
    term.atoms = atoms;
    term.coefficient = saturatingAdd(term.coefficient, coefficient);
    if (term.coefficient == 0) terms.erase(key);
  }
  int64_t constantTerm() const {
    auto it = terms.find("");
    return it == terms.end() ? 0 : it->second.coefficient;
  }
  bool isConstant() const { return terms.empty() || (terms.size() == 1 && terms.begin()->first.empty()); }
};

Dim Dim::fromPoly(Poly poly) {
  for (const auto& [key, term] : poly.terms) {
    if (key.empty()) continue;
    if (!poly.text.empty()) poly.text += " + ";
    poly.text += term.coefficient == 1 ? key : fmt::format("{}*{}", term.coefficient, key);
  }
  int64_t c = poly.constantTerm();
  if (poly.text.empty())
    poly.text = std::to_string(c);
  else if (c != 0)
    poly.text += fmt::format(" + {}", c);
  return Dim(std::make_shared<const Poly>(std::move(poly)));
}

Dim::Dim(int64_t constant) {
  Poly poly;
  if (constant != 0) poly.add({}, constant);
  poly.text = std::to_string(constant);
  poly_ = std::make_shared<const Poly>(std::move(poly));
}

Dim Dim::symbol(const std::string& name) {
  Poly poly;
  poly.add({std::make_shared<const DimNode>(DimNode{name, nullptr, 0, 0})}, 1);
  return fromPoly(std::move(poly));
}

Dim Dim::termAsDim(const std::string& key) const {
  Poly single;
  const Term& term = poly_->terms.at(key);
  single.add(term.atoms, term.coefficient);
  return fromPoly(std::move(single));
}

Dim Dim::opaque(const char* op, const Dim& a, const Dim& b) {
  Poly poly;
  poly.add(
      {std::make_shared<const DimNode>(DimNode{fmt::format("{}({}, {})", op, a.key(), b.key()), op, a, b})},
      1);
  return fromPoly(std::move(poly));
}

bool Dim::isConstant() const { return poly_->isConstant(); }

bool Dim::isSymbol() const {
  if (poly_->terms.size() != 1) return false;
  const Term& term = poly_->terms.begin()->second;
  return term.coefficient == 1 && term.atoms.size() == 1 && !term.atoms[0]->op;
}

std::optional<int64_t> Dim::tryConstant() const {
  if (!isConstant()) return std::nullopt;
  return poly_->constantTerm();
}

int64_t Dim::constant() const {
  require(isConstant(), "dimension {} is not known yet; a constant is needed here", key());
  return poly_->constantTerm();
}

Dim Dim::operator+(const Dim& other) const {
  Poly sum = *poly_;
  sum.text.clear();
  for (const auto& [key, term] : other.poly_->terms) sum.add(term.atoms, term.coefficient);
  return fromPoly(std::move(sum));
}

Dim Dim::operator-(const Dim& other) const { return *this + other * Dim(-1); }

Dim Dim::operator*(const Dim& other) const {
  Poly product;
  for (const auto& [k1, x] : poly_->terms)
    for (const auto& [k2, y] : other.poly_->terms) {
      std::vector<Atom> atoms = x.atoms;
      atoms.insert(atoms.end(), y.atoms.begin(), y.atoms.end());
      std::sort(atoms.begin(), atoms.end(), [](const Atom& a, const Atom& b) { return a->name < b->name; });
      product.add(atoms, saturatingMul(x.coefficient, y.coefficient));
    }
  return fromPoly(std::move(product));
}

std::optional<Dim> Dim::exactDiv(const Dim& a, const Dim& b) {
  if (a == b) return Dim(1);
  if (b.poly_->terms.size() != 1) return std::nullopt;
  const Term& divisor = b.poly_->terms.begin()->second;
  Poly quotient;
  for (const auto& [key, term] : a.poly_->terms) {
    std::vector<Atom> atoms = term.atoms;
    if (term.coefficient % divisor.coefficient != 0 || !removeAtoms(atoms, divisor.atoms))
      return std::nullopt;
    quotient.add(atoms, term.coefficient / divisor.coefficient);
  }
  return fromPoly(std::move(quotient));
}

// floordiv(floordiv(x, m) + r, n) = floordiv(x + m*r, m*n) for integers r and constants m, n: chains of
// strided convolutions and poolings stay short.
std::optional<Dim> Dim::divideNested(const Dim& a, const Dim& b) {
  auto n = b.tryConstant();
  if (!n || *n <= 0) return std::nullopt;
  for (const auto& [key, term] : a.poly_->terms) {
    if (term.coefficient != 1 || term.atoms.size() != 1) continue;
    const Atom& atom = term.atoms[0];
    auto m = isQuotient(*atom) ? atom->b.tryConstant() : std::nullopt;
    if (m && *m > 0) return floorDiv(atom->a + (a - a.termAsDim(key)) * *m, *m * *n);
  }
  return std::nullopt;
}

Dim Dim::floorDiv(const Dim& a, const Dim& b) {
  if (a.isConstant() && b.isConstant()) return floorDivide(a.constant(), b.constant());
  if (auto exact = exactDiv(a, b)) return *exact;
  if (auto single = divideNested(a, b)) return *single;
  if (b.poly_->terms.size() != 1) return opaque("floordiv", a, b);
  // floor((q*b + r) / b) = q + floor(r / b): divide the terms that allow it.
  Dim quotient = 0, rest = 0;
  for (const auto& [key, term] : a.poly_->terms) {
    Dim part = a.termAsDim(key);
    if (auto exact = exactDiv(part, b))
      quotient = quotient + *exact;
    else
      rest = rest + part;
  }
  // A constant rest within one divisor's size: keep it in [0, b) so that equal values look equal.
  auto divisor = b.tryConstant();
  if (divisor && *divisor > 0) {
    int64_t c = rest.poly_->constantTerm(), whole = floorDivide(c, *divisor);
    quotient = quotient + whole;
    rest = rest - whole * *divisor;
    if (rest.isConstant()) return quotient;
  }
  return quotient + opaque("floordiv", rest, b);
}

Dim Dim::ceilDiv(const Dim& a, const Dim& b) { return floorDiv(a + b - 1, b); }

Dim Dim::mod(const Dim& a, const Dim& b) {
  if (a.isConstant() && b.isConstant())
    return a.constant() - floorDivide(a.constant(), b.constant()) * b.constant();
  if (exactDiv(a, b)) return 0;
  return opaque("mod", a, b);
}

Dim Dim::max(const Dim& a, const Dim& b) {
  if (provablyAtMost(b, a)) return a;
  if (provablyAtMost(a, b)) return b;
  return a < b ? opaque("max", a, b) : opaque("max", b, a);
}

Dim Dim::min(const Dim& a, const Dim& b) {
  if (provablyAtMost(a, b)) return a;
  if (provablyAtMost(b, a)) return b;
  return a < b ? opaque("min", a, b) : opaque("min", b, a);
}

bool Dim::provablyAtMost(const Dim& a, const Dim& b) {
  constexpr int kDepth = 5;  // of case distinctions
  return provablyNonNegative(b - a, kDepth);
}

// A quotient by m is at least (f + t - q + 1) / q for a quotient f by d that the sum subtracts, where m = q*d
// and the dividends differ by t*d: half of a length, rounded up, twice is at least the length.
bool Dim::quotientsCancel(const Dim& d, int depth) {
  for (const auto& [key, term] : d.poly_->terms) {
    if (term.coefficient <= 0 || term.atoms.size() != 1 || !isQuotient(*term.atoms[0])) continue;
    const DimNode& larger = *term.atoms[0];
    auto m = larger.b.tryConstant();
    for (const auto& [otherKey, other] : d.poly_->terms) {
      if (!m || other.coefficient >= 0 || other.atoms.size() != 1 || !isQuotient(*other.atoms[0])) continue;
      const DimNode& smaller = *other.atoms[0];
      auto divisor = smaller.b.tryConstant(), difference = (larger.a - smaller.a).tryConstant();
      if (!divisor || !difference || *divisor <= 0 || *m % *divisor != 0 || *difference % *divisor != 0)
        continue;
      int64_t q = *m / *divisor, t = *difference / *divisor;
      Dim quotient = d.termAsDim(otherKey);
      Dim f = *exactDiv(quotient, other.coefficient);
      if (provablyNonNegative((d - d.termAsDim(key)) * q + (f + (t - q + 1)) * term.coefficient, depth - 1))
        return true;
    }
  }
  return false;
}

// A sum is not negative where no term is. Otherwise a min, max or quotient in it is replaced: by a bound in
// the right direction if there is one (any branch that works will do), else by each of its branches in turn.
bool Dim::provablyNonNegative(const Dim& d, int depth) {
  if (depth < 0) return false;
  auto atomOk = [&](const Atom& atom) {
    if (!atom->op || isOperation(*atom, "mod")) return true;
    bool first = provablyNonNegative(atom->a, depth - 1);
    if (isQuotient(*atom)) return first;
    if (isOperation(*atom, "max")) return first || provablyNonNegative(atom->b, depth - 1);
    return first && provablyNonNegative(atom->b, depth - 1);
  };
  bool allOk = true;
  Atom bounded, split;
  for (const auto& [key, term] : d.poly_->terms) {
    bool factorsOk = std::all_of(term.atoms.begin(), term.atoms.end(), atomOk);
    allOk = allOk && term.coefficient >= 0 && factorsOk;
    for (const Atom& atom : term.atoms) {
      if (!atom->op || isOperation(*atom, "mod")) continue;
      bool falls = term.coefficient < 0;
      if (isQuotient(*atom) && (!falls || !factorsOk)) continue;
      bool helps = isQuotient(*atom) || (isOperation(*atom, "min") ? falls : !falls);
      (helps && factorsOk && term.atoms.size() == 1 ? bounded : split) = atom;
    }
  }
  if (allOk || depth == 0) return allOk;
  auto proves = [&](const Atom& atom, const Dim& value) {
    return provablyNonNegative(d.replaceAtom(atom->name, value), depth - 1);
  };
  if (split) return proves(split, split->a) && proves(split, split->b);
  if (!bounded) return false;
  if (!isQuotient(*bounded)) return proves(bounded, bounded->a) || proves(bounded, bounded->b);
  // floordiv(a, b) <= a for a >= 0 and b >= 1.
  return quotientsCancel(d, depth) || proves(bounded, bounded->a);
}

Dim Dim::replaceAtom(const std::string& name, const Dim& value) const {
  Dim sum = 0;
  for (const auto& [key, term] : poly_->terms) {
    Dim product = term.coefficient;
    for (const Atom& atom : term.atoms) {
      Poly single;
      single.add({atom}, 1);
      product = product * (atom->name == name ? value : fromPoly(std::move(single)));
    }
    sum = sum + product;
  }
  return sum;
}

int64_t Dim::eval(const DimBindings& bindings) const {
  int64_t sum = 0;
  for (const auto& [key, term] : poly_->terms) {
    int64_t product = term.coefficient;
    for (const Atom& atom : term.atoms) {
      if (atom->op) {
        product =
            saturatingMul(product, operation(atom->op).apply(atom->a.eval(bindings), atom->b.eval(bindings)));
        continue;
      }
      auto it = bindings.find(atom->name);
      require(it != bindings.end(), "dimension '{}' has no value yet", atom->name);
      product = saturatingMul(product, it->second);
    }
    sum = saturatingAdd(sum, product);
  }
  return sum;
}

DimRange Dim::range(const DimRanges& ranges) const {
  DimRange sum;
  for (const auto& [key, term] : poly_->terms) {
    DimRange product{term.coefficient, term.coefficient};
    for (const Atom& atom : term.atoms) {
      DimRange factor;
      if (atom->op) {
        factor = operation(atom->op).range(atom->a.range(ranges), atom->b.range(ranges));
      } else {
        auto it = ranges.find(atom->name);
        require(it != ranges.end(), "dimension '{}' has no bounds", atom->name);
        factor = it->second;
      }
      auto [min, max] =
          std::minmax({saturatingMul(product.min, factor.min), saturatingMul(product.min, factor.max),
                       saturatingMul(product.max, factor.min), saturatingMul(product.max, factor.max)});
      product = {min, max};
    }
    sum = {saturatingAdd(sum.min, product.min), saturatingAdd(sum.max, product.max)};
  }
  return sum;
}

void Dim::collectSymbols(std::vector<std::string>& out) const {
  for (const auto& [key, term] : poly_->terms)
    for (const Atom& atom : term.atoms) {
      if (atom->op) {
        atom->a.collectSymbols(out);
        atom->b.collectSymbols(out);
      } else if (std::find(out.begin(), out.end(), atom->name) == out.end()) {
        out.push_back(atom->name);
      }
    }
}

Dim Dim::substitute(const std::map<std::string, Dim>& values) const {
  Dim sum = 0;
  for (const auto& [key, term] : poly_->terms) {
    Dim product = term.coefficient;
    for (const Atom& atom : term.atoms) {
      auto it = atom->op ? values.end() : values.find(atom->name);
      if (atom->op)
        product = product * operation(atom->op).build(atom->a.substitute(values), atom->b.substitute(values));
      else
        product = product * (it != values.end() ? it->second : symbol(atom->name));
    }
    sum = sum + product;
  }
  return sum;
}

const std::string& Dim::key() const { return poly_->text; }

namespace {

// Recursive descent over: sum = product {"+" product}; product = factor {"*" factor};
// factor = ["-"] integer | name | name "(" sum "," sum ")".
class DimParser {
 public:
  explicit DimParser(std::string_view text) : text_(text) {}
  Dim parse() {
    Dim d = sum();
    skip();
    require(at_ == text_.size(), "unexpected '{}' in dimension '{}'", text_.substr(at_), text_);
    return d;
  }

 private:
  void skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  Dim sum() {
    require(++depth_ < 64, "dimension '{}' is nested too deeply", text_.substr(0, 80));
    Dim d = product();
    while (take('+')) d = d + product();
    --depth_;
    return d;
  }
  Dim product() {
    Dim d = factor();
    while (take('*')) d = d * factor();
    return d;
  }
  Dim factor() {
    skip();
    size_t start = at_;
    while (at_ < text_.size() && std::string_view("+*(), ").find(text_[at_]) == std::string_view::npos) ++at_;
    std::string word(text_.substr(start, at_ - start));
    require(!word.empty(), "a dimension is missing in '{}'", text_);
    if (word.find_first_not_of("0123456789", word[0] == '-' ? 1 : 0) == std::string::npos && word != "-") {
      require(word.size() < 20, "number {} in a dimension is too large", word);
      return static_cast<int64_t>(std::strtoll(word.c_str(), nullptr, 10));
    }
    if (!take('(')) return Dim::symbol(word);
    Dim a = sum();
    require(take(','), "',' expected in '{}'", text_);
    Dim b = sum();
    require(take(')'), "')' expected in '{}'", text_);
    return operation(word).build(a, b);
  }
  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Dim Dim::parse(const std::string& text) { return DimParser(text).parse(); }

}  // namespace tenfold
