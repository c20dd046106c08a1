#include <unordered_map>

#include "base/error.h"
#include "graph/ops/expand.h"
#include "graph/ops/op_def.h"

#define OP(NAME) ::tenfold::OpDef tenfoldDefine##NAME();
#include "graph/ops/ops.def"
#undef OP

namespace tenfold {
namespace {

struct Registry {
  std::vector<OpDef> defs;
  std::vector<const OpDef*> all;
  std::unordered_map<std::string_view, const OpDef*> byName;

  Registry() {
#define OP(NAME) defs.push_back(tenfoldDefine##NAME());
#include "graph/ops/ops.def"
#undef OP
    for (OpDef& def : defs) {
      if (def.expand && !def.infer) def.infer = inferByExpansion;
      if (def.expand && !def.eval) def.eval = evalByExpansion;
      all.push_back(&def);
      byName[def.name] = &def;
    }
  }
};

const Registry& registry() {
  static const Registry instance;
  return instance;
}

}  // namespace

const OpDef* findOpDef(std::string_view name) {
  auto it = registry().byName.find(name);
  return it == registry().byName.end() ? nullptr : it->second;
}

const OpDef& opDef(std::string_view name) {
  const OpDef* def = findOpDef(name);
  if (!def) fail(ErrorKind::kUnsupported, "not supported: {}", name);
  return *def;
}

const std::vector<const OpDef*>& allOpDefs() { return registry().all; }

}  // namespace tenfold
