#include "api/refusals.h"

#include <algorithm>

#include "base/error.h"
#include "graph/ops/op_def.h"

namespace tenfold {
namespace {

constexpr RefusalRow kRows[] = {
#define REFUSED(NAME, INTERFACE, METHOD, WHAT, ADVICE) {#NAME, #INTERFACE, #METHOD, WHAT, ADVICE},
#include "api/refusals.def"
#undef REFUSED
};

}  // namespace

bool isComputable(const OpDef& op) {
  auto names = [](const AttrSpec& spec) { return std::string_view(spec.name); };
  bool isElsewhere = std::ranges::any_of(
      op.attrs,
      [](std::string_view name) { return name == "loop" || name == "conditional" || name == "plugin"; },
      names);
  return op.eval || op.expand || isElsewhere;
}

std::span<const RefusalRow> refusals() { return kRows; }

void refuse(Refusal which) {
  const RefusalRow& row = kRows[static_cast<size_t>(which)];
  fail(ErrorKind::kUnsupported, "{} is not supported: {}", row.what, row.advice);
}

}  // namespace tenfold
