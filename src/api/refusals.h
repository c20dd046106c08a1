// What the programming interface refuses: one table, from which the errors and docs/coverage.md are made. An
// entry refuses a call through refuse() alone, so that none is missing there; tests/python/docs_test.py holds
// this.
#pragma once

#include <span>

namespace tenfold {

enum class Refusal {
#define REFUSED(NAME, INTERFACE, METHOD, WHAT, ADVICE) NAME,
#include "api/refusals.def"
#undef REFUSED
};

struct RefusalRow {
  const char *name, *interface, *method, *what, *advice;
};

struct OpDef;

// False for the operator of a layer that can be in a network, but not be built. The boundaries of loops and
// conditionals can: Loop and If are made of them.
bool isComputable(const OpDef& op);

// The rows, by Refusal.
std::span<const RefusalRow> refusals();

// Throws Error (kUnsupported): "WHAT is not supported: ADVICE".
[[noreturn]] void refuse(Refusal which);

}  // namespace tenfold
