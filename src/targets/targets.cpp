#include <cstdlib>

#include "base/error.h"
#include "targets/target.h"

namespace tenfold {

const Tactic* Target::findTactic(std::string_view name) const {
  for (const Tactic* t : tactics())
    if (t->name() == name) return t;
  return nullptr;
}

// Each target's own folder defines these.
Target& cpuTarget();
Target& nullTarget();

Target& target(std::string_view name) {
  const char* chosen = std::getenv("TENFOLD_TARGET");
  std::string wanted(name.empty() && chosen ? chosen : name);
  if (wanted.empty() || wanted == "cpu") return cpuTarget();
  if (wanted == "null") return nullTarget();
  fail(ErrorKind::kUnsupported, "there is no target '{}'; this build has: cpu, null", wanted);
}

}  // namespace tenfold
