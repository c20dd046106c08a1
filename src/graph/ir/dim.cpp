#include "graph/ir/dim.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/error.h"
#include "graph/ir/dim_poly.h"

namespace tenfold {
namespace {

std::string productKey(const std::vector<DimAtom>& atoms) {
  std::string key;
  for (const DimAtom& a : atoms) key += (key.empty() ? "" : "*") + a->name;
  return key;
}

bool isOperation(const DimNode& node, const char* op) { return node.op && !std::strcmp(node.op, op); }
bool isQuotient(const DimNode& node) { return isOperation(node, "floordiv"); }

// Takes each atom of `divisor` out of `atoms`; false where one is missing.
bool removeAtoms(std::vector<DimAtom>& atoms, const std::vector<DimAtom>& divisor) {
  for (const DimAtom& d : divisor) {
    auto it = std::find_if(atoms.begin(), atoms.end(), [&](const DimAtom& a) { return a->name == d->name; });
    if (it == atoms.end()) return false;
    atoms.erase(it);
  }
  return true;
}

}  // namespace

void Dim::Poly::add(const std::vector<DimAtom>& atoms, int64_t coefficient) {
  std::string key = productKey(atoms);
  DimTerm& term = terms[key];
  term.atoms = atoms;
  term.coefficient = saturatingAdd(term.coefficient, coefficient);
  if (term.coefficient == 0) terms.erase(key);
}

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
  // What separates parts of an expression, or cannot be seen, would not be read back from its text.
  auto separates = [](char c) {
    return std::string_view("+*(), ").find(c) != std::string_view::npos || (c >= 0 && c < ' ');
  };
  std::string plain = name;
  std::replace_if(plain.begin(), plain.end(), separates, '_');
  Poly poly;
  poly.add({std::make_shared<const DimNode>(DimNode{std::move(plain), nullptr, 0, 0})}, 1);
  return fromPoly(std::move(poly));
}

Dim Dim::termAsDim(const std::string& key) const {
  Poly single;
  const DimTerm& term = poly_->terms.at(key);
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
  const DimTerm& term = poly_->terms.begin()->second;
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
      std::vector<DimAtom> atoms = x.atoms;
      atoms.insert(atoms.end(), y.atoms.begin(), y.atoms.end());
      std::sort(atoms.begin(), atoms.end(),
                [](const DimAtom& a, const DimAtom& b) { return a->name < b->name; });
      product.add(atoms, saturatingMul(x.coefficient, y.coefficient));
    }
  return fromPoly(std::move(product));
}

std::optional<Dim> Dim::exactDiv(const Dim& a, const Dim& b) {
  if (a == b) return Dim(1);
  if (b.poly_->terms.size() != 1) return std::nullopt;
  const DimTerm& divisor = b.poly_->terms.begin()->second;
  Poly quotient;
  for (const auto& [key, term] : a.poly_->terms) {
    std::vector<DimAtom> atoms = term.atoms;
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
    const DimAtom& atom = term.atoms[0];
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
  auto atomOk = [&](const DimAtom& atom) {
    if (!atom->op || isOperation(*atom, "mod")) return true;
    bool first = provablyNonNegative(atom->a, depth - 1);
    if (isQuotient(*atom)) return first;
    if (isOperation(*atom, "max")) return first || provablyNonNegative(atom->b, depth - 1);
    return first && provablyNonNegative(atom->b, depth - 1);
  };
  bool allOk = true;
  DimAtom bounded, split;
  for (const auto& [key, term] : d.poly_->terms) {
    bool factorsOk = std::all_of(term.atoms.begin(), term.atoms.end(), atomOk);
    allOk = allOk && term.coefficient >= 0 && factorsOk;
    for (const DimAtom& atom : term.atoms) {
      if (!atom->op || isOperation(*atom, "mod")) continue;
      bool falls = term.coefficient < 0;
      if (isQuotient(*atom) && (!falls || !factorsOk)) continue;
      bool helps = isQuotient(*atom) || (isOperation(*atom, "min") ? falls : !falls);
      (helps && factorsOk && term.atoms.size() == 1 ? bounded : split) = atom;
    }
  }
  if (allOk || depth == 0) return allOk;
  auto proves = [&](const DimAtom& atom, const Dim& value) {
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
    for (const DimAtom& atom : term.atoms) {
      Poly single;
      single.add({atom}, 1);
      product = product * (atom->name == name ? value : fromPoly(std::move(single)));
    }
    sum = sum + product;
  }
  return sum;
}

const std::string& Dim::key() const { return poly_->text; }

void DimList::failAt(size_t i) const { fail("{} has no element {}", tenfold::str(*this), i); }

}  // namespace tenfold
