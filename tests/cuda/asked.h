// A node in text form with the description that a builder would give a tactic.
#pragma once

#include <gtest/gtest.h>

#include "base/error.h"
#include "graph/ir/text.h"
#include "targets/target.h"

namespace tenfold::testing_util {

struct Asked {
  TextCase text;
  TuningHint hint;
  const Node& node() const { return *text.graph->nodes().back(); }
};

// `layout`: of everything with spatial axes that is no constant.
inline Asked ask(const std::string& text, Layout layout = Layout::kPlain) {
  Asked a{parseCase(text), {}};
  auto describe = [&](const Value* v) {
    Layout own =
        layout == Layout::kChannelsLast && v->rank() >= 3 && !v->isConstant() ? layout : Layout::kPlain;
    return TensorDesc{v->dtype, constantShape(*v->shape).value(), own,
                      v->isConstant() ? v->constant.data() : nullptr};
  };
  for (const Value* v : a.node().inputs) a.hint.inputs.push_back(describe(v));
  for (const Value* v : a.node().outputs) a.hint.outputs.push_back(describe(v));
  return a;
}

// The tactic of the target cuda:sm_90; null where the target, or the library behind the tactic, is not here.
inline const Tactic* libraryTactic(const char* name, const std::string& accepted, Layout layout) {
  try {
    const Tactic* tactic = target("cuda:sm_90").findTactic(name);
    Asked a = ask(accepted, layout);
    if (tactic && tactic->refuses(a.node(), a.hint).find("cannot be loaded") == std::string::npos)
      return tactic;
  } catch (const Error&) {
  }
  return nullptr;
}

}  // namespace tenfold::testing_util
