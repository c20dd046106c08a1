// What a dimension consists of; for the files of Dim only.
#pragma once

#include "graph/ir/dim.h"

namespace tenfold {

// An opaque factor: a symbol (op == nullptr) or an operation on two dimensions.
struct DimNode {
  std::string name;  // its text, which is its identity
  const char* op = nullptr;
  Dim a, b;
};

using DimAtom = std::shared_ptr<const DimNode>;
struct DimTerm {
  std::vector<DimAtom> atoms;  // sorted by name, repeated for powers
  int64_t coefficient = 0;
};

struct DimOperation {
  const char* name;
  int64_t (*apply)(int64_t, int64_t);
  DimRange (*range)(const DimRange&, const DimRange&);
  Dim (*build)(const Dim&, const Dim&);
};
// Throws Error where there is none of that name.
const DimOperation& dimOperation(std::string_view name);

// Rounds towards minus infinity; throws Error where b is 0.
int64_t floorDivide(int64_t a, int64_t b);
// Products of bounds may leave int64; they saturate instead of wrapping.
int64_t saturatingMul(int64_t a, int64_t b);
int64_t saturatingAdd(int64_t a, int64_t b);

// A sum of terms, keyed by their product's text; the empty key is the constant term, no coefficient is zero.
struct Dim::Poly {
  std::map<std::string, DimTerm> terms;
  std::string text;

  void add(const std::vector<DimAtom>& atoms, int64_t coefficient);
  int64_t constantTerm() const {
    auto it = terms.find("");
    return it == terms.end() ? 0 : it->second.coefficient;
  }
  bool isConstant() const { return terms.empty() || (terms.size() == 1 && terms.begin()->first.empty()); }
};

}  // namespace tenfold
