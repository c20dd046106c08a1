// Plugins of the program. Types and shapes are in the attributes; src/plugin fills them in and runs the code.
#include <algorithm>

#include "graph/ops/infer.h"
#include "graph/ops/plugin_shapes.h"

namespace tenfold {

Dim pluginInputDim(size_t input, size_t dim) { return Dim::symbol(fmt::format("in{}.{}", input, dim)); }
Dim pluginInputElement(size_t input, size_t element) {
  return Dim::symbol(fmt::format("in{}[{}]", input, element));
}
Dim pluginSize(size_t size) { return Dim::symbol(fmt::format("size.{}", size)); }

std::string pluginShapeText(const SymShape& shape) {
  std::string text;
  for (const Dim& d : shape) text += (text.empty() ? "" : ";") + d.key();
  return text;
}

std::vector<SymShape> pluginShapeFormulas(const Attributes& attrs) {
  std::vector<SymShape> shapes;
  for (const std::string& text : attrs.texts("shapes")) {
    SymShape& shape = shapes.emplace_back();
    for (size_t from = 0; from < text.size();) {
      size_t to = std::min(text.find(';', from), text.size());
      shape.push_back(Dim::parse(text.substr(from, to - from)));
      from = to + 1;
    }
  }
  return shapes;
}

namespace {

using Values = std::map<std::string, Dim>;

Values valuesOfInputs(InferContext& ctx) {
  Values values;
  for (size_t i = 0; i < ctx.numInputs(); ++i) {
    if (!ctx.has(i)) continue;
    for (size_t d = 0; d < ctx.shape(i).size(); ++d) values[pluginInputDim(i, d).key()] = ctx.shape(i)[d];
    auto contents = isInteger(ctx.type(i)) && ctx.rank(i) <= 1 ? ctx.contents(i) : std::nullopt;
    if (!contents) continue;
    for (size_t k = 0; k < contents->size(); ++k) values[pluginInputElement(i, k).key()] = (*contents)[k];
  }
  return values;
}

void inferPlugin(InferContext& ctx) {
  std::vector<int64_t> types = ctx.attrs().integers("types");
  size_t outputs = std::min(ctx.numOutputs(), types.size());
  for (size_t i = 0; i < outputs; ++i) ctx.setType(i, static_cast<DataType>(types[i]));
  Values values = valuesOfInputs(ctx);
  std::vector<std::string> uppers = ctx.attrs().texts("upper");
  for (size_t k = 0; k < uppers.size(); ++k)
    values[pluginSize(k).key()] =
        ctx.unknownDim(pluginSize(k).key(), Dim::parse(uppers[k]).substitute(values));
  std::vector<SymShape> shapes = pluginShapeFormulas(ctx.attrs());
  ctx.require(shapes.size() >= outputs, "has shapes of {} outputs of {}", shapes.size(), outputs);
  for (size_t i = 0; i < outputs; ++i) {
    SymShape shape = shapes[i];
    for (Dim& d : shape) {
      // Elements of a shape tensor that nobody knows before run time.
      std::vector<std::string> symbols;
      d.collectSymbols(symbols);
      for (const std::string& s : symbols)
        if (!values.count(s)) values[s] = ctx.unknownDim(s);
      d = d.substitute(values);
    }
    ctx.setShape(i, shape);
  }
}

OpDef plugin(const char* name, const char* doc) {
  return {.name = name,
          .doc = doc,
          .minInputs = 0,
          .maxInputs = -1,
          .minOutputs = 1,
          .maxOutputs = -1,
          .attrs = {{"plugin", AttrKind::kText, "its name"},
                    {"version", AttrKind::kText, "its version"},
                    {"namespace", AttrKind::kText, "where the registry has its creator"},
                    {"interface", AttrKind::kInt, "2: IPluginV2DynamicExt, 3: IPluginV3"},
                    {"state", AttrKind::kTensor, "what it serialized"},
                    {"types", AttrKind::kInts, "of the outputs"},
                    {"shapes", AttrKind::kTexts, "of the outputs, dimensions separated by ;"},
                    {"data_inputs", AttrKind::kInt, "how many inputs are no shape tensors"},
                    {"aliases", AttrKind::kInts, "for each output the input that it overwrites, or -1"},
                    {"sizes", AttrKind::kInts, "outputs that are dimensions of others"},
                    {"upper", AttrKind::kTexts, "the most that each of them can be"},
                    {"tactics", AttrKind::kInts, "among which to choose"},
                    {"workspace", AttrKind::kInt, "bytes, for all shapes of the profiles"}},
          .infer = inferPlugin,
          // Code of the program may count its calls.
          .isRandom = true};
}

}  // namespace
}  // namespace tenfold

DEFINE_OP(Plugin) { return tenfold::plugin("Plugin", "A plugin of the program."); }
DEFINE_OP(SizingPlugin) {
  tenfold::OpDef def = tenfold::plugin(
      "SizingPlugin", "A plugin of the program that finds sizes of its outputs while it runs.");
  def.dataDependentShape = true;
  return def;
}
