#include "plan/autotune/signature.h"

#include "base/error.h"
#include "graph/ir/text.h"
#include "graph/ops/op_def.h"

namespace tenfold {
namespace {

// A body without the names in it.
std::string regionText(const Graph& body) {
  std::unique_ptr<Graph> copy = body.clone();
  copy->name.clear();
  for (Value* v : copy->values()) v->name.clear();
  for (Node* n : copy->nodes()) n->name.clear();
  return printGraph(*copy);
}

// Of a node at these shapes.
std::string regionSignature(const Node& node, const TuningHint& hint) {
  auto describe = [](const TensorDesc& d) {
    std::string text = fmt::format(" {}{}{}{}", typeName(d.dtype), d.shape.str(),
                                   d.layout == Layout::kChannelsLast ? "cl" : "", d.known ? "c" : "");
    // Which elements are moved where is part of what is done.
    constexpr int64_t kMost = 64;
    if (d.known && !isFloat(d.dtype) && typeBits(d.dtype) >= 8 && d.shape.numel() <= kMost) {
      Tensor t(d.dtype, d.shape, const_cast<void*>(d.known));
      for (int64_t i = 0; i < t.numel(); ++i) text += fmt::format(",{}", t.getInt(i));
    }
    return text;
  };
  std::string text(node.opName());
  for (const auto& [name, value] : node.attrs.all())
    if (const auto* n = std::get_if<int64_t>(&value))
      text += fmt::format(" {}={}", name, *n);
    else if (const auto* s = std::get_if<std::string>(&value))
      text += fmt::format(" {}={}", name, *s);
    else if (const auto* v = std::get_if<std::vector<int64_t>>(&value))
      text += fmt::format(" {}={}", name, Shape(v->begin(), v->end()).str());
    else if (const auto* r = std::get_if<double>(&value))
      text += fmt::format(" {}={}", name, *r);
  text += hint.allowTf32 ? " tf32" : "";
  text += hint.staticShapes ? "" : " dynamic";
  for (const TensorDesc& d : hint.inputs) text += describe(d);
  text += " ->";
  for (const TensorDesc& d : hint.outputs) text += describe(d);
  for (const auto& body : node.bodies) text += "\n" + regionText(*body);
  return text;
}

}  // namespace

std::string signatureOf(const TunedNode& n) {
  std::string text = regionSignature(*n.node, n.hint);
  if (n.beside)
    text += fmt::format("\nbeside {} {}\n{}", n.used->tactic, n.used->config,
                        regionSignature(*n.beside->node, n.beside->hint));
  return text;
}

}  // namespace tenfold
