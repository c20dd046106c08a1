// Any text either parses, and then prints to a text that parses to the same (large contents aside, which
// print as a hash of fixed width), or gives an Error.
#include <cstdlib>

#include "base/error.h"
#include "graph/ir/text.h"
#include "graph/ir/verify.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    auto graph = tenfold::parseGraph(text, 1 << 20);
    tenfold::verify(*graph);
    std::string printed = tenfold::printGraph(*graph);
    if (tenfold::printGraph(*tenfold::parseGraph(printed, 1 << 20)).size() != printed.size()) std::abort();
  } catch (const tenfold::Error&) {
  }
  return 0;
}
